"""Changes that make a photo look like what users bring."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("albumentations")

import cv2

from marchpast.records import BgrImage
from marchpast.training.detector_augment import Photometry, as_video

pytestmark = pytest.mark.train


def checks(side: int = 4) -> BgrImage:
    """Black and white squares: as sharp as a picture can be."""
    rows, columns = np.mgrid[:96, :160] // side
    image = np.where((rows + columns) % 2, 235, 20).astype(np.uint8)
    return np.repeat(image[..., None], 3, axis=2)


def sharpness(image: BgrImage) -> float:
    return float(cv2.Laplacian(image[..., 0].astype(np.float32), cv2.CV_32F).var())


def test_a_frame_of_a_video_is_softer_and_stays_the_same_picture() -> None:
    image = checks()
    softer = 0
    for seed in range(10):
        frame = as_video(image, np.random.default_rng(seed))
        assert frame.shape == image.shape and frame.dtype == np.uint8
        softer += sharpness(frame) < sharpness(image)
        coarse = [cv2.resize(row, (10, 6), interpolation=cv2.INTER_AREA) for row in (image, frame)]
        assert np.abs(coarse[0].astype(float) - coarse[1]).mean() < 12
    assert softer >= 9


def test_the_same_seed_changes_pictures_in_the_same_way() -> None:
    image = checks(side=12)
    first, again, other = (Photometry(seed=seed) for seed in (1, 1, 2))
    rows = [(first(image), again(image), other(image)) for _ in range(12)]
    assert all(np.array_equal(row[0], row[1]) for row in rows)
    assert not all(np.array_equal(row[0], row[2]) for row in rows)
