import math

import numpy as np
import pytest

from marchpast.media import FrameGate


def _scene(square_left: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = np.full((360, 640, 3), 90, np.uint8)
    image[100:200, square_left : square_left + 100] = 250
    return image


def test_the_first_frame_is_new_and_its_copy_is_not() -> None:
    gate = FrameGate(max_difference=0.0)
    assert [gate.is_same(_scene(50)) for _ in range(3)] == [False, True, True]


def test_the_threshold_is_the_mean_difference_in_grey_levels() -> None:
    grey = np.full((90, 160, 3), 100, np.uint8)
    gate = FrameGate(max_difference=2.0)
    assert [gate.is_same(grey + step) for step in (0, 2, 3, 4, 5)] == [
        False,
        True,
        False,
        True,
        True,
    ]


def test_a_moved_square_is_new() -> None:
    gate = FrameGate(max_difference=1.0)
    assert not gate.is_same(_scene(50))
    assert not gate.is_same(_scene(150))


def test_a_slow_drift_adds_up() -> None:
    gate = FrameGate(max_difference=2.0)
    seen = [gate.is_same(_scene(50 + step)) for step in range(60)]
    assert seen.count(False) > 3


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3000, 3), (2160, 3840, 3)])
def test_any_size_will_do(shape: tuple[int, int, int]) -> None:
    gate = FrameGate(max_difference=0.5)
    image = np.full(shape, 40, np.uint8)
    assert [gate.is_same(image), gate.is_same(image)] == [False, True]


def test_the_image_is_left_alone() -> None:
    image = _scene(10)
    image.flags.writeable = False
    assert not FrameGate(max_difference=1.0).is_same(image)


@pytest.mark.parametrize("value", [-1.0, 256.0, math.nan])
def test_a_threshold_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="max_difference"):
        FrameGate(max_difference=value)
