"""The most vehicles at one moment: a bound that needs no tracking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.inventory.distributions import counted
from marchpast.records import Track

SURE = 0.999
"""How often the bound holds, at least, when the probabilities are calibrated."""
_INSIDE = 0.6
"""A box that lies within another by so much may be a part of the same vehicle."""


def at_least_at_once(
    tracks: Sequence[Track], shares: npt.NDArray[np.float64], *, together: float
) -> int:
    """Return how many vehicles of a kind were surely in one picture.

    In one picture two boxes are two vehicles, whatever the tracks say, unless one lies mostly
    within the other. Which of them are of the kind is known with a probability; the bound is the
    number that is reached with probability `SURE`. With shares of 1 it is the plain maximum.

    Args:
        tracks: Of one clip.
        shares: `(T,)` probability that each is of the kind.
        together: How far wrong names go together, see `distributions.counted`.
    """
    # Where names go together the number is reached as often as its least sure member is of the
    # kind: a track below this cannot be one of them.
    least = 1 - (1 - SURE) / together if together > 0 else 0.0
    rows = np.flatnonzero(shares >= max(0.5, least - 1e-12))
    moments: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in rows.tolist():
        for look, frame in enumerate(tracks[row].frame_index.tolist()):
            moments[frame].append((row, look))
    most = 0
    known: dict[tuple[int, ...], int] = {}
    for seen in sorted(moments.values(), key=len, reverse=True):
        if len(seen) <= most:
            break
        boxes = np.array([tracks[row].xyxy[look] for row, look in seen], np.float64)
        kept = tuple(row for (row, _), keep in zip(seen, apart(boxes), strict=True) if keep)
        if len(kept) > most:
            if kept not in known:
                known[kept] = _surely(shares[list(kept)], together)
            most = max(most, known[kept])
    return most


def _surely(shares: npt.NDArray[np.float64], together: float) -> int:
    number = counted(shares, np.zeros(len(shares)), together=together)
    reached = np.cumsum(number[::-1])[::-1]
    return int(np.flatnonzero(reached >= SURE - 1e-12).max())


def apart(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Say which boxes of one picture to count.

    Not the smaller of two of which it lies mostly within the other.

    Args:
        boxes: `(N, 4)` xyxy, pixels.

    Returns:
        `(N,)`.
    """
    left, top, right, bottom = boxes.T
    width = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    height = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    area = (right - left) * (bottom - top)
    within = shared > _INSIDE * area[:, None]
    np.fill_diagonal(within, val=False)
    # Most boxes lie within no other. They are kept, and none of the rest lies within one of them
    # that is smaller, or that one would lie within it too.
    keep: npt.NDArray[np.bool_] = ~within.any(axis=1)
    doubtful = np.flatnonzero(~keep)
    for row in doubtful[np.argsort(-area[doubtful], kind="stable")].tolist():
        keep[row] = not within[row, keep].any()
    return keep
