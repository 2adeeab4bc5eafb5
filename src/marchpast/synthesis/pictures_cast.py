"""Which vehicles a block of pictures is cast with: built, dressed and baked once, shown often.

Baking a vehicle takes about a second; a picture of it, not much more. So pictures come in blocks
of `BLOCK` that share a cast. Every block has a new one: other types in turn, other dimensions,
states and tarpaulins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from marchpast.synthesis.building import (
    blueprint_names,
    build,
    covered,
    load_blueprint,
    vehicle_states,
)
from marchpast.synthesis.rendering import Model

BLOCK = 40
"""Pictures that share a cast."""
_MILITARY, _CIVIL = 9, 2
_FIRING, _COVERED, _JITTERED = 0.25, 0.10, 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A vehicle ready to be placed."""

    name: str
    model: Model
    civil: bool


@dataclass(slots=True, eq=False)
class Cast:
    """The vehicles of one block; each is built when it is first asked for.

    Args:
        names: Blueprint of every member.
        seed: Of the set of pictures.
        block: Number of the block; seed and block decide everything.
    """

    names: tuple[str, ...]
    seed: int
    block: int
    _built: dict[int, Actor] = field(default_factory=dict)

    def actor(self, index: int) -> Actor:
        """Return a member; the same whichever members were asked for before."""
        if index not in self._built:
            rng = np.random.default_rng([self.seed, 1, self.block, index])
            self._built[index] = _actor(self.names[index], rng)
        return self._built[index]

    def members(self, *, civil: bool) -> list[int]:
        """Return the numbers of the civil or of the military members."""
        return [i for i, name in enumerate(self.names) if load_blueprint(name).civil == civil]


def cast(types: Sequence[str], *, seed: int, block: int) -> Cast:
    """Return the cast of a block; over the blocks every type has its turn equally often.

    Args:
        types: Blueprints to choose from, in any order.
        seed: Of the set of pictures.
        block: From 0.
    """
    ordered = sorted(types)
    civil = [name for name in ordered if load_blueprint(name).civil]
    military = [name for name in ordered if name not in civil]
    names = _turn(military, _MILITARY, seed, block) + _turn(civil, _CIVIL, seed, block)
    return Cast(tuple(names), seed, block)


def all_types() -> list[str]:
    """Return every blueprint, sorted."""
    return blueprint_names()


def _turn(names: list[str], count: int, seed: int, block: int) -> list[str]:
    """Deal `count` names from a pack that is shuffled anew each time it has run out."""
    dealt = []
    for position in range(block * count, (block + 1) * count if names else block * count):
        pack, place = divmod(position, len(names))
        order = np.random.default_rng([seed, 2, pack]).permutation(len(names))
        dealt.append(names[order[place]])
    return dealt


def _actor(name: str, rng: np.random.Generator) -> Actor:
    blueprint = load_blueprint(name)
    states = vehicle_states(blueprint)
    state = states[-1] if rng.uniform() < _FIRING else states[0]
    jitter = rng if rng.uniform() < _JITTERED else None
    vehicle = build(blueprint, state=state, jitter=jitter)
    if not blueprint.civil and rng.uniform() < _COVERED:
        vehicle = covered(vehicle, rng)
    return Actor(name, Model(vehicle), blueprint.civil)
