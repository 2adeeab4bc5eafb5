"""Which seconds of a clip show which seconds of an archived file, from distances between frames.

A re-used stretch is a straight line in the plane of clip time and file time: its slope is the
speed, and along it nearly every archived frame has a near frame of the clip. Lines over a grid of
slopes and starts are scored by the best unbroken stretch on each (Kadane's maximum subarray), the
best is fitted by least squares and followed outwards. Single frames that look alike score nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray, FloatArray, IntArray, TimeArray
from marchpast.reuse.planes import Plane

SLOWEST, FASTEST = 0.7, 1.43
LEAST_FRAMES: Final = 4
LEAST_SCORE: Final = 2.0

_SPEEDS: Final = np.geomspace(SLOWEST, FASTEST, 25)
_START_STEP_S: Final = 0.125
_REACH_S: Final = 10.0
_OUTSIDE: Final = -1.0
_AS_GOOD: Final = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A stretch of a clip that runs along one of a file: `file time = start + speed * clip time`.

    Attributes:
        speed: File seconds a clip second.
        start_s: File time at clip time 0; may be negative.
        clip_frames: `(P,)` int64, the frame of the clip nearest to each file frame.
        file_frames: `(P,)` int64, the file's frames of the stretch, ascending.
        is_near: `(P,)` bool: the two look alike; the others lie between such.
        score: Sum of the gains along it, divided by the speed: a fast line is no better for
            passing more frames of the file.
        speeds: The slowest and the fastest line that explain the frames about as well; both its own
            before :func:`with_doubt`.
        start_spread_s: How far apart such lines meet the middle of the stretch, in file seconds.
    """

    speed: float
    start_s: float
    clip_frames: IntArray
    file_frames: IntArray
    is_near: BoolArray
    score: float
    speeds: tuple[float, float]
    start_spread_s: float


def align(plane: Plane, *, clip_s: float, file_s: float) -> Stretch | None:
    """Return the best stretch near a place where a frame of each was found alike.

    Args:
        plane: Of the clip and one file.
        clip_s: Clip time of the place.
        file_s: File time of the place.

    Returns:
        `None` where fewer than four frames follow each other in both.
    """
    part, reach, span = plane.near(clip_s, file_s, _REACH_S), _REACH_S, -1.0
    found = _best(part, _all_lines(clip_s, file_s))
    while found is not None:
        lines = _around(*_fitted(part, found), middle_s=clip_s)
        wider = plane.near(clip_s, file_s, reach)
        finer = _best(wider, lines)
        if finer is None:
            break
        part, found = wider, finer
        grown = float(part.file_s[found.file_frames[-1]] - part.file_s[found.file_frames[0]])
        if grown <= span or reach > max(plane.clip_s[-1], plane.file_s[-1]):
            break
        span, reach = grown, reach * 2
    return None if found is None else _in_plane(plane, part, found)


def with_doubt(plane: Plane, stretch: Stretch) -> Stretch:
    """Return a stretch with the range of lines that explain its frames about as well.

    Args:
        plane: Of the clip and the file.
        stretch: From :func:`align`, of the same plane.
    """
    clip_s = float(plane.clip_s[stretch.clip_frames].mean())
    file_s = stretch.start_s + stretch.speed * clip_s
    near = plane.near(clip_s, file_s, _REACH_S)
    own = np.array([[stretch.speed, stretch.start_s]])
    fine = _around(stretch.speed, stretch.start_s, middle_s=clip_s)
    lines = np.concatenate([_all_lines(clip_s, file_s), fine])
    as_good = lines[_scores(near, lines) >= _AS_GOOD * _scores(near, own)]
    whole = fine[_scores(plane, fine) >= _AS_GOOD * _scores(plane, own)]
    # Near its middle only a part of a long stretch is seen, whose speed is less certain.
    ends = plane.file_s[stretch.file_frames[[0, -1]]]
    is_all_near = np.isin(ends, near.file_s).all()
    speeds = np.concatenate([own, as_good if is_all_near else whole])[:, 0]
    meets = np.concatenate([own, as_good]) @ np.array([clip_s, 1.0])
    return replace(
        stretch,
        speeds=(float(speeds.min()), float(speeds.max())),
        start_spread_s=float(np.ptp(meets)),
    )


def _all_lines(clip_s: float, file_s: float) -> npt.NDArray[np.float64]:
    """Return the lines of every speed that pass within ten seconds of a place."""
    return np.array([
        (speed, file_s - speed * clip_s + shift)
        for speed in _SPEEDS
        for shift in np.arange(-_REACH_S, _REACH_S, _START_STEP_S)
    ])  # fmt: skip


