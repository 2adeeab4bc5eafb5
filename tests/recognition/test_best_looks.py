"""The looks that are kept: good, spread in time, small, and copies."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from marchpast.recognition import BestLooks, cut
from marchpast.recognition.crops import sharpness
from marchpast.records import BgrImage, FloatArray, Frame

NOISE = np.random.default_rng(0).integers(0, 255, (400, 600, 3), np.uint8)


def frame_at(time_s: float, image: BgrImage = NOISE) -> Frame:
    return Frame(round(time_s * 25), time_s, image)


def box(x: float, y: float, side: float) -> FloatArray:
    return np.array([x, y, x + side, y + side], np.float32)


def test_cut_takes_the_box_and_nothing_around_it() -> None:
    crop = cut(NOISE, (10.4, 20.6, 30.0, 45.0))
    assert np.array_equal(crop, NOISE[21:45, 10:30])
    crop[:] = 0
    assert NOISE[21:45, 10:30].any()


@pytest.mark.parametrize(
    ("xyxy", "shape"),
    [
        ((-9.0, -9.0, 5.0, 7.0), (7, 5, 3)),
        ((590.0, 390.0, 700.0, 700.0), (10, 10, 3)),
        ((50.2, 50.2, 50.3, 50.3), (1, 1, 3)),
        ((900.0, 900.0, 950.0, 950.0), (1, 1, 3)),
    ],
)
def test_cut_stays_inside_the_picture_and_is_never_empty(
    xyxy: tuple[float, float, float, float], shape: tuple[int, int, int]
) -> None:
    assert cut(NOISE, xyxy).shape == shape


def test_sharpness_falls_with_blur_and_is_nothing_for_a_flat_picture() -> None:
    picture = np.kron(NOISE[:20, :20], np.ones((6, 6, 1), np.uint8))
    blurred = [np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8) for sigma in (2, 5)]
    values = [sharpness(image) for image in (picture, *blurred, np.full_like(picture, 90))]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.9
    assert values[-1] == 0.0


def test_the_sharp_the_large_the_sure_and_the_whole_win() -> None:
    soft = np.asarray(cv2.GaussianBlur(NOISE, (0, 0), 6), np.uint8)
    better_and_worse = [
        ((NOISE, box(100, 100, 80), 0.9), (soft, box(100, 100, 80), 0.9)),
        ((NOISE, box(100, 100, 80), 0.9), (NOISE, box(100, 100, 40), 0.9)),
        ((NOISE, box(100, 100, 80), 0.9), (NOISE, box(100, 100, 80), 0.5)),
        ((NOISE, box(100, 100, 80), 0.9), (NOISE, box(0, 100, 90), 0.9)),
    ]
    for better, worse in better_and_worse:
        for expected, order in enumerate(((better, worse), (worse, better))):
            looks = BestLooks(count=1)
            for step, (image, xyxy, confidence) in enumerate(order):
                looks.add(frame_at(float(step), image), xyxy, confidence)
            (kept,) = looks.crops()
            assert kept.frame_index == expected * 25


def test_an_approaching_vehicle_is_kept_at_three_times_not_in_three_neighbouring_frames() -> None:
    looks = BestLooks(count=3, apart_s=0.4)
    for step in range(50):
        looks.add(frame_at(step / 25), box(50, 50, 40 + 5 * step), 0.9)
    crops = looks.crops()
    assert [crop.frame_index for crop in crops] == sorted(
        (crop.frame_index for crop in crops), reverse=True
    )
    assert [crop.quality for crop in crops] == sorted(
        (crop.quality for crop in crops), reverse=True
    )
    windows = [int(crop.time_s / 0.4 + 1e-9) for crop in crops]
    assert windows == [4, 3, 2]


def test_memory_does_not_grow_and_no_frame_is_kept() -> None:
    looks = BestLooks(count=3)
    for step in range(200):
        looks.add(frame_at(step / 5), box(10, 10, 100 + step), 0.9)
        assert len(looks.crops()) <= 3
    image = np.random.default_rng(1).integers(0, 255, (1000, 1600, 3), np.uint8)
    looks.add(frame_at(99.0, image), np.array([100, 100, 1500, 900], np.float32), 0.9)
    best = looks.crops()[0]
    assert best.image.shape == (366, 640, 3)
    assert best.xyxy == (100.0, 100.0, 1500.0, 900.0)
    for crop in looks.crops():
        assert crop.image.base is None
        assert not np.shares_memory(crop.image, image)
        assert not np.shares_memory(crop.image, NOISE)


def test_the_first_look_is_kept_however_poor() -> None:
    looks = BestLooks()
    looks.add(frame_at(0.0, np.zeros((50, 50, 3), np.uint8)), box(0, 0, 1), 0.01)
    (kept,) = looks.crops()
    assert kept.image.shape == (1, 1, 3)
    assert kept.quality == 0.0


def test_times_before_the_first_look_have_a_window_too() -> None:
    looks = BestLooks(count=2, apart_s=1.0)
    for time_s in (5.0, 4.9, 3.0):
        looks.add(frame_at(time_s), box(50, 50, 40), 0.9)
    assert len(looks.crops()) == 2


@pytest.mark.parametrize("settings", [{"count": 0}, {"apart_s": 0.0}])
def test_no_looks_and_no_time_apart_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="needed, got"):
        BestLooks(**settings)
