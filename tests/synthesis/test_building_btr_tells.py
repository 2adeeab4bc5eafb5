"""What tells the three BTRs apart (see the taxonomy) is there in the meshes."""

import functools

import numpy as np

from marchpast.synthesis.building import Vehicle, build, load_blueprint
from marchpast.synthesis.building.mesh import NO_WHEEL
from marchpast.synthesis.building.paints import paint_index

STEEL, BODY = paint_index("steel"), paint_index("body")


@functools.cache
def built(name: str) -> Vehicle:
    return build(load_blueprint(name), with_fittings=False)


def top(vehicle: Vehicle, x0: float, x1: float, half_width: float) -> float:
    """Return the highest point of a slice about the centre line."""
    points = vehicle.mesh.triangles.reshape(-1, 3)
    inside = (points[:, 0] > x0) & (points[:, 0] < x1) & (np.abs(points[:, 1]) < half_width)
    return float(points[inside, 2].max())


def barrel(vehicle: Vehicle) -> tuple[float, float]:
    """Return the height of the gun and how far it reaches ahead of the turret's middle."""
    faces = vehicle.mesh.triangles[vehicle.mesh.paint == STEEL]
    near = (np.abs(faces[..., 1]).max(axis=1) < 0.1) & (faces[..., 0].max(axis=1) < 3)
    gun = faces[near]
    return float(gun[..., 2].mean()), 2.8 - float(gun[..., 0].min())


def between_wheels(vehicle: Vehicle, *, low: float, high: float) -> float:
    """Return the outermost hull between axles two and three, in a band of heights."""
    x0, x1 = (vehicle.axle_x[1] + vehicle.axle_x[2]) / 2 + np.array([-0.3, 0.3])
    hull = vehicle.mesh.triangles[(vehicle.mesh.wheel == NO_WHEEL) & (vehicle.mesh.paint == BODY)]
    middle = hull.mean(axis=1)
    inside = (
        (middle[:, 0] > x0) & (middle[:, 0] < x1) & (middle[:, 2] > low) & (middle[:, 2] < high)
    )
    return float(hull[inside][..., 1].max())


def test_gun_of_the_btr82a_is_higher_and_longer() -> None:
    (low, short), (high, long) = barrel(built("btr80")), barrel(built("btr82a"))
    assert high > low + 0.3
    assert long > short + 0.5


def test_rear_deck_of_the_btr70_is_lower() -> None:
    assert top(built("btr70"), 5.9, 6.6, 0.5) < top(built("btr80"), 5.9, 6.6, 0.5) - 0.2


def test_stern_of_the_btr70_is_more_pointed() -> None:
    assert top(built("btr70"), 7.2, 7.4, 0.5) < top(built("btr80"), 7.2, 7.4, 0.5) - 0.2


def test_lower_door_of_the_btr80_is_flush_and_that_of_the_btr70_lies_deep() -> None:
    doors = {name: between_wheels(built(name), low=0.6, high=1.1) for name in ("btr70", "btr80")}
    assert doors["btr80"] > 1.35
    assert 1.1 < doors["btr70"] < 1.25
