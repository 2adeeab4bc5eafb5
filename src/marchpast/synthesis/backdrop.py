"""What does not move is rendered once: the place as the fixed camera sees it, without vehicles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.building.mesh import FloatArray, IntArray
from marchpast.synthesis.environment import GROUND_ALBEDO, Evening, Grain, hemisphere, oriented
from marchpast.synthesis.raytrace import Tracer
from marchpast.synthesis.renderer import Camera
from marchpast.synthesis.setting import (
    BLADE,
    LEAF,
    Things,
    albedo,
    background_things,
    foreground_things,
    ground_albedo,
)

_SKY_RAYS = 7


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """The empty place.

    Attributes:
        radiance: `(H, W, 3)` float32, linear.
        ground_xy: `(H, W, 2)` float32, the world X and Y of the road seen there, else NaN.
        front: `(H, W, 3)` float32 radiance of the foreground, multiplied by its coverage.
        front_coverage: `(H, W)` float32 in [0, 1].
    """

    radiance: FloatArray
    ground_xy: FloatArray
    front: FloatArray
    front_coverage: FloatArray


def render_backdrop(
    camera: Camera, evening: Evening, grain: Grain, *, seed: int, grid: int = 2
) -> Backdrop:
    """Render the place without vehicles, `grid * grid` samples a pixel, in bands of rows."""
    back = _Stage(background_things(seed), evening, grain)
    front = _Stage(foreground_things(), evening, grain)
    shape = (camera.height, camera.width)
    result = Backdrop(
        np.zeros((*shape, 3), np.float32),
        np.full((*shape, 2), np.nan, np.float32),
        np.zeros((*shape, 3), np.float32),
        np.zeros(shape, np.float32),
    )
    columns = np.arange(camera.width * grid, dtype=np.float32)
    rng = np.random.default_rng(seed)
    for row in range(camera.height):
        rows = (row * grid + np.arange(grid, dtype=np.float32))[:, None]
        jitter = rng.uniform(0.05, 0.95, (2, grid, len(columns))).astype(np.float32)
        x, y = (columns + jitter[0]) / grid, (rows + jitter[1]) / grid
        directions = camera.directions(x.ravel(), y.ravel())
        colour, _ = back.seen(camera, directions, is_open=True)
        result.radiance[row] = _pooled(colour, grid, camera.width)
        colour, covered = front.seen(camera, directions, is_open=False)
        result.front[row] = _pooled(colour, grid, camera.width)
        result.front_coverage[row] = _pooled(covered[:, None], grid, camera.width)[:, 0]
        result.ground_xy[row] = back.ground_under(camera, row)
    return result


class _Stage:
    """Things on the ground under one light."""

    def __init__(self, things: Things, evening: Evening, grain: Grain) -> None:
        self._things, self._evening, self._grain = things, evening, grain
        self._tracer = Tracer(things.triangles)
        edges = things.triangles[:, 1:] - things.triangles[:, :1]
        normals = np.cross(edges[:, 0], edges[:, 1])
        self._normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        rays = hemisphere(64)
        self._local = hemisphere(_SKY_RAYS)
        self._open = evening.sky(rays).mean(axis=0)

    def seen(
        self, camera: Camera, directions: FloatArray, *, is_open: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Return radiance `(N, 3)` and coverage `(N,)`; without `is_open`, things alone."""
        eye = np.asarray(camera.eye, np.float32)
        found = self._tracer.first(np.broadcast_to(eye, directions.shape), directions)
        length = np.linalg.norm(directions, axis=1)
        fall = np.minimum(directions[:, 2], -1e-6)
        ground = np.where(directions[:, 2] < -1e-4, -eye[2] / fall, np.inf)
        solid = (found.face >= 0) & (found.distance < ground)
        colour = np.zeros_like(directions)
        if is_open:
            colour = self._clouds(directions / length[:, None])
            earth = ~solid & np.isfinite(ground)
            reach = ground[earth]
            points = eye + directions[earth] * reach[:, None]
            unit = directions[earth] / length[earth, None]
            lit = self._ground(points, unit)
            colour[earth] = self._evening.hazed(lit, reach * length[earth])
        reach = found.distance[solid]
        points = eye + directions[solid] * reach[:, None]
        lit = self._solid(points, directions[solid], found.face[solid])
        colour[solid] = self._evening.hazed(lit, reach * length[solid])
        return colour, solid.astype(np.float32)

    def ground_under(self, camera: Camera, row: int) -> FloatArray:
        """Return world X, Y of the ground seen at the pixel middles of a row, else NaN."""
        x = np.arange(camera.width, dtype=np.float32) + 0.5
        directions = camera.directions(x, np.full_like(x, row + 0.5))
        eye = np.asarray(camera.eye, np.float32)
        places = np.full((len(x), 2), np.nan, np.float32)
        down = directions[:, 2] < -1e-4
        reach = -eye[2] / directions[down, 2]
        found = self._tracer.first(np.broadcast_to(eye, directions.shape), directions)
        free = (found.face[down] < 0) | (found.distance[down] > reach)
        points = eye[:2] + directions[down, :2] * reach[:, None]
        places[down] = np.where(free[:, None], points, np.nan)
        return places

    def _clouds(self, unit: FloatArray) -> FloatArray:
        """Return the sky with low broken cloud, flattened towards the horizon."""
        height = np.maximum(unit[:, 2], 0.02) + 0.12
        u, v = unit[:, 0] / height * 30, unit[:, 1] / height * 30
        cloud = self._grain.at(u, v, tile_m=150.0) + 0.5 * self._grain.at(u, v, tile_m=57.0)
        contrast = 0.085 * np.clip(unit[:, 2] * 6, 0, 1)
        sky = self._evening.sky(unit) * (1 + contrast * cloud)[:, None]
        far = np.exp(-np.clip(unit[:, 2], 0, 1) * 14)[:, None]
        return np.asarray(sky + (np.asarray(self._evening.haze) - sky) * 0.5 * far, np.float32)

    def _light(self, points: FloatArray, normals: FloatArray) -> FloatArray:
        """Return sky and sun light over pi at world points."""
        evening, count = self._evening, len(points)
        local = self._local
        directions = oriented(local, normals)
        origins = points + normals * 0.01
        free = ~self._tracer.blocked(
            np.repeat(origins, len(local), axis=0), directions.reshape(-1, 3)
        )
        flat = directions.reshape(-1, 3)
        bounce = GROUND_ALBEDO * self._open
        sky = np.where(flat[:, 2:3] > 0, evening.sky(flat), bounce)
        sky = np.where(free[:, None], sky, 0.06).reshape(count, len(local), 3).mean(axis=1)
        sun = np.broadcast_to(evening.sun(), points.shape)
        lit = ~self._tracer.blocked(origins, sun)
        cosine = np.clip(normals @ evening.sun(), 0, 1) * lit
        return np.asarray(sky + cosine[:, None] * np.asarray(evening.sun_radiance))

    def _solid(self, points: FloatArray, directions: FloatArray, face: IntArray) -> FloatArray:
        normals = self._normals[face]
        facing = np.einsum("ni,ni->n", normals, directions) > 0
        normals = np.where(facing[:, None], -normals, normals).astype(np.float32)
        kind = self._things.kind[face]
        # Leaves and blades scatter light through: shade them as if they half faced the sky.
        soft = (kind == LEAF) | (kind == BLADE)
        bent = normals + np.array([0, 0, 1.1], np.float32)
        bent /= np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), 1e-6)
        normals = np.where(soft[:, None], bent, normals).astype(np.float32)
        colour = albedo(kind, self._things.tint[face], points, self._grain)
        return np.asarray(colour * self._light(points, normals), np.float32)

    def _ground(self, points: FloatArray, unit: FloatArray) -> FloatArray:
        up = np.broadcast_to(np.array([0, 0, 1], np.float32), points.shape)
        colour, gloss = ground_albedo(points[:, 0], points[:, 1], self._grain)
        mirrored = unit * np.array([1, 1, -1], np.float32)
        fresnel = 0.04 + 0.96 * np.clip(1 + unit[:, 2], 0, 1) ** 5
        shine = (0.35 * gloss * fresnel)[:, None] * self._evening.surroundings(mirrored)
        return np.asarray(colour * self._light(points, up) + shine, np.float32)


def _pooled(values: FloatArray, grid: int, width: int) -> FloatArray:
    return np.asarray(values.reshape(grid, width, grid, -1).mean(axis=(0, 2)), np.float32)
