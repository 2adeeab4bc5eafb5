"""Noise that breaks up surfaces, and sets of directions spread over the sphere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from marchpast.synthesis.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Grain:
    """Tiling noise textures, mean 0 and deviation 1, looked up by metres.

    Attributes:
        fine: `(S, S)` float32 with much detail.
        cloudy: `(S, S)` float32 with soft blotches.
        smooth: `(S, S)` float32 with blotches whose edges are clean.
    """

    fine: FloatArray
    cloudy: FloatArray
    smooth: FloatArray

    @classmethod
    def seeded(cls, seed: int, *, size: int = 1024) -> Grain:
        """Return textures that depend on the seed alone."""
        rng = np.random.default_rng(seed)
        return cls(*[_filtered(rng, size, power=power) for power in (0.55, 1.45, 2.6)])

    def at(self, u: FloatArray, v: FloatArray, *, tile_m: float, cloudy: bool = True) -> FloatArray:
        """Return the noise at `(N,)` places; the pattern repeats every `tile_m` metres."""
        return self._looked_up(self.cloudy if cloudy else self.fine, u, v, tile_m)

    def blots(self, u: FloatArray, v: FloatArray, *, tile_m: float) -> FloatArray:
        """Return the smooth noise at `(N,)` places, for patterns with clean edges."""
        return self._looked_up(self.smooth, u, v, tile_m)

    @staticmethod
    def _looked_up(texture: FloatArray, u: FloatArray, v: FloatArray, tile_m: float) -> FloatArray:
        size = len(texture)
        column = np.floor(u * (size / tile_m)).astype(np.int64) % size
        row = np.floor(v * (size / tile_m)).astype(np.int64) % size
        return np.asarray(texture[row, column])


@lru_cache(maxsize=4)
def shared_grain(seed: int) -> Grain:
    """Return one of four sets of textures, made once a process: they take 0.2 s."""
    return Grain.seeded(seed % 4)


def hemisphere(count: int) -> FloatArray:
    """Return `(count, 3)` cosine-weighted unit directions about +z (Hammersley points)."""
    index = np.arange(count)
    radical = np.array([float(int(f"{i:032b}"[::-1], 2)) / 2.0**32 for i in index])
    radius, angle = np.sqrt((index + 0.5) / count), 2 * np.pi * radical
    height = np.sqrt(1 - radius**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height], 1).astype(np.float32)


def sphere(count: int) -> FloatArray:
    """Return `(count, 3)` unit directions spread evenly over the sphere (Fibonacci spiral)."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    radius, angle = np.sqrt(1 - height**2), index * np.pi * (3 - np.sqrt(5))
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
    return np.asarray(points, np.float32)


def oriented(local: FloatArray, normals: FloatArray) -> FloatArray:
    """Turn `(K, 3)` directions about +z to every one of `(N, 3)` unit normals: `(N, K, 3)`."""
    helper = np.where(np.abs(normals[:, 2:3]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    tangent = np.cross(helper, normals)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    other = np.cross(normals, tangent)
    frame = np.stack([tangent, other, normals], axis=1)
    return np.asarray(np.einsum("kc,nci->nki", local, frame), np.float32)


def jitter(count: int) -> FloatArray:
    """Return `(count, 3)` float32 offsets within a cube of ±1, the same for the same count."""
    return np.random.default_rng(count).uniform(-1, 1, (count, 3)).astype(np.float32)


def _filtered(rng: np.random.Generator, size: int, *, power: float) -> FloatArray:
    """Return periodic noise whose amplitude falls with frequency to `power`."""
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequency[0, 0] = 1.0
    shaped = spectrum * np.maximum(frequency, 2.0 / size) ** -power
    shaped[0, 0] = 0.0
    noise = np.fft.irfft2(shaped, s=(size, size))
    return np.asarray(noise / noise.std(), np.float32)
