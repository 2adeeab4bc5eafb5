"""Where tracks are expected: constant-velocity Kalman filters, vectorised over tracks."""

from __future__ import annotations

import numpy as np

from marchpast.records import BoolArray, FloatArray, IntArray, TimeArray

# All in sides of the box (widths for x, heights for y), per second where time enters. Chosen on
# the invented worlds of `benchmarks/worlds.py`; the optimum is flat.
_MEASUREMENT = 0.05
"""Standard deviation of a detected centre or side."""
_FIRST_VELOCITY = 1.5
_FIRST_GROWTH = 0.7
"""Standard deviation of what a vehicle just found may do beside what is expected of it."""
_ACCELERATION = 1.5
_GROWTH_CHANGE = 0.5
"""Density of the white noise that changes velocity, per second to the power 1.5."""
_SLACK = 0.1
"""Standard deviation of a centre in association, beside the filter's own."""
_SHAPE = 0.2
"""Standard deviation of the logarithm of a side, in association."""

_POSITION, _VELOCITY, _PP, _PV, _VV = range(5)


class FilterBank:
    """State of `N` tracks: centre and sides with their velocities.

    The four coordinates (centre x, centre y, width, height) are filtered independently of
    each other, so a track is five rows of four numbers (position, velocity and the three
    distinct entries of their covariance) and every step is a handful of array operations
    however many tracks there are. Time is in seconds: frames may come unevenly.
    """

    def __init__(self) -> None:
        self._state: TimeArray = np.zeros((0, 5, 4))

    def __len__(self) -> int:
        return len(self._state)

    @property
    def boxes(self) -> TimeArray:
        """`(N, 4)` expected centre x, centre y, width, height, pixels."""
        return self._state[:, _POSITION]

    @property
    def velocities(self) -> TimeArray:
        """`(N, 4)` of the same coordinates, pixels a second."""
        return self._state[:, _VELOCITY]

    def move(self, matrix: FloatArray) -> None:
        """Move every track with the camera; `matrix` is the `(2, 3)` one of `motion.Motion`."""
        zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        turn = matrix[:, :2].astype(np.float64).T
        state = self._state
        state[:, _POSITION, :2] = state[:, _POSITION, :2] @ turn + matrix[:, 2]
        state[:, _VELOCITY, :2] = state[:, _VELOCITY, :2] @ turn
        state[:, :_PP, 2:] *= zoom
        state[:, _PP:] *= zoom * zoom

    def predict(self, step_s: float) -> None:
        """Let `step_s >= 0` seconds pass."""
        state = self._state
        noise = np.square(
            _sides(state[:, _POSITION])
            * (_ACCELERATION, _ACCELERATION, _GROWTH_CHANGE, _GROWTH_CHANGE)
        )
        growth = 2 * state[:, _PV] + step_s * (state[:, _VV] + noise * step_s / 3)
        state[:, _POSITION] += step_s * state[:, _VELOCITY]
        state[:, _PP] += step_s * growth
        state[:, _PV] += step_s * (state[:, _VV] + noise * step_s / 2)
        state[:, _VV] += step_s * noise
        # A track that shrank when last seen must not turn inside out while it is lost.
        np.maximum(state[:, _POSITION, 2:], 1.0, out=state[:, _POSITION, 2:])

    def distances(self, measured: TimeArray) -> TimeArray:
        """Return how badly each detection fits each track.

        Squared Mahalanobis distance of the centre, squared change of the sides, and half the
        logarithm of the variance, so that a track that could be anywhere does not outbid one
        that is sure. Unlike overlap it still tells near from far where boxes do not touch: at
        five frames a second a fast vehicle has left its own last box.

        Args:
            measured: `(M, 4)` centre x, centre y, width, height, pixels.

        Returns:
            `(N, M)` float64.
        """
        expected = self._state[:, _POSITION]
        sides = expected[:, 2:]
        variance = self._state[:, _PP, :2] + np.square(_SLACK * sides)
        offset = np.log(variance / np.square(_SLACK * sides)).sum(axis=1) / 2
        found_shape = np.log(measured[:, 2:]) / _SHAPE
        expected_shape = np.log(sides) / _SHAPE
        total = np.repeat(offset[:, None], len(measured), axis=1)
        for axis in (0, 1):
            apart = expected[:, axis, None] - measured[:, axis]
            change = expected_shape[:, axis, None] - found_shape[:, axis]
            total += apart * apart / variance[:, axis, None] + change * change
        return np.asarray(total)

    def correct(self, tracks: IntArray, measured: TimeArray) -> None:
        """Take in what was detected: row `i` of `(K, 4)` `measured` is track `tracks[i]`."""
        state = self._state[tracks]
        variance = state[:, _PP] + np.square(_MEASUREMENT * _sides(measured))
        surprise = measured - state[:, _POSITION]
        gain, velocity_gain = state[:, _PP] / variance, state[:, _PV] / variance
        state[:, _POSITION] += gain * surprise
        state[:, _VELOCITY] += velocity_gain * surprise
        state[:, _VV] -= velocity_gain * state[:, _PV]
        state[:, _PP] *= 1 - gain
        state[:, _PV] *= 1 - gain
        self._state[tracks] = state

    def add(self, measured: TimeArray, *, velocity: TimeArray) -> None:
        """Append a track for every row of `measured`.

        Args:
            measured: `(K, 4)` centre x, centre y, width, height, pixels.
            velocity: `(2,)` at which their centres are expected to move, pixels a second.
        """
        sides = _sides(measured)
        state = np.zeros((len(measured), 5, 4))
        state[:, _POSITION] = measured
        state[:, _VELOCITY, :2] = velocity
        state[:, _PP] = np.square(_MEASUREMENT * sides)
        first = (_FIRST_VELOCITY, _FIRST_VELOCITY, _FIRST_GROWTH, _FIRST_GROWTH)
        state[:, _VV] = np.square(sides * first)
        self._state = np.concatenate([self._state, state])

    def keep(self, tracks: BoolArray) -> None:
        """Forget the tracks that are `False` in `(N,)` `tracks`."""
        self._state = self._state[tracks]


def to_centre(xyxy: FloatArray) -> TimeArray:
    """Return `(N, 4)` centre x, centre y, width, height of boxes; sides are at least a pixel."""
    boxes = xyxy.astype(np.float64)
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, sides], axis=1)


def _sides(boxes: TimeArray) -> TimeArray:
    """Return width, height, width, height: the scale of each coordinate."""
    return np.concatenate([boxes[:, 2:], boxes[:, 2:]], axis=1)
