"""Light and air of an overcast evening: sky, veiled sun, haze, and the noise that breaks surfaces.

World frame, metres, right-handed: X along the road, Y across it, Z up; vehicles drive towards -X,
so that a vehicle frame is the world frame shifted. Radiance is linear RGB, the mean sky near 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.building.mesh import FloatArray

GROUND_ALBEDO = 0.11


@dataclass(frozen=True, slots=True)
class Evening:
    """One light.

    Attributes:
        sun_direction: Towards the sun, unit length.
        sun_radiance: What a white surface facing the sun reflects of it (irradiance / pi).
        sun_spread: Half-width of the veiled sun, radians; softens the shadows.
        haze: Radiance that distance fades into.
        haze_per_m: Share of light lost per metre.
    """

    sun_direction: tuple[float, float, float] = (-0.80, 0.36, 0.46)
    sun_radiance: tuple[float, float, float] = (0.66, 0.55, 0.42)
    sun_spread: float = 0.09
    haze: tuple[float, float, float] = (0.86, 0.88, 0.93)
    haze_per_m: float = 0.0010

    def sun(self) -> FloatArray:
        """Return the unit vector towards the sun, `(3,)`."""
        vector = np.asarray(self.sun_direction, np.float32)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def sky(self, directions: FloatArray) -> FloatArray:
        """Return the radiance of the sky without clouds in `(N, 3)` unit directions.

        Below the horizon the horizon's own radiance is returned.
        """
        height = np.clip(directions[:, 2:3], 0.0, 1.0)
        zenith = np.array([0.80, 0.92, 1.12], np.float32)
        horizon = np.array([1.12, 1.06, 1.00], np.float32)
        # An overcast sky is brighter overhead, a dusk sky near the horizon: here they cancel.
        base = horizon + (zenith - horizon) * height**0.55
        glow = np.clip(directions @ self.sun(), 0.0, 1.0)[:, None] ** 5
        warm = np.array([0.62, 0.44, 0.24], np.float32)
        return np.asarray(base + glow * warm * (1.15 - height), np.float32)

    def surroundings(self, directions: FloatArray) -> FloatArray:
        """Return what a mirror sees: sky, a dark line of trees at the horizon, and ground."""
        height = directions[:, 2:3]
        sky = self.sky(directions)
        trees = np.array([0.10, 0.12, 0.10], np.float32)
        ground = np.array([0.16, 0.16, 0.165], np.float32)
        low = np.where(height < 0.0, ground, trees)
        share = np.clip((height - 0.10) / 0.10, 0.0, 1.0)
        return np.asarray(low + (sky - low) * share, np.float32)

    def hazed(self, radiance: FloatArray, distance_m: FloatArray) -> FloatArray:
        """Return `(N, 3)` radiance as seen through `(N,)` metres of air."""
        clear = np.exp(-self.haze_per_m * distance_m)[:, None].astype(np.float32)
        return np.asarray(radiance * clear + np.asarray(self.haze, np.float32) * (1 - clear))


@dataclass(frozen=True, slots=True, eq=False)
class Grain:
    """Tiling noise textures, mean 0 and deviation 1, looked up by metres."""

    fine: FloatArray
    cloudy: FloatArray

    @classmethod
    def seeded(cls, seed: int, *, size: int = 1024) -> Grain:
        """Return textures that depend on the seed alone."""
        rng = np.random.default_rng(seed)
        return cls(_filtered(rng, size, power=0.55), _filtered(rng, size, power=1.45))

    def at(self, u: FloatArray, v: FloatArray, *, tile_m: float, cloudy: bool = True) -> FloatArray:
        """Return the noise at `(N,)` places; the pattern repeats every `tile_m` metres."""
        texture = self.cloudy if cloudy else self.fine
        size = len(texture)
        column = np.floor(u * (size / tile_m)).astype(np.int64) % size
        row = np.floor(v * (size / tile_m)).astype(np.int64) % size
        return np.asarray(texture[row, column])


def hemisphere(count: int) -> FloatArray:
    """Return `(count, 3)` cosine-weighted unit directions about +z (Hammersley points)."""
    index = np.arange(count)
    radical = np.array([float(int(f"{i:032b}"[::-1], 2)) / 2.0**32 for i in index])
    radius, angle = np.sqrt((index + 0.5) / count), 2 * np.pi * radical
    height = np.sqrt(1 - radius**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height], 1).astype(np.float32)


def oriented(local: FloatArray, normals: FloatArray) -> FloatArray:
    """Turn `(K, 3)` directions about +z to every one of `(N, 3)` unit normals: `(N, K, 3)`."""
    helper = np.where(np.abs(normals[:, 2:3]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    tangent = np.cross(helper, normals)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    other = np.cross(normals, tangent)
    frame = np.stack([tangent, other, normals], axis=1)
    return np.asarray(np.einsum("kc,nci->nki", local, frame), np.float32)


def _filtered(rng: np.random.Generator, size: int, *, power: float) -> FloatArray:
    """Return periodic noise whose amplitude falls with frequency to `power`."""
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequency[0, 0] = 1.0
    shaped = spectrum * np.maximum(frequency, 2.0 / size) ** -power
    shaped[0, 0] = 0.0
    noise = np.fft.irfft2(shaped, s=(size, size))
    return np.asarray(noise / noise.std(), np.float32)
