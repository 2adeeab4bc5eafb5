"""Light obeys its laws: energy, distance, shadow, and nothing depends on what should not matter."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from tests.level_world import GROUND, UNIFORM, Level, box_model

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.building import build, load_blueprint
from marchpast.synthesis.building.shapes import box
from marchpast.synthesis.rendering import (
    LIGHTS,
    Camera,
    Dress,
    Exposure,
    Lamp,
    Light,
    Model,
    Placed,
    World,
    light,
    render,
)

DOWN = Camera(240, 240, 120.0, (4.0, 0.0, 14.0), 0.0, -89.0)
"""Sees 28 m of ground; its picture's top lies towards -Y, its right towards -X."""
DARK = replace(UNIFORM, zenith=(0.0, 0.0, 0.0), horizon=(0.0, 0.0, 0.0))
BOX = (8.0, 3.0, 2.0)


def shot(under: Light, *vehicles: Placed, triangles: FloatArray | None = None) -> Exposure:
    return render(World(Level(triangles), under, vehicles, seed=2), DOWN)


def at(exposure: Exposure, x: float, y: float) -> float:
    """Return the mean radiance of the 3 x 3 pixels round a world point of the ground."""
    pixels, _ = DOWN.project(np.array([[x, y, 0.0]], np.float32))
    column, row = (int(value) for value in pixels[0])
    return float(exposure.radiance[row - 1 : row + 2, column - 1 : column + 2].mean())


def test_under_a_uniform_sky_open_ground_reflects_its_own_reflectance() -> None:
    np.testing.assert_allclose(shot(UNIFORM).radiance, GROUND, rtol=1e-3)


def test_under_a_uniform_sky_a_roof_reflects_its_own_reflectance() -> None:
    white = replace(Dress(dirt=0.0), colours={"white": (0.5, 0.5, 0.5)})
    exposure = shot(UNIFORM, Placed(1, box_model(*BOX), (0, 0, 0), 0.0, white))
    roof = exposure.radiance[115:125, 115:125].mean()
    # A little dust and the mirror part of the paint are the rest.
    assert roof == pytest.approx(0.5, rel=0.06)


def test_the_shares_of_light_at_a_corner_sum_to_one_where_nothing_hides_it() -> None:
    model = box_model(*BOX)
    seen = model.sky
    total = seen.share.astype(np.float32).sum(axis=1) + seen.ground + seen.own
    top = model.mesh.normals[..., 2].reshape(-1) > 0.99
    rows = np.unique(seen.corner.reshape(-1)[top])
    np.testing.assert_allclose(total[rows], 1.0, atol=2e-3)
    np.testing.assert_allclose(seen.own[rows], 0.0, atol=1e-6)
    # Elsewhere the ground close to the box is dimmed by it, so that less comes back.
    assert (total < 1.002).all()


@pytest.mark.parametrize("heading_deg", [37.0, 90.0, 180.0])
def test_a_uniform_sky_lights_every_heading_alike(heading_deg: float) -> None:
    turn = np.deg2rad(heading_deg)
    nose = (float(4 - 4 * np.cos(turn)), float(-4 * np.sin(turn)), 0.0)
    straight = shot(UNIFORM, Placed(1, box_model(*BOX), (0, 0, 0), 0.0, Dress()))
    turned = shot(UNIFORM, Placed(1, box_model(*BOX), nose, heading_deg, Dress()))
    beside = at(straight, 4.0, 2.2)
    out = (4.0 - 2.2 * np.sin(turn), 2.2 * np.cos(turn))
    assert at(turned, *out) == pytest.approx(beside, rel=0.06)
    assert beside < 0.85 * GROUND


def test_the_ground_under_and_beside_a_vehicle_is_dimmed_and_far_from_it_is_not() -> None:
    exposure = shot(UNIFORM, Placed(1, box_model(*BOX), (0, 0, 0), 0.0, Dress()))
    near, far = at(exposure, 4.0, 2.1), at(exposure, 4.0, 9.0)
    assert near < 0.8 * GROUND
    assert far == pytest.approx(GROUND, rel=0.02)


