"""From exposure to picture: the same seed gives the same bytes, and every effect does its own."""

import functools
import pickle
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.records import BgrImage
from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.building import build, load_blueprint
from marchpast.synthesis.building.shapes import box
from marchpast.synthesis.rendering import (
    LENSES,
    LIGHTS,
    Camera,
    Dress,
    Exposure,
    Grain,
    Lens,
    Light,
    Model,
    Placed,
    Things,
    World,
    backdrop,
    develop,
    lens,
    light,
    metered,
    render,
    usual_dress,
)

CAMERA = Camera(96, 54, 90.0, (-9.0, -11.0, 2.0), 145.0, -2.0)
CLEAN = Lens(
    blur_px=0.3, noise=0.0, jpeg_quality=None, sharpen=0.0, vignette=0.0, bloom=0.0, white=(1, 1, 1)
)


class Yard:
    """Asphalt, wet or snowy as the light says, and a wall."""

    def __init__(self) -> None:
        triangles = box((-30, 40, 9, 10, 0, 5), paint=0).triangles
        count = len(triangles)
        self.things = Things(triangles, np.zeros(count, np.int64), np.ones(count, np.float32))

    def ground(
        self, x: FloatArray, y: FloatArray, grain: Grain, light: Light
    ) -> tuple[FloatArray, FloatArray]:
        tone = 0.12 * (1 + 0.1 * grain.at(x, y, tile_m=3.0)) + 0.5 * light.snow_cover
        colour = np.repeat(tone[:, None], 3, axis=1).astype(np.float32)
        return colour, np.full(len(x), 0.3 + 0.6 * light.wet, np.float32)

    def albedo(
        self, kind: IntArray, tint: FloatArray, points: FloatArray, grain: Grain, light: Light
    ) -> FloatArray:
        return np.full((len(kind), 3), 0.3, np.float32)


YARD = Yard()


@functools.cache
def model() -> Model:
    return Model(build(load_blueprint("btr80")))


def world(name: str = "day", *, time_s: float = 0.0, speed_m_s: float = 0.0) -> World:
    air = light(name, np.random.default_rng(4))
    dress = usual_dress(model().vehicle, air, seed=1)
    one = Placed(1, model(), (0, 0, 0), 10.0, dress, speed_m_s=speed_m_s, headlights=air.is_dark)
    return World(YARD, air, (one,), seed=3, time_s=time_s)


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.mark.parametrize("name", LIGHTS)
def test_the_same_seed_gives_the_same_bytes_in_every_light(name: str) -> None:
    pictures: list[BgrImage] = []
    for _ in range(2):
        exposure = render(world(name), CAMERA)
        assert np.isfinite(exposure.radiance).all()
        assert (exposure.radiance >= 0).all()
        assert (exposure.owner == 1).any()
        pictures.append(develop(exposure, lens("phone", rng()), rng()))
    assert pictures[0].shape == (54, 96, 3)
    assert pictures[0].dtype == np.uint8
    assert np.array_equal(pictures[0], pictures[1])
    assert 15 < pictures[0].mean() < 235
    assert pictures[0].std() > 8


def test_a_kept_backdrop_changes_nothing_and_one_of_another_camera_is_refused() -> None:
    kept = backdrop(world(), CAMERA)
    fresh, reused = render(world(), CAMERA), render(world(), CAMERA, backdrop=kept)
    assert np.array_equal(fresh.radiance, reused.radiance)
    assert np.array_equal(fresh.owner, reused.owner)
    with pytest.raises(ValueError, match="render a backdrop for it"):
        render(world(), replace(CAMERA, yaw_deg=1.0), backdrop=kept)


def test_a_pickled_model_renders_the_same() -> None:
    copy = pickle.loads(pickle.dumps(model()))
    there = replace(world(), vehicles=(replace(world().vehicles[0], model=copy),))
    assert np.array_equal(render(there, CAMERA).radiance, render(world(), CAMERA).radiance)


@pytest.mark.parametrize("scheme", ["three_tone", "digital", "winter", "parade"])
def test_schemes_change_the_paint_alone(scheme: str) -> None:
    plain, painted = (
        replace(world(), vehicles=(replace(world().vehicles[0], dress=dress),))
        for dress in (Dress("plain", seed=1), Dress(scheme, seed=1))  # type: ignore[arg-type]
    )
    first, second = render(plain, CAMERA), render(painted, CAMERA)
    assert np.array_equal(first.owner, second.owner)
    differs = np.abs(first.radiance - second.radiance).max(axis=2) > 0.002
    own = first.owner.reshape(54, 2, 96, 2).max(axis=(1, 3)) > 0
    assert differs[own].mean() > 0.15
    assert not differs[~own].any()


def test_wheels_turn_once_in_one_circumference_and_nothing_else_turns() -> None:
    around = float(2 * np.pi * model().vehicle.wheel_radius)
    still, half, once = (
        render(
            replace(world(), vehicles=(replace(world().vehicles[0], travelled_m=way),)), CAMERA
        ).radiance
        for way in (0.0, 0.31 * around, around)
    )
    np.testing.assert_allclose(once, still, atol=2e-3)
    moved = np.abs(half - still).max(axis=2) > 0.004
    assert 0 < moved.mean() < 0.1
    # The wheels are in the lower half of the vehicle.
    assert not moved[:24].any()


