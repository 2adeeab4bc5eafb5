"""Dust hangs where wheels have been, before what is behind it and behind what is before it."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from tests.level_world import GROUND, UNIFORM, Level, box_model

from marchpast.synthesis.rendering import Camera, Dress, Model, Placed, World, render, truth
from marchpast.synthesis.rendering.dust import puffs

CAMERA = Camera(192, 108, 120.0, (8.0, 16.0, 2.5), 0.0, -4.0)
"""Looks at what drives towards -X, which is to the right in the picture."""


def car() -> Model:
    wheels = np.array([[x, y, 0.5] for x in (1.0, 4.0) for y in (-0.9, 0.9)], np.float32)
    bare = box_model(5.0, 2.0, 2.0).vehicle
    radii = np.full(4, 0.5, np.float32)
    return Model(replace(bare, wheel_centres=wheels, wheel_radii=radii))


CAR = car()


def driving(
    track_id: int = 1, x: float = 0.0, y: float = 0.0, *, speed: float = 9.0, way: float = 40.0
) -> Placed:
    return Placed(track_id, CAR, (x, y, 0.0), 0.0, Dress(), travelled_m=way, speed_m_s=speed)


def world(*vehicles: Placed, dust: float = 1.0) -> World:
    return World(Level(), UNIFORM, vehicles, seed=4, dust=dust)


def test_dust_hangs_behind_what_drives_and_nowhere_else() -> None:
    clear, dusty = (render(world(driving(), dust=dust), CAMERA) for dust in (0.0, 1.0))
    changed = np.abs(clear.radiance - dusty.radiance).max(axis=2) > 0.01
    columns = np.flatnonzero(changed.any(axis=0))
    nose, _ = CAMERA.project(np.array([[-0.5, 0.0, 0.5]], np.float32))
    assert len(columns) > 60
    assert columns.max() < nose[0, 0], "nothing before the nose"
    assert not changed[:30].any(), "nothing high above it"
    assert np.array_equal(clear.owner, dusty.owner)
    assert truth(world(driving()), CAMERA, clear)[0].visible_fraction == 1.0


@pytest.mark.parametrize("still", [driving(speed=0.0), replace(driving(), position=(0, 0, 1.3))])
def test_what_stands_or_rides_on_a_wagon_raises_none(still: Placed) -> None:
    clear, dusty = (render(world(still, dust=dust), CAMERA).radiance for dust in (0.0, 1.0))
    assert np.array_equal(clear, dusty)


def test_a_puff_stays_where_the_wheel_was() -> None:
    step = 0.5
    now = puffs(driving(), world())
    # Half a metre further the newest puff is new, and all the others are one place older.
    later = puffs(driving(x=-step, way=40.0 + step), world())
    np.testing.assert_allclose(later.centre[:-1, 0], now.centre[1:, 0], atol=1e-4)
    assert (later.radius_m[:-1] > now.radius_m[1:]).all()
    assert (later.centre[:-1, 2] > now.centre[1:, 2]).all()
    assert np.array_equal(later.texture[:-1], now.texture[1:])
    old = now.depth[: len(now.depth) // 4]
    assert old.max() < now.depth.max()


def test_dust_hides_what_is_behind_it_and_not_what_is_before_it() -> None:
    # The other one stands in the trail: nearer to the camera than it, or farther away.
    def change(y: float) -> float:
        other = Placed(2, CAR, (6.0, y, 0.0), 0.0, Dress())
        clear, dusty = (render(world(driving(), other, dust=dust), CAMERA) for dust in (0.0, 1.0))
        own = clear.owner.reshape(108, 2, 192, 2).min(axis=(1, 3)) == 2
        return float(np.abs(clear.radiance - dusty.radiance)[own].max())

    assert change(9.0) < 0.005
    assert change(-9.0) > 0.05


def test_thick_dust_is_as_bright_as_soil_and_dust_under_that_light() -> None:
    many = tuple(driving(n, x=2.0 * n, y=-1.5 * n) for n in range(1, 7))
    dusty = render(world(*many), CAMERA)
    empty = dusty.owner.reshape(108, 2, 192, 2).max(axis=(1, 3)) == 0
    below = np.zeros_like(empty)
    below[60:] = True
    seen = dusty.radiance[empty & below]
    # Ground of 0.3 in shadow is darker; dust of (0.3, 0.26, 0.2) mixed with soil is not brighter.
    assert seen.max() <= GROUND + 1e-3
    blue = seen[:, 2] / np.maximum(seen[:, 0], 1e-6)
    assert blue.min() < 0.9, "somewhere the dust's own colour shows"
