"""What is said about a picture must agree with geometry worked out another way."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from tests.level_world import Level, box_model

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.building import flatcar
from marchpast.synthesis.building.shapes import box
from marchpast.synthesis.rendering import (
    Camera,
    Dress,
    Model,
    Placed,
    World,
    light,
    render,
    truth,
)

CAMERA = Camera(192, 108, 160.0, (0.0, 20.0, 2.1), 0.0, 0.0)
BOX = LENGTH_M, WIDTH_M, HEIGHT_M = 8.0, 2.0, 3.0


def placed(
    track_id: int, x: float, y: float, heading_deg: float = 0.0, speed_m_s: float = 0.0
) -> Placed:
    return Placed(track_id, box_model(*BOX), (x, y, 0), heading_deg, Dress(), speed_m_s=speed_m_s)


def world(*vehicles: Placed, triangles: FloatArray | None = None) -> World:
    return World(Level(triangles), light("overcast", np.random.default_rng(1)), vehicles, seed=1)


def corners_of(one: Placed) -> FloatArray:
    """Corners of the box in the world, by trigonometry of its own."""
    turn = np.deg2rad(one.heading_deg)
    result = []
    for x in (0, LENGTH_M):
        for y in (-WIDTH_M / 2, WIDTH_M / 2):
            across = one.position[0] + x * np.cos(turn) - y * np.sin(turn)
            along = one.position[1] + x * np.sin(turn) + y * np.cos(turn)
            result += [(across, along, 0.0), (across, along, HEIGHT_M)]
    return np.array(result, np.float32)


@pytest.mark.parametrize("heading_deg", [0.0, 33.0, 90.0, -120.0])
def test_the_box_of_a_box_is_the_hull_of_its_projected_corners(heading_deg: float) -> None:
    one = placed(1, -2.0, 1.0, heading_deg)
    found = truth(world(one), CAMERA, render(world(one), CAMERA))[0]
    pixels, _ = CAMERA.project(corners_of(one))
    expected = [*pixels.min(axis=0), *pixels.max(axis=0)]
    np.testing.assert_allclose(found.xyxy, expected, atol=0.5)
    assert found.visible_fraction == 1.0
    middle = corners_of(one).mean(axis=0)
    assert found.distance_m == pytest.approx(np.linalg.norm(middle - CAMERA.eye), rel=1e-4)


@pytest.mark.parametrize(
    ("heading_deg", "azimuth_deg"),
    # The camera stands at +Y of the vehicle; with heading 0 that is its right side.
    [(0.0, -90.0), (90.0, 180.0), (180.0, 90.0), (270.0, 0.0)],
)
def test_azimuth_tells_the_side_that_is_seen(heading_deg: float, azimuth_deg: float) -> None:
    turn = np.deg2rad(heading_deg)
    one = placed(1, float(-4 * np.cos(turn)), float(-4 * np.sin(turn)), heading_deg)
    found = truth(world(one), CAMERA, render(world(one), CAMERA))[0]
    apart = (found.azimuth_deg - azimuth_deg + 180) % 360 - 180
    assert abs(apart) < 0.5
    assert found.elevation_deg == pytest.approx(np.rad2deg(np.arctan2(2.1 - 1.5, 20)), abs=0.1)


def test_a_vehicle_across_the_edge_is_partly_visible() -> None:
    # Seen squarely from the side: the visible share of the nearest face is that of its length.
    depth = 20.0 - WIDTH_M / 2
    edge_m = CAMERA.width / 2 / CAMERA.focal_px * depth
    one = placed(1, edge_m - 2.0, 0.0)
    first = truth(world(one), CAMERA, render(world(one), CAMERA))
    other = placed(1, -edge_m - LENGTH_M + 2.0, 0.0)
    second = truth(world(other), CAMERA, render(world(other), CAMERA))
    for found in (first[0], second[0]):
        # The end that is in the picture shows its front or back as well, a little.
        assert 0.2 < found.visible_fraction < 0.35
    assert {first[0].xyxy[0], second[0].xyxy[2]} == {0.0, float(CAMERA.width)}


def test_a_vehicle_behind_another_is_not_listed() -> None:
    near, far = placed(1, -4.0, 5.0), placed(2, -3.5, -8.0)
    together = render(world(near, far), CAMERA)
    assert [found.track_id for found in truth(world(near, far), CAMERA, together)] == [1]
    assert not (together.owner == 2).any()
    assert together.whole[2] > 0


def test_owners_masks_boxes_and_shares_agree() -> None:
    near, far = placed(7, -6.0, 5.0), placed(3, 0.0, -6.0, 40.0)
    both = world(near, far)
    exposure = render(both, CAMERA)
    found = {one.track_id: one for one in truth(both, CAMERA, exposure)}
    assert set(found) == {7, 3}
    for track_id, one in found.items():
        samples = exposure.owner == track_id
        rows, columns = np.nonzero(samples)
        assert one.xyxy == (
            columns.min() / 2,
            rows.min() / 2,
            (columns.max() + 1) / 2,
            (rows.max() + 1) / 2,
        )
        counts = samples.reshape(CAMERA.height, 2, CAMERA.width, 2).sum(axis=(1, 3))
        assert np.array_equal(one.mask, counts >= 2)
        alone = render(world(replace(near if track_id == 7 else far)), CAMERA)
        assert one.visible_fraction == samples.sum() / (alone.owner == track_id).sum()
    assert found[7].visible_fraction == 1.0
    assert 0.05 < found[3].visible_fraction < 0.95


def test_things_of_the_place_hide_vehicles() -> None:
    wall = box((-40, 0, 9.9, 10.1, 0, 8), paint=0).triangles
    # The wall hides the half of the picture at its -X side, which is right of the middle.
    found = truth(
        world(placed(1, -4.0, 0.0), triangles=wall),
        CAMERA,
        render(world(placed(1, -4.0, 0.0), triangles=wall), CAMERA),
    )[0]
    assert found.visible_fraction == pytest.approx(0.5, abs=0.03)


def test_wagons_hide_and_are_hidden_but_are_not_listed() -> None:
    wagon = Model(flatcar(13.4))
    train = world(Placed(-1, wagon, (-6.0, 0.0, 0.0), 0.0, Dress()), placed(1, -4.0, -6.0))
    exposure = render(train, CAMERA)
    assert (exposure.owner == -1).any()
    found = truth(train, CAMERA, exposure)
    assert [one.track_id for one in found] == [1]
    assert found[0].visible_fraction < 0.9
    with pytest.raises(ValueError, match="no vehicle"):
        _ = wagon.vehicle


def test_a_rolling_shutter_leans_a_moving_vehicle_and_its_truth() -> None:
    speed, readout = 20.0, 0.05
    # Half the picture's height lies between the rows of the roof and of the ground, about.
    one = placed(1, -4.0, 0.0, speed_m_s=speed)
    still, moved = (render(world(one), CAMERA, readout_s=time) for time in (0.0, readout))
    shift = []
    for exposure in (still, moved):
        rows = np.flatnonzero((exposure.owner == 1).any(axis=1))
        ends = [np.flatnonzero(exposure.owner[row] == 1)[0] for row in rows[[1, -2]]]
        shift.append(float(ends[1] - ends[0]) / 2)
        picked = rows[[1, -2]]
    late = (picked[1] - picked[0]) / (2 * CAMERA.height) * readout
    # It drives towards -X, which is to the right in the picture.
    expected = speed * late / (20.0 - WIDTH_M / 2) * CAMERA.focal_px
    assert shift[1] - shift[0] == pytest.approx(expected, abs=1.0)
    assert still.motion[1][0] == pytest.approx(speed / 20.0 * CAMERA.focal_px, rel=0.01)


def test_what_is_behind_or_around_the_camera_is_told_from_what_is_seen() -> None:
    behind = world(placed(1, -4.0, 30.0))
    assert truth(behind, CAMERA, render(behind, CAMERA)) == []
    # It passes close by: its tail is in the picture, its nose already behind the camera.
    beside = world(placed(1, -1.5, 22.0, -90.0))
    exposure = render(beside, CAMERA)
    found = truth(beside, CAMERA, exposure)[0]
    assert found.visible_fraction < 0.6
    assert found.length_px == found.xyxy[2] - found.xyxy[0]


def test_track_ids_differ_and_are_not_zero() -> None:
    with pytest.raises(ValueError, match="track ids"):
        world(placed(1, 0, 0), placed(1, 9, 0))
    with pytest.raises(ValueError, match="track ids"):
        world(placed(0, 0, 0))
