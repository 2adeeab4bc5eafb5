"""From a world and a camera to an exposure: linear radiance and the owner of every sample."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.rendering.backdrop import Backdrop
from marchpast.synthesis.rendering.backdrop import backdrop as empty_place
from marchpast.synthesis.rendering.camera import NEAR_M, Camera, Window
from marchpast.synthesis.rendering.cast import shadowed
from marchpast.synthesis.rendering.dust import add_dust
from marchpast.synthesis.rendering.fleet import Fleet
from marchpast.synthesis.rendering.patches import facing_code, grouped, pixel_index
from marchpast.synthesis.rendering.shading import Shader
from marchpast.synthesis.rendering.stage import stage_of
from marchpast.synthesis.rendering.weather import add_lamp_glare, add_precipitation
from marchpast.synthesis.rendering.world import Placed, World

_MOST_RAYS = 1 << 21
"""The size of a vehicle beyond the picture's edge is counted with at most so many samples."""


@dataclass(slots=True, eq=False)
class Exposure:
    """What falls on the sensor, and whose it is.

    Attributes:
        radiance: `(H, W, 3)` float32, linear RGB.
        owner: `(H * grid, W * grid)` int16: track number of the vehicle that a sample hits, 0
            for the place and the sky, below 0 for wagons.
        whole: Samples that each vehicle would have alone in an endless picture; vehicles with
            none (behind the camera) are missing.
        motion: `(x, y)` pixels a second that each vehicle moves in the picture.
        grid: Samples per pixel along each edge.
    """

    radiance: FloatArray
    owner: npt.NDArray[np.int16]
    whole: dict[int, int] = field(default_factory=dict)
    motion: dict[int, tuple[float, float]] = field(default_factory=dict)
    grid: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Hit:
    """The samples of a window that hit one vehicle.

    `samples` are numbers into the whole sample grid of the picture.
    """

    placed: Placed
    samples: IntArray
    face: IntArray
    weights: FloatArray
    depth: FloatArray
    rays: FloatArray


def render(
    world: World,
    camera: Camera,
    *,
    grid: int = 2,
    backdrop: Backdrop | None = None,
    readout_s: float = 0.0,
) -> Exposure:
    """Render a world.

    Args:
        world: What there is.
        camera: From where.
        grid: Samples per pixel along each edge.
        backdrop: The empty place as this camera sees it under this light, from
            :func:`backdrop`; rendered here if it is not given.
        readout_s: From the first row to the last of a rolling shutter, in which vehicles drive
            on; the world is as it is for the middle row.

    Raises:
        ValueError: If the backdrop is of another camera or grid.
    """
    place = backdrop or empty_place(world, camera, grid=grid)
    if place.camera != camera or place.grid != grid:
        raise ValueError(
            f"the backdrop is of {place.camera} with grid {place.grid}; this picture is of "
            f"{camera} with grid {grid}: render a backdrop for it"
        )
    fleet, stage = Fleet(world.vehicles), stage_of(world.place)
    depth = place.depth.copy().reshape(-1)
    owner = np.zeros(len(depth), np.int16)
    hits, whole = [], {}
    for placed in world.vehicles:
        hit, samples = _hits(placed, camera, grid, readout_s)
        if samples:
            whole[placed.track_id] = samples
        if hit is None:
            continue
        nearer = hit.depth < depth[hit.samples]
        depth[hit.samples[nearer]] = hit.depth[nearer]
        owner[hit.samples[nearer]] = placed.track_id
        hits.append(hit)
    lit = shadowed(world, place, fleet) if world.vehicles else place.radiance
    radiance = _pooled(lit, place.patch, owner.reshape(place.patch.shape), grid)
    for hit in hits:
        mine = owner[hit.samples] == hit.placed.track_id
        if mine.any():
            shader = Shader(world, hit.placed, stage, fleet, place.ground)
            _add_vehicle(radiance, hit, mine, shader, world, grid, camera.focal_px)
    add_dust(radiance, world, camera, depth.reshape(place.patch.shape))
    add_lamp_glare(radiance, world, camera, fleet, stage)
    add_precipitation(radiance, world, camera)
    motion = {placed.track_id: _motion(placed, camera) for placed in world.vehicles}
    return Exposure(radiance, owner.reshape(place.patch.shape), whole, motion, grid)


def window_of(placed: Placed, camera: Camera, *, readout_s: float = 0.0) -> Window | None:
    """Return the pixels that hold the vehicle, not clipped; `None` if it is behind the camera.

    A vehicle that reaches behind the camera is given three times the picture each way.
    """
    corners, drive = placed.to_world(placed.model.corners()), placed.velocity() * readout_s / 2
    pixels, depth = camera.project(np.concatenate([corners - drive, corners + drive]))
    if depth.max() <= NEAR_M:
        return None
    if depth.min() <= NEAR_M:
        return -camera.width, -camera.height, 2 * camera.width, 2 * camera.height
    low, high = np.floor(pixels.min(axis=0)) - 1, np.ceil(pixels.max(axis=0)) + 1
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _hits(placed: Placed, camera: Camera, grid: int, readout_s: float) -> tuple[_Hit | None, int]:
    """Return what of the picture's samples hit a vehicle, and how many would without its edge."""
    window = window_of(placed, camera, readout_s=readout_s)
    if window is None:
        return None, 0
    left, top, right, bottom = window
    inner = (max(left, 0), max(top, 0), min(right, camera.width), min(bottom, camera.height))
    hit = None
    if inner[0] < inner[2] and inner[1] < inner[3]:
        hit = _trace(placed, camera, inner, grid, readout_s)
    if inner == window:
        return hit, 0 if hit is None else len(hit.samples)
    return hit, _count(placed, camera, window, grid)


