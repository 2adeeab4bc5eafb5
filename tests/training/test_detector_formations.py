"""Pasted formations: places on the ground, cutouts, and boxes of what is really seen."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.training.detector_cutouts import Cutout, cut_by_mask, cut_out
from marchpast.training.detector_formations import Material, draw_formation
from marchpast.training.detector_layouts import Layout, Place, draw_places
from marchpast.training.detector_painting import PasteLight, set_down
from marchpast.training.detector_scenes import Scene

pytestmark = pytest.mark.train

RED, BLUE = (0, 0, 255), (255, 0, 0)
NEITHER = PasteLight(gain=1.0, towards_ground=0.0, shadow=0.0, sharpness=1.0)
LAYOUTS: tuple[Layout, ...] = ("column", "rows", "parade", "parked", "scattered")


def ground(height: int = 128, width: int = 192, boxes: list[list[float]] | None = None) -> Scene:
    rows = np.array(boxes or [], np.float32).reshape(-1, 4)
    return Scene(
        np.zeros((height, width, 3), np.uint8),
        rows,
        np.zeros(len(rows), np.int64),
        np.zeros((0, 4), np.float32),
    )


def solid(
    height: int = 20,
    width: int = 44,
    *,
    colour: tuple[int, int, int] = RED,
    azimuth_deg: float | None = None,
) -> Cutout:
    image = np.full((height, width, 3), colour, np.uint8)
    elevation_deg = None if azimuth_deg is None else 10.0
    return Cutout(image, np.ones((height, width), np.float32), 0, azimuth_deg, elevation_deg)


@given(layout=st.sampled_from(LAYOUTS), count=st.integers(1, 20), seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_far_vehicles_are_smaller_and_come_first(layout: Layout, count: int, seed: int) -> None:
    places = draw_places(layout, count, (448, 768), np.random.default_rng(seed))
    assert len(places) == count
    bottoms, lengths = [[row.bottom for row in places], [row.length for row in places]]
    assert bottoms == sorted(bottoms)
    # On flat ground how low a vehicle stands and how long it is seen go up together, linearly.
    assert lengths == sorted(lengths)
    if count > 2 and bottoms[-1] - bottoms[0] > 5:
        slope, offset = np.polyfit(bottoms, lengths, 1)
        np.testing.assert_allclose(slope * np.array(bottoms) + offset, lengths, atol=1e-4)


def test_formations_are_as_small_as_users_bring_them() -> None:
    generator = np.random.default_rng(0)
    shares = [
        np.median([row.length for row in draw_places("column", 10, (448, 768), generator)]) / 768
        for _ in range(300)
    ]
    assert np.mean([0.03 < share < 0.09 for share in shares]) > 0.3
    assert np.min(shares) < 0.03 and np.max(shares) > 0.11


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_judged_vehicle_of_a_formation_is_really_seen(seed: int) -> None:
    material = Material([solid(), solid(30, 30, colour=(0, 90, 255))], [], [], [])
    scene = draw_formation(ground(), material, np.random.default_rng(seed))
    assert (scene.xyxy >= 0).all() and (scene.xyxy <= [192, 128, 192, 128]).all()
    for box in np.round(scene.xyxy[scene.class_id == 0]).astype(int):
        patch = scene.image[box[1] : box[3], box[0] : box[2]]
        assert (patch[..., 2] > 60).mean() > 0.25


def test_a_box_is_what_is_seen_and_a_hidden_vehicle_is_not_judged() -> None:
    cutouts = [solid(colour=BLUE), solid(), solid(colour=BLUE), solid()]
    places = [
        # The second hides the left half of the first, the fourth nearly all of the third.
        Place(52.0, 60.0, 40.0, 0),
        Place(32.0, 61.0, 40.0, 0),
        Place(145.0, 99.0, 40.0, 0),
        Place(139.0, 100.0, 44.0, 0),
    ]
    scene = set_down(ground(), cutouts, places, light=NEITHER, generator=np.random.default_rng(0))
    assert scene.class_id.tolist() == [0, 0, -1, 0]
    np.testing.assert_allclose(scene.xyxy[1], [12, 43, 52, 61], atol=1)
    assert scene.xyxy[0, 2] == pytest.approx(72, abs=1)
    sees_blue = (scene.image[50, :100, 0] > 100).nonzero()[0]
    assert sees_blue.min() >= 52


def test_a_formation_does_not_cover_the_vehicles_of_its_background() -> None:
    background = ground(boxes=[[0, 0, 192, 128]])
    for seed in range(5):
        material = Material([solid()], [], [], [])
        scene = draw_formation(background, material, np.random.default_rng(seed))
        np.testing.assert_array_equal(scene.xyxy, background.xyxy)
        np.testing.assert_array_equal(scene.image, background.image)


def test_decoys_are_seen_and_have_no_boxes() -> None:
    scenery = ground(200, 200)
    scenery.image[:] = (0, 255, 0)
    material = Material([solid()], [], [], [scenery])
    scenes = [draw_formation(ground(), material, np.random.default_rng(seed)) for seed in range(40)]
    decoyed = [scene for scene in scenes if (scene.image[..., 1] > 100).any()]
    assert 5 < len(decoyed) < 30
    for scene in decoyed:
        for box in np.round(scene.xyxy[scene.class_id == 0]).astype(int):
            patch = scene.image[box[1] : box[3], box[0] : box[2]]
            assert (patch[..., 2] > 60).mean() > 0.25


def test_rendered_vehicles_of_a_formation_are_seen_from_the_same_side() -> None:
    pool = [solid(azimuth_deg=10.0), solid(colour=BLUE, azimuth_deg=190.0)]
    for seed in range(20):
        scene = draw_formation(ground(), Material([], pool, [], []), np.random.default_rng(seed))
        red, blue = (bool((scene.image[..., channel] > 80).any()) for channel in (2, 0))
        assert not (red and blue)


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


def test_a_mask_is_cut_out_exactly_and_a_mirror_turns_it_round() -> None:
    image = np.zeros((60, 80, 3), np.uint8)
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:70] = True
    image[mask] = RED
    image[20:40, 30:40] = BLUE
    cutout = cut_by_mask(image, mask, class_id=0, azimuth_deg=30.0, elevation_deg=5.0)
    assert cutout.alpha.shape == (20, 40)
    assert cutout.alpha.min() > 0.5
    turned = cutout.mirrored()
    assert turned.azimuth_deg == 330.0
    assert turned.image[10, -1].tolist() == list(BLUE)
    assert cutout.uncut().alpha.min() == 1.0
