"""What is rendered and what is said about it must agree to the sample."""

import functools

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis.backdrop import Backdrop
from marchpast.synthesis.building.blueprint import load_blueprint
from marchpast.synthesis.building.builder import build
from marchpast.synthesis.environment import Evening, Grain
from marchpast.synthesis.renderer import Camera, Layer, RenderModel
from marchpast.synthesis.scene import GRID, Member, Scene, View, visible_box

CAMERA = Camera(120, 68, 105.0, (0.0, 20.0, 2.1), 0.0, 0.0)
NOWHERE = np.zeros(2, np.float32)


@functools.cache
def grain() -> Grain:
    return Grain.seeded(1, size=64)


@functools.cache
def model(name: str) -> RenderModel:
    vehicle = build(load_blueprint(name))
    return RenderModel(vehicle, Evening(), grain(), seed=1, max_edge_m=2.0, shadow_cell_m=0.8)


def empty_place() -> Backdrop:
    shape = (CAMERA.height, CAMERA.width)
    return Backdrop(
        np.ones((*shape, 3), np.float32),
        np.full((*shape, 2), np.nan, np.float32),
        np.zeros((*shape, 3), np.float32),
        np.zeros(shape, np.float32),
    )


def scene(*members: Member, place: Backdrop | None = None) -> Scene:
    view = View(CAMERA.width, CAMERA.height, exposure=1.0, shutter_s=0.0)
    return Scene(CAMERA, place or empty_place(), members, speed_m_s=7.0, view=view)


def layer_at(x: float) -> Layer:
    layer = model("btr80").layer(CAMERA, np.array([x, 0, 0], np.float32), travelled_m=0.0)
    assert layer is not None
    return layer


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_camera_projects_along_its_own_rays() -> None:
    camera = Camera(640, 360, 500.0, (1.0, 20.0, 2.0), 31.0, -4.0)
    pixels = np.array([[10.5, 20.0], [600.0, 300.0]], np.float32)
    rays = camera.directions(pixels[:, 0], pixels[:, 1])
    back, depth = camera.project(np.asarray(camera.eye, np.float32) + 7 * rays)
    np.testing.assert_allclose(back, pixels, atol=1e-2)
    np.testing.assert_allclose(depth, 7.0, rtol=1e-5)


def test_scale_and_horizon_are_right() -> None:
    layer = layer_at(-3.8)
    rows, columns = np.nonzero(layer.samples)
    ground = layer.top + rows.max() / GRID
    # The near wheels stand 18.6 m away: f * eye height / distance below the horizon.
    assert ground == pytest.approx(34 + 105 * 2.1 / 18.6, abs=1.0)
    width = (columns.max() - columns.min() + 1) / GRID
    assert 105 * 7.3 / 20 < width < 105 * 7.65 / 18.5


def test_truth_box_is_the_extent_of_the_mask() -> None:
    image, boxes = scene(Member(1, model("btr80"), -3.8, 0.0)).picture(0.0, NOWHERE, rng())
    layer = layer_at(-3.8)
    rows, columns = np.nonzero(layer.samples)
    x1, y1 = layer.left + columns.min() / GRID, layer.top + rows.min() / GRID
    x2, y2 = layer.left + (columns.max() + 1) / GRID, layer.top + (rows.max() + 1) / GRID
    assert [box.xyxy for box in boxes] == [pytest.approx((x1, y1, x2, y2))]
    assert (boxes[0].node, boxes[0].visible_fraction) == ("btr80", 1.0)
    assert image.shape == (68, 120, 3)


def test_window_moves_the_box_and_cuts_it() -> None:
    samples = np.zeros((40, 60), bool)
    samples[10:20, 4:30] = True
    whole = visible_box(samples, np.zeros(2), 30, 20)
    assert whole == ((2.0, 5.0, 15.0, 10.0), 260)
    cut = visible_box(samples, np.array([5.0, 1.0]), 20, 15)
    assert cut == ((0.0, 4.0, 10.0, 9.0), 200)
    assert visible_box(samples, np.array([20.0, 0.0]), 10, 20) is None


def test_vehicle_leaving_the_picture_counts_what_is_outside() -> None:
    edge = -CAMERA.width / 2 / CAMERA.focal_px * 18.55
    # Its nose is on the right: world -X. Half of the 7.65 m are past the edge.
    _, boxes = scene(Member(1, model("btr80"), edge - 3.8, 0.0)).picture(0.0, NOWHERE, rng())
    assert boxes[0].visible_fraction == pytest.approx(0.5, abs=0.1)
    assert boxes[0].xyxy[2] == CAMERA.width


def test_nearer_vehicle_hides_the_one_behind_it() -> None:
    near, far = Member(1, model("civil_lorry"), -4.5, 3.0), Member(2, model("btr80"), -3.8, -3.0)
    _, boxes = scene(near, far).picture(0.0, NOWHERE, rng())
    by_track = {box.track_id: box for box in boxes}
    assert by_track[1].visible_fraction == 1.0
    assert by_track.get(2) is None or by_track[2].visible_fraction < 0.2


def test_foreground_hides_and_shows_in_the_picture() -> None:
    place = empty_place()
    place.front_coverage[:, 55:65] = 1.0
    _, boxes = scene(Member(1, model("btr80"), -3.8, 0.0), place=place).picture(0.0, NOWHERE, rng())
    assert 0.6 < boxes[0].visible_fraction < 0.9


def test_same_seed_same_picture_and_time_moves_it() -> None:
    member = Member(1, model("btr80"), -3.8, 0.0)
    first, truth = scene(member).picture(0.0, NOWHERE, rng())
    again, truth_again = scene(member).picture(0.0, NOWHERE, rng())
    np.testing.assert_array_equal(first, again)
    assert truth == truth_again
    _, later = scene(member).picture(0.5, NOWHERE, rng())
    # 3.5 m at 20 m distance, towards the right of the picture.
    moved = later[0].xyxy[0] - truth[0].xyxy[0]
    assert moved == pytest.approx(3.5 * 105 / 19.2, abs=1.5)


def test_vehicle_is_darker_underneath_and_its_shadow_ends() -> None:
    ground = model("btr80").ground
    under = ground.at(np.array([3.6]), np.array([0.0]))
    outside = ground.at(np.array([40.0]), np.array([0.0]))
    assert under.max() < 0.25
    assert outside.tolist() == [[1.0, 1.0, 1.0]]
