"""Which vehicles play in a clip, and how they are dressed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marchpast.synthesis.building import blueprint_names, build, covered, load_blueprint
from marchpast.synthesis.clips_takes import Member
from marchpast.synthesis.rendering import Light, Model, usual_dress

_FEW = (3, 6)
"""Types in one column: real ones have few types, each several times."""


class Cast:
    """Draws vehicles and makes each kind of them ready once.

    Args:
        rng: Draws.
        light: Whose weather lies on them.
        civil_share: How many civil vehicles there are among them.
        covered_share: How many are under canvas.
        is_parade: Clean, in parade paint.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        light: Light,
        *,
        civil_share: float = 0.0,
        covered_share: float = 0.0,
        is_parade: bool = False,
    ) -> None:
        self._rng, self._light, self._is_parade = rng, light, is_parade
        self._civil_share, self._covered_share = civil_share, covered_share
        is_civil = {name: load_blueprint(name).civil for name in blueprint_names()}
        self._civil = [name for name, civil in is_civil.items() if civil]
        military = [name for name, civil in is_civil.items() if not civil]
        count = min(len(military), int(rng.integers(*_FEW)))
        self._military = rng.permutation(military)[:count].tolist()
        self._models: dict[tuple[str, bool], Model] = {}

    def types(self, count: int) -> list[str]:
        """Return the ids of so many vehicles; the first is military."""
        names = []
        for number in range(count):
            is_civil = bool(number and self._civil and self._rng.random() < self._civil_share)
            names.append(str(self._rng.choice(self._civil if is_civil else self._military)))
        return names

    def members(self, names: Sequence[str], *, first_id: int = 1) -> tuple[Member, ...]:
        """Return vehicles of these types, numbered on from `first_id`."""
        return tuple(self._member(name, number) for number, name in enumerate(names, first_id))

    def _member(self, name: str, track_id: int) -> Member:
        rng = self._rng
        is_covered = bool(rng.random() < self._covered_share) and name not in self._civil
        model = self._model(name, is_covered=is_covered)
        dirt = 0.04 if self._is_parade else float(rng.uniform(0.1, 0.9))
        dress = usual_dress(model.vehicle, self._light, seed=int(rng.integers(2**31)), dirt=dirt)
        drives_loose = not self._is_parade and not self._covered_share
        return Member(
            track_id,
            model,
            dress,
            sideways_m=float(rng.normal(0, 0.15)) if drives_loose else 0.0,
            headlights=self._light.is_dark and drives_loose,
        )

    def _model(self, name: str, *, is_covered: bool) -> Model:
        key = (name, is_covered)
        if key not in self._models:
            vehicle = build(load_blueprint(name), jitter=self._rng)
            self._models[key] = Model(covered(vehicle, self._rng) if is_covered else vehicle)
        return self._models[key]
