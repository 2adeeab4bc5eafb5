"""Which tracks of a clip may show a vehicle that was followed before.

Times and boxes of the tracks say much: two that are detected in one frame are two vehicles; what
leaves by one edge and enters by the other is another; what enters by the edge where others left is
the same where the camera turned back, and another where traffic goes both ways. Where they do not
say, both readings are kept, and the count becomes wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from marchpast.inventory.count_rates import CountRates
from marchpast.records import Track

Array = npt.NDArray[np.float64]
Reading = Literal["first", "other", "interrupted", "turned", "perhaps turned"]
"""What a track's beginning looks like: nothing has ended yet; nothing tells; it goes on where one
was lost; it comes back by an edge that one left by, after the camera was seen to turn; or without
a sign of that."""

# Ours, not measured: a camera that is seen to turn back shows the same vehicles again, save that
# some may have driven on; where vehicles come in by the edge where others left and nothing tells
# whether the camera turned or another column came, neither is likelier.
_TURNED, _PERHAPS_TURNED = 0.95, 0.5
_REPEATED, _NOT_REPEATED = 0.97, 0.03
# After a cut any share of what is seen may have been seen before.
_AFTER_CUT = (0.0, 0.25, 0.5, 0.75, 1.0)

_LEVELS = 4
_EDGE = 0.015
_LOOKS_BACK = 3.0
_TURN_SHARE = 0.12
_LARGEST_GAP_S = 10.0
_SIZE_RATIO = 1.7
_CUT_WINDOW_S = 1.0
_CUT_ENDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """How surely each track of a clip shows a vehicle that an earlier one showed.

    Attributes:
        weights: `(S,)` probability of each reading of the clip as a whole; they sum to 1.
        shares: `(S, T)` probability of each track, in the order given.
    """

    weights: Array
    shares: Array


def repeats(tracks: Sequence[Track], rates: CountRates, *, size: tuple[float, float]) -> Repeats:
    """Read the tracks of one clip.

    Args:
        tracks: All of them, whatever they show.
        rates: Measured.
        size: Width and height of the picture in pixels.
    """
    clip = _Clip(tracks, size)
    cuts = clip.cuts()
    readings = _read(clip, cuts)
    is_after_cut = clip.begin > cuts[0] if cuts else np.zeros(len(tracks), bool)
    is_other = np.array([reading == "other" for reading in readings], bool)
    base = np.where([reading == "interrupted" for reading in readings], rates.interrupted, 0.0)
    levels = rates.other.levels(_LEVELS) if is_other.any() else np.zeros(1)
    weights = np.full(len(levels), 1 / len(levels))
    shares = np.where(is_other, levels[:, None], base)
    for reading, weight in (("turned", _TURNED), ("perhaps turned", _PERHAPS_TURNED)):
        rows = np.array([r == reading for r in readings], bool)
        if rows.any():
            both = [np.where(rows, share, shares) for share in (_REPEATED, _NOT_REPEATED)]
            shares = np.concatenate(both)
            weights = np.concatenate([weights * weight, weights * (1 - weight)])
    if is_after_cut.any():
        fit = min(1.0, float((~is_after_cut).sum() / is_after_cut.sum()))
        shares = np.concatenate(
            [
                np.where(is_after_cut, 1 - (1 - shares) * (1 - share * fit), shares)
                for share in _AFTER_CUT
            ]
        )
        weights = np.tile(weights / len(_AFTER_CUT), len(_AFTER_CUT))
    return Repeats(weights, shares)


def readings_of(tracks: Sequence[Track], *, size: tuple[float, float]) -> list[Reading]:
    """Return what the beginning of each track looks like.

    Args:
        tracks: All of one clip.
        size: Width and height of the picture in pixels.
    """
    clip = _Clip(tracks, size)
    return _read(clip, clip.cuts())


class _Clip:
    """The columns of a clip's tracks: how each begins, ends and moves."""

    def __init__(self, tracks: Sequence[Track], size: tuple[float, float]) -> None:
        self.tracks = tracks
        self.size = np.array(size, np.float64)
        self.begin = np.array([track.time_s[0] for track in tracks], np.float64)
        self.end = np.array([track.time_s[-1] for track in tracks], np.float64)
        self.first = np.array([track.xyxy[0] for track in tracks], np.float64).reshape(-1, 4)
        self.last = np.array([track.xyxy[-1] for track in tracks], np.float64).reshape(-1, 4)
        steps = np.concatenate([np.diff(track.time_s) for track in tracks])
        self.look_s = float(np.median(steps)) if len(steps) else 0.0
        self.speed_in = np.array([_speed(track.time_s[:5], track.xyxy[:5]) for track in tracks])
        self.speed_out = np.array([_speed(track.time_s[-5:], track.xyxy[-5:]) for track in tracks])
        back = _LOOKS_BACK * self.look_s
        self.side_in = self._side(self.first, -self.speed_in[:, 0] * back)
        self.side_out = self._side(self.last, self.speed_out[:, 0] * back)

    def _side(self, boxes: Array, step: Array) -> npt.NDArray[np.int64]:
        """Return by which edge boxes pass: -1 the left, 1 the right, 0 neither.

        Vehicles reach the left and right edges of most clips, so these are known from the boxes;
        where the upper and lower edges are is not.
        """
        margin = _EDGE * self.size[0]
        is_left = (boxes[:, 0] + step <= margin) & (step <= 0)
        is_right = (boxes[:, 2] + step >= self.size[0] - margin) & (step >= 0)
        return np.where(is_left, -1, np.where(is_right, 1, 0))

    def cuts(self) -> list[float]:
        """Return the times after which everything is new although nothing had left."""
        times = np.unique(np.concatenate([track.time_s for track in self.tracks]))
        cuts = []
        inside_out, inside_in = self.side_out == 0, self.side_in == 0
        for time in np.unique(self.end)[:-1].tolist():
            if ((self.begin <= time) & (self.end > time)).any():
                continue
            lost = inside_out & (self.end <= time) & (self.end > time - _CUT_WINDOW_S)
            new = inside_in & (self.begin > time) & (self.begin <= time + _CUT_WINDOW_S)
            if lost.any() and new.any() and lost.sum() + new.sum() >= _CUT_ENDS:
                cuts.append(float(time))
        return cuts if len(times) else []

    def turned(self, side: int, since: float, until: float) -> bool:
        """Say whether a track in view meanwhile moved towards a side and then away from it."""
        least = _TURN_SHARE * self.size[0]
        for index in np.flatnonzero((self.begin < until) & (self.end > since)).tolist():
            track = self.tracks[index]
            place = side * (track.xyxy[:, 0] + track.xyxy[:, 2]) / 2
            peak = int(place.argmax())
            there, back = place[peak] - place[0], place[peak] - place[-1]
            if min(there, back) >= least / 3 and there + back >= least:
                return True
        return False

    def goes_both_ways(self, index: int, side: int) -> bool:
        """Say whether others move towards a side while this track comes in from it."""
        track = self.tracks[index]
        until = track.time_s[min(4, len(track.time_s) - 1)]
        for other in np.flatnonzero((self.begin < self.begin[index]) & (self.end > until)).tolist():
            rows = self.tracks[other]
            during = (rows.time_s >= self.begin[index]) & (rows.time_s <= until)
            if during.sum() >= 2:
                move = _speed(rows.time_s[during], rows.xyxy[during])[0] * side
                own = self.speed_in[index, 0] * side
                if move > 0 > own and move > -own / 3:
                    return True
        return False

    def follows(self, lost: int, index: int) -> float | None:
        """Return how far a track begins from where a lost one was going; `None` if too far."""
        gap = float(self.begin[index] - self.end[lost])
        sides = self.last[lost, 2:] - self.last[lost, :2]
        ratio = (self.first[index, 2:] - self.first[index, :2]) / np.maximum(sides, 1)
        if gap > _LARGEST_GAP_S or not (1 / _SIZE_RATIO <= ratio.max() <= _SIZE_RATIO):
            return None
        moved = _centre(self.first[index]) - _centre(self.last[lost])
        off = np.abs(moved - self.speed_out[lost] * gap)
        near = 2 * sides + 0.75 * np.abs(self.speed_out[lost]) * gap
        distance = float((off / np.maximum(near, 1)).max())
        return distance if distance <= 1 else None


