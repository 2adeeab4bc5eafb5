import functools

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis.backdrop import Backdrop, render_backdrop
from marchpast.synthesis.environment import Evening, Grain, hemisphere, oriented
from marchpast.synthesis.renderer import Camera
from marchpast.synthesis.setting import HALF_ROAD_M, background_things, ground_albedo

CAMERA = Camera(32, 18, 24.0, (0.0, 18.0, 2.1), 30.0, 0.0)


@functools.cache
def place() -> Backdrop:
    return render_backdrop(CAMERA, Evening(), Grain.seeded(1, size=64), seed=1, grid=1)


def test_ground_is_where_the_camera_looks_down_on_it() -> None:
    seen = place().ground_xy
    assert np.isnan(seen[:8]).all(), "above the horizon there is no ground"
    rows, columns = np.nonzero(np.isfinite(seen[..., 0]))
    assert len(rows) > 0.3 * seen[9:, :, 0].size, "grass and kerbs hide some of it, not most"
    points = np.column_stack([seen[rows, columns], np.zeros(len(rows))]).astype(np.float32)
    pixels, _ = CAMERA.project(points)
    np.testing.assert_allclose(pixels, np.column_stack([columns, rows]) + 0.5, atol=0.02)


def test_evening_sky_is_brighter_than_the_road() -> None:
    radiance = place().radiance
    assert np.isfinite(radiance).all()
    assert radiance[:2].mean() > 3 * radiance[13:].mean()


def test_nothing_but_the_kerb_stands_between_camera_and_column() -> None:
    things = background_things(1)
    on_road = np.abs(things.triangles[:, :, 1]).min(axis=1) < HALF_ROAD_M - 0.2
    assert things.triangles[on_road][:, :, 2].max(initial=0.0) <= 8.9 + 0.1, "only lamp arms"
    assert things.triangles[on_road][:, :, 1].max(initial=-9.0) < -7.0


def test_road_paint_is_bright_and_the_verge_is_green() -> None:
    grain = Grain.seeded(1, size=64)
    x = np.full(3, 1.0)
    y = np.array([1.8, 0.0, 11.0])
    (line, lane, verge), gloss = ground_albedo(x, y, grain)
    assert line.mean() > 1.8 * lane.mean()
    assert verge[1] > verge[2]
    assert gloss[2] == 0.0


def test_hemisphere_is_cosine_weighted_about_any_normal() -> None:
    normals = np.array([[0, 0, 1], [0, 0, -1], [0.6, 0, 0.8], [1, 0, 0]], np.float32)
    rays = oriented(hemisphere(256), normals)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=2), 1, atol=1e-5)
    cosines = np.einsum("nki,ni->nk", rays, normals)
    assert cosines.min() > 0
    # The mean cosine of a cosine-weighted hemisphere is 2/3.
    np.testing.assert_allclose(cosines.mean(axis=1), 2 / 3, atol=0.01)
