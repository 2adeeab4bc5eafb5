"""Where points land in the picture, and where its rays go."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis.rendering import Camera

ANGLES = st.floats(-180, 180)


@given(ANGLES, st.floats(-80, 80), st.floats(-30, 30), st.floats(-40, 40))
def test_points_on_a_ray_project_onto_its_pixel(
    yaw: float, pitch: float, roll: float, skew: float
) -> None:
    camera = Camera(640, 360, 500.0, (1.0, 20.0, 2.0), yaw, pitch, roll, skew)
    pixels = np.array([[10.5, 20.0], [600.0, 300.0], [320.0, 180.0]], np.float32)
    rays = camera.directions(pixels[:, 0], pixels[:, 1])
    found, depth = camera.project(np.asarray(camera.eye, np.float32) + rays * 7.0)
    np.testing.assert_allclose(found, pixels, atol=0.05)
    np.testing.assert_allclose(depth, 7.0, rtol=1e-4)


@given(ANGLES, st.floats(-80, 80), st.floats(-30, 30), st.floats(-40, 40))
def test_sample_rays_are_the_rays_of_the_samples(
    yaw: float, pitch: float, roll: float, skew: float
) -> None:
    camera = Camera(64, 36, 50.0, (0.0, 0.0, 2.0), yaw, pitch, roll, skew)
    rays = camera.sample_rays((3, 5, 9, 8), grid=2)
    assert rays.shape == (6, 12, 3)
    x, y = np.array([3.25, 8.75], np.float32), np.array([5.25, 7.75], np.float32)
    expected = camera.directions(x, y)
    np.testing.assert_allclose(rays[[0, -1], [0, -1]], expected, atol=1e-5)


def test_yaw_zero_looks_along_minus_y_and_turns_towards_plus_x() -> None:
    middle = np.array([320.0], np.float32), np.array([180.0], np.float32)
    ahead = Camera(640, 360, 500.0, (0, 0, 1), 0.0, 0.0).directions(*middle)
    aside = Camera(640, 360, 500.0, (0, 0, 1), 90.0, 0.0).directions(*middle)
    up = Camera(640, 360, 500.0, (0, 0, 1), 0.0, 45.0).directions(*middle)
    np.testing.assert_allclose(ahead, [[0, -1, 0]], atol=1e-6)
    np.testing.assert_allclose(aside, [[1, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(up, [[0, -np.sqrt(0.5), np.sqrt(0.5)]], atol=1e-6)


def test_a_camera_rolled_clockwise_shows_the_horizon_falling_to_the_left() -> None:
    camera = Camera(640, 360, 500.0, (0, 0, 1), 0.0, 0.0, roll_deg=10.0)
    far = np.array([[300.0, -1000.0, 1.0], [-300.0, -1000.0, 1.0]], np.float32)
    pixels, _ = camera.project(far)
    left, right = pixels[pixels[:, 0].argsort()]
    assert left[1] > right[1] + 20


def test_a_view_that_turns_right_while_it_is_read_leans_posts_to_the_left() -> None:
    camera = Camera(640, 360, 500.0, (0, 0, 2), 0.0, 0.0, skew_px=36.0)
    post = np.array([[0, -20, 5.0], [0, -20, 2.0], [0, -20, -1.0]], np.float32)
    pixels, _ = camera.project(post)
    height = pixels[:, 1]
    np.testing.assert_allclose(pixels[:, 0], 320 - 36 * (height / 360 - 0.5), atol=1e-3)


@pytest.mark.parametrize("wrong", [{"width": 0}, {"focal_px": -1.0}, {"pitch_deg": 90.0}])
def test_impossible_cameras_are_refused(wrong: dict[str, float]) -> None:
    usual = {"width": 8, "height": 8, "focal_px": 8.0, "yaw_deg": 0.0, "pitch_deg": 0.0}
    with pytest.raises(ValueError, match="got"):
        Camera(eye=(0, 0, 1), **(usual | wrong))  # type: ignore[arg-type]
