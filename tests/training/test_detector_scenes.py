from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.records import BgrImage, FloatArray
from marchpast.training.detector_scenes import (
    PAD_VALUE,
    Scene,
    mirrored,
    mosaic,
    view,
)

pytestmark = pytest.mark.train

RED = (0, 0, 255)


def drawn(height: int, width: int, box: tuple[int, int, int, int]) -> Scene:
    """A black picture with one red rectangle, whose civil vehicles are unlabelled."""
    image = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = box
    image[y1:y2, x1:x2] = RED
    return Scene(
        image,
        np.array([box], np.float32),
        np.zeros(1, np.int64),
        np.array([[0, 0, width, height]], np.float32),
    )


def red_extent(image: BgrImage) -> FloatArray:
    y, x = np.nonzero((image[..., 2] > 127) & (image[..., 0] < 60))
    return np.array([x.min(), y.min(), x.max() + 1, y.max() + 1], np.float32)


@settings(max_examples=40, deadline=None)
@given(
    zoom=st.floats(0.5, 2.0),
    stretch=st.floats(0.85, 1.18),
    seed=st.integers(0, 1000),
)
def test_a_box_stays_on_its_vehicle_however_the_picture_is_shown(
    zoom: float, stretch: float, seed: int
) -> None:
    scene = drawn(300, 400, (100, 80, 260, 200))
    generator = np.random.default_rng(seed)
    shown = view(scene, size=(256, 352), zoom=zoom, stretch=stretch, generator=generator)
    assert shown.image.shape == (256, 352, 3)
    judged = shown.xyxy[shown.class_id == 0]
    if len(judged):
        np.testing.assert_allclose(judged[0], red_extent(shown.image), atol=1.6)


def test_padding_is_the_letterbox_grey_and_civil_vehicles_may_hide_elsewhere() -> None:
    scene = drawn(100, 100, (20, 20, 60, 60))
    shown = view(scene, size=(64, 128), zoom=1.0, stretch=1.0, generator=np.random.default_rng(0))
    x1, _, x2, _ = shown.civil_unjudged[0].astype(int)
    assert x2 - x1 == 64
    outside = np.ones(128, bool)
    outside[x1:x2] = False
    assert (shown.image[:, outside] == PAD_VALUE).all()


def test_a_vehicle_mostly_cut_off_is_not_judged() -> None:
    scene = drawn(100, 400, (0, 0, 400, 100))
    shown = view(scene, size=(96, 96), zoom=6.0, stretch=1.0, generator=np.random.default_rng(1))
    assert shown.class_id.tolist() == [-1]


def test_a_mosaic_moves_boxes_with_their_tiles() -> None:
    tiles = [drawn(32, 64, (8, 4, 40, 20)), drawn(32, 32, (2, 2, 30, 30))] * 2
    scene = mosaic(tiles, columns=2)
    assert scene.image.shape == (64, 96, 3)
    for box in scene.xyxy.astype(int):
        assert (scene.image[box[1] : box[3], box[0] : box[2]] == RED).all()
    assert scene.civil_unjudged[3].tolist() == [64, 32, 96, 64]


def test_a_mirror_shown_in_a_mirror_is_the_scene() -> None:
    scene = drawn(32, 64, (8, 4, 40, 20))
    once = mirrored(scene)
    assert once.xyxy.tolist() == [[24, 4, 56, 20]]
    np.testing.assert_array_equal(red_extent(once.image), once.xyxy[0])
    twice = mirrored(once)
    np.testing.assert_array_equal(twice.image, scene.image)
    np.testing.assert_array_equal(twice.xyxy, scene.xyxy)


def test_a_view_for_ground_need_not_show_the_vehicle() -> None:
    scene = drawn(400, 400, (180, 180, 220, 220))
    generator = np.random.default_rng(0)

    def shows(*, keeps_vehicle: bool) -> float:
        views = [
            view(
                scene,
                size=(96, 96),
                zoom=3.0,
                stretch=1.0,
                generator=generator,
                keeps_vehicle=keeps_vehicle,
            )
            for _ in range(60)
        ]
        return float(np.mean([(shown.class_id == 0).any() for shown in views]))

    assert shows(keeps_vehicle=False) < 0.4 < shows(keeps_vehicle=True)
