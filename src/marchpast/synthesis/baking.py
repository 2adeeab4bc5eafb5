"""Light that does not change while a vehicle drives straight on is worked out once per vehicle.

The vehicle keeps its heading, so the sky it sees, what its own parts hide of it, the light thrown
back by the road and its shadow on the road are constants of the vehicle frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.building.mesh import BoolArray, FloatArray, Mesh
from marchpast.synthesis.environment import GROUND_ALBEDO, Evening, hemisphere, oriented
from marchpast.synthesis.raytrace import Tracer

_POINTS_AT_ONCE = 4096
_INSIDE = 0.035
"""How far a corner's sample is drawn to the middle of its face, so that it is not in the crease."""


@dataclass(frozen=True, slots=True, eq=False)
class GroundLight:
    """How much of the open road's light is left around a vehicle.

    Attributes:
        origin: Vehicle-frame x and y of the first cell.
        cell_m: Edge of a cell.
        ratio: `(rows along y, columns along x, 3)` float32, 1 in the open, less in the shadow.
    """

    origin: tuple[float, float]
    cell_m: float
    ratio: FloatArray

    def at(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the `(N, 3)` ratio at vehicle-frame points, bilinear, 1 outside the grid."""
        column = (x - self.origin[0]) / self.cell_m
        row = (y - self.origin[1]) / self.cell_m
        rows, columns = self.ratio.shape[:2]
        inside = (column >= 0) & (column < columns - 1.001) & (row >= 0) & (row < rows - 1.001)
        answer = np.ones((len(x), 3), np.float32)
        column, row = column[inside], row[inside]
        left, top = column.astype(np.int64), row.astype(np.int64)
        along, down = (column - left)[:, None], (row - top)[:, None]
        upper = self.ratio[top, left] * (1 - along) + self.ratio[top, left + 1] * along
        lower = self.ratio[top + 1, left] * (1 - along) + self.ratio[top + 1, left + 1] * along
        answer[inside] = upper * (1 - down) + lower * down
        return answer


def ground_light(
    tracer: Tracer, low: FloatArray, high: FloatArray, evening: Evening, *, cell_m: float
) -> GroundLight:
    """Bake the shadow and the dimmed sky on the road around a vehicle.

    Args:
        tracer: The vehicle's faces, vehicle frame.
        low: `(3,)` lowest corner of the vehicle.
        high: `(3,)` highest corner.
        evening: The light.
        cell_m: Resolution.
    """
    margin = 1.4 * float(high[2])
    x = np.arange(low[0] - margin, high[0] + margin, cell_m, dtype=np.float32)
    y = np.arange(low[1] - margin, high[1] + margin, cell_m, dtype=np.float32)
    grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
    points = np.stack([grid_x, grid_y, np.full_like(grid_x, 0.004)], axis=2).reshape(-1, 3)
    up = np.broadcast_to(np.array([0, 0, 1], np.float32), points.shape)
    rays = hemisphere(64)
    open_sky = evening.sky(rays).mean(axis=0)
    open_sun = np.asarray(evening.sun_radiance, np.float32) * evening.sun()[2]
    left = np.empty_like(points)
    for start in range(0, len(points), _POINTS_AT_ONCE):
        part = slice(start, start + _POINTS_AT_ONCE)
        free = ~_blocked(tracer, points[part], oriented(rays, up[part]))
        sky = free.astype(np.float32) @ evening.sky(oriented(rays, up[:1])[0]) / len(rays)
        suns = _sun_rays(evening, count=12)
        lit = ~_blocked(
            tracer, points[part], np.broadcast_to(suns, (len(points[part]), *suns.shape))
        )
        left[part] = (sky + lit.mean(axis=1)[:, None] * open_sun) / (open_sky + open_sun)
    ratio = np.clip(left, 0, 1).reshape(*grid_x.shape, 3).astype(np.float32)
    return GroundLight((float(x[0]), float(y[0])), cell_m, ratio)


def irradiance(
    mesh: Mesh, tracer: Tracer, ground: GroundLight, evening: Evening, *, rays: int = 64
) -> FloatArray:
    """Return `(F, 3, 3)` float32: sky light over pi that reaches every corner, without the sun.

    Equal corners (same place, same normal) are worked out once.
    """
    middle = mesh.triangles.mean(axis=1, keepdims=True)
    places = mesh.triangles + (middle - mesh.triangles) * _INSIDE
    keys = np.concatenate([places, mesh.normals], axis=2).reshape(-1, 6)
    _, first, back = np.unique(
        np.round(keys * [200, 200, 200, 50, 50, 50]).astype(np.int32),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    points, normals = keys[first, :3], keys[first, 3:]
    points = points + normals * 0.004
    local = hemisphere(rays)
    light = np.empty((len(points), 3), np.float32)
    # What a ray sees that ends on the vehicle itself: dim, slightly green.
    own = np.array([0.050, 0.054, 0.040], np.float32)
    ground_radiance = GROUND_ALBEDO * (
        evening.sky(local).mean(axis=0) + np.asarray(evening.sun_radiance) * evening.sun()[2]
    )
    for start in range(0, len(points), _POINTS_AT_ONCE):
        part = slice(start, start + _POINTS_AT_ONCE)
        directions = oriented(local, normals[part])
        count = len(directions)
        blocked = _blocked(tracer, points[part], directions).reshape(-1)
        flat = directions.reshape(-1, 3)
        radiance = np.broadcast_to(own, flat.shape).copy()
        up = ~blocked & (flat[:, 2] > 0.02)
        radiance[up] = evening.sky(flat[up])
        down = ~blocked & (flat[:, 2] <= 0.02)
        origins = np.repeat(points[part], rays, axis=0)[down]
        reach = np.minimum(origins[:, 2] / np.maximum(-flat[down, 2], 1e-3), 60.0)
        x, y = (origins[:, axis] + flat[down, axis] * reach for axis in (0, 1))
        radiance[down] = ground.at(x, y) * ground_radiance
        light[part] = radiance.reshape(count, rays, 3).mean(axis=1)
    return np.asarray(light[back.reshape(-1)].reshape(-1, 3, 3))


def _sun_rays(evening: Evening, *, count: int) -> FloatArray:
    """Return `(count, 3)` unit directions spread evenly over the veiled sun's disc."""
    index = np.arange(count) + 0.5
    radius, angle = np.sqrt(index / count) * evening.sun_spread, index * 2.399963
    disc = np.stack([radius * np.cos(angle), radius * np.sin(angle), np.ones(count)], axis=1)
    disc /= np.linalg.norm(disc, axis=1, keepdims=True)
    return np.asarray(oriented(disc.astype(np.float32), evening.sun()[None])[0])


def _blocked(tracer: Tracer, points: FloatArray, directions: FloatArray) -> BoolArray:
    """Return `(N, K)` bool for `(N, 3)` points with `(N, K, 3)` directions each."""
    count = directions.shape[1]
    origins = np.repeat(points.astype(np.float32), count, axis=0)
    blocked = tracer.blocked(origins, directions.reshape(-1, 3))
    return np.asarray(blocked.reshape(len(points), count))
