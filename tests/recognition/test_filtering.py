"""The filters against a textbook Kalman filter written with matrices."""

from __future__ import annotations

import numpy as np
import pytest

from marchpast.recognition import filtering
from marchpast.recognition.filtering import FilterBank, to_centre
from marchpast.records import TimeArray


def textbook(steps: list[float], found: list[float], side: float) -> tuple[float, float]:
    """Position and velocity of one coordinate whose side stays the same."""
    state = np.array([found[0], 0.0])
    covariance = np.diag(
        [(filtering._MEASUREMENT * side) ** 2, (filtering._FIRST_VELOCITY * side) ** 2]
    )
    noise = (filtering._ACCELERATION * side) ** 2
    for step, position in zip(steps, found[1:], strict=True):
        move = np.array([[1.0, step], [0.0, 1.0]])
        state = move @ state
        spread = np.array([[step**3 / 3, step**2 / 2], [step**2 / 2, step]])
        covariance = move @ covariance @ move.T + noise * spread
        gain = covariance[:, 0] / (covariance[0, 0] + (filtering._MEASUREMENT * side) ** 2)
        state = state + gain * (position - state[0])
        covariance = covariance - np.outer(gain, covariance[0])
    return float(state[0]), float(state[1])


def test_filters_agree_with_the_textbook_at_uneven_times() -> None:
    steps = [0.04, 0.2, 0.1, 0.5]
    found = [100.0, 108.0, 131.0, 140.0, 222.0]
    bank = FilterBank()
    bank.add(_at(found[0]), velocity=np.zeros(2))
    for step, position in zip(steps, found[1:], strict=True):
        bank.predict(step)
        bank.correct(np.array([0]), _at(position))
    position, velocity = textbook(steps, found, side=40.0)
    assert bank.boxes[0, 0] == pytest.approx(position)
    assert bank.velocities[0, 0] == pytest.approx(velocity)
    assert bank.boxes[0, 1:].tolist() == [50.0, 40.0, 20.0]


def test_a_camera_that_turns_and_zooms_takes_position_and_velocity_along() -> None:
    bank = FilterBank()
    bank.add(_at(100.0), velocity=np.array([10.0, 0.0]))
    # A quarter turn with a zoom of 2, then a shift.
    bank.move(np.array([[0, -2, 7], [2, 0, 9]], np.float32))
    assert bank.boxes[0].tolist() == [-93.0, 209.0, 80.0, 40.0]
    assert bank.velocities[0].tolist() == [0.0, 20.0, 0.0, 0.0]


def test_the_nearest_of_like_shape_is_the_closest() -> None:
    bank = FilterBank()
    bank.add(_at(100.0), velocity=np.zeros(2))
    there, near, far = _at(100.0)[0], _at(110.0)[0], _at(150.0)[0]
    reshaped = np.array([100.0, 50.0, 20.0, 40.0])
    distances = bank.distances(np.array([there, near, far, reshaped]))[0]
    assert distances.argsort().tolist() == [0, 1, 3, 2]


def test_boxes_become_centres_with_sides_of_at_least_a_pixel() -> None:
    boxes = np.array([[10, 20, 30, 50], [5, 5, 5, 5]], np.float32)
    assert to_centre(boxes).tolist() == [[20, 35, 20, 30], [5, 5, 1, 1]]


def _at(x: float) -> TimeArray:
    return np.array([[x, 50.0, 40.0, 20.0]])
