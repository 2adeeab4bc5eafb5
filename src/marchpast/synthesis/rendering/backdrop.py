"""The empty place as a camera sees it: rendered once, reused while camera and light stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.rendering.camera import Camera
from marchpast.synthesis.rendering.clouds import clouds
from marchpast.synthesis.rendering.grain import shared_grain
from marchpast.synthesis.rendering.patches import (
    GROUND,
    SKY,
    Patches,
    facing_code,
    grouped,
    pixel_index,
)
from marchpast.synthesis.rendering.place_light import light_up, open_ground
from marchpast.synthesis.rendering.raytrace import Hits
from marchpast.synthesis.rendering.stage import FAR_M, Stage, stage_of
from marchpast.synthesis.rendering.world import World

_LEAVES = 30


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """The empty place.

    Attributes:
        camera: From where.
        grid: Samples per pixel along each edge.
        depth: `(H * grid, W * grid)` float32 depth in metres, infinite for the sky.
        patch: `(H * grid, W * grid)` int64 patch of every sample.
        patches: What is lit.
        radiance: `(G, 3)` float32 of every patch without vehicles, air included.
        ground: `(3,)` mean radiance of the open ground near the camera.
    """

    camera: Camera
    grid: int
    depth: FloatArray
    patch: IntArray
    patches: Patches
    radiance: FloatArray
    ground: FloatArray


def backdrop(world: World, camera: Camera, *, grid: int = 2) -> Backdrop:
    """Render the place without its vehicles.

    Args:
        world: Its place, light and seed are used.
        camera: From where; the eye is above the ground.
        grid: Samples per pixel along each edge.
    """
    stage, light = stage_of(world.place), world.light
    eye = np.asarray(camera.eye, np.float32)
    rays = camera.sample_rays((0, 0, camera.width, camera.height), grid=grid)
    shape, rays = rays.shape[:2], rays.reshape(-1, 3)
    found = stage.first(eye, rays)
    pixel = pixel_index(np.arange(len(rays)), columns=shape[1], grid=grid)
    code = found.face + 2
    solid = np.flatnonzero(found.face >= 0)
    if len(solid):
        code[solid] = 2 + facing_code(stage.normals[found.face[solid]])
        if world.place.things.soft is not None:
            # Leaves point every way: those of one pixel are lit as one.
            code[solid[world.place.things.soft[found.face[solid]]]] = _LEAVES
    groups = grouped(pixel * 32 + code)
    ground = open_ground(world, eye)
    patches = _patches(world, stage, eye, rays, found, groups.first, camera.focal_px)
    colour, gloss = _reflectance(world, eye, rays, found)
    patches.albedo = groups.mean(colour)
    patches.gloss = groups.mean(gloss[:, None])[:, 0]
    light_up(world, stage, patches, ground, pixel[groups.first], camera)
    lit = patches.albedo * (patches.sky + patches.sun) + patches.fixed + patches.mirror
    radiance = light.hazed(lit, patches.distance)
    sky = patches.face == SKY
    radiance[sky] = clouds(world.light, shared_grain(world.seed), world.seed, patches.towards[sky])
    depth = found.distance.reshape(shape)
    return Backdrop(camera, grid, depth, groups.back.reshape(shape), patches, radiance, ground)


def _patches(
    world: World,
    stage: Stage,
    eye: FloatArray,
    rays: FloatArray,
    found: Hits,
    first: IntArray,
    focal_px: float,
) -> Patches:
    face, rays = found.face[first], rays[first]
    length = np.linalg.norm(rays, axis=1)
    reach = np.where(np.isfinite(found.distance[first]), found.distance[first], FAR_M)
    normals = np.zeros_like(rays)
    normals[:, 2] = 1.0
    solid = np.flatnonzero(face >= 0)
    if len(solid):
        own = stage.normals[face[solid]]
        away = np.einsum("ni,ni->n", own, rays[solid]) > 0
        own = np.where(away[:, None], -own, own)
        if world.place.things.soft is not None:
            # Leaves and blades let light through: shade them as if they half faced the sky.
            bent = own + np.array([0, 0, 1.1], np.float32)
            bent /= np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), 1e-6)
            own = np.where(world.place.things.soft[face[solid], None], bent, own)
        normals[solid] = own
    return Patches.unlit(
        face,
        (eye + rays * reach[:, None]).astype(np.float32),
        normals,
        (rays / length[:, None]).astype(np.float32),
        (reach * length).astype(np.float32),
        focal_px,
    )


def _reflectance(
    world: World, eye: FloatArray, rays: FloatArray, found: Hits
) -> tuple[FloatArray, FloatArray]:
    """Return reflectance and gloss of every sample; 0 for the sky."""
    grain, light, place = shared_grain(world.seed), world.light, world.place
    colour, gloss = np.zeros_like(rays), np.zeros(len(rays), np.float32)
    rows = np.flatnonzero(found.face == GROUND)
    points = eye + rays[rows] * found.distance[rows, None]
    colour[rows], gloss[rows] = place.ground(points[:, 0], points[:, 1], grain, light)
    rows = np.flatnonzero(found.face >= 0)
    if len(rows):
        points = eye + rays[rows] * found.distance[rows, None]
        things, face = place.things, found.face[rows]
        colour[rows] = place.albedo(things.kind[face], things.tint[face], points, grain, light)
        gloss[rows] = 0.15 * light.wet
    return colour, gloss
