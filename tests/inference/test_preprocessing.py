"""Preprocessing: sizes, aspect ratios, the way back, and untouched inputs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.inference import Letterbox, fitted_size, squash

SIDES = st.integers(1, 400)


@given(SIDES, SIDES)
def test_fitted_size_holds_the_picture_and_no_more(height: int, width: int) -> None:
    sides = fitted_size(height, width, long_side=320)
    scale = 320 / max(height, width)
    assert max(sides) == 320
    for fitted, side in zip(sides, (height, width), strict=True):
        assert fitted % 32 == 0
        assert round(side * scale) <= fitted < max(1, round(side * scale)) + 32


def test_fitted_size_refuses_a_side_the_network_cannot_take() -> None:
    with pytest.raises(ValueError, match="multiple of 32"):
        fitted_size(100, 100, long_side=330)


@given(SIDES, SIDES)
def test_letterbox_comes_back(height: int, width: int) -> None:
    letterbox = Letterbox(fitted_size(height, width, long_side=64))
    tensor, back = letterbox.fit(np.full((height, width, 3), 7, np.uint8))
    inside = np.argwhere((tensor[0] == 7).all(axis=2))
    bottom, right = inside.max(axis=0) + 1
    np.testing.assert_allclose(
        np.array([0, 0, right, bottom], np.float32) * back, [0, 0, width, height], rtol=1e-5
    )
    # Both axes are scaled alike, up to the rounding of a side to at least one whole pixel.
    assert right / width == pytest.approx(bottom / height, abs=1 / min(height, width))
    assert tensor.dtype == np.uint8


def test_letterbox_forgets_the_picture_before() -> None:
    letterbox = Letterbox((32, 64), pad_value=114)
    letterbox.fit(np.full((32, 64, 3), 255, np.uint8))
    tensor, _ = letterbox.fit(np.full((32, 32, 3), 9, np.uint8))
    np.testing.assert_array_equal(tensor[0, :, 32:], 114)
    np.testing.assert_array_equal(tensor[0, :, :32], 9)


def test_letterbox_leaves_the_picture_alone_and_keeps_channels() -> None:
    image = np.zeros((20, 30, 3), np.uint8)
    image[..., 2] = 200
    before = image.copy()
    tensor, _ = Letterbox((32, 32)).fit(image)
    np.testing.assert_array_equal(image, before)
    np.testing.assert_array_equal(tensor[0, 0, 0], [0, 0, 200])


def test_squash_gives_one_row_a_picture() -> None:
    images = [np.full((h, w, 3), value, np.uint8) for h, w, value in ((9, 90, 3), (1, 1, 250))]
    batch = squash(images, (16, 24))
    assert batch.shape == (2, 16, 24, 3)
    np.testing.assert_array_equal(batch[0], 3)
    np.testing.assert_array_equal(batch[1], 250)


def test_squash_of_nothing_is_an_empty_batch() -> None:
    assert squash([], (8, 8)).shape == (0, 8, 8, 3)
