"""Light on the empty place: sky among the things, sun, lamps, what wet ground mirrors."""

from __future__ import annotations

import cv2
import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.rendering.camera import Camera
from marchpast.synthesis.rendering.grain import shared_grain
from marchpast.synthesis.rendering.lighting import (
    Blocked,
    faintest,
    lamp_light,
    mean_sky,
    place_sky,
    sunlit,
    surroundings,
)
from marchpast.synthesis.rendering.patches import GROUND, SKY, Patches, facing_code
from marchpast.synthesis.rendering.stage import Stage
from marchpast.synthesis.rendering.world import World

_LEAF_RAYS, _SINGLE_RAYS, _LATTICE_RAYS = 3, 5, 16
_MIRROR_RAYS = 4
_LATTICE = 3
"""The sky over what faces alike is worked out at every third pixel and smoothed."""
LIFT_M = 0.01
"""Rays start this far off a surface."""


def open_ground(world: World, eye: FloatArray) -> FloatArray:
    """Return the mean radiance of open ground round the camera."""
    rng = np.random.default_rng(world.seed)
    places = eye[:2] + rng.uniform(-25, 25, (64, 2)).astype(np.float32)
    grain, light = shared_grain(world.seed), world.light
    colour, _ = world.place.ground(places[:, 0], places[:, 1], grain, light)
    sun = np.asarray(light.sun_radiance, np.float32) * max(float(light.sun()[2]), 0.0)
    return np.asarray(colour.mean(axis=0) * (mean_sky(light) + sun), np.float32)


def light_up(
    world: World,
    stage: Stage,
    patches: Patches,
    ground: FloatArray,
    pixel: IntArray,
    camera: Camera,
) -> None:
    """Fill in sky, sun, lamps and mirrored surroundings, in place."""
    light = world.light
    lifted = patches.points + patches.normals * LIFT_M
    cosine = np.clip(patches.normals @ light.sun(), 0, 1)
    rows = np.flatnonzero((patches.face != SKY) & (cosine > 0))
    if max(light.sun_radiance) > 1e-4:
        share = cosine[rows] * sunlit(
            lifted[rows],
            patches.normals[rows],
            light,
            stage.blocked,
            footprint_m=patches.footprint[rows],
        )
        patches.sun[rows] = share[:, None] * np.asarray(light.sun_radiance, np.float32)
    patches.sky[:] = mean_sky(light)
    if not stage.is_empty:
        _shade_sky(world, stage, patches, ground, pixel, camera)
    floor = faintest(light)
    for lamp in light.lamps:
        rows = patches.lit_by(lamp, floor)
        diffuse, spot = lamp_light(
            lifted[rows],
            patches.normals[rows],
            patches.towards[rows],
            patches.gloss[rows],
            lamp,
            stage.blocked,
            floor,
        )
        patches.fixed[rows] += patches.albedo[rows] * diffuse + spot
    emission = world.place.things.emission
    if emission is not None:
        rows = np.flatnonzero(patches.face >= 0)
        patches.fixed[rows] += emission[patches.face[rows]]
    rows = np.flatnonzero((patches.face != SKY) & (patches.gloss > 0.01))
    patches.mirror[rows] = mirrored(
        world, stage.blocked, patches, rows, ground, dark=0.2 * mean_sky(light)
    )