def test_snow_lies_on_the_vehicle_and_water_darkens_it() -> None:
    def brightness(dress: Dress) -> float:
        one = replace(world("overcast").vehicles[0], dress=dress)
        exposure = render(
            replace(world("overcast"), vehicles=(one,)), replace(CAMERA, eye=(-9.0, -11.0, 7.0))
        )
        own = exposure.owner.reshape(54, 2, 96, 2).min(axis=(1, 3)) > 0
        return float(exposure.radiance[own].mean())

    dry, wet, snowy = (
        brightness(Dress(dirt=0.2, wet=wet, snow=snow)) for wet, snow in ((0, 0), (1, 0), (0, 1))
    )
    assert snowy > 1.5 * dry
    assert wet != pytest.approx(dry, rel=0.02)


def test_snowflakes_fall_between_two_moments() -> None:
    flakes = replace(world("snow").light, density=1.0)
    moments = [
        render(replace(world("snow", time_s=time_s), light=flakes), CAMERA).radiance
        for time_s in (0.0, 0.0, 0.2)
    ]
    assert np.array_equal(moments[0], moments[1])
    changed = np.abs(moments[0] - moments[2]).max(axis=2) > 0.01
    assert 0.005 < changed.mean() < 0.6


def flat_exposure(level: float = 0.3) -> Exposure:
    owner = np.zeros((80, 120), np.int16)
    radiance = np.full((40, 60, 3), level, np.float32)
    return Exposure(radiance, owner)


def test_metering_brings_grey_to_the_same_tone_and_stops_short_at_night() -> None:
    grey = [develop(flat_exposure(level), CLEAN, rng()).mean() for level in (2.0, 0.6, 0.001)]
    assert grey[0] == pytest.approx(grey[1], abs=2)
    assert grey[2] < 0.75 * grey[1]
    assert metered(flat_exposure(), replace(CLEAN, exposure=2.0)) == pytest.approx(
        2 * metered(flat_exposure(), CLEAN)
    )


def test_a_fast_vehicle_is_smeared_along_its_way_and_the_rest_is_not() -> None:
    exposure = flat_exposure(0.1)
    exposure.owner[20:60, 40:80] = 1
    exposure.radiance[10:30, 20:40] = 0.8
    sharp = develop(exposure, CLEAN, rng(), gain=1.0)
    exposure.motion[1] = (1000.0, 0.0)
    smeared = develop(exposure, replace(CLEAN, shutter_s=1 / 250), rng(), gain=1.0)
    row = np.abs(smeared[20].astype(int) - sharp[20]).max(axis=1)
    assert row[17:23].max() > 20
    assert row[37:43].max() > 20
    assert row[26:34].max() < 3
    assert np.abs(smeared[:8].astype(int) - sharp[:8]).max() < 3
    # Across its way nothing moves: the upper edge is as sharp as before.
    assert np.abs(smeared[:, 30].astype(int) - sharp[:, 30]).max() < 3


def test_a_turning_camera_smears_everything() -> None:
    exposure = flat_exposure(0.1)
    exposure.radiance[:, 30:] = 0.8
    sharp, moved = (
        develop(exposure, replace(CLEAN, shutter_s=0.01), rng(), (speed, 0.0), gain=1.0)
        for speed in (0.0, 600.0)
    )

    def edge(image: BgrImage) -> int:
        return int(((image[20, :, 0] > 105) & (image[20, :, 0] < 220)).sum())

    assert edge(moved) >= edge(sharp) + 2


def test_noise_sharpening_vignette_and_compression_each_do_their_own() -> None:
    plain = develop(flat_exposure(), CLEAN, rng(), gain=1.0).astype(float)
    assert plain.std() < 1
    noisy = develop(flat_exposure(), replace(CLEAN, noise=0.02), rng(), gain=1.0)
    assert noisy.std() > 2
    dark = develop(flat_exposure(), replace(CLEAN, vignette=0.5), rng(), gain=1.0)
    assert dark[0, 0].mean() < 0.9 * dark[20, 30].mean()
    edge = flat_exposure(0.1)
    edge.radiance[:, 30:] = 0.5
    soft, sharp = (
        develop(edge, replace(CLEAN, sharpen=amount), rng(), gain=1.0) for amount in (0.0, 1.0)
    )
    assert int(sharp.max()) > int(soft.max())
    coarse = develop(edge, replace(CLEAN, noise=0.02, jpeg_quality=10), rng(), gain=1.0)
    fine = develop(edge, replace(CLEAN, noise=0.02), rng(), gain=1.0)
    assert np.abs(coarse.astype(int) - fine).mean() > 1


@pytest.mark.parametrize("kind", LENSES)
def test_lens_kinds_are_varied_and_repeatable(kind: str) -> None:
    drawn = [lens(kind, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0].kind == kind


def test_unknown_lenses_are_refused() -> None:
    with pytest.raises(ValueError, match="press, phone, dashcam, drone, cctv"):
        lens("telescope", rng())
