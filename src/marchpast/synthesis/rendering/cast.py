"""What vehicles do to the light on the place: shadows, dimmed sky, mirror images, headlights."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import BoolArray, FloatArray, IntArray
from marchpast.synthesis.rendering.backdrop import Backdrop
from marchpast.synthesis.rendering.baking import upward
from marchpast.synthesis.rendering.fleet import Fleet
from marchpast.synthesis.rendering.light import Lamp, Light
from marchpast.synthesis.rendering.lighting import (
    Blocked,
    faintest,
    lamp_light,
    mean_sky,
    sunlit,
)
from marchpast.synthesis.rendering.patches import GROUND, SKY, Patches
from marchpast.synthesis.rendering.place_light import LIFT_M, mirrored
from marchpast.synthesis.rendering.stage import Stage, stage_of
from marchpast.synthesis.rendering.world import World

_MIRROR_REACH_M = 120.0


def shadowed(world: World, found: Backdrop, fleet: Fleet) -> FloatArray:
    """Return `(G, 3)` radiance of the patches with the shadows and lamps of the vehicles.

    Vehicles keep the sun, the sky and the lamps of the place off the ground and the things, are
    mirrored darkly by wet ground, and light it with their headlights.
    """
    patches, light = found.patches, world.light
    changed = np.zeros(len(patches.face), np.bool_)
    sun = _shaded_sun(patches, light, fleet, changed)
    sky = _dimmed_sky(patches, light, fleet, changed)
    fixed = _relit(world, patches, fleet, changed)
    mirror = _mirror(world, found, fleet, changed)
    radiance = found.radiance.copy()
    rows = np.flatnonzero(changed)
    lit = patches.albedo[rows] * (sky[rows] + sun[rows]) + fixed[rows] + mirror[rows]
    radiance[rows] = light.hazed(lit, patches.distance[rows])
    return radiance


def _shaded_sun(patches: Patches, light: Light, fleet: Fleet, changed: BoolArray) -> FloatArray:
    sun = patches.sun.copy()
    rows = np.flatnonzero(patches.sun.max(axis=1) > 0)
    rows = rows[fleet.may_shade(patches.points[rows], light.sun(), spread=light.sun_spread)]
    if len(rows):
        lifted = patches.points[rows] + patches.normals[rows] * LIFT_M
        left = sunlit(
            lifted,
            patches.normals[rows],
            light,
            fleet.blocked,
            footprint_m=patches.footprint[rows],
        )
        sun[rows] *= left[:, None]
        changed[rows[left < 1]] = True
    return sun


def _dimmed_sky(patches: Patches, light: Light, fleet: Fleet, changed: BoolArray) -> FloatArray:
    """Multiply the sky over the ground near vehicles by what each of them leaves of it."""
    sky = patches.sky.copy()
    ground = np.flatnonzero(patches.face == GROUND)
    for placed in fleet.vehicles:
        if placed.position[2] > 0.3:
            # It stands on a wagon, whose own shadow is the place's matter.
            continue
        dimmed = placed.model.ground.dimmed(light.sky(upward() @ placed.rotation().T))
        local = placed.to_vehicle(patches.points[ground])
        left = placed.model.ground.at(dimmed, local[:, 0], local[:, 1])
        darker = np.flatnonzero(left.min(axis=1) < 0.999)
        sky[ground[darker]] *= left[darker]
        changed[ground[darker]] = True
    return sky


def _relit(world: World, patches: Patches, fleet: Fleet, changed: BoolArray) -> FloatArray:
    """Take away what the vehicles keep off of the place's lamps, and add their own."""
    stage, fixed = stage_of(world.place), patches.fixed.copy()
    floor = faintest(world.light)
    for lamp in world.light.lamps:
        rows = patches.lit_by(lamp, floor)
        rows = rows[fleet.near_lamp(patches.points[rows], lamp)]
        lit = _add_lamp(patches, rows, lamp, _lost(fleet, stage), fixed, floor, sign=-1)
        changed[lit] = True
    for lamp, owner in fleet.lamps():
        rows = patches.lit_by(lamp, floor)
        lit = _add_lamp(patches, rows, lamp, _any(fleet, stage, owner), fixed, floor, sign=1)
        changed[lit] = True
    return fixed


def _lost(fleet: Fleet, stage: Stage) -> Blocked:
    """Return a test that lets through what a vehicle hides and nothing else does."""

    def blocked(origins: FloatArray, directions: FloatArray, reach: FloatArray | None) -> BoolArray:
        hidden = fleet.blocked(origins, directions, reach)
        return np.asarray(~hidden | stage.blocked(origins, directions, reach))

    return blocked


def _any(fleet: Fleet, stage: Stage, owner: int) -> Blocked:
    """Return a test for everything but the vehicle that carries the lamp."""

    def blocked(origins: FloatArray, directions: FloatArray, reach: FloatArray | None) -> BoolArray:
        hidden = fleet.blocked(origins, directions, reach, besides=owner)
        return np.asarray(hidden | stage.blocked(origins, directions, reach))

    return blocked


def _add_lamp(
    patches: Patches,
    rows: IntArray,
    lamp: Lamp,
    blocked: Blocked,
    fixed: FloatArray,
    floor: float,
    *,
    sign: int,
) -> IntArray:
    """Add a lamp to `fixed` in place, or take it away; return the rows that it lights."""
    lifted = patches.points[rows] + patches.normals[rows] * LIFT_M
    diffuse, spot = lamp_light(
        lifted,
        patches.normals[rows],
        patches.towards[rows],
        patches.gloss[rows],
        lamp,
        blocked,
        floor,
    )
    lit = np.flatnonzero(diffuse.any(axis=1))
    fixed[rows[lit]] += sign * (patches.albedo[rows[lit]] * diffuse[lit] + spot[lit])
    return np.asarray(rows[lit])


def _mirror(world: World, found: Backdrop, fleet: Fleet, changed: BoolArray) -> FloatArray:
    patches = found.patches
    glossy = (patches.face != SKY) & (patches.gloss > 0.01) & (patches.distance < _MIRROR_REACH_M)
    rows = np.flatnonzero(glossy)
    if world.light.wet == 0 or not len(rows):
        return patches.mirror
    mirror = patches.mirror.copy()
    image = mirrored(
        world, fleet.blocked, patches, rows, found.ground, dark=0.06 * mean_sky(world.light)
    )
    changed[rows[(image < mirror[rows]).any(axis=1)]] = True
    mirror[rows] = np.minimum(mirror[rows], image)
    return mirror
