"""Bars and borders around a picture: where the filmed part lies.

A bar is told by what a camera does not make: lines at the edge of the frame of one colour, that do
not change in time, and end in a straight edge along most of their length. Within a bar there may be
lines of text on that colour, so these need only four tenths of it. A dark sky also is flat, but it
ends at a skyline and not at an edge.

Instead of bars, an upright frame is often filled with a blurred copy of the picture in its middle:
lines with far less detail than the rest, as many on both sides, with a seam along their whole
length.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Stack = npt.NDArray[np.uint8]
Rect = tuple[float, float, float, float]
"""`x1, y1, x2, y2` as shares of the frame's width and height."""

WHOLE: Final[Rect] = (0.0, 0.0, 1.0, 1.0)
_LEAST_FRAMES: Final = 3
_MOST_FRAMES: Final = 8
_LEVELS_OF_ONE_COLOUR: Final = 8
_FLAT_SHARE: Final = 0.85
_TEXT_SHARE: Final = 0.4
_STILL_LEVELS: Final = 2.5
# A sky has noise or clouds; a bar has neither, but where coding blurs its edges.
_NOISE_LEVELS: Final = 1.0
_UNEVEN: Final = 0.02
_SHAPES: Final = (16 / 9, 4 / 3, 3 / 2, 1.0, 1.85, 2.0, 2.35, 2.39, 9 / 16, 3 / 4, 4 / 5, 2 / 3)
_EDGE_LEVELS: Final = 10
_EDGE_SHARE: Final = 0.55
_LEAST_BAR: Final = 0.015
_MOST_BAR: Final = 0.72
_LEAST_LEFT: Final = 0.2
_ROUNDS: Final = 3
_BLURRED_LINES: Final = 6
_SEAM_LEVELS: Final = 8.0
_SEAM_SHARE: Final = 0.6
_SEAMS: Final = 6
_SOFT_SHARE: Final = 0.4


def content_rects(stack: Stack) -> list[Rect]:
    """Return the parts of the frames that may be all but bars and borders, widest first.

    A caption that is laid over the picture looks like a bar too, so several readings may be given:
    inside the outer bars, and inside those that lie within these.

    Args:
        stack: `(n, H, W)` uint8 grey frames of one shot, in order. Fewer than three, and nothing is
            taken for a bar: that it does not change could not be seen.

    Returns:
        Shares of width and height; nothing where no bar is sure.
    """
    if len(stack) < _LEAST_FRAMES:
        return []
    stack = stack[:: -(-len(stack) // _MOST_FRAMES)]
    _, height, width = stack.shape
    left, top, right, bottom = 0, 0, width, height
    found: list[Rect] = []
    for _ in range(_ROUNDS):
        part = stack[:, top:bottom, left:right]
        above, below = _bars(part)
        before, after = _bars(part.transpose(0, 2, 1))
        if not (above or below or before or after):
            (above, below), (before, after) = _soft_bars(part), _soft_bars(part.transpose(0, 2, 1))
        top, bottom = top + above, bottom - below
        left, right = left + before, right - after
        is_small = bottom - top < _LEAST_LEFT * height or right - left < _LEAST_LEFT * width
        if is_small or not (above or below or before or after):
            break
        found.append((left / width, top / height, right / width, bottom / height))
    return found


def frame_rect(rects: list[Rect], *, aspect: float) -> Rect:
    """Return the one reading of the borders that footage is archived with.

    A bar on one side alone is more often a caption over the picture than one beside it, unless what
    it leaves has the shape of a film frame.

    Args:
        rects: From :func:`content_rects`.
        aspect: Width over height of the whole frame.
    """
    for x1, y1, x2, y2 in rects[::-1]:
        shape = aspect * (x2 - x1) / (y2 - y1)
        is_even = abs(x1 - (1 - x2)) <= _UNEVEN and abs(y1 - (1 - y2)) <= _UNEVEN
        if is_even or any(abs(shape / usual - 1) <= _UNEVEN for usual in _SHAPES):
            return (x1, y1, x2, y2)
    return WHOLE


def _soft_bars(stack: Stack) -> tuple[int, int]:
    """Return how many lines at the top and at the bottom are a blurred filling, the same number."""
    lines = stack.shape[1]
    levels = stack.astype(np.float32)
    detail = np.abs(np.diff(levels, axis=2)).mean(axis=(0, 2))
    # How much of each line differs from the one before it.
    seam = (np.abs(np.diff(levels, axis=1)).mean(axis=0) > _SEAM_LEVELS).mean(axis=1)
    for end in np.argsort(-seam)[:_SEAMS]:
        first = int(end) + 1 if end < lines / 2 else lines - int(end) - 1
        # A line of the bars and one between them must be left once their edges are taken away.
        most = min(lines * (1 - _LEAST_LEFT), lines - 3) / 2
        if not max(2, _LEAST_BAR * lines) <= first <= most:
            continue
        other = (
            seam[lines - first - 3 : lines - first + 1]
            if end < lines / 2
            else seam[first - 2 : first + 2]
        )
        inside = np.median(detail[first + 1 : lines - first - 1])
        outside = np.median(np.concatenate([detail[: first - 1], detail[lines - first + 1 :]]))
        is_seam = min(seam[end], other.max(initial=0.0)) >= _SEAM_SHARE
        if is_seam and outside < _SOFT_SHARE * inside:
            return first + 1, first + 1
    return 0, 0


def _bars(stack: Stack) -> tuple[int, int]:
    """Return how many lines at the top and at the bottom are a bar."""
    first, last = _bar(stack), _bar(stack[:, ::-1])
    # Bars that leave nothing between them are a flat picture.
    return (first, last) if first + last < stack.shape[1] else (0, 0)


def _bar(stack: Stack) -> int:
    """Return how many lines from the top on are a bar, 0 where none is sure."""
    lines = stack.shape[1]
    colour = int(np.median(stack[:, 0]))
    if (
        np.abs(stack[:, 0].astype(np.int16) - colour) <= _LEVELS_OF_ONE_COLOUR
    ).mean() < _FLAT_SHARE:
        return 0
    away = np.abs(stack.astype(np.int16) - colour)
    flat = (away <= _LEVELS_OF_ONE_COLOUR).mean(axis=(0, 2))
    still = np.median(stack.std(axis=0, dtype=np.float32), axis=1) < _STILL_LEVELS
    ends = np.flatnonzero((flat < _TEXT_SHARE) | ~still)
    if not len(ends) or not ends[0]:
        return 0
    if np.median(away[:, : ends[0]]) > _NOISE_LEVELS:
        return 0
    # Text may not reach the edge of its bar: the bar ends with its last flat line.
    end = int(np.flatnonzero(flat[: ends[0]] >= _FLAT_SHARE)[-1]) + 1
    if not _LEAST_BAR * lines <= end <= _MOST_BAR * lines:
        return 0
    # Coding and scaling blur the edge; its own line is a mixture and goes with the bar.
    edges = (line for line in range(end, min(end + _BLURRED_LINES, lines - 1)))
    return next((line + 1 for line in edges if _is_edge(away[:, line])), 0)


def _is_edge(away: npt.NDArray[np.int16]) -> bool:
    """Return whether the line after a bar differs from its colour along most of its length."""
    return bool((away.max(axis=0) > _EDGE_LEVELS).mean() >= _EDGE_SHARE)