def _around(speed: float, start_s: float, *, middle_s: float) -> npt.NDArray[np.float64]:
    """Return lines near one, turned about a moment of the clip and shifted."""
    at_middle = start_s + speed * middle_s
    return np.array([
        (turned, at_middle + shift - turned * middle_s)
        for turned in speed * np.linspace(0.96, 1.04, 9)
        for shift in np.linspace(-0.25, 0.25, 9)
    ])  # fmt: skip


def _best(plane: Plane, lines: npt.NDArray[np.float64]) -> Stretch | None:
    """Return the best stretch on any of the lines, `(L, 2)` of speed and start."""
    clip_s, file_s = plane.clip_s, plane.file_s
    if not len(clip_s) or len(file_s) < LEAST_FRAMES:
        return None
    gain, frames = _along(plane, lines)
    score, first, last = _maximum_stretches(gain)
    score /= lines[:, 0]
    best = int(np.argmax(score))
    taken = slice(int(first[best]), int(last[best]) + 1)
    inside = gain[best, taken]
    if (inside > 0).sum() < LEAST_FRAMES or score[best] < LEAST_SCORE:
        return None
    file_frames = np.arange(len(file_s), dtype=np.int64)[taken]
    return Stretch(
        speed=float(lines[best, 0]),
        start_s=float(lines[best, 1]),
        clip_frames=frames[best, taken],
        file_frames=file_frames,
        is_near=inside > 0,
        score=float(score[best]),
        speeds=(float(lines[best, 0]), float(lines[best, 0])),
        start_spread_s=0.0,
    )


def _along(plane: Plane, lines: npt.NDArray[np.float64]) -> tuple[FloatArray, IntArray]:
    """Return `(L, M)`, the gain of each file frame on each line, and the clip frame it meets."""
    clip_s = plane.clip_s
    wanted = (plane.file_s[None, :] - lines[:, 1:]) / lines[:, :1]
    frames = _nearest(clip_s, wanted)
    step = np.median(np.diff(clip_s)) if len(clip_s) > 1 else 1.0
    gain = plane.gain[frames, np.arange(len(plane.file_s))]
    return np.where(np.abs(clip_s[frames] - wanted) > step, _OUTSIDE, gain), frames


def _scores(plane: Plane, lines: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the score of the best stretch on each line."""
    score, _, _ = _maximum_stretches(_along(plane, lines)[0])
    return np.asarray(score / lines[:, 0])


def _nearest(times: TimeArray, wanted: npt.NDArray[np.float64]) -> IntArray:
    right = np.clip(np.searchsorted(times, wanted), 1, max(1, len(times) - 1))
    left = right - 1
    right = np.minimum(right, len(times) - 1)
    is_left = np.abs(times[left] - wanted) <= np.abs(times[right] - wanted)
    return np.asarray(np.where(is_left, left, right), np.int64)


def _maximum_stretches(gain: FloatArray) -> tuple[npt.NDArray[np.float64], IntArray, IntArray]:
    """Return score, first and last column of the best unbroken stretch of each row."""
    rows = len(gain)
    running, begun = np.zeros(rows), np.zeros(rows, np.int64)
    score, first, last = np.full(rows, -np.inf), np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    for column in range(gain.shape[1]):
        anew = running <= 0
        begun = np.where(anew, column, begun)
        running = np.where(anew, 0, running) + gain[:, column]
        better = running > score
        score = np.where(better, running, score)
        first = np.where(better, begun, first)
        last = np.where(better, column, last)
    return score, first, last


def _fitted(plane: Plane, stretch: Stretch) -> tuple[float, float]:
    """Return speed and start of the line through the nearest frames about a stretch."""
    near = stretch.file_frames[stretch.is_near]
    wanted = (plane.file_s[near] - stretch.start_s) / stretch.speed
    centre = _nearest(plane.clip_s, wanted)
    offsets = np.arange(-2, 3)
    around = np.clip(centre[:, None] + offsets, 0, len(plane.clip_s) - 1)
    gain = plane.gain[around, near[:, None]]
    chosen = around[np.arange(len(near)), np.argmax(gain, axis=1)]
    clip_s, file_s = plane.clip_s[chosen], plane.file_s[near]
    if np.ptp(clip_s) <= 0:
        return stretch.speed, stretch.start_s
    slope, start = np.polyfit(clip_s, file_s, 1)
    if not SLOWEST <= slope <= FASTEST:
        return stretch.speed, stretch.start_s
    return float(slope), float(start)


def _in_plane(plane: Plane, part: Plane, stretch: Stretch) -> Stretch:
    """Return the stretch with frames numbered as in the whole plane."""
    clip_from = int(np.searchsorted(plane.clip_s, part.clip_s[0]))
    file_from = int(np.searchsorted(plane.file_s, part.file_s[0]))
    return replace(
        stretch,
        clip_frames=stretch.clip_frames + clip_from,
        file_frames=stretch.file_frames + file_from,
    )
