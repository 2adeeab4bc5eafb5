"""Light that arrives at points of the world: sky, sun, ground, lamps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marchpast.synthesis.arrays import BoolArray, FloatArray
from marchpast.synthesis.rendering.grain import hemisphere, jitter, oriented
from marchpast.synthesis.rendering.light import Lamp, Light

Blocked = Callable[[FloatArray, FloatArray, FloatArray | None], BoolArray]
"""From `(N, 3)` origins, `(N, 3)` unit directions and `(N,)` metres to `(N,)` bool."""

_SUN_RAYS = 4
_FAINT = 1.5e-4
_FAINT_OF_SKY = 0.005


def mean_sky(light: Light) -> FloatArray:
    """Return `(3,)`: what a white level surface under the open sky reflects, without the sun."""
    return np.asarray(light.sky(hemisphere(64)).mean(axis=0), np.float32)


def sunlit(
    points: FloatArray,
    normals: FloatArray,
    light: Light,
    blocked: Blocked,
    *,
    footprint_m: FloatArray,
) -> FloatArray:
    """Return `(N,)` float32: the share of the sun's disc that `(N, 3)` points see.

    Args:
        points: World metres, already lifted off their surface.
        normals: Unit.
        light: Where the sun is and how wide.
        blocked: What can be in the way.
        footprint_m: `(N,)` width of a pixel there: the rays of a point start within it, so that
            the edge of a hard shadow is smooth.
    """
    offsets = jitter(len(points) * _SUN_RAYS)
    towards = light.sun() + offsets * np.float32(light.sun_spread)
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    aside = offsets[::-1].reshape(-1, _SUN_RAYS, 3) * (0.5 * footprint_m)[:, None, None]
    upwards = np.einsum("nki,ni->nk", aside, normals)
    aside = aside - upwards[..., None] * normals[:, None]
    origins = (points[:, None] + aside).reshape(-1, 3).astype(np.float32)
    hidden = blocked(origins, towards, None)
    return np.asarray(1 - hidden.reshape(-1, _SUN_RAYS).mean(axis=1), np.float32)


def faintest(light: Light) -> float:
    """Return what a lamp must add to be worked out: far less than the sky or a lit street."""
    return max(_FAINT, _FAINT_OF_SKY * float(mean_sky(light).mean()))


def lamp_reach(lamp: Lamp, floor: float) -> float:
    """Return the metres beyond which a lamp adds less than `floor`."""
    return float(np.sqrt(max(lamp.colour) / floor))


def lamp_light(
    points: FloatArray,
    normals: FloatArray,
    towards: FloatArray,
    shine: FloatArray,
    lamp: Lamp,
    blocked: Blocked,
    floor: float,
) -> tuple[FloatArray, FloatArray]:
    """Return what one lamp adds: diffuse light over pi `(N, 3)` and its mirror spot `(N, 3)`.

    Args:
        points: `(N, 3)` world metres, lifted off their surface.
        normals: `(N, 3)` unit.
        towards: `(N, 3)` unit, from the viewer to the point.
        shine: `(N,)` 0 dull to 1 wet: strength of the spot.
        lamp: The lamp.
        blocked: What can be in the way.
        floor: Light below this is not worked out; see :func:`faintest`.
    """
    diffuse, spot = np.zeros_like(points), np.zeros_like(points)
    away = np.asarray(lamp.position, np.float32) - points
    distance = np.maximum(np.linalg.norm(away, axis=1), 0.05)
    unit = away / distance[:, None]
    cosine = np.einsum("ni,ni->n", normals, unit)
    strength = np.clip(cosine, 0, None) * max(lamp.colour) / distance**2
    rows = np.flatnonzero(strength > floor)
    unit, distance, cosine = unit[rows], distance[rows], cosine[rows]
    strength = cone_share(lamp, -unit) / distance**2
    bright = strength * cosine * max(lamp.colour) > floor
    rows, unit, distance = rows[bright], unit[bright], distance[bright]
    strength, cosine = strength[bright], cosine[bright]
    if not len(rows):
        return diffuse, spot
    free = ~blocked(points[rows], unit, distance - 0.04)
    rows, unit = rows[free], unit[free]
    arriving = strength[free, None] * np.asarray(lamp.colour, np.float32)
    diffuse[rows] = arriving * cosine[free, None]
    half = unit - towards[rows]
    half /= np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-6)
    lobe = np.clip(np.einsum("ni,ni->n", half, normals[rows]), 0, 1) ** 90
    spot[rows] = arriving * (shine[rows] * lobe * 6.0)[:, None]
    return diffuse, spot


def cone_share(lamp: Lamp, directions: FloatArray) -> FloatArray:
    """Return `(N,)`: the lamp's strength in `(N, 3)` unit directions away from it, 0 to 1."""
    if lamp.direction is None:
        return np.ones(len(directions), np.float32)
    axis = np.asarray(lamp.direction, np.float32)
    axis = axis / np.linalg.norm(axis)
    angle = np.rad2deg(np.arccos(np.clip(directions @ axis, -1, 1)))
    # Half at `cone_deg`; a little stray light outside it, as lamp glasses spread it.
    core = 1 / (1 + (angle / lamp.cone_deg) ** 4)
    return np.asarray(core * (angle < 100), np.float32)


def place_sky(
    points: FloatArray,
    normals: FloatArray,
    light: Light,
    blocked: Blocked,
    *,
    ground: FloatArray,
    rays: int,
    seed: int,
) -> FloatArray:
    """Return `(N, 3)` sky light over pi at points among things, by a few rays each.

    Args:
        points: World metres, lifted off their surface.
        normals: Unit.
        light: The sky.
        blocked: What can be in the way.
        ground: `(3,)` radiance of the ground.
        rays: Per point.
        seed: Turns the set of rays from point to point.
    """
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0, 2 * np.pi, len(points)).astype(np.float32)
    directions = oriented(hemisphere(rays), normals)
    # A turn about the normal: neighbours look along other directions, so no pattern shows.
    along = np.einsum("nki,ni->nk", directions, normals)[..., None] * normals[:, None]
    flat = directions - along
    side = np.cross(np.broadcast_to(normals[:, None], flat.shape), flat)
    cosine, sine = np.cos(turn)[:, None, None], np.sin(turn)[:, None, None]
    unit = (along + cosine * flat + sine * side).astype(np.float32).reshape(-1, 3)
    hidden = blocked(np.repeat(points, rays, axis=0), unit, None)
    radiance = np.where(unit[:, 2:3] > 0, light.sky(unit), ground)
    radiance = np.where(hidden[:, None], 0.6 * ground, radiance)
    return np.asarray(radiance.reshape(-1, rays, 3).mean(axis=1), np.float32)


def surroundings(light: Light, directions: FloatArray, ground: FloatArray) -> FloatArray:
    """Return what a mirror sees in `(N, 3)` unit directions: sky, a dark skyline, ground `(3,)`."""
    height = directions[:, 2:3]
    sky = light.sky(directions)
    low = np.where(height < 0.0, ground, 0.55 * ground)
    share = np.clip((height - 0.08) / 0.12, 0.0, 1.0)
    return np.asarray(low + (sky - low) * share, np.float32)
