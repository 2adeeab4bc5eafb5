"""Looking a clip up in an archive: from near hashes to stretches that show the same pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from marchpast.records import BoolArray
from marchpast.reuse.aligning import Stretch, align, with_doubt
from marchpast.reuse.archive import Archive
from marchpast.reuse.fingerprints import Clip, Lookup
from marchpast.reuse.hashing import distances
from marchpast.reuse.places import Place, places
from marchpast.reuse.planes import Plane
from marchpast.reuse.verifying import Likeness, likeness

_MOST_COMPARED: Final = 16
_NEIGHBOURS: Final = 2
_UNKNOWN: Final = 256.0
_MOSTLY: Final = 0.5
LEAST_LOOKS: Final = 0.8
LEAST_MOVES: Final = 0.85
_CLEARLY_WORSE: Final = 0.04
LEAST_SHARE_NEAR: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A stretch of a clip whose pictures are those of a stretch of an archived file.

    Attributes:
        file: Number of the file in the archive.
        lookup: Number of the reading of the clip that found it.
        stretch: Which frames follow each other, file frames counted from the file's first.
        likeness: What the pictures themselves say.
    """

    file: int
    lookup: int
    stretch: Stretch
    likeness: Likeness

    @property
    def agreement(self) -> float:
        """How alike the pictures and what moves in them are, -1 to 1."""
        seen = self.likeness
        return seen.looks if seen.moves is None else min(seen.looks, seen.moves)

    @property
    def is_sure(self) -> bool:
        """Whether the pictures are alike, and what moves in them moves alike."""
        is_near = self.stretch.is_near.mean() >= LEAST_SHARE_NEAR
        return self.is_alike and bool(is_near) and not self.is_other_moment

    @property
    def is_alike(self) -> bool:
        """Whether the pictures are alike, whatever moves in them."""
        return self.likeness.looks >= LEAST_LOOKS

    @property
    def is_other_moment(self) -> bool:
        """Whether what moves in them differs, or nothing moves that could agree."""
        return self.likeness.moves is None or self.likeness.moves < LEAST_MOVES


def find_matches(clip: Clip, archive: Archive, *, except_sha256: str = "") -> list[Match]:
    """Return stretches of the clip that the archive holds or nearly holds, best first.

    Args:
        clip: Its hashes.
        archive: Where to look.
        except_sha256: A file of these bytes is passed over: the clip itself.

    Returns:
        Also those that are not sure: hashes agree, the pictures do not; see :attr:`Match.is_sure`.
    """
    found: list[Match] = []
    for place in places(clip, archive, except_sha256):
        if any(_explains(match, place, archive, clip) for match in found):
            continue
        match = _match_at(place, clip, archive)
        if match is not None:
            found.append(match)
    # A convoy that looks the same all along fits at several moments; the pictures decide.
    found.sort(key=lambda match: (not match.is_sure, -match.stretch.score * match.agreement**4))
    return _without_repeats(found)


def _match_at(place: Place, clip: Clip, archive: Archive) -> Match | None:
    plane = _plane(place, clip, archive)
    stretch = align(plane, clip_s=place.clip_s, file_s=place.file_s)
    if stretch is None:
        return None
    lookup = clip.lookups[place.lookup]
    seen = _likeness(stretch, place, lookup, clip, archive)
    match = Match(place.file, place.lookup, stretch, seen)
    return replace(match, stretch=with_doubt(plane, stretch)) if match.is_sure else match


def _plane(place: Place, clip: Clip, archive: Archive) -> Plane:
    """Return how near all frames of clip and file are to each other, by the parts that agreed."""
    lookup = clip.lookups[place.lookup]
    rows = slice(int(archive.starts[place.file]), int(archive.starts[place.file + 1]))
    bits = np.full((len(clip.time_s), rows.stop - rows.start), _UNKNOWN, np.float32)
    for part, region in _partners(place, lookup):
        ours, theirs = lookup.is_usable[:, part], archive.is_usable[rows, region]
        here = distances(lookup.hashes[ours, part], archive.hashes[rows][theirs, region])
        both = np.ix_(ours, theirs)
        bits[both] = np.minimum(bits[both], here)
    known: BoolArray = np.asarray(bits < _UNKNOWN)
    return Plane(
        clip.time_s,
        archive.time_s[rows],
        bits,
        np.asarray(known.any(axis=1)),
        np.asarray(known.any(axis=0)),
    )


def _partners(place: Place, lookup: Lookup) -> list[tuple[int, int]]:
    """Return the pairs of part and region that show the same part of the picture as a place's.

    Of an uncropped clip these are the whole and its tiles, each with its own region. Of a crop
    they are the part and its neighbours: what a moving camera shows at one moment in one, it
    shows a moment later in the next.
    """
    regions: BoolArray = np.asarray(lookup.regions.any(axis=0))
    is_fixed = np.asarray(regions.sum(axis=1) == 1)
    if is_fixed[place.part]:
        return [(int(part), int(np.argmax(regions[part]))) for part in np.flatnonzero(is_fixed)]
    near = range(max(0, place.part - _NEIGHBOURS), place.part + _NEIGHBOURS + 1)
    return [(part, place.region) for part in near if regions[part : part + 1].sum() > 1]


def _likeness(
    stretch: Stretch, place: Place, lookup: Lookup, clip: Clip, archive: Archive
) -> Likeness:
    count = len(stretch.file_frames)
    chosen = np.unique(np.linspace(0, count - 1, min(count, _MOST_COMPARED)).round().astype(int))
    ours, theirs = stretch.clip_frames[chosen], stretch.file_frames[chosen]
    return likeness(
        [clip.previews[frame] for frame in ours],
        archive.previews(place.file, [int(frame) for frame in theirs]),
        clip_rects=lookup.rects[ours],
        file_rects=archive.rects[archive.starts[place.file] + theirs],
        is_mirrored=lookup.is_mirrored,
    )


def _explains(match: Match, place: Place, archive: Archive, clip: Clip) -> bool:
    """Return whether a match that is sure already goes through a place."""
    stretch = match.stretch
    if not match.is_sure or match.file != place.file:
        return False
    start = archive.starts[match.file]
    first, last = (archive.time_s[start + stretch.file_frames[end]] for end in (0, -1))
    off = abs(stretch.start_s + stretch.speed * place.clip_s - place.file_s)
    return bool(first - 1 <= place.file_s <= last + 1 and off <= 1.0)


def _without_repeats(found: list[Match]) -> list[Match]:
    """Leave out what shows the seconds of a better one: of the same file, or clearly less alike."""
    kept: list[Match] = []
    for match in found:
        if not any(
            _overlap(match, other) > _MOSTLY
            and (other.file == match.file or match.agreement < other.agreement - _CLEARLY_WORSE)
            for other in kept
        ):
            kept.append(match)
    return kept


def _overlap(match: Match, other: Match) -> float:
    """Return which share of a match's frames of the clip lies within another's."""
    frames, theirs = match.stretch.clip_frames, other.stretch.clip_frames
    return float(((frames >= theirs[0]) & (frames <= theirs[-1])).mean())
