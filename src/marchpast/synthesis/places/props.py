"""Things that are put into a place for one picture: people, bushes, poles before the camera."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marchpast.synthesis.places.assembly import Assembled, Assembly
from marchpast.synthesis.places.furniture import pole
from marchpast.synthesis.places.materials import SEASONS
from marchpast.synthesis.places.people import person
from marchpast.synthesis.places.plants import bush, tree


def occluders(
    rng: np.random.Generator, places: Sequence[tuple[float, float]], *, solid: int
) -> Assembled:
    """Return people at `(x, y)` places; of the first `solid` ones some are plants or poles.

    Plants are detailed enough to be seen from near.

    Raises:
        ValueError: If there are no places.
    """
    if not places:
        raise ValueError("occluders need at least one place")
    assembly = Assembly()
    season = SEASONS[rng.integers(len(SEASONS))]
    for index, place in enumerate(places):
        ticket = rng.uniform()
        if index >= solid or ticket < 0.6:
            person(assembly, rng, (*place, 0.0), in_uniform=bool(rng.uniform() < 0.6))
        elif ticket < 0.78:
            bush(assembly, rng, place, season, seen_from_m=5.0)
        elif ticket < 0.9:
            pole(assembly, place)
        else:
            tree(assembly, rng, place, season, height_m=float(rng.uniform(4, 10)), seen_from_m=10.0)
    return assembly.done()
