"""A turned camera sees a warp of the wide one: checked against the directions of the rays."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis.clips_looking import looked, turned_px, wide_camera
from marchpast.synthesis.rendering import Camera, Exposure

EYE = (3.0, 12.0, 2.0)
VIEWS = (
    Camera(80, 45, 70.0, EYE, 30.0, -4.0, 0.0),
    Camera(80, 45, 70.0, EYE, 41.0, 1.0, 2.5),
    Camera(80, 45, 70.0, EYE, 18.0, -1.0, -3.0, skew_px=5.0),
)


def directions(camera: Camera, grid: int = 1) -> np.ndarray:
    """Unit world directions of the middles of all samples, `(H * grid, W * grid, 3)`."""
    rays = camera.sample_rays((0, 0, camera.width, camera.height), grid=grid)
    return np.asarray(rays / np.linalg.norm(rays, axis=2, keepdims=True))


def ball(camera: Camera, towards: np.ndarray, grid: int) -> np.ndarray:
    """Samples within 6 degrees of a direction."""
    return np.asarray(directions(camera, grid) @ towards > np.cos(np.deg2rad(6)))


def exposed(wide: Camera, towards: np.ndarray, *, whole: int) -> Exposure:
    owner = ball(wide, towards, 2).astype(np.int16) * 7
    return Exposure(directions(wide).astype(np.float32), owner, {7: whole}, {}, 2)


@pytest.mark.parametrize("view", VIEWS)
def test_every_pixel_shows_what_lies_in_its_own_direction(view: Camera) -> None:
    wide = wide_camera(VIEWS)
    seen = looked(exposed(wide, np.array([0, -1, 0]), whole=1), wide, view)
    assert seen.radiance.shape == (45, 80, 3)
    assert np.abs(seen.radiance - directions(view)).max() < 2e-4


@pytest.mark.parametrize("view", VIEWS)
def test_owners_are_those_of_the_nearest_sample(view: Camera) -> None:
    wide = wide_camera(VIEWS)
    towards = view.axes()[2] + 0.25 * view.axes()[0]
    towards /= np.linalg.norm(towards)
    seen = looked(exposed(wide, towards, whole=1), wide, view)
    wrong = (seen.owner == 7) != ball(view, towards, 2)
    assert wrong.mean() < 0.01


def test_the_visible_share_is_counted_where_the_samples_are_alike() -> None:
    view = VIEWS[1]
    wide = replace(view, yaw_deg=46.0, roll_deg=0.0, width=400, height=200)
    # Its middle lies on the left edge of the view: half of the ball is to be seen.
    edge = view.directions(np.array([0.0], np.float32), np.array([22.5], np.float32))[0]
    edge /= np.linalg.norm(edge)
    all_of_it = int(ball(wide, edge, 2).sum())
    seen = looked(exposed(wide, edge, whole=all_of_it), wide, view)
    assert (seen.owner == 7).sum() / seen.whole[7] == pytest.approx(
        0.5, abs=0.06
    )  # the picture is stretched there by a half


def test_a_wide_camera_holds_every_view_and_little_more() -> None:
    wide = wide_camera(VIEWS)
    assert wide.eye == EYE
    assert wide.yaw_deg == pytest.approx(29.5)
    across = wide.width / 2 / np.tan(np.deg2rad(11.5 + np.rad2deg(np.arctan(40 / 70))))
    assert 70 <= across < 90, "a little more: the views are rolled, and one leans"


def test_views_that_no_flat_picture_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="too far apart"):
        wide_camera([VIEWS[0], Camera(80, 45, 70.0, EYE, 170.0, 0.0)])
    with pytest.raises(ValueError, match="one eye"):
        wide_camera([VIEWS[0], Camera(80, 45, 70.0, (0.0, 0.0, 2.0), 30.0, 0.0)])


def test_turning_left_moves_the_picture_to_the_right() -> None:
    before, after = Camera(80, 45, 70.0, EYE, 30.0, 0.0), Camera(80, 45, 70.0, EYE, 31.0, 0.0)
    x, y = turned_px(before, after)
    assert (x, y) == pytest.approx((70 * np.tan(np.deg2rad(1)), 0), abs=1e-3)
