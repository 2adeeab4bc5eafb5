"""A vehicle alone on grey ground under even light, seen from any side and filling the picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from marchpast.records import BgrImage
from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.motion import aim
from marchpast.synthesis.rendering import (
    Camera,
    Grain,
    Light,
    Model,
    Placed,
    Things,
    World,
    render,
    usual_dress,
)

_GROUND = 0.34
_DISTANCE = 2.6
"""Of the camera, in diagonals of the vehicle: far enough that near wheels are not enlarged."""
_FILLED = 0.92
"""Share of the picture's width or height that the vehicle fills, whichever comes first."""

_AIR = (0.86, 0.87, 0.88)
_LAMP_ASIDE_DEG, _LAMP_HEIGHT_DEG = 48.0, 40.0
"""Where the lamp stands as seen from the vehicle: to the camera's left, as in a photo studio."""


@dataclass(frozen=True, slots=True)
class Angle:
    """From where a vehicle is seen.

    Attributes:
        azimuth_deg: 0 from the front, 90 its left side, 180 its tail.
        elevation_deg: Of the camera above the horizontal.
    """

    azimuth_deg: float
    elevation_deg: float


EIGHT_SIDES = (
    Angle(0, 6), Angle(40, 6), Angle(90, 4), Angle(140, 6),
    Angle(180, 6), Angle(270, 4), Angle(320, 6), Angle(40, 28),
)  # fmt: skip
"""Round the vehicle as from the pavement, and once as from a stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Studio:
    """Even grey ground with nothing on it: a `Place`."""

    things: Things = field(
        default_factory=lambda: Things(
            np.empty((0, 3, 3), np.float32), np.empty(0, np.int64), np.empty(0, np.float32)
        )
    )

    def ground(
        self, x: FloatArray, y: FloatArray, grain: Grain, light: Light
    ) -> tuple[FloatArray, FloatArray]:
        """Return the same grey everywhere, without gloss."""
        return np.full((len(x), 3), _GROUND, np.float32), np.zeros(len(x), np.float32)

    def albedo(
        self, kind: IntArray, tint: FloatArray, points: FloatArray, grain: Grain, light: Light
    ) -> FloatArray:
        """Return a grey; nothing asks for it."""
        return np.full((len(kind), 3), _GROUND, np.float32)


def studio_light(angle: Angle) -> Light:
    """Return an even sky and a large soft lamp that goes with the camera: no side is dark."""
    bearing = np.deg2rad(angle.azimuth_deg + _LAMP_ASIDE_DEG)
    height = np.deg2rad(_LAMP_HEIGHT_DEG)
    return Light(
        name="studio",
        sun_direction=(
            float(-np.cos(bearing) * np.cos(height)),
            float(-np.sin(bearing) * np.cos(height)),
            float(np.sin(height)),
        ),
        sun_radiance=(2.0, 1.97, 1.92),
        sun_spread=0.035,
        zenith=(0.95, 0.96, 0.98),
        horizon=_AIR,
        glow=(0.0, 0.0, 0.0),
        glow_power=1.0,
        cloud=0.0,
        haze=_AIR,
        haze_per_m=0.0006,
    )


def portrait(model: Model, angle: Angle, *, width: int, height: int, grid: int = 3) -> BgrImage:
    """Return one picture `(height, width, 3)` uint8 BGR of a clean vehicle, the same every time.

    Args:
        model: What to show; its own scheme and colours.
        angle: From where.
        width: Pixels.
        height: Pixels.
        grid: Samples of a pixel along each edge.
    """
    light = studio_light(angle)
    dress = usual_dress(model.vehicle, light, seed=1, dirt=0.12)
    placed = Placed(1, model, (0.0, 0.0, 0.0), 0.0, dress)
    world = World(Studio(), light, (placed,), seed=1)
    camera = framing(model, angle, width=width, height=height)
    return _plain(render(world, camera, grid=grid).radiance)


def framing(model: Model, angle: Angle, *, width: int, height: int) -> Camera:
    """Return the camera that has the whole vehicle in the middle of its picture."""
    corners = model.vehicle.mesh.triangles.reshape(-1, 3)
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle = (low + high) / 2
    azimuth, elevation = np.deg2rad([angle.azimuth_deg, angle.elevation_deg])
    towards = np.array(
        [
            -np.cos(azimuth) * np.cos(elevation),
            -np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
    )
    eye = middle + towards * _DISTANCE * float(np.linalg.norm(high - low))
    place = (float(eye[0]), float(eye[1]), float(max(eye[2], 0.5)))
    yaw, pitch = aim(place, middle.tolist())
    focal = float(width)
    # Perspective moves the middle of the outline away from that of the mesh: a second look.
    for _ in range(3):
        camera = Camera(width, height, focal, place, yaw, pitch)
        pixels, _ = camera.project(corners)
        first, last = pixels.min(axis=0), pixels.max(axis=0)
        off = (first + last) / 2 - np.array([width / 2, height / 2])
        # To the picture's right is a smaller yaw.
        yaw -= float(np.rad2deg(np.arctan2(off[0], focal)))
        pitch -= float(np.rad2deg(np.arctan2(off[1], focal)))
        focal *= _FILLED * float(np.min(np.array([width, height]) / (last - first)))
    return Camera(width, height, focal, place, yaw, pitch)


def _plain(radiance: FloatArray) -> BgrImage:
    """Return radiance as a picture without a camera's traits: a soft shoulder and sRGB's power."""
    toned = 1 - np.exp(-1.6 * np.clip(radiance - 0.008, 0, None))
    pixels = np.clip(toned, 0, 1) ** (1 / 2.2) * 255 + 0.5
    return np.ascontiguousarray(np.clip(pixels, 0, 255).astype(np.uint8)[..., ::-1])
