"""The places by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marchpast.synthesis.places.field import field
from marchpast.synthesis.places.forest import forest_road
from marchpast.synthesis.places.materials import SEASONS, Season
from marchpast.synthesis.places.rail import rail
from marchpast.synthesis.places.road import road
from marchpast.synthesis.places.square import square
from marchpast.synthesis.places.staging import StagedPlace
from marchpast.synthesis.places.street import street
from marchpast.synthesis.places.yard import yard

PLACES = ("road", "street", "square", "field", "forest_road", "rail", "yard")
"""Every place that :func:`place` can make."""

_MAKERS: dict[str, Callable[[np.random.Generator, Season], StagedPlace]] = {
    "road": road,
    "street": street,
    "square": square,
    "field": field,
    "forest_road": forest_road,
    "rail": rail,
    "yard": yard,
}


def place(name: str, rng: np.random.Generator, *, season: Season | None = None) -> StagedPlace:
    """Return a place of a kind, drawn anew: its main way runs along X, the scene is at the origin.

    Args:
        name: One of `PLACES`.
        rng: Draws everything about it.
        season: Colours plants and leaves; drawn when not given.

    Raises:
        ValueError: If there is no such place.
    """
    if name not in _MAKERS:
        raise ValueError(f"no place {name!r}; the known ones are: {', '.join(PLACES)}")
    drawn = SEASONS[rng.integers(len(SEASONS))]
    return _MAKERS[name](rng, drawn if season is None else season)
