"""Samples of one pixel that hit the same kind of surface are lit once: a patch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.rendering.light import Lamp
from marchpast.synthesis.rendering.lighting import lamp_reach

SKY, GROUND = -2, -1
"""Faces of what is no thing."""


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Which samples make which patch.

    Attributes:
        first: `(G,)` one sample of every patch.
        back: `(N,)` the patch of every sample.
        counts: `(G,)` samples of every patch.
    """

    first: IntArray
    back: IntArray
    counts: IntArray

    def mean(self, values: FloatArray) -> FloatArray:
        """Return the `(G, C)` float32 means of `(N, C)` values of the samples."""
        sums = [
            np.bincount(self.back, weights=column, minlength=len(self.first)) for column in values.T
        ]
        return (np.stack(sums, axis=1) / self.counts[:, None]).astype(np.float32)


def grouped(keys: IntArray) -> Grouping:
    """Group `(N,)` samples with equal keys."""
    _, first, back, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return Grouping(first, back.reshape(-1), counts)


def facing_code(normals: FloatArray) -> IntArray:
    """Return `(N,)` numbers 0 to 26 that are alike for `(N, 3)` normals that point alike."""
    third = np.round(normals).astype(np.int64) + 1
    return np.asarray(third[:, 0] * 9 + third[:, 1] * 3 + third[:, 2])


def pixel_index(samples: IntArray, *, columns: int, grid: int) -> IntArray:
    """Return the pixel of samples numbered row by row, pixels numbered row by row.

    >>> pixel_index(np.array([0, 1, 2, 9, 10]), columns=8, grid=2).tolist()
    [0, 0, 1, 0, 1]
    """
    row, column = samples // columns, samples % columns
    return np.asarray(row // grid * (columns // grid) + column // grid)


@dataclass(slots=True, eq=False)
class Patches:
    """`G` lit pieces of the place; columns of length `G`.

    Attributes:
        face: Index into the things, `GROUND` or `SKY`.
        points: `(G, 3)` world metres.
        normals: `(G, 3)` unit, towards the viewer.
        towards: `(G, 3)` unit, from the viewer.
        distance: `(G,)` metres.
        footprint: `(G,)` metres that a pixel is wide there.
        albedo: `(G, 3)`.
        gloss: `(G,)`.
        sky: `(G, 3)` sky light over pi.
        sun: `(G, 3)` sun light over pi.
        fixed: `(G, 3)` radiance that no vehicle changes: own emission and lamps of the place.
        mirror: `(G, 3)` radiance of the mirrored surroundings, times its strength.
    """

    face: IntArray
    points: FloatArray
    normals: FloatArray
    towards: FloatArray
    distance: FloatArray
    footprint: FloatArray
    albedo: FloatArray
    gloss: FloatArray
    sky: FloatArray
    sun: FloatArray
    fixed: FloatArray
    mirror: FloatArray

    def lit_by(self, lamp: Lamp, floor: float) -> IntArray:
        """Return the rows, sky left out, that a lamp may add more than `floor` to."""
        reach = lamp_reach(lamp, floor)
        near = self.face != SKY
        for axis, place in enumerate(lamp.position):
            rows = np.abs(self.points[:, axis] - np.float32(place)) < np.float32(reach)
            near &= rows
        rows = np.flatnonzero(near)
        # Half of what is near faces away.
        away = np.asarray(lamp.position, np.float32) - self.points[rows]
        return np.asarray(rows[np.einsum("gi,gi->g", away, self.normals[rows]) > 0])

    @classmethod
    def unlit(
        cls,
        face: IntArray,
        points: FloatArray,
        normals: FloatArray,
        towards: FloatArray,
        distance: FloatArray,
        focal_px: float,
    ) -> Patches:
        """Return patches without reflectance and light."""
        none = [np.zeros((len(face), 3), np.float32) for _ in range(5)]
        gloss, footprint = np.zeros(len(face), np.float32), distance / np.float32(focal_px)
        return cls(face, points, normals, towards, distance, footprint, none[0], gloss, *none[1:])
