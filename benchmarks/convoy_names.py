"""Names for invented convoys: calibrated probabilities that go wrong together, more or less."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.records import Candidate, Identity
from marchpast.taxonomy import Taxonomy

# What one is easily taken for; pairs of one branch, of two, and one of another family.
_LOOKALIKES: Mapping[str, str] = {
    "btr80": "btr82a",
    "btr82a": "btr80",
    "osa": "tor",
    "bm21_grad": "ural_4320",
    "bastion_p": "bal",
    "s300ps_pm": "s400",
    "pantsir_s1": "kamaz_truck",
    "t72b3": "t90a_m",
    "msta_s": "akatsiya",
}
_CIVIL = "civilian_vehicle"
_CORRELATION = (0.85, 1.0)
"""Of what decides whether a name is right, between vehicles of one looks in one convoy. Then six to
ten tenths of the difference is shared; on validation pictures it was nearly nine."""
_FALSE_TRACK = (1.0, 12.0)
"""Beta: probability of a military vehicle given to a thing that is none."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the vehicles of a convoy are, and what the tracks are taken for.

    Attributes:
        true_nodes: Of each vehicle.
        identities: Of each track.
        named_types: Types that some answer names.
    """

    true_nodes: tuple[str, ...]
    identities: tuple[Identity, ...]
    named_types: frozenset[str]


def named(
    rng: np.random.Generator, *, vehicles: int, owners: Sequence[int], taxonomy: Taxonomy
) -> Names:
    """Draw what each vehicle looks like and how surely, and from that what it is.

    A vehicle that looks like a type with probability `p` is of it in the share `p` of all cases, by
    construction; otherwise it is what the type is taken for, or seldom a civil vehicle. Vehicles of
    one looks in one convoy are right or wrong together as a Gaussian copula draws them, whose
    correlation is another for every convoy.

    Args:
        rng: Everything random comes from it.
        vehicles: How many the convoy has.
        owners: Of each track the vehicle it shows, -1 for none.
        taxonomy: Knows the types.
    """
    looks = rng.choice(list(_LOOKALIKES), size=int(rng.integers(1, 4)), replace=False)
    looks_of = [
        str(looks[min(len(looks) - 1, int(v * len(looks) / vehicles))]) for v in range(vehicles)
    ]
    together = math.sqrt(rng.uniform(*_CORRELATION))
    shared = {str(look): rng.normal() for look in looks}
    sureness = {str(look): rng.normal(1.8, 1.5) for look in looks}
    chances, true_nodes = [], []
    for look in looks_of:
        right = _logistic(sureness[look] + rng.normal(0, 0.8))
        civil = min(1 - right, float(rng.beta(0.3, 30)))
        chances.append((right, civil))
        draw = together * shared[look] + math.sqrt(1 - together**2) * rng.normal()
        place = 0.5 * math.erfc(-draw / math.sqrt(2))
        true_nodes.append(
            look if place < right else _LOOKALIKES[look] if place < 1 - civil else _CIVIL
        )
    identities = []
    for owner in owners:
        look = looks_of[owner] if owner >= 0 else str(looks[0])
        right, civil = chances[owner] if owner >= 0 else _nothing(rng)
        identities.append(_identity(look, right, civil, taxonomy, is_vehicle=owner >= 0))
    return Names(
        tuple(true_nodes),
        tuple(identities),
        frozenset(i.node for i in identities if i.node in _LOOKALIKES),
    )


def _nothing(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.beta(*_FALSE_TRACK)), 0.05


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _identity(
    look: str, right: float, civil: float, taxonomy: Taxonomy, *, is_vehicle: bool
) -> Identity:
    chances = {look: right, _CIVIL: civil}
    if is_vehicle:
        chances[_LOOKALIKES[look]] = 1 - right - civil
    masses: dict[str, float] = {}
    for node, chance in chances.items():
        for above in taxonomy.lineage(node):
            masses[above] = masses.get(above, 0.0) + chance
    answered = [node for node in taxonomy.nodes if masses.get(node, 0.0) >= 0.8]
    node = max(answered, key=lambda node: len(taxonomy.lineage(node)), default="unknown")
    return Identity(
        node=node,
        level=taxonomy.level(node) if node != "unknown" else "unknown",
        probability=masses.get(node, 0.0),
        reason="invented",
        candidates=(),
        masses=tuple(
            Candidate(n, masses[n]) for n in taxonomy.nodes if masses.get(n, 0.0) >= 0.005
        ),
    )