def test_the_sun_casts_a_shadow_of_the_right_length() -> None:
    low = replace(DARK, sun_direction=(0.0, -1.0, 1.0), sun_radiance=(1.0, 1.0, 1.0))
    exposure = shot(low, Placed(1, box_model(*BOX), (0, 0, 0), 0.0, Dress()))
    lit = GROUND * np.sqrt(0.5)
    # 2 m high under 45 degrees: the shadow reaches from y 1.5 to y 3.5.
    assert at(exposure, 4.0, 3.0) == pytest.approx(0.0, abs=0.01)
    assert at(exposure, 4.0, 4.2) == pytest.approx(lit, rel=0.02)
    assert at(exposure, 4.0, -2.3) == pytest.approx(lit, rel=0.02)


def test_vehicles_and_things_shade_each_other() -> None:
    low = replace(DARK, sun_direction=(0.0, -1.0, 0.6), sun_radiance=(1.0, 1.0, 1.0))
    roof = Placed(1, box_model(*BOX), (0, 0, 0), 0.0, Dress())
    wall = box((-2, 10, -3.2, -3.0, 0, 9.0), paint=0).triangles
    open_roof, shaded = shot(low, roof), shot(low, roof, triangles=wall)
    assert open_roof.radiance[120, 120].mean() > 0.05
    assert shaded.radiance[120, 120].mean() < 0.1 * open_roof.radiance[120, 120].mean()


def test_lamps_fade_with_the_square_of_the_distance() -> None:
    # Straight below the lamp its own disc would be seen from above: look beside it.
    def beside(height: float) -> float:
        lamp = Lamp((4.0, 6.0, height), (1.0, 1.0, 1.0))
        return at(shot(DARK.with_lamps((lamp,))), 4.0, 3.0)

    for height in (2.0, 4.0):
        squared = 3.0**2 + height**2
        expected = GROUND * height / np.sqrt(squared) / squared
        assert beside(height) == pytest.approx(expected, rel=0.08)


def test_a_vehicle_hides_a_street_lamp_and_lights_the_road_with_its_own() -> None:
    lamp = DARK.with_lamps((Lamp((4.0, -6.0, 3.0), (1.0, 1.0, 1.0)),))
    one = Placed(1, box_model(*BOX), (0, 0, 0), 0.0, Dress())
    assert at(shot(lamp, one), 4.0, 3.0) < 0.02 * at(shot(lamp), 4.0, 3.0)
    truck = Placed(1, Model(build(load_blueprint("btr80"))), (6.0, 0, 0), 0.0, Dress())
    dark, lit = (shot(DARK, replace(truck, headlights=on)) for on in (False, True))
    assert at(dark, -1.0, 0.0) == pytest.approx(0.0, abs=1e-6)
    assert at(lit, -1.0, 0.0) > 10 * max(at(lit, 4.0, 6.0), 1e-5)


@pytest.mark.parametrize("name", LIGHTS)
def test_every_light_is_finite_positive_varied_and_repeatable(name: str) -> None:
    directions = np.random.default_rng(0).normal(size=(500, 3)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    lights = [light(name, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    skies = [one.sky(directions) for one in lights]
    assert all(np.isfinite(sky).all() and (sky > 0).all() for sky in skies)
    assert lights[0] == lights[1] != lights[2]
    assert lights[0].sun()[2] > 0


def test_night_is_a_thousandth_of_day_and_unknown_lights_are_refused() -> None:
    up = np.array([[0.0, 0.6, 0.8]], np.float32)
    day, night = (light(name, np.random.default_rng(3)).sky(up).mean() for name in ("day", "night"))
    assert day > 800 * night
    with pytest.raises(ValueError, match="day, dusk, overcast, snow, rain, haze, night"):
        light("noon", np.random.default_rng(0))
