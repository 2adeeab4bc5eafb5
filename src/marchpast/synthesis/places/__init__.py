"""Places for vehicles: grounds, what stands on them, where one drives, stands and films."""

from __future__ import annotations

from marchpast.synthesis.places.catalogue import PLACES, place
from marchpast.synthesis.places.materials import SEASONS, Season
from marchpast.synthesis.places.props import occluders
from marchpast.synthesis.places.staging import BuiltPlace, CameraSpot, Lane, StagedPlace, Stand

__all__ = [
    "PLACES",
    "SEASONS",
    "BuiltPlace",
    "CameraSpot",
    "Lane",
    "Season",
    "StagedPlace",
    "Stand",
    "occluders",
    "place",
]
