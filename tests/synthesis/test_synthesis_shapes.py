import numpy as np
import pytest

from marchpast.synthesis.building.mesh import Mesh, flat, merge, rotation, smoothed, subdivided
from marchpast.synthesis.building.shapes import box, cylinder, extruded, loft, stack, wheel


def volume(mesh: Mesh) -> float:
    a, b, c = (mesh.triangles[:, i].astype(float) for i in range(3))
    return abs(float(np.einsum("fi,fi->", a, np.cross(b, c)))) / 6


def area(mesh: Mesh) -> float:
    edges = mesh.triangles[:, 1:] - mesh.triangles[:, :1]
    return float(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1).sum()) / 2


def faces_outwards(mesh: Mesh, centre: list[float]) -> bool:
    outward = mesh.triangles.mean(axis=1) - np.array(centre, np.float32)
    return bool((np.einsum("fi,fi->f", outward, mesh.normals[:, 0]) > 0).all())


def test_box_is_closed_and_faces_outwards() -> None:
    solid = box((0, 2, -1, 1, 0, 3), paint=4)
    assert volume(solid) == pytest.approx(12)
    assert area(solid) == pytest.approx(2 * (4 + 6 + 6))
    assert faces_outwards(solid, [1, 0, 1.5])
    assert set(solid.paint) == {4}


def test_bevel_cuts_the_edges_and_keeps_the_extent() -> None:
    solid = box((0, 2, -1, 1, 0, 3), paint=0, bevel=0.1)
    low, high = solid.extent()
    assert (low.tolist(), high.tolist()) == ([0, -1, 0], [2, 1, 3])
    assert 11.8 < volume(solid) < 12
    assert faces_outwards(solid, [1, 0, 1.5])


def test_concave_profile_has_the_area_of_its_polygon() -> None:
    corner = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
    assert volume(extruded(corner, (-1, 1), paint=0)) == pytest.approx(6)
    assert volume(extruded(corner[::-1], (-1, 1), paint=0)) == pytest.approx(6)


def test_loft_of_equal_sections_is_a_bar() -> None:
    half = [(0.5, 0.0), (0.5, 1.0)]
    bar = loft([(0.0, half), (3.0, half)], paint=0)
    assert volume(bar) == pytest.approx(3.0)
    assert faces_outwards(bar, [1.5, 0, 0.5])


def test_cylinder_is_round_and_its_sides_smooth() -> None:
    rod = cylinder([(0, 0, 1), (4, 0, 1)], (0.5, 0.5), paint=0, sides=64)
    assert volume(rod) == pytest.approx(np.pi, rel=0.005)
    sides = np.abs(rod.normals[:, :, 0]).max(axis=1) < 0.5
    around = rod.triangles[sides] - np.array([0, 0, 1], np.float32)
    around[..., 0] = 0
    np.testing.assert_allclose(rod.normals[sides], around / 0.5, atol=1e-4)


def test_tube_has_two_dark_mouths() -> None:
    tube = cylinder([(0, 0, 0), (1, 0, 0)], (0.1, 0.1), paint=3, sides=10, bore=0.8, bore_paint=9)
    mouths = tube.triangles[tube.paint == 9]
    assert sorted({round(float(x), 3) for x in mouths[..., 0].ravel()}) == [-0.004, 1.004]


@pytest.mark.parametrize("side", [1, -1])
def test_wheel_stands_on_the_ground_and_faces_its_side(side: int) -> None:
    tyre = wheel((2, side, 0.6), 0.6, 0.4, side=side, rubber=1, rim=2, index=5)
    low, high = tyre.extent()
    assert (low[2], high[2]) == pytest.approx((0.0, 1.2), abs=1e-5)
    assert set(tyre.wheel) == {5}
    hub = (tyre.paint == 2) & (np.abs(tyre.triangles[:, :, 2] - 0.6).max(axis=1) < 0.1)
    assert (tyre.normals[hub, :, 1] * side > 0).all()
    tread = tyre.triangles[:, :, 2].min(axis=1) < 0.005
    assert (tyre.normals[tread, :, 2] < 0).all()


def test_subdividing_keeps_area_and_bounds_the_edges() -> None:
    whole = box((0, 2, 0, 1, 0, 1), paint=7)
    fine = subdivided(whole, max_edge_m=0.3)
    edges = np.linalg.norm(fine.triangles[:, [1, 2, 0]] - fine.triangles, axis=2)
    assert edges.max() <= 0.3
    assert area(fine) == pytest.approx(area(whole), rel=1e-5)
    assert set(fine.paint) == {7}


def test_mirror_and_turn_keep_the_shape() -> None:
    part = box((0, 1, 1, 2, 0, 1), paint=0)
    both = merge([part, part.mirrored()])
    assert both.extent()[0].tolist() == [0, -2, 0]
    turned = part.moved(rotation("z", 90), (0, 0, 0), (0, 0, 1))
    np.testing.assert_allclose(turned.extent()[0], [-2, 0, 1], atol=1e-6)


def test_columns_must_agree() -> None:
    mesh = flat([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], 0)
    with pytest.raises(ValueError, match="columns of a mesh"):
        Mesh(mesh.triangles, mesh.normals, np.zeros(2, np.int64), mesh.wheel)


def test_stack_is_closed_also_where_it_touches_its_mirror_line() -> None:
    half = [(0.0, 0.0), (0.0, 0.5), (2.0, 0.5), (2.0, 0.0)]
    block = stack([(1.0, half), (3.0, half)], paint=0)
    assert volume(block) == pytest.approx(4.0)
    assert area(block) == pytest.approx(2 * (2 + 4 + 2))
    assert faces_outwards(block, [1.0, 0, 2.0])


def test_smoothing_rounds_shallow_edges_and_keeps_sharp_ones() -> None:
    cube = smoothed(box((0, 1, 0, 1, 0, 1), paint=0))
    np.testing.assert_allclose(cube.normals, box((0, 1, 0, 1, 0, 1), paint=0).normals, atol=1e-6)
    angles = np.linspace(0, np.pi, 13)
    half = [(float(-np.cos(a)), float(np.sin(a))) for a in angles]
    drum = smoothed(stack([(0.0, half), (1.0, half)], paint=0))
    sides = np.abs(drum.normals[:, :, 2]).max(axis=1) < 0.1
    around = drum.triangles[sides] * [1, 1, 0]
    assert np.einsum("fij,fij->fi", drum.normals[sides], around).min() > 0.98


def test_stretching_keeps_normals_upright_on_the_faces() -> None:
    slope = extruded([(0, 0), (1, 0), (0, 1)], (-1, 1), paint=0).stretched((2, 1, 1))
    edges = slope.triangles[:, 1] - slope.triangles[:, 0]
    assert np.abs(np.einsum("fi,fi->f", edges, slope.normals[:, 0])).max() < 1e-5
