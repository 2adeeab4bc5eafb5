"""Where to look closer: places of a clip and of archived files at which near hashes gather."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from marchpast.records import IntArray
from marchpast.reuse.archive import Archive
from marchpast.reuse.fingerprints import Clip, Lookup
from marchpast.reuse.regions import REGIONS

SEED_BITS: Final = 64
_CLIP_BIN_S: Final = 10.0
_FILE_BIN_S: Final = 10.0
_MOST_PLACES: Final = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where hashes agreed, and of which parts."""

    file: int
    lookup: int
    part: int
    region: int
    clip_s: float
    file_s: float


def places(clip: Clip, archive: Archive, except_sha256: str) -> Iterator[Place]:
    """Yield where most archived frames have a near hash along one offset, most first."""
    columns = [_seeds(number, lookup, clip, archive) for number, lookup in enumerate(clip.lookups)]
    seeds = np.concatenate(columns) if columns else np.zeros((0, 6))
    files = archive.file_of(seeds[:, 4].astype(np.int64))
    own = {n for n, file in enumerate(archive.files) if file.sha256 == except_sha256}
    kept = ~np.isin(files, list(own))
    seeds, files = seeds[kept], files[kept]
    if not len(seeds):
        return
    clip_s = clip.time_s[seeds[:, 1].astype(np.int64)]
    file_s = archive.time_s[seeds[:, 4].astype(np.int64)]
    # File, reading, and coarse place along clip and offset.
    along, offset = np.floor(clip_s / _CLIP_BIN_S), np.floor((file_s - clip_s) / _FILE_BIN_S)
    keys = np.stack([files, seeds[:, 0], along, offset], axis=1)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(-1)
    votes = _votes(group, seeds)
    for chosen in np.argsort(-votes, kind="stable")[:_MOST_PLACES]:
        rows = np.flatnonzero(group == chosen)
        best = rows[np.argmin(seeds[rows, 5])]
        part, region = _commonest(seeds[rows], seeds[best])
        yield Place(
            int(files[best]),
            int(seeds[best, 0]),
            part,
            region,
            float(clip_s[best]),
            float(file_s[best]),
        )


def _seeds(number: int, lookup: Lookup, clip: Clip, archive: Archive) -> npt.NDArray[np.float64]:
    """Return rows of lookup, clip frame, part, region, archived frame, bits that differ."""
    frame, part = np.nonzero(lookup.is_usable)
    near = archive.index.near(lookup.hashes[frame, part], most_bits=SEED_BITS)
    row, region = near.row // REGIONS, near.row % REGIONS
    frames, parts = frame[near.asked], part[near.asked]
    kept = lookup.regions[frames, parts, region]
    columns = (np.full(len(row), number), frames, parts, region, row, near.distance)
    return np.stack(columns, axis=1)[kept].astype(np.float64)


def _votes(group: IntArray, seeds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return for each group the sum over its archived frames of their nearest hash's weight."""
    weight = 1 - seeds[:, 5] / (2 * SEED_BITS)
    order = np.lexsort((-weight, seeds[:, 4], group))
    is_first = np.ones(len(order), bool)
    same = (np.diff(group[order]) == 0) & (np.diff(seeds[order, 4]) == 0)
    is_first[1:] = ~same
    first = order[is_first]
    summed = np.bincount(group[first], weights=weight[first], minlength=int(group.max()) + 1)
    return np.asarray(summed, np.float64)


def _commonest(rows: npt.NDArray[np.float64], best: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Return the pair of part and region that most rows agree on; ties go to the nearest hash."""
    pairs, counts = np.unique(rows[:, 2:4], axis=0, return_counts=True)
    if counts.max() < 2:
        return int(best[2]), int(best[3])
    part, region = pairs[np.argmax(counts)]
    return int(part), int(region)
