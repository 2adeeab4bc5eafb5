"""Embree behind two questions: what does a ray hit first, and is it blocked at all?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh  # type: ignore[import-untyped,import-not-found,unused-ignore]
from embreex.rtcore_scene import EmbreeScene  # type: ignore[import-untyped,import-not-found,unused-ignore]

from marchpast.synthesis.arrays import BoolArray, FloatArray, IntArray

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """First hits of `N` rays; where `face` is -1 the other columns mean nothing.

    Attributes:
        face: `(N,)` int64 face index.
        distance: `(N,)` float32, in lengths of the ray's direction.
        weights: `(N, 3)` float32 barycentric weights of the face's corners.
    """

    face: IntArray
    distance: FloatArray
    weights: FloatArray


class Tracer:
    """A fixed set of triangles to shoot rays at."""

    def __init__(self, triangles: FloatArray) -> None:
        self._scene = EmbreeScene()
        # The mesh hangs itself into the scene; holding it keeps its buffers alive.
        self._mesh = TriangleMesh(self._scene, np.ascontiguousarray(triangles, np.float32))

    def first(self, origins: FloatArray, directions: FloatArray) -> Hits:
        """Return the first hits of `(N, 3)` rays."""
        faces, distances, weights = [], [], []
        for part in _chunks(len(origins)):
            found = self._scene.run(*_rays(origins[part], directions[part]), output=True)
            u, v = found["u"], found["v"]
            faces.append(found["primID"].astype(np.int64))
            distances.append(found["tfar"])
            weights.append(np.stack([1 - u - v, u, v], axis=1))
        if not faces:
            return Hits(
                np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros((0, 3), np.float32)
            )
        return Hits(np.concatenate(faces), np.concatenate(distances), np.concatenate(weights))

    def blocked(
        self, origins: FloatArray, directions: FloatArray, reach: FloatArray | None = None
    ) -> BoolArray:
        """Return, for `(N, 3)` rays, whether anything is in the way.

        Args:
            origins: Where they start.
            directions: Where they go.
            reach: `(N,)` how far, in lengths of their directions; `None`: without end.
        """
        answers = []
        for part in _chunks(len(origins)):
            ends = None if reach is None else np.ascontiguousarray(reach[part], np.float32)
            rays = _rays(origins[part], directions[part])
            answers.append(self._scene.run(*rays, dists=ends, query="OCCLUDED") >= 0)
        return np.concatenate(answers) if answers else np.zeros(0, np.bool_)


def _rays(origins: FloatArray, directions: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32)


def _chunks(count: int) -> list[slice]:
    return [slice(start, start + _CHUNK) for start in range(0, count, _CHUNK)]