def _read(clip: _Clip, cuts: Sequence[float]) -> list[Reading]:
    """Go through beginnings and ends in order of time."""
    earliest = clip.end.min(initial=np.inf)
    readings: list[Reading] = ["other" if begin > earliest else "first" for begin in clip.begin]
    gone: dict[int, list[int]] = {-1: [], 1: []}
    lost: list[int] = []
    events = [(time, 1, index) for index, time in enumerate(clip.end.tolist())]
    events += [(time, 0, index) for index, time in enumerate(clip.begin.tolist())]
    events += [(time, 2, -1) for time in cuts]
    for time, kind, index in sorted(events):
        if kind == 2:
            gone, lost = {-1: [], 1: []}, []
        elif kind == 1:
            side = int(clip.side_out[index])
            (gone[side] if side else lost).append(index)
        elif not (side := int(clip.side_in[index])):
            near = [(d, i) for i in lost if (d := clip.follows(i, index)) is not None]
            if near:
                lost.remove(min(near)[1])
                readings[index] = "interrupted"
        elif gone[side] and not clip.goes_both_ways(index, side):
            # The last that left by an edge is the first to come back.
            before = gone[side].pop()
            has_turned = clip.turned(side, float(clip.end[before]), time)
            readings[index] = "turned" if has_turned else "perhaps turned"
    return readings


def _centre(box: Array) -> Array:
    return np.asarray((box[:2] + box[2:]) / 2)


def _speed(time_s: npt.NDArray[np.float64], xyxy: npt.NDArray[np.float32]) -> Array:
    """Return pixels a second along x and y: of the edge that moves more, since one may be cut."""
    passed = float(time_s[-1] - time_s[0])
    if passed <= 0:
        return np.zeros(2)
    moved = (xyxy[-1].astype(np.float64) - xyxy[0]) / passed
    is_second = np.abs(moved[2:]) > np.abs(moved[:2])
    return np.asarray(np.where(is_second, moved[2:], moved[:2]))
