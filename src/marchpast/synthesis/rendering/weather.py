"""What hangs and falls between the camera and the world: glare of lamps, rain, snow."""

from __future__ import annotations

import cv2
import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.rendering.camera import NEAR_M, Camera
from marchpast.synthesis.rendering.fleet import Fleet
from marchpast.synthesis.rendering.light import Lamp
from marchpast.synthesis.rendering.lighting import cone_share, mean_sky
from marchpast.synthesis.rendering.stage import Stage
from marchpast.synthesis.rendering.world import World

_LAMP_SIZE_M = 0.05


def add_lamp_glare(
    radiance: FloatArray, world: World, camera: Camera, fleet: Fleet, stage: Stage
) -> None:
    """Add the disc of every lamp that the camera sees, and its halo in the air, in place."""
    lamps = [(lamp, 0) for lamp in world.light.lamps] + fleet.lamps()
    if not lamps:
        return
    eye = np.asarray(camera.eye, np.float32)
    places = np.array([lamp.position for lamp, _ in lamps], np.float32)
    pixels, depth = camera.project(places)
    away = places - eye
    distance = np.linalg.norm(away, axis=1)
    unit = (away / distance[:, None]).astype(np.float32)
    # The lamp itself may sit inside its housing: the ray ends short of it.
    short = np.maximum(distance - 0.25, 0.0).astype(np.float32)
    origins = np.broadcast_to(eye, unit.shape)
    hidden = stage.blocked(origins, unit, short) | fleet.blocked(origins, unit, short)
    for index, (lamp, _) in enumerate(lamps):
        if hidden[index] or depth[index] < NEAR_M:
            continue
        _add_disc(
            radiance, world, lamp, pixels[index], float(distance[index]), -unit[index], camera
        )


def _add_disc(
    radiance: FloatArray,
    world: World,
    lamp: Lamp,
    pixel: FloatArray,
    distance_m: float,
    towards: FloatArray,
    camera: Camera,
) -> None:
    """Add one lamp as a small round spot that keeps its light, and a halo that the air makes."""
    height, width = radiance.shape[:2]
    air = 1 - float(np.exp(-world.light.haze_per_m * distance_m))
    strength = float(cone_share(lamp, towards[None])[0])
    # Irradiance over pi at the eye, spread over the pixels' solid angle.
    arriving = np.asarray(lamp.colour, np.float32) * strength / distance_m**2
    flux = arriving * np.float32(np.pi * camera.focal_px**2) * (1 - air)
    size = max(_LAMP_SIZE_M / distance_m * camera.focal_px, 0.6)
    halo = 0.003 + 0.08 * air
    for share, radius in ((1 - halo, size), (halo, 6 * size + 0.012 * width)):
        reach = int(3 * radius) + 2
        x0, y0 = int(pixel[0]) - reach, int(pixel[1]) - reach
        x1, y1 = x0 + 2 * reach + 1, y0 + 2 * reach + 1
        left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
        if left >= right or top >= bottom:
            continue
        x = np.arange(left, right) + 0.5 - pixel[0]
        y = np.arange(top, bottom) + 0.5 - pixel[1]
        spot = np.exp(-(x[None] ** 2 + y[:, None] ** 2) / (2 * radius**2))
        spot *= share / (2 * np.pi * radius**2)
        radiance[top:bottom, left:right] += (spot[..., None] * flux).astype(np.float32)


def add_precipitation(radiance: FloatArray, world: World, camera: Camera) -> None:
    """Draw rain or snow between the camera and the world, in place; nothing falls: no change."""
    light = world.light
    if light.precipitation == "none" or light.density <= 0:
        return
    rng = np.random.default_rng([world.seed, 77])
    is_snow = light.precipitation == "snow"
    count = int(light.density * (16000 if is_snow else 9000))
    # A box of air moves with the camera; what falls out of it below comes in again at its top.
    box = np.array([26.0, 26.0, 12.0], np.float32)
    places = rng.uniform(0, 1, (count, 3)).astype(np.float32) * box
    wind = rng.normal(0, 0.8, 2)
    fall = 1.3 if is_snow else 8.0
    velocity = np.array([wind[0], wind[1], -fall], np.float32)
    drift = rng.normal(0, 0.3 if is_snow else 0.05, (count, 3)).astype(np.float32)
    eye = np.asarray(camera.eye, np.float32)
    moved = places + (velocity + drift) * np.float32(world.time_s)
    points = (moved - eye) % box - box / 2 + eye
    shutter = 1 / 120 if is_snow else 1 / 55
    start, depth = camera.project(points)
    end, _ = camera.project(points + velocity * np.float32(shutter))
    air = mean_sky(light)
    cover = np.zeros(radiance.shape[:2], np.float32)
    size = np.array([camera.width, camera.height], np.float32)
    size_m = 0.006 if is_snow else 0.0016
    inside = (np.abs(start - size / 2) < size / 2 + 20).all(axis=1)
    for index in np.flatnonzero(inside & (depth > 0.5)):
        thick = size_m / depth[index] * camera.focal_px
        _line(cover, start[index], end[index], thick, strength=0.9 if is_snow else 0.35)
    cover = np.clip(cover, 0, 0.9)[..., None]
    bright = air * (1.0 if is_snow else 1.05)
    radiance += cover * (np.maximum(bright, radiance * 0.9) - radiance)


def _line(
    cover: FloatArray, start: FloatArray, end: FloatArray, thick: float, *, strength: float
) -> None:
    """Draw one streak into `(H, W)` cover; thinner than a pixel it is fainter instead."""
    height, width = cover.shape
    whole = max(1, round(thick))
    faint = float(strength * min(1.0, thick / whole))
    points = [tuple(round(float(value) * 16) for value in place) for place in (start, end)]
    x0, y0 = np.minimum(start, end) - whole - 2
    x1, y1 = np.maximum(start, end) + whole + 3
    left, top = max(int(x0), 0), max(int(y0), 0)
    right, bottom = min(int(x1), width), min(int(y1), height)
    if left >= right or top >= bottom:
        return
    part = np.zeros((bottom - top, right - left), np.uint8)
    shifted = [(x - left * 16, y - top * 16) for x, y in points]
    cv2.line(part, shifted[0], shifted[1], 255, whole, cv2.LINE_AA, 4)
    target = cover[top:bottom, left:right]
    np.maximum(target, part.astype(np.float32) * (faint / 255), out=target)
