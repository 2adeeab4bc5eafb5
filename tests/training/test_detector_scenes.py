from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.records import BgrImage, FloatArray
from marchpast.training.detector_formations import Cutout, cut_out, formation
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


def solid(height: int, width: int) -> Cutout:
    image = np.full((height, width, 3), RED, np.uint8)
    return Cutout(image, np.ones((height, width), np.float32), 0)


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 14), seed=st.integers(0, 10_000))
def test_every_judged_vehicle_of_a_formation_is_really_seen(count: int, seed: int) -> None:
    background = Scene(
        np.zeros((128, 192, 3), np.uint8),
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.int64),
        np.zeros((0, 4), np.float32),
    )
    scene = formation(background, [solid(20, 44)] * count, generator=np.random.default_rng(seed))
    assert len(scene.xyxy) == count
    assert (scene.xyxy >= 0).all() and (scene.xyxy <= [192, 128, 192, 128]).all()
    for box in np.round(scene.xyxy[scene.class_id == 0]).astype(int):
        patch = scene.image[box[1] : box[3], box[0] : box[2]]
        assert (patch[..., 2] > 127).mean() > 0.25


def test_a_formation_does_not_cover_the_vehicles_of_its_background() -> None:
    background = drawn(128, 192, (0, 0, 192, 128))
    scene = formation(background, [solid(20, 44)] * 6, generator=np.random.default_rng(0))
    np.testing.assert_array_equal(scene.xyxy, background.xyxy)
    np.testing.assert_array_equal(scene.image, background.image)


def test_a_vehicle_is_cut_out_of_its_background() -> None:
    generator = np.random.default_rng(0)
    image = generator.integers(90, 120, (120, 160, 3)).astype(np.uint8)
    image[40:80, 50:110] = (20, 30, 200)
    image[30:40, 70:90] = (20, 30, 200)
    cutout = cut_out(image, np.array([50, 30, 110, 80], np.float32), class_id=0)
    assert cutout is not None
    assert cutout.image.shape[:2] == cutout.alpha.shape
    rows = cutout.alpha.shape[0]
    assert cutout.alpha[rows // 2].mean() > 0.9
    assert cutout.alpha[1, :3].max() < 0.3


def test_a_vehicle_too_small_to_cut_out_is_refused() -> None:
    image = np.zeros((50, 50, 3), np.uint8)
    assert cut_out(image, np.array([10, 10, 18, 18], np.float32), class_id=0) is None
