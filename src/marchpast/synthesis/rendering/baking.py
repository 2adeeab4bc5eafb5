"""What a vehicle hides of the sky: baked once, good for every light, heading and dress.

For a fixed set of directions it is worked out whether the vehicle itself is in the way, at every
corner of its mesh and on the ground around it. The light of any sky is then a weighted sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.building import Mesh
from marchpast.synthesis.rendering.grain import sphere
from marchpast.synthesis.rendering.raytrace import Tracer

DIRECTIONS = sphere(64)
"""`(64, 3)` unit directions of the vehicle frame in which the sky is looked for."""
_UP = DIRECTIONS[DIRECTIONS[:, 2] > 0]
_INSIDE = 0.035
"""How far a corner's sample is drawn to the middle of its face, so that it is not in the crease."""
_LIFT_M = 0.004
_CELL_M = 0.16
_REACH = 1.4
"""The ground is baked as far around a vehicle as this times its height."""


@dataclass(frozen=True, slots=True, eq=False)
class SkySeen:
    """How much of the sky and of the ground every corner of a mesh sees.

    Attributes:
        corner: `(F, 3)` int64, row of each face's corners in the tables.
        share: `(U, 64)` float16: share of a corner's light that comes from a direction of the
            sky, 0 where the vehicle is in the way. Over an unhidden corner the shares of all
            directions and `ground` sum to 1.
        ground: `(U,)` float32, share that comes from the ground, dimmed by the vehicle over it.
        own: `(U,)` float32, share that comes from the vehicle itself.
    """

    corner: IntArray
    share: FloatArray
    ground: FloatArray
    own: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class GroundSeen:
    """What of the sky is left on the ground around a vehicle.

    Attributes:
        origin: Vehicle-frame x and y of the first cell.
        free: `(rows along y, columns along x, U)` bool: nothing of the vehicle in that upward
            direction.
    """

    origin: tuple[float, float]
    free: np.ndarray

    def dimmed(self, sky: FloatArray) -> FloatArray:
        """Return `(rows, columns, 3)` float32: the share of the open sky's light that is left.

        Args:
            sky: `(U, 3)` radiance of the upward directions.
        """
        light = sky * _UP[:, 2:3]
        left = self.free.astype(np.float32) @ light.astype(np.float32)
        return np.asarray(left / np.maximum(light.sum(axis=0), 1e-9), np.float32)

    def at(self, dimmed: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return `dimmed` at vehicle-frame points, `(N, C)`, bilinear, 1 outside the grid."""
        column, row = (x - self.origin[0]) / _CELL_M, (y - self.origin[1]) / _CELL_M
        rows, columns = dimmed.shape[:2]
        inside = (column >= 0) & (column < columns - 1.001) & (row >= 0) & (row < rows - 1.001)
        answer = np.ones((len(x), dimmed.shape[2]), np.float32)
        column, row = column[inside], row[inside]
        left, top = column.astype(np.int64), row.astype(np.int64)
        along, down = (column - left)[:, None], (row - top)[:, None]
        upper = dimmed[top, left] * (1 - along) + dimmed[top, left + 1] * along
        lower = dimmed[top + 1, left] * (1 - along) + dimmed[top + 1, left + 1] * along
        answer[inside] = upper * (1 - down) + lower * down
        return answer


def upward() -> FloatArray:
    """Return the `(U, 3)` directions of :class:`GroundSeen`, vehicle frame."""
    return _UP


def bake_ground(tracer: Tracer, low: FloatArray, high: FloatArray) -> GroundSeen:
    """Bake the ground around a vehicle between its lowest and highest corner, `(3,)` each."""
    margin = _REACH * float(high[2])
    x = np.arange(low[0] - margin, high[0] + margin, _CELL_M, dtype=np.float32)
    y = np.arange(low[1] - margin, high[1] + margin, _CELL_M, dtype=np.float32)
    grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
    points = np.stack([grid_x, grid_y, np.full_like(grid_x, _LIFT_M)], axis=2).reshape(-1, 3)
    free = np.empty((len(points), len(_UP)), np.bool_)
    for index, direction in enumerate(_UP):
        free[:, index] = ~tracer.blocked(points, np.broadcast_to(direction, points.shape))
    return GroundSeen((float(x[0]), float(y[0])), free.reshape(*grid_x.shape, len(_UP)))


def bake_sky(mesh: Mesh, tracer: Tracer, ground: GroundSeen) -> SkySeen:
    """Bake a mesh; corners within 4 cm that face alike are worked out once."""
    middle = mesh.triangles.mean(axis=1, keepdims=True)
    places = mesh.triangles + (middle - mesh.triangles) * _INSIDE
    keys = np.concatenate([places, mesh.normals], axis=2).reshape(-1, 6)
    whole = np.round(keys * [25, 25, 25, 8, 8, 8]).astype(np.int16)
    packed = np.ascontiguousarray(whole).view("V12").reshape(-1)
    _, first, back = np.unique(packed, return_index=True, return_inverse=True)
    points, normals = keys[first, :3].astype(np.float32), keys[first, 3:].astype(np.float32)
    points = points + normals * _LIFT_M
    cosine = np.clip(normals @ DIRECTIONS.T, 0, None)
    weight = cosine / np.maximum(cosine.sum(axis=1, keepdims=True), 1e-6)
    openness = ground.dimmed(np.ones((len(_UP), 1), np.float32))
    share = np.zeros(weight.shape, np.float16)
    from_ground, own = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
    for index, direction in enumerate(DIRECTIONS):
        rows = np.flatnonzero(weight[:, index] > 0)
        blocked = tracer.blocked(points[rows], np.broadcast_to(direction, (len(rows), 3)))
        own[rows[blocked]] += weight[rows[blocked], index]
        rows = rows[~blocked]
        if direction[2] > 0:
            share[rows, index] = weight[rows, index]
            continue
        reach = np.clip(points[rows, 2], 0, None) / -direction[2]
        x = points[rows, 0] + direction[0] * reach
        y = points[rows, 1] + direction[1] * reach
        from_ground[rows] += weight[rows, index] * ground.at(openness, x, y)[:, 0]
    return SkySeen(back.reshape(-1, 3).astype(np.int64), share, from_ground, own)
