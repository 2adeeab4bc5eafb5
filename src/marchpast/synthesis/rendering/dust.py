"""Dust behind the wheels of what drives over dry ground.

Every half metre of the way a wheel throws up a puff, which stays where it is, grows, rises and
thins. The puffs of all vehicles add up to one optical depth for every pixel. Sizes and times are
estimates by eye from films of columns on dirt roads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.rendering.camera import NEAR_M, Camera
from marchpast.synthesis.rendering.grain import shared_grain
from marchpast.synthesis.rendering.lighting import mean_sky
from marchpast.synthesis.rendering.world import Placed, World

_STEP_M = 0.5
_LIFE_S, _TRAIL_M = 4.0, 32.0
_FADE_S = 1.7
_FULL_SPEED_M_S = 9.0
"""Slower vehicles raise less."""
_THICKNESS = 1.9
"""Optical depth of a fresh puff on the dustiest ground."""
_REFLECTANCE = np.array([0.30, 0.26, 0.20], np.float32)
_LARGEST_PX = 1500
_TEXTURE_PX, _TEXTURES = 48, 8


@dataclass(frozen=True, slots=True, eq=False)
class Puffs:
    """The dust of one vehicle; every column has length `N >= 0`.

    Attributes:
        centre: `(N, 3)` world metres.
        radius_m: `(N,)` of the ball that holds most of it.
        depth: `(N,)` optical depth through its middle.
        texture: `(N,)` which of the ragged outlines it has.
    """

    centre: FloatArray
    radius_m: FloatArray
    depth: FloatArray
    texture: IntArray


def add_dust(radiance: FloatArray, world: World, camera: Camera, depth: FloatArray) -> None:
    """Draw the dust over what is behind it, in place; without dust nothing changes.

    Args:
        radiance: `(H, W, 3)` of the world.
        world: Its dust, light and vehicles are used.
        camera: From where.
        depth: `(H * grid, W * grid)` metres to what is seen there.
    """
    driving = [placed for placed in world.vehicles if _raises_dust(placed)]
    if world.dust <= 0 or not driving:
        return
    height, width = radiance.shape[:2]
    grid = depth.shape[0] // height
    near = np.minimum(depth[::grid, ::grid], depth[grid - 1 :: grid, grid - 1 :: grid])
    textures = _textures(world.seed)
    total, weighted = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for placed in driving:
        for window, puff, distance in _drawn(puffs(placed, world), camera, near, textures):
            total[window] += puff
            weighted[window] += puff * distance
    rows = np.flatnonzero(total.reshape(-1) > 1e-3)
    if not len(rows):
        return
    thick = total.reshape(-1)[rows]
    away = weighted.reshape(-1)[rows] / thick
    colour = world.light.hazed(np.repeat(_colour(world, driving)[None], len(rows), axis=0), away)
    flat = radiance.reshape(-1, 3)
    flat[rows] += (1 - np.exp(-thick))[:, None] * (colour - flat[rows])


def puffs(placed: Placed, world: World) -> Puffs:
    """Return what hangs behind the wheels of a vehicle now; it follows from the way it has come."""
    speed, model = placed.speed_m_s, placed.model
    trail = min(_TRAIL_M, speed * _LIFE_S)
    # The same stretch of the way always gives the same puff, in every frame of a clip.
    last = int(np.floor(placed.travelled_m / _STEP_M))
    numbers = np.arange(last - int(trail / _STEP_M), last + 1)
    chance = np.random.default_rng([world.seed, abs(placed.track_id), 55]).random((1024, 6))
    drawn = chance[numbers % 1024].astype(np.float32)
    gone = (placed.travelled_m - numbers * _STEP_M).astype(np.float32)
    age = gone / np.float32(speed)
    wheel = (drawn[:, 0] * len(model.wheel_centres)).astype(np.int64)
    x, y, _ = model.wheel_centres[wheel].T
    radius = 0.25 + 0.7 * np.sqrt(age) * (0.6 + 0.8 * drawn[:, 1])
    rise = 0.1 + 0.45 * radius + 0.35 * age * drawn[:, 2]
    aside = y + np.sign(y) * 0.25 * age + (drawn[:, 3] - 0.5) * (0.3 + 0.5 * age)
    centre = placed.to_world(np.stack([x + gone, aside, rise], axis=1).astype(np.float32))
    strength = world.dust * min(speed / _FULL_SPEED_M_S, 1.2) * _THICKNESS
    thick = strength * (0.4 + 1.2 * drawn[:, 4]) * np.exp(-age / _FADE_S) / (1 + radius)
    # What has just been thrown up is still behind the wheel.
    thick *= np.clip(gone / 0.6, 0, 1)
    return Puffs(centre, radius, thick, (drawn[:, 5] * _TEXTURES).astype(np.int64))


def _raises_dust(placed: Placed) -> bool:
    """Whether it rolls on the ground: a load on a wagon or a tow bar does not."""
    return (
        placed.speed_m_s > 0.5 and placed.position[2] < 0.3 and len(placed.model.wheel_centres) > 0
    )


def _drawn(
    dust: Puffs, camera: Camera, near: FloatArray, textures: FloatArray
) -> Iterator[tuple[tuple[slice, slice], FloatArray, float]]:
    """Yield the window, the `(h, w)` optical depth and the distance of every puff in view."""
    pixels, depth = camera.project(dust.centre)
    height, width = near.shape
    for index in np.flatnonzero((depth > NEAR_M + dust.radius_m) & (dust.depth > 1e-3)):
        away, size_m = float(depth[index]), float(dust.radius_m[index])
        reach = min(max(1, round(size_m / away * camera.focal_px)), _LARGEST_PX)
        x0, y0 = (round(float(value)) - reach for value in pixels[index])
        left, top = max(x0, 0), max(y0, 0)
        right, bottom = min(x0 + 2 * reach, width), min(y0 + 2 * reach, height)
        if left >= right or top >= bottom:
            continue
        ball = cv2.resize(textures[dust.texture[index]], (2 * reach, 2 * reach))
        ball = ball[top - y0 : bottom - y0, left - x0 : right - x0]
        window = slice(top, bottom), slice(left, right)
        # Only the part of the ball counts that lies before what is seen there.
        before = np.clip((near[window] - (away - size_m)) / (2 * size_m), 0, 1)
        yield window, (dust.depth[index] * ball * before).astype(np.float32), away


def _textures(seed: int) -> FloatArray:
    """Return `(K, S, S)` float32 ragged balls: 0 at the rim, about 1 in the middle."""
    step = (np.arange(_TEXTURE_PX) + 0.5) / _TEXTURE_PX * 2 - 1
    apart = np.hypot(step[None], step[:, None])
    ball = np.clip(1 - apart, 0, 1) ** 1.3
    noise = shared_grain(seed).cloudy
    parts = [
        noise[97 * n : 97 * n + _TEXTURE_PX, 61 * n : 61 * n + _TEXTURE_PX]
        for n in range(_TEXTURES)
    ]
    return np.stack([ball * np.clip(1 + 0.6 * part, 0.1, 2) for part in parts]).astype(np.float32)


def _colour(world: World, driving: list[Placed]) -> FloatArray:
    """Return `(3,)` radiance of thick dust: light from all sides on soil as light as dust is."""
    x, y, _ = np.array([placed.position for placed in driving], np.float32).T
    soil, _ = world.place.ground(x, y, shared_grain(world.seed), world.light)
    reflectance = 0.5 * soil.mean(axis=0) + 0.5 * _REFLECTANCE
    sun = np.asarray(world.light.sun_radiance, np.float32)
    return np.asarray(reflectance * (mean_sky(world.light) + 0.5 * sun), np.float32)
