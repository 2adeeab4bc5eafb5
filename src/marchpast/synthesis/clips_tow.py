"""A tow in a column: one vehicle pulls the next by a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from marchpast.synthesis.building import tow
from marchpast.synthesis.clips_takes import File, Member
from marchpast.synthesis.motion import Column, coupled
from marchpast.synthesis.places import Lane
from marchpast.synthesis.rendering import Dress, Model

_SHARE = 0.25
"""Of the columns that have a tow, where two vehicles fit; far more than real ones have."""


@dataclass(frozen=True, slots=True, eq=False)
class Marching:
    """A column on a lane.

    Attributes:
        files: The vehicles first; then the tow bar, if there is one.
        towed_by: Track number of a towed vehicle and of the one that tows it.
    """

    files: tuple[File, ...]
    towed_by: dict[int, int]


def marching(
    lane: Lane,
    line: Column,
    members: Sequence[Member],
    rng: np.random.Generator,
    *,
    against_m_s: float = 0.0,
) -> Marching:
    """Put a column on a lane; in some, one vehicle tows the next one.

    Args:
        lane: Where they drive.
        line: How they drive.
        members: The leader first.
        rng: Draws whether there is a tow, and which.
        against_m_s: How fast the camera drives towards them.
    """
    pairs = [number for number, two in enumerate(pairwise(members), start=1) if _fits(*two)]
    if not pairs or rng.random() >= _SHARE:
        return Marching((File(lane, line, tuple(members), against_m_s),), {})
    index = pairs[int(rng.integers(len(pairs)))]
    ahead, towed = members[index - 1], members[index]
    made = tow(ahead.model.vehicle, towed.model.vehicle)
    line = coupled(line, index, behind_m=made.behind_m)
    towed = replace(towed, sideways_m=ahead.sideways_m, headlights=False)
    bar = Member(-1, Model(made.bar), Dress(), sideways_m=ahead.sideways_m)
    every = (*members[:index], towed, *members[index + 1 :])
    files = (
        File(lane, line, every, against_m_s),
        File(lane, line.only(index), (bar,), against_m_s),
    )
    return Marching(files, {towed.track_id: ahead.track_id})


def _fits(ahead: Member, towed: Member) -> bool:
    """Whether the one would tow the other: both military, both on wheels or both on tracks."""
    one, other = ahead.model.vehicle.attributes, towed.model.vehicle.attributes
    return one.drive == other.drive and not (one.civil or other.civil)
