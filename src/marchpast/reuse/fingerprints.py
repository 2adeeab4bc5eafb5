"""From frames to hashes: what an archive keeps of a clip, and what is looked up of one.

Of a clip only hashes and small pictures are kept, whatever its length.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray, FloatArray, Frame, TimeArray
from marchpast.reuse.borders import WHOLE, Rect, frame_rect
from marchpast.reuse.hashing import HASH_BYTES, LEAST_QUALITY, Gray, Hash, hash_parts
from marchpast.reuse.pieces import inner_aspect, part_of, pieces
from marchpast.reuse.regions import REGIONS, WHOLE_PART, lookups, tiles

ARCHIVE_EVERY_S: Final = 0.5
LOOKUP_EVERY_S: Final = 0.07
"""A clip is looked at seven times as often as the archive was: at most a twenty-fifth of a second
lies between an archived frame and the nearest of a clip of 12.5 frames a second or more. A camera
that pans moves on in that time by a hundredth of the width, which a hash just bears. It is a
little less than two frames of 25 a second, so that rounded times do not skip one."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What an archive keeps of one file; `N` frames.

    Attributes:
        time_s: `(N,)` float64, presentation times.
        rects: `(N, 4)` float32, the part of each frame without borders, shares of its sides.
        hashes: `(N, REGIONS, 32)` uint8.
        is_usable: `(N, REGIONS)` bool; a part that is absent or too plain is not.
        previews: JPEG of each whole frame, longer side 256 pixels.
    """

    time_s: TimeArray
    rects: FloatArray
    hashes: Hash
    is_usable: BoolArray
    previews: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """The hashes of a clip under one reading of its borders and one orientation; `Q` parts.

    Attributes:
        is_trimmed: The borders were taken off.
        is_mirrored: The frames were flipped left to right first.
        rects: `(N, 4)` float32, the part that was hashed, before it was flipped.
        hashes: `(N, Q, 32)` uint8.
        is_usable: `(N, Q)` bool.
        regions: `(N, Q, REGIONS)` bool: which archived regions each part may equal.
    """

    is_trimmed: bool
    is_mirrored: bool
    rects: FloatArray
    hashes: Hash
    is_usable: BoolArray
    regions: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip to look up; `N` frames.

    Attributes:
        time_s: `(N,)` float64, presentation times.
        lookups: Two orientations of the whole frames and, where borders were found, of each
            reading of what is inside of them.
        previews: JPEG of each frame, longer side 256 pixels.
    """

    time_s: TimeArray
    lookups: tuple[Lookup, ...]
    previews: tuple[bytes, ...]

    @property
    def frames_usable(self) -> int:
        """How many frames have a part that is not too plain to be told from others."""
        usable = np.zeros(len(self.time_s), bool)
        for lookup in self.lookups:
            usable |= lookup.is_usable.any(axis=1)
        return int(usable.sum())


def fingerprint(frames: Iterable[Frame]) -> Fingerprint:
    """Return what an archive keeps of a clip.

    Args:
        frames: In order, one at every multiple of :data:`ARCHIVE_EVERY_S`.
    """
    times: list[float] = []
    previews: list[bytes] = []
    rects, hashes, usable = (
        [np.zeros((0, 4))],
        [_no_hashes(REGIONS)],
        [np.zeros((0, REGIONS), bool)],
    )
    for piece in pieces(frames):
        rect = frame_rect(list(piece.rects), aspect=piece.aspect)
        parts = [WHOLE_PART, *tiles(inner_aspect(rect, piece.aspect))]
        for time_s, gray, preview in piece.frames:
            row, _, quality = hash_parts([part_of(gray, rect, part) for part in parts])
            times.append(time_s)
            previews.append(preview)
            rects.append(np.array([rect]))
            hashes.append(_padded(row, REGIONS)[None].astype(np.uint8))
            usable.append(_padded(quality >= LEAST_QUALITY, REGIONS)[None].astype(bool))
    return Fingerprint(
        np.array(times, np.float64),
        np.concatenate(rects).astype(np.float32),
        np.concatenate(hashes),
        np.concatenate(usable),
        tuple(previews),
    )


def clip_of(frames: Iterable[Frame]) -> Clip:
    """Return the hashes to look a clip up with.

    Args:
        frames: In order, one at every multiple of :data:`LOOKUP_EVERY_S`.
    """
    times: list[float] = []
    previews: list[bytes] = []
    looked: list[list[_Looked]] = []
    for piece in pieces(frames):
        for time_s, gray, preview in piece.frames:
            times.append(time_s)
            previews.append(preview)
            looked.append([_looked(gray, rect, piece.aspect) for rect in (WHOLE, *piece.rects)])
    # A piece without borders is the same in all readings.
    depth = max((len(readings) for readings in looked), default=1)
    found = tuple(
        _lookup(
            [readings[min(number, len(readings) - 1)] for readings in looked],
            is_trimmed=number > 0,
            is_mirrored=is_mirrored,
        )
        for number in range(depth)
        for is_mirrored in (False, True)
    )
    return Clip(np.array(times, np.float64), found, tuple(previews))


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """The hashes of one frame: as it is, mirrored, and what each may equal."""

    rect: Rect
    hashes: tuple[Hash, Hash]
    is_usable: tuple[BoolArray, BoolArray]
    regions: BoolArray


def _looked(gray: Gray, rect: Rect, aspect: float) -> _Looked:
    parts = lookups(inner_aspect(rect, aspect))
    straight, flipped, quality = hash_parts([part_of(gray, rect, part) for part, _ in parts])
    usable = quality >= LEAST_QUALITY
    regions = np.zeros((len(parts), REGIONS), bool)
    for row, (_, allowed) in enumerate(parts):
        regions[row, sorted(allowed)] = True
    # What lies on the left of a frame lies on the right of the flipped one.
    order = np.array([0, *range(len(parts) - 1, 0, -1)])
    return _Looked(rect, (straight, flipped[order]), (usable, usable[order]), regions)


def _lookup(looked: list[_Looked], *, is_trimmed: bool, is_mirrored: bool) -> Lookup:
    side = int(is_mirrored)
    most = max((len(row.regions) for row in looked), default=1)
    return Lookup(
        is_trimmed=is_trimmed,
        is_mirrored=is_mirrored,
        rects=np.array([row.rect for row in looked], np.float32).reshape(-1, 4),
        hashes=np.stack([_padded(row.hashes[side], most) for row in looked])
        if looked
        else _no_hashes(most),
        is_usable=np.array([_padded(row.is_usable[side], most) for row in looked], bool).reshape(
            -1, most
        ),
        regions=np.array([_padded(row.regions, most) for row in looked], bool).reshape(
            -1, most, REGIONS
        ),
    )


def _padded(rows: npt.NDArray[np.generic], length: int) -> npt.NDArray[np.generic]:
    padded = np.zeros((length, *rows.shape[1:]), rows.dtype)
    padded[: len(rows)] = rows
    return padded


def _no_hashes(parts: int) -> Hash:
    return np.zeros((0, parts, HASH_BYTES), np.uint8)