def mirrored(
    world: World,
    blocked: Blocked,
    patches: Patches,
    rows: IntArray,
    ground: FloatArray,
    *,
    dark: FloatArray,
) -> FloatArray:
    """Return `(N, 3)` radiance that glossy patches mirror: Schlick's Fresnel term times the scene.

    Args:
        world: Its light; dry ground is too rough to mirror things.
        blocked: What is mirrored besides the sky.
        patches: All patches.
        rows: `(N,)` those to work out.
        ground: `(3,)` radiance of the open ground.
        dark: `(3,)` radiance taken for what is mirrored besides the sky.
    """
    light, grain = world.light, shared_grain(world.seed)
    normals, towards = patches.normals[rows], patches.towards[rows]
    x, y = patches.points[rows, 0], patches.points[rows, 1]
    result = np.zeros_like(towards)
    turns = _MIRROR_RAYS if light.wet > 0 else 1
    for turn in range(turns):
        ripple = [
            grain.at(x + shift, y + turn * 1.37, tile_m=3.7, cloudy=False) for shift in (0.0, 1.9)
        ]
        bumpy = normals + 0.02 * np.stack([*ripple, np.zeros_like(x)], axis=1)
        along = np.einsum("ni,ni->n", towards, bumpy)
        reflected = towards - 2 * along[:, None] * bumpy
        reflected /= np.maximum(np.linalg.norm(reflected, axis=1, keepdims=True), 1e-6)
        reflected = reflected.astype(np.float32)
        fresnel = 0.03 + 0.97 * np.clip(1 - np.abs(along), 0, 1) ** 5
        seen = surroundings(light, reflected, ground)
        if light.wet > 0:
            hidden = blocked(patches.points[rows] + normals * LIFT_M, reflected, None)
            seen = np.where(hidden[:, None], np.minimum(dark, seen), seen)
        result += fresnel[:, None] * seen
    strength = patches.gloss[rows] * (0.12 + 0.8 * light.wet) / turns
    return np.asarray(strength[:, None] * result, np.float32)


def _shade_sky(
    world: World,
    stage: Stage,
    patches: Patches,
    ground: FloatArray,
    pixel: IntArray,
    camera: Camera,
) -> None:
    """Dim the sky by the things around, in place.

    Over the ground and over things that face alike it changes slowly: it is worked out on a
    lattice of pixels and smoothed. Leaves, and what the lattice misses, get their own few rays.
    """
    soft = np.zeros(len(patches.face), np.bool_)
    if world.place.things.soft is not None:
        solid = patches.face >= 0
        soft[solid] = world.place.things.soft[patches.face[solid]]
    code = np.where(patches.face == GROUND, 27, facing_code(patches.normals))
    code[(patches.face == SKY) | soft] = -1
    rows = np.flatnonzero(soft)
    patches.sky[rows] = _sky_at(world, stage, patches, ground, rows, rays=_LEAF_RAYS)
    single = [np.zeros(0, np.int64)]
    for number in np.unique(code[code >= 0]):
        rows = np.flatnonzero(code == number)
        missed = _shade_lattice(world, stage, patches, ground, rows, pixel[rows], camera)
        if number != 27:
            single.append(missed)
    rows = np.concatenate(single)
    patches.sky[rows] = _sky_at(world, stage, patches, ground, rows, rays=_SINGLE_RAYS)


def _sky_at(
    world: World, stage: Stage, patches: Patches, ground: FloatArray, rows: IntArray, *, rays: int
) -> FloatArray:
    return place_sky(
        patches.points[rows] + patches.normals[rows] * LIFT_M,
        patches.normals[rows],
        world.light,
        stage.blocked,
        ground=ground,
        rays=rays,
        seed=world.seed,
    )


def _shade_lattice(
    world: World,
    stage: Stage,
    patches: Patches,
    ground: FloatArray,
    rows: IntArray,
    pixel: IntArray,
    camera: Camera,
) -> IntArray:
    """Fill in the sky of patches that face alike, in place; return those the lattice misses."""
    row, column = pixel // camera.width, pixel % camera.width
    chosen = (row % _LATTICE == 0) & (column % _LATTICE == 0)
    if not chosen.any():
        return rows
    sky = _sky_at(world, stage, patches, ground, rows[chosen], rays=_LATTICE_RAYS)
    shape = (-(-camera.height // _LATTICE), -(-camera.width // _LATTICE))
    known = np.zeros((*shape, 4), np.float32)
    known[row[chosen] // _LATTICE, column[chosen] // _LATTICE] = np.hstack(
        [sky, np.ones((len(sky), 1), np.float32)]
    )
    smooth = cv2.GaussianBlur(known, (0, 0), 1.4)
    across = np.arange(camera.width, dtype=np.float32)[None] / _LATTICE
    down = np.arange(camera.height, dtype=np.float32)[:, None] / _LATTICE
    across, down = np.broadcast_arrays(across, down)
    wide = cv2.remap(smooth, across.copy(), down.copy(), cv2.INTER_LINEAR)
    values = wide[row, column]
    enough = values[:, 3] > 0.02
    patches.sky[rows[enough]] = values[enough, :3] / values[enough, 3:]
    return rows[~enough]
