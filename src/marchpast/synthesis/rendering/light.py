"""A light: sky, sun, air, lamps and weather.

Radiance is linear RGB; the mean sky of a clear day is about 1. World frame of :mod:`.camera`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from marchpast.synthesis.arrays import FloatArray

Colour = tuple[float, float, float]
Precipitation = Literal["none", "rain", "snow"]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A small lamp.

    Attributes:
        position: Metres.
        colour: Irradiance over pi at 1 m on a surface that faces it: what a white surface there
            would reflect, in units of the day's sky.
        direction: Where a cone points (unit length is not needed), or `None`: all ways.
        cone_deg: Half-angle at which the cone has faded to half.
    """

    position: tuple[float, float, float]
    colour: Colour
    direction: tuple[float, float, float] | None = None
    cone_deg: float = 180.0


@dataclass(frozen=True, slots=True)
class Light:
    """One light and the weather that comes with it.

    Attributes:
        name: Its kind, one of `LIGHTS`.
        sun_direction: Towards the sun; any length.
        sun_radiance: What a white surface facing the sun reflects of it (irradiance / pi).
        sun_spread: Half-width of the sun in radians, veiled by cloud or not: softens shadows.
        zenith: Radiance of the sky overhead.
        horizon: Radiance of the sky at the horizon.
        glow: Radiance added near the sun.
        glow_power: How narrow that glow is; 1 is half the sky.
        cloud: Contrast of the clouds, 0 to 1.
        haze: Radiance that distance fades into.
        haze_per_m: Share of light lost per metre of air.
        lamps: Street lamps that burn.
        precipitation: What falls.
        density: How much of it falls, 0 to 1.
        wet: How wet what lies open is, 0 to 1.
        snow_cover: Share of what faces upwards that lies under snow, 0 to 1.
    """

    name: str
    sun_direction: tuple[float, float, float]
    sun_radiance: Colour
    sun_spread: float
    zenith: Colour
    horizon: Colour
    glow: Colour
    glow_power: float
    cloud: float
    haze: Colour
    haze_per_m: float
    lamps: tuple[Lamp, ...] = ()
    precipitation: Precipitation = "none"
    density: float = 0.0
    wet: float = 0.0
    snow_cover: float = 0.0

    def sun(self) -> FloatArray:
        """Return the unit vector towards the sun, `(3,)` float32."""
        vector = np.asarray(self.sun_direction, np.float32)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def sky(self, directions: FloatArray) -> FloatArray:
        """Return the radiance `(N, 3)` of the cloudless sky in `(N, 3)` unit directions.

        Below the horizon the horizon's own radiance is returned.
        """
        height = np.clip(directions[:, 2:3], 0.0, 1.0)
        low, high = np.asarray(self.horizon, np.float32), np.asarray(self.zenith, np.float32)
        base = low + (high - low) * height ** np.float32(0.55)
        near = np.clip(directions @ self.sun(), 0.0, 1.0)[:, None] ** np.float32(self.glow_power)
        return np.asarray(base + near * np.asarray(self.glow, np.float32) * (1.1 - height))

    def hazed(self, radiance: FloatArray, distance_m: FloatArray) -> FloatArray:
        """Return `(N, 3)` radiance as seen through `(N,)` metres of air."""
        clear = np.exp(-self.haze_per_m * distance_m)[:, None].astype(np.float32)
        return np.asarray(radiance * clear + np.asarray(self.haze, np.float32) * (1 - clear))

    def with_lamps(self, lamps: tuple[Lamp, ...]) -> Light:
        """Return the same light with these lamps burning."""
        return replace(self, lamps=lamps)

    @property
    def is_dark(self) -> bool:
        """Whether drivers switch headlights on."""
        return max(self.zenith) < 0.35 or self.name in ("rain", "snow", "haze", "dusk")
