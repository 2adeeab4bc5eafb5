"""Where vehicles and cameras are at a time: columns, hands, pans, cars and drones.

World frame of the renderer: metres, Z up; heading 0 drives towards -X and positive headings turn
left seen from above; yaw 0 looks along -Y and positive yaws turn towards +X.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.synthesis.places import Lane

Array = npt.NDArray[np.float64]
_WHEELBASE_SHARE = 0.7
"""A vehicle's heading in a bend is that of the chord this share of its length long."""
_SWAY_HZ = (0.31, 0.57, 1.1, 1.9, 3.7)
"""A hand's movement as a sum of sines whose strength falls with frequency: below 0.3 Hz one
would call it a pan, and above about 4 Hz an arm is too heavy."""


def heading_deg(lane: Lane, distance_m: float, length_m: float) -> float:
    """Return the heading of a vehicle whose nose is at a distance along a lane.

    Args:
        lane: Where it drives.
        distance_m: Of its nose.
        length_m: Of the vehicle; a long one cuts the bend.
    """
    nose, _ = lane.at(distance_m)
    tail, _ = lane.at(distance_m - max(0.5, _WHEELBASE_SHARE * length_m))
    return float(np.rad2deg(np.arctan2(tail[1] - nose[1], tail[0] - nose[0])))


def nearest_m(lane: Lane, place: Sequence[float]) -> float:
    """Return the distance along a lane at which it comes nearest to a place, to half a metre."""
    steps = np.arange(0.0, max(lane.length_m, 0.5) + 0.25, 0.5)
    points = np.array([lane.at(float(step))[0] for step in steps])
    away = np.hypot(points[:, 0] - place[0], points[:, 1] - place[1])
    return float(steps[int(away.argmin())])


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Vehicles behind each other at one speed, whose gaps breathe a little.

    Attributes:
        noses_m: `(N,)` distance of every nose along the lane at time 0, the leader first.
        speed_m_s: Of the column.
        sway_m: `(N,)` how far each vehicle falls back and catches up.
        phase: `(N,)` radians.
    """

    noses_m: Array
    speed_m_s: float
    sway_m: Array
    phase: Array

    _PERIOD_S = 9.0

    def at(self, time_s: float) -> Array:
        """Return `(N,)` distances of the noses along the lane."""
        turn = 2 * np.pi * time_s / self._PERIOD_S
        swing = self.sway_m * (np.sin(turn + self.phase) - np.sin(self.phase))
        return np.asarray(self.noses_m + self.speed_m_s * time_s + swing)

    def only(self, index: int) -> Column:
        """Return the column of one of the vehicles alone."""
        one = slice(index, index + 1)
        return Column(self.noses_m[one], self.speed_m_s, self.sway_m[one], self.phase[one])


def column(
    lengths_m: Sequence[float],
    rng: np.random.Generator,
    *,
    leader_m: float,
    gap_m: float,
    speed_m_s: float,
) -> Column:
    """Line vehicles up.

    Args:
        lengths_m: Of the vehicles, the leader first.
        rng: Varies the gaps by a third and their breathing by at most a sixth, so that no two
            vehicles touch.
        leader_m: Where the first nose is at time 0.
        gap_m: Mean gap from tail to nose.
        speed_m_s: Of the column.
    """
    count = len(lengths_m)
    gaps = gap_m * rng.uniform(0.67, 1.33, count)
    noses, nose = [], leader_m
    for length, gap in zip(lengths_m, gaps, strict=True):
        noses.append(nose)
        nose -= length + gap
    moves = speed_m_s > 0
    sway = rng.uniform(0, gap_m / 12, count) if moves else np.zeros(count)
    return Column(np.array(noses), speed_m_s, sway, rng.uniform(0, 2 * np.pi, count))


def coupled(line: Column, index: int, *, behind_m: float) -> Column:
    """Return the column with one vehicle at a fixed distance behind the one before it.

    Args:
        line: The column; those further behind keep their gaps.
        index: Of the vehicle that is towed, from 1.
        behind_m: From nose to nose.
    """
    noses, sway, phase = line.noses_m.copy(), line.sway_m.copy(), line.phase.copy()
    noses[index:] += noses[index - 1] - behind_m - noses[index]
    sway[index], phase[index] = sway[index - 1], phase[index - 1]
    return Column(noses, line.speed_m_s, sway, phase)


def hand(times_s: Array, rng: np.random.Generator, *, sway_deg: float) -> Array:
    """Return what a hand does to a camera: `(N, 3)` degrees of yaw, pitch and roll.

    Args:
        times_s: `(N,)` seconds.
        rng: Draws the phases.
        sway_deg: Root mean square of yaw and pitch; roll has a third of it.
    """
    strength = 1 / (1 + 1.6 * np.array(_SWAY_HZ))
    strength /= np.sqrt((strength**2).sum() / 2)
    phase = rng.uniform(0, 2 * np.pi, (3, len(_SWAY_HZ)))
    turns = 2 * np.pi * times_s[:, None, None] * np.array(_SWAY_HZ) + phase
    sway = (strength * np.sin(turns)).sum(axis=2)
    return np.asarray(sway * sway_deg * np.array([1.0, 1.0, 1 / 3]))


def eased(times_s: Array, start: float, end: float) -> Array:
    """Return `(N,)` values from `start` to `end` that begin and stop gently."""
    span = max(float(times_s[-1] - times_s[0]), 1e-9)
    share = np.clip((times_s - times_s[0]) / span, 0, 1)
    return np.asarray(start + (end - start) * (0.5 - 0.5 * np.cos(np.pi * share)))


def aim(eye: Sequence[float], target: Sequence[float]) -> tuple[float, float]:
    """Return the yaw and pitch in degrees that put a world point in the middle of the picture.

    >>> aim((0, 10, 0), (0, 0, 0)), aim((0, 0, 0), (5, 0, 0))[0]
    ((0.0, 0.0), 90.0)
    """
    x, y, z = (float(b) - float(a) for a, b in zip(eye, target, strict=True))
    yaw = np.rad2deg(np.arctan2(x, -y))
    pitch = np.rad2deg(np.arctan2(z, np.hypot(x, y)))
    return float(yaw), float(pitch)


def standing(middle: Sequence[float], heading_deg: float, length_m: float) -> tuple[Lane, Column]:
    """Return the lane and the column of one vehicle that stands.

    Args:
        middle: World place of its middle.
        heading_deg: Where it faces.
        length_m: Of the vehicle.
    """
    place = np.asarray(middle, np.float64)
    turn = np.deg2rad(heading_deg)
    ahead = np.array([-np.cos(turn), -np.sin(turn), 0.0]) * length_m
    lane = Lane(np.array([place - ahead, place + ahead], np.float32), 0.0)
    return lane, Column(np.array([1.5 * length_m]), 0.0, np.zeros(1), np.zeros(1))
