"""A world that the laws of light and geometry can be worked out for: level ground, plain boxes."""

import functools
from dataclasses import replace

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.building import build, load_blueprint, paint_index
from marchpast.synthesis.building.shapes import box
from marchpast.synthesis.rendering import Grain, Light, Model, Things

GROUND = 0.3
"""What the ground and the things on it reflect."""
UNIFORM = Light(
    name="day",
    sun_direction=(0.0, 0.0, 1.0),
    sun_radiance=(0.0, 0.0, 0.0),
    sun_spread=0.01,
    zenith=(1.0, 1.0, 1.0),
    horizon=(1.0, 1.0, 1.0),
    glow=(0.0, 0.0, 0.0),
    glow_power=1.0,
    cloud=0.0,
    haze=(0.0, 0.0, 0.0),
    haze_per_m=0.0,
)
"""The same light from everywhere, and no sun."""


class Level:
    """Level ground that reflects `GROUND` of the light, and what stands on it."""

    def __init__(self, triangles: FloatArray | None = None) -> None:
        corners = np.zeros((0, 3, 3), np.float32) if triangles is None else triangles
        count = len(corners)
        self.things = Things(corners, np.zeros(count, np.int64), np.ones(count, np.float32))

    def ground(
        self, x: FloatArray, y: FloatArray, grain: Grain, light: Light
    ) -> tuple[FloatArray, FloatArray]:
        return np.full((len(x), 3), GROUND, np.float32), np.zeros(len(x), np.float32)

    def albedo(
        self, kind: IntArray, tint: FloatArray, points: FloatArray, grain: Grain, light: Light
    ) -> FloatArray:
        return np.full((len(kind), 3), GROUND, np.float32)


@functools.cache
def box_model(length_m: float, width_m: float, height_m: float, *, paint: str = "white") -> Model:
    """Return a vehicle that is a plain box from its nose backwards, without wheels."""
    half = width_m / 2
    mesh = box((0, length_m, -half, half, 0, height_m), paint=paint_index(paint))
    none = np.zeros((0, 3), np.float32)
    vehicle = build(load_blueprint("btr80"))
    return Model(
        replace(vehicle, mesh=mesh, wheel_centres=none, wheel_radii=np.zeros(0, np.float32))
    )
