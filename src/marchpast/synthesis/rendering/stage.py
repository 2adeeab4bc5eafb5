"""A place's ground and things, ready for rays."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from marchpast.synthesis.arrays import BoolArray, FloatArray
from marchpast.synthesis.rendering.patches import GROUND, SKY
from marchpast.synthesis.rendering.raytrace import Hits, Tracer
from marchpast.synthesis.rendering.world import Place, Things

FAR_M = 4000.0
"""The ground ends here."""


class Stage:
    """A place's things, ready for rays."""

    def __init__(self, things: Things) -> None:
        self.is_empty = not len(things.triangles)
        if not self.is_empty:
            self.tracer = Tracer(things.triangles)
            edges = things.triangles[:, 1:] - things.triangles[:, :1]
            normals = np.cross(edges[:, 0], edges[:, 1])
            length = np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
            self.normals = (normals / length).astype(np.float32)

    def first(self, eye: FloatArray, directions: FloatArray) -> Hits:
        """Return what `(N, 3)` rays from one eye hit first: a thing, `GROUND` or `SKY`."""
        fall = np.minimum(directions[:, 2], -1e-6)
        reach = np.where(directions[:, 2] < -1e-5, -eye[2] / fall, np.inf).astype(np.float32)
        reach[reach > FAR_M] = np.inf
        face = np.where(np.isfinite(reach), GROUND, SKY).astype(np.int64)
        if self.is_empty:
            return Hits(face, reach, np.zeros((len(face), 3), np.float32))
        found = self.tracer.first(np.broadcast_to(eye, directions.shape), directions)
        solid = (found.face >= 0) & (found.distance < reach)
        return Hits(
            np.where(solid, found.face, face),
            np.where(solid, found.distance, reach).astype(np.float32),
            found.weights,
        )

    def blocked(
        self, origins: FloatArray, directions: FloatArray, reach: FloatArray | None = None
    ) -> BoolArray:
        """Return whether a thing is in the way of `(N, 3)` rays."""
        if self.is_empty:
            return np.zeros(len(origins), np.bool_)
        return self.tracer.blocked(origins, directions, reach)


_STAGES: WeakKeyDictionary[Things, Stage] = WeakKeyDictionary()


def stage_of(place: Place) -> Stage:
    """Return the place's stage, built once as long as its things live."""
    things = place.things
    if things not in _STAGES:
        _STAGES[things] = Stage(things)
    return _STAGES[things]
