"""A pinhole camera, vehicles that are ready to be rendered, and the layer a vehicle makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.baking import GroundLight, ground_light, irradiance
from marchpast.synthesis.building.builder import Vehicle
from marchpast.synthesis.building.mesh import BoolArray, FloatArray, IntArray, subdivided
from marchpast.synthesis.environment import Evening, Grain
from marchpast.synthesis.raytrace import Tracer
from marchpast.synthesis.shading import Shader, Surface

_NEAR_M = 0.3


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera in the world frame of :mod:`.environment`.

    Attributes:
        width: Picture width in pixels.
        height: Picture height in pixels.
        focal_px: Focal length in pixels; the optical axis meets the middle of the picture.
        eye: Where it stands, metres.
        yaw_deg: 0 looks along -Y (straight across the road); positive turns left, towards +X,
            from where the column comes.
        pitch_deg: Positive looks up.
    """

    width: int
    height: int
    focal_px: float
    eye: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float

    def axes(self) -> FloatArray:
        """Return `(3, 3)`: rows right, down and forward, unit world vectors."""
        yaw, pitch = np.deg2rad(self.yaw_deg), np.deg2rad(self.pitch_deg)
        forward = np.array(
            [np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch)]
        )
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        down = np.cross(forward, right)
        return np.stack([right, down, forward]).astype(np.float32)

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return pixel positions `(N, 2)` and depths `(N,)` in metres of world points."""
        local = (points - np.asarray(self.eye, np.float32)) @ self.axes().T
        depth = np.maximum(local[:, 2], _NEAR_M)
        middle = np.array([self.width / 2, self.height / 2], np.float32)
        return local[:, :2] / depth[:, None] * self.focal_px + middle, local[:, 2]

    def directions(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return `(N, 3)` world rays through pixel positions; their depth component is 1."""
        local = np.stack(
            [
                (x - self.width / 2) / self.focal_px,
                (y - self.height / 2) / self.focal_px,
                np.ones_like(x),
            ],
            axis=1,
        )
        return np.asarray(local @ self.axes(), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One vehicle as the camera sees it, nothing in front of it; a crop of the picture.

    Attributes:
        left: First pixel column of the crop (may be negative: beyond the picture).
        top: First pixel row of the crop.
        radiance: `(h, w, 3)` float32, linear, multiplied by the coverage.
        coverage: `(h, w)` float32, share of each pixel that the vehicle covers.
        samples: `(h * s, w * s)` bool: which of the `s * s` samples of each pixel hit it.
        depth_m: Depth of the vehicle's nearest visible point, infinite when nothing is.
    """

    left: int
    top: int
    radiance: FloatArray
    coverage: FloatArray
    samples: BoolArray
    depth_m: float


class RenderModel:
    """A vehicle made ready under one light: fine faces, rays, baked light, colours.

    Args:
        vehicle: What to show.
        evening: The light.
        grain: Noise shared by the scene.
        seed: Varies paint and dirt.
        max_edge_m: Baked light is interpolated over faces no larger than this.
        shadow_cell_m: Resolution of the shadow on the road.
    """

    def __init__(
        self,
        vehicle: Vehicle,
        evening: Evening,
        grain: Grain,
        *,
        seed: int,
        max_edge_m: float = 0.22,
        shadow_cell_m: float = 0.08,
    ) -> None:
        self.vehicle = vehicle
        self._mesh = subdivided(vehicle.mesh, max_edge_m=max_edge_m)
        self._tracer = Tracer(self._mesh.triangles)
        self._evening = evening
        low, high = self._mesh.extent()
        self._corners = np.array(
            [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (0, high[2])],
            np.float32,
        )
        self.ground: GroundLight = ground_light(
            self._tracer, low, high, evening, cell_m=shadow_cell_m
        )
        self._sky = irradiance(self._mesh, self._tracer, self.ground, evening)
        self._shader = Shader(vehicle, evening, grain, seed=seed)

    def window(self, camera: Camera, position: FloatArray) -> tuple[int, int, int, int]:
        """Return `left, top, right, bottom` pixels that hold the vehicle, not clipped."""
        pixels, depth = camera.project(self._corners + position)
        if depth.max() <= _NEAR_M:
            return 0, 0, 0, 0
        low, high = np.floor(pixels.min(axis=0)) - 1, np.ceil(pixels.max(axis=0)) + 1
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def hits(
        self, camera: Camera, position: FloatArray, window: tuple[int, int, int, int], *, grid: int
    ) -> BoolArray:
        """Return which of `grid * grid` samples per pixel of a window hit the vehicle."""
        _, directions = _sample_rays(camera, window, grid)
        origins = np.broadcast_to(np.asarray(camera.eye, np.float32) - position, directions.shape)
        rows = (window[3] - window[1]) * grid
        return self._tracer.blocked(origins, directions).reshape(rows, -1)

    def layer(
        self, camera: Camera, position: FloatArray, *, travelled_m: float, grid: int = 2
    ) -> Layer | None:
        """Render the vehicle with its nose at `position`; `None` when it is out of the picture.

        Args:
            camera: From where.
            position: `(3,)` world place of the vehicle frame's origin.
            travelled_m: How far it has driven, which turns the wheels.
            grid: Samples per pixel along each edge.
        """
        left, top, right, bottom = self.window(camera, position)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, camera.width), min(bottom, camera.height)
        if left >= right or top >= bottom:
            return None
        shape, directions = _sample_rays(camera, (left, top, right, bottom), grid)
        origin = np.asarray(camera.eye, np.float32) - position
        found = self._tracer.first(np.broadcast_to(origin, directions.shape), directions)
        rows = np.flatnonzero(found.face >= 0)
        colour = np.zeros((len(directions), 3), np.float32)
        if len(rows):
            length = np.linalg.norm(directions[rows], axis=1)
            distance = found.distance[rows]
            surface = self._surface(
                found.face[rows],
                found.weights[rows],
                origin + directions[rows] * distance[:, None],
                directions[rows] / length[:, None],
            )
            shaded = self._shader.radiance(surface, spin=travelled_m / self.vehicle.wheel_radius)
            colour[rows] = self._evening.hazed(shaded, distance * length)
        samples = (found.face >= 0).reshape(shape)
        height, width = bottom - top, right - left
        pixels = colour.reshape(height, grid, width, grid, 3).mean(axis=(1, 3))
        coverage = samples.reshape(height, grid, width, grid).mean(axis=(1, 3), dtype=np.float32)
        nearest = float(found.distance[rows].min()) if len(rows) else float("inf")
        return Layer(left, top, pixels, coverage, samples, nearest)

    def _surface(
        self,
        face: IntArray,
        weights: FloatArray,
        points: FloatArray,
        towards: FloatArray,
    ) -> Surface:
        normals = np.einsum("nk,nki->ni", weights, self._mesh.normals[face])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        away = np.einsum("ni,ni->n", normals, towards) > 0
        # A smooth normal at a silhouette may point slightly away: lay it flat, do not flip it.
        flipped = normals - 2 * np.einsum("ni,ni->n", normals, towards)[:, None] * towards
        normals = np.where(away[:, None], flipped, normals).astype(np.float32)
        sun = np.broadcast_to(self._evening.sun(), points.shape)
        spread = _disc_jitter(len(points)) * self._evening.sun_spread
        sunlit = ~self._tracer.blocked(points + normals * 0.006, sun + spread)
        return Surface(
            points,
            normals,
            towards,
            self._mesh.paint[face],
            self._mesh.wheel[face],
            np.einsum("nk,nki->ni", weights, self._sky[face]).astype(np.float32),
            sunlit.astype(np.float32),
        )


def _sample_rays(
    camera: Camera, window: tuple[int, int, int, int], grid: int
) -> tuple[tuple[int, int], FloatArray]:
    """Return the sample grid's shape and its rays; samples lie evenly inside their pixels."""
    left, top, right, bottom = window
    x = left + (np.arange((right - left) * grid, dtype=np.float32) + 0.5) / grid
    y = top + (np.arange((bottom - top) * grid, dtype=np.float32) + 0.5) / grid
    # Rays of a pinhole are sums of a row's part and a column's part.
    rows = camera.directions(np.full_like(y, camera.width / 2), y)
    columns = camera.directions(x, np.full_like(x, camera.height / 2)) - camera.axes()[2]
    directions = (rows[:, None] + columns[None]).reshape(-1, 3)
    return (len(y), len(x)), directions.astype(np.float32)


def _disc_jitter(count: int) -> FloatArray:
    """Return `(count, 3)` offsets within a ball, a fixed sequence: neighbours differ."""
    index = np.arange(count, dtype=np.float64)
    cube = (np.outer(index, [0.8191725, 0.6710436, 0.5497005]) % 1.0) * 2 - 1
    return cube.astype(np.float32)
