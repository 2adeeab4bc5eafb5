import functools

import numpy as np
import pytest

from marchpast.synthesis.building import Vehicle, build, covered, load_blueprint
from marchpast.synthesis.building.mesh import NO_WHEEL
from marchpast.synthesis.building.paints import paint_index

CANVAS = paint_index("canvas")


@functools.cache
def bare(name: str) -> Vehicle:
    return build(load_blueprint(name))


@functools.cache
def draped(name: str, seed: int = 7) -> Vehicle:
    return covered(bare(name), np.random.default_rng(seed))


def heights(vehicle: Vehicle, x: float, ys: np.ndarray) -> np.ndarray:
    """Return the highest crossings of upright lines with the mesh, by solving for each face."""
    a, b, c = np.moveaxis(vehicle.mesh.triangles.astype(float), 1, 0)
    ab, ac = b - a, c - a
    det = ab[:, 0] * ac[:, 1] - ac[:, 0] * ab[:, 1]
    a, ab, ac, det = (values[np.abs(det) > 1e-9] for values in (a, ab, ac, det))
    found = []
    for y in ys:
        u = ((x - a[:, 0]) * ac[:, 1] - ac[:, 0] * (y - a[:, 1])) / det
        v = (ab[:, 0] * (y - a[:, 1]) - (x - a[:, 0]) * ab[:, 1]) / det
        hit = (u >= 0) & (v >= 0) & (u + v <= 1)
        z = a[:, 2] + u * ab[:, 2] + v * ac[:, 2]
        found.append(z[hit].max() if hit.any() else 0.0)
    return np.array(found)


# A launcher pack, a turret, tracks, a semitrailer, a body already under canvas, and no payload.
KINDS = ("s300ps_pm", "osa", "t72b3", "civil_artic_pipes", "kamaz_truck", "tigr")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_vehicle_can_be_covered(name: str) -> None:
    vehicle = draped(name)
    assert vehicle.attributes.covered
    assert not bare(name).attributes.covered
    assert (vehicle.mesh.paint == CANVAS).sum() > 50
    assert np.isfinite(vehicle.mesh.triangles).all()
    np.testing.assert_allclose(np.linalg.norm(vehicle.mesh.normals, axis=2), 1, atol=1e-3)


@pytest.mark.parametrize("name", ["osa", "s300ps_pm", "btr82a", "bm21_grad"])
def test_outline_is_roughly_that_of_what_is_under_it(name: str) -> None:
    before, after = (vehicle.mesh.extent() for vehicle in (bare(name), draped(name)))
    # The hem flares by a few decimetres; the height and the wheels stay.
    assert np.abs(after[0] - before[0]).max() < 0.5
    assert np.abs(after[1] - before[1]).max() < 0.5
    assert after[1][2] - before[1][2] < 0.15


def test_canvas_lies_over_the_canisters_it_hides() -> None:
    lines = np.linspace(-1.0, 1.0, 9)
    under, over = heights(bare("s300ps_pm"), 9.0, lines), heights(draped("s300ps_pm"), 9.0, lines)
    assert (over >= under - 0.02).all()
    assert (over <= under.max() + 0.15).all(), "the hollow between two canisters is spanned"
    assert over.min() > under.min() + 0.1


def test_gun_barrel_sticks_out() -> None:
    canvas = draped("btr82a").mesh.paint == CANVAS
    low_canvas = draped("btr82a").mesh.triangles[canvas][..., 0].min()
    barrel = draped("btr82a").mesh.triangles[~canvas]
    ahead = barrel[(barrel[..., 2].min(axis=1) > 2.5) & (barrel[..., 0].max(axis=1) < low_canvas)]
    assert len(ahead) > 0


def test_cab_is_left_free() -> None:
    canvas = draped("s300ps_pm").mesh.paint == CANVAS
    assert draped("s300ps_pm").mesh.triangles[canvas][..., 0].min() > 2.0


def test_wheels_and_hull_are_untouched() -> None:
    before, after = bare("osa").mesh, draped("osa").mesh
    assert (before.wheel != NO_WHEEL).sum() == (after.wheel != NO_WHEEL).sum()
    low_before = before.triangles[before.triangles[..., 2].max(axis=1) < 1.5]
    low_after = after.triangles[after.triangles[..., 2].max(axis=1) < 1.5]
    np.testing.assert_array_equal(low_before, low_after)


def test_raised_launcher_is_covered_where_it_stands() -> None:
    raised = build(load_blueprint("s300ps_pm"), state="firing")
    top = covered(raised, np.random.default_rng(1)).mesh
    canvas = top.triangles[top.paint == CANVAS]
    assert canvas[..., 2].max() == pytest.approx(raised.mesh.extent()[1][2], abs=0.2)


def test_same_seed_same_canvas() -> None:
    again = covered(bare("osa"), np.random.default_rng(7))
    np.testing.assert_array_equal(again.mesh.triangles, draped("osa").mesh.triangles)
    assert again.blueprint == draped("osa").blueprint
    other = draped("osa", seed=8)
    assert not np.array_equal(other.mesh.triangles, again.mesh.triangles)