def _trace(
    placed: Placed, camera: Camera, window: Window, grid: int, readout_s: float
) -> _Hit | None:
    rays = camera.sample_rays(window, grid=grid)
    rows = np.arange(window[1] * grid, window[3] * grid)[:, None]
    columns = np.arange(window[0] * grid, window[2] * grid)[None]
    samples = (rows * (camera.width * grid) + columns).reshape(-1)
    local = (rays.reshape(-1, 3) @ placed.rotation()).astype(np.float32)
    eye = placed.to_vehicle(np.asarray(camera.eye, np.float32)[None])[0]
    origins = np.broadcast_to(eye, local.shape)
    if readout_s and placed.speed_m_s:
        # The vehicle has driven on when a lower row is read: the eye has moved the other way.
        late = ((rows + 0.5) / (camera.height * grid) - 0.5) * readout_s
        step = late * (placed.velocity() @ placed.rotation())
        origins = np.repeat(eye - step, columns.size, axis=0).astype(np.float32)
    found = placed.model.tracer.first(origins, local)
    on = np.flatnonzero((found.face >= 0) & (found.distance > NEAR_M))
    if not len(on):
        return None
    return _Hit(
        placed, samples[on], found.face[on], found.weights[on], found.distance[on], local[on]
    )


def _count(placed: Placed, camera: Camera, window: Window, grid: int) -> int:
    """Return the samples of a vehicle in a window that may reach beyond the picture."""
    left, top, right, bottom = window
    size = (right - left) * (bottom - top) * grid * grid
    step = max(1, int(np.ceil(np.sqrt(size / _MOST_RAYS))))
    x = np.arange(left * grid, right * grid, step, dtype=np.float32) + np.float32(step / 2)
    y = np.arange(top * grid, bottom * grid, step, dtype=np.float32) + np.float32(step / 2)
    grid_x, grid_y = np.meshgrid(x / grid, y / grid)
    local = camera.directions(grid_x.reshape(-1), grid_y.reshape(-1)) @ placed.rotation()
    eye = placed.to_vehicle(np.asarray(camera.eye, np.float32)[None])
    hit = placed.model.tracer.blocked(np.broadcast_to(eye, local.shape), local)
    return int(hit.sum()) * step * step


def _pooled(
    lit: FloatArray, patch: IntArray, owner: npt.NDArray[np.int16], grid: int
) -> FloatArray:
    """Return `(H, W, 3)` means of the samples that belong to the place, vehicles left out."""
    height, width = patch.shape[0] // grid, patch.shape[1] // grid
    radiance = np.empty((height, width, 3), np.float32)
    band = 64
    for start in range(0, height, band):
        rows = slice(start * grid, min(start + band, height) * grid)
        colour = lit[patch[rows]]
        colour[owner[rows] != 0] = 0
        pooled = colour.reshape(-1, grid, width, grid, 3).mean(axis=(1, 3))
        radiance[start : start + band] = pooled
    return radiance


def _add_vehicle(
    radiance: FloatArray,
    hit: _Hit,
    mine: npt.NDArray[np.bool_],
    shader: Shader,
    world: World,
    grid: int,
    focal_px: float,
) -> None:  # fmt: skip
    """Add the light of a vehicle's visible samples, in place."""
    mesh = hit.placed.model.mesh
    face, weights, rays = hit.face[mine], hit.weights[mine], hit.rays[mine]
    length = np.linalg.norm(rays, axis=1)
    unit = (rays / length[:, None]).astype(np.float32)
    normals = np.einsum("nk,nki->ni", weights, mesh.normals[face])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    away = np.einsum("ni,ni->n", normals, unit) > 0
    normals = np.where(away[:, None], -normals, normals).astype(np.float32)
    width = radiance.shape[1]
    pixel = pixel_index(hit.samples[mine], columns=width * grid, grid=grid)
    code = facing_code(normals) * 64 + mesh.paint[face]
    groups = grouped(pixel * 2048 + code)
    first = groups.first
    depth = hit.depth[mine][first]
    colour = shader.radiance(
        face[first], weights[first], normals[first], unit[first], depth / focal_px
    )
    distance = depth * length[first]
    colour = world.light.hazed(colour, distance) * (groups.counts / (grid * grid))[:, None]
    flat = radiance.reshape(-1, 3)
    for channel in range(3):
        flat[:, channel] += np.bincount(
            pixel[first], weights=colour[:, channel], minlength=len(flat)
        ).astype(np.float32)


def _motion(placed: Placed, camera: Camera) -> tuple[float, float]:
    """Return how many pixels a second the middle of a vehicle moves in the picture."""
    middle = placed.to_world(((placed.model.low + placed.model.high) / 2)[None])[0]
    step = 0.01
    pixels, depth = camera.project(np.stack([middle, middle + placed.velocity() * step]))
    if depth.min() < NEAR_M:
        return 0.0, 0.0
    speed = (pixels[1] - pixels[0]) / step
    return float(speed[0]), float(speed[1])
