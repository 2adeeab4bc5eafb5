"""From visible points of a vehicle to the light they send to the camera."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import BoolArray, FloatArray, IntArray
from marchpast.synthesis.building import PAINTS, paint_index
from marchpast.synthesis.rendering.baking import DIRECTIONS, upward
from marchpast.synthesis.rendering.fleet import Fleet
from marchpast.synthesis.rendering.grain import shared_grain
from marchpast.synthesis.rendering.light import Lamp
from marchpast.synthesis.rendering.lighting import (
    faintest,
    lamp_light,
    lamp_reach,
    mean_sky,
    sunlit,
    surroundings,
)
from marchpast.synthesis.rendering.paintwork import Paintwork, Surface
from marchpast.synthesis.rendering.stage import Stage
from marchpast.synthesis.rendering.world import Placed, World

_LIFT_M = 0.006
_OWN = np.array([0.060, 0.066, 0.048], np.float32)
"""Reflectance taken for the vehicle's own parts where a corner sees them."""
_LIT = {"lamp": 60.0, "red": 1.6}
"""Radiance of a burning lamp's glass in units of its reflectance: headlights and tail lamps."""


class Shader:
    """One placed vehicle under the light of its world.

    Args:
        world: The light and the other vehicles.
        placed: The vehicle.
        stage: The things of the place.
        fleet: All vehicles.
        ground: `(3,)` radiance of the open ground.
    """

    def __init__(
        self, world: World, placed: Placed, stage: Stage, fleet: Fleet, ground: FloatArray
    ) -> None:
        self._world, self._placed, self._stage, self._fleet = world, placed, stage, fleet
        self._ground = ground
        self._paintwork = Paintwork(placed.model, placed.dress, shared_grain(world.seed))
        self._sky = self._corner_light()

    def radiance(
        self,
        face: IntArray,
        weights: FloatArray,
        normals: FloatArray,
        rays: FloatArray,
        footprint_m: FloatArray,
    ) -> FloatArray:
        """Return `(N, 3)` radiance without the air.

        Args:
            face: `(N,)` faces of the model's mesh.
            weights: `(N, 3)` barycentric weights.
            normals: `(N, 3)` unit, vehicle frame, towards the viewer.
            rays: `(N, 3)` unit, from the viewer, vehicle frame.
            footprint_m: `(N,)` metres that a pixel is wide there.
        """
        placed, mesh, light = self._placed, self._placed.model.mesh, self._world.light
        points = np.einsum("nk,nki->ni", weights, mesh.triangles[face]).astype(np.float32)
        surface = Surface(points, normals, rays, mesh.paint[face], mesh.wheel[face])
        albedo, gloss = self._paintwork.at(surface, travelled_m=placed.travelled_m)
        bumpy = self._paintwork.roughened(surface) @ placed.rotation().T
        lifted = placed.to_world(points + normals * _LIFT_M)
        towards = rays @ placed.rotation().T
        corner = placed.model.sky.corner[face]
        sky = np.einsum("nk,nki->ni", weights, self._sky[corner]).astype(np.float32)
        sky *= self._left_by_load(lifted)
        result = albedo * sky
        share = np.zeros(len(face), np.float32)
        if max(light.sun_radiance) > 1e-4:
            cosine = np.clip(bumpy @ light.sun(), 0, 1)
            rows = np.flatnonzero(cosine > 0)
            flat = (normals[rows] @ placed.rotation().T).astype(np.float32)
            share[rows] = sunlit(
                lifted[rows], flat, light, self._blocked, footprint_m=footprint_m[rows]
            )
            sun = (cosine * share)[:, None] * np.asarray(light.sun_radiance, np.float32)
            result += albedo * sun
        result += self._reflected(surface, sky, bumpy, towards, gloss, share)
        floor = faintest(light)
        for lamp in self._lamps_near(floor):
            diffuse, spot = lamp_light(lifted, bumpy, towards, gloss, lamp, self._blocked, floor)
            result += albedo * diffuse + spot
        return np.asarray(result + self._burning(surface), np.float32)

    def _lamps_near(self, floor: float) -> list[Lamp]:
        """Return the lamps of place and vehicles that may add more than `floor` to this one."""
        low, high = self._placed.model.low, self._placed.model.high
        middle = self._placed.to_world(((low + high) / 2)[None])[0]
        radius = float(np.linalg.norm(high - low)) / 2
        lamps = [*self._world.light.lamps, *(lamp for lamp, _ in self._fleet.lamps())]
        return [
            lamp
            for lamp in lamps
            if np.linalg.norm(np.asarray(lamp.position) - middle) < radius + lamp_reach(lamp, floor)
        ]

    def _blocked(
        self, origins: FloatArray, directions: FloatArray, reach: FloatArray | None
    ) -> BoolArray:
        hidden = self._fleet.blocked(origins, directions, reach)
        rows = np.flatnonzero(~hidden)
        part = None if reach is None else reach[rows]
        hidden[rows] = self._stage.blocked(origins[rows], directions[rows], part)
        return hidden

    def _left_by_load(self, points: FloatArray) -> FloatArray:
        """Return `(N, 3)`: what vehicles that stand on this one leave of the sky on its deck."""
        left = np.ones_like(points)
        for other in self._fleet.vehicles:
            if other.position[2] < self._placed.position[2] + 0.3:
                continue
            local = other.to_vehicle(points)
            rows = np.flatnonzero((local[:, 2] > -0.2) & (local[:, 2] < 0.3))
            if len(rows):
                sky = self._world.light.sky(upward() @ other.rotation().T)
                seen = other.model.ground
                left[rows] *= seen.at(seen.dimmed(sky), local[rows, 0], local[rows, 1])
        return left

    def _corner_light(self) -> FloatArray:
        """Return `(U, 3)` sky and ground light over pi at the corners of the mesh.

        What the place and the other vehicles hide of the sky is found at six points round the
        vehicle and blended between them.
        """
        placed, seen = self._placed, self._placed.model.sky
        light, ground = self._world.light, self._ground
        low, high = placed.model.low, placed.model.high
        along = np.linspace(low[0], high[0], 3, dtype=np.float32)
        height = np.float32(low[2] + 0.6 * (high[2] - low[2]))
        sides = (low[1] - 0.1, high[1] + 0.1)
        spots = np.array([[x, y, height] for x in along for y in sides], np.float32)
        directions = DIRECTIONS @ placed.rotation().T
        origins = np.repeat(placed.to_world(spots), len(directions), axis=0)
        every = np.tile(directions, (len(spots), 1))
        hidden = self._fleet.blocked(origins, every, besides=placed.track_id)
        hidden |= self._stage.blocked(origins, every)
        sky = np.where(hidden[:, None], 0.6 * ground, np.tile(light.sky(directions), (6, 1)))
        sky = sky.reshape(3, 2, len(directions), 3).astype(np.float32)
        share = seen.share.astype(np.float32)
        each = np.stack([[share @ sky[i, j] for j in range(2)] for i in range(3)])
        weights = self._spot_weights(len(share), along)
        result = np.einsum("uij,ijuc->uc", weights, each)
        result += seen.ground[:, None] * ground
        around = mean_sky(light) * 0.5 + np.asarray(light.sun_radiance, np.float32) * 0.15
        return np.asarray(result + seen.own[:, None] * _OWN * around, np.float32)

    def _spot_weights(self, count: int, along: FloatArray) -> FloatArray:
        """Return `(U, 3, 2)` weights of the six points at every corner."""
        mesh, seen = self._placed.model.mesh, self._placed.model.sky
        points = np.zeros((count, 3), np.float32)
        points[seen.corner.reshape(-1)] = mesh.triangles.reshape(-1, 3)
        step = max(float(along[1] - along[0]), 1e-3)
        x = np.clip(1 - np.abs(points[:, :1] - along) / step, 0, 1)
        width = float(self._placed.model.high[1] - self._placed.model.low[1])
        right = np.clip(0.5 + points[:, 1:2] / max(width, 1e-3), 0, 1)
        return np.asarray(x[:, :, None] * np.hstack([1 - right, right])[:, None])

    def _reflected(
        self,
        surface: Surface,
        sky: FloatArray,
        normals: FloatArray,
        towards: FloatArray,
        gloss: FloatArray,
        share: FloatArray,
    ) -> FloatArray:
        """Return the mirror part: Schlick's Fresnel term times what lies that way."""
        light = self._world.light
        along = np.einsum("ni,ni->n", towards, normals)
        mirrored = towards - 2 * along[:, None] * normals
        fresnel = 0.04 + 0.96 * np.clip(1 - np.abs(along), 0, 1) ** 5
        # Where little sky reaches a point, little of it can be mirrored there.
        open_sky = max(float(mean_sky(light).mean()), 1e-6)
        seen = np.clip(sky.mean(axis=1) / (0.45 * open_sky), 0, 1)
        glass = surface.paint == paint_index("glass")
        strength = gloss * fresnel * np.where(glass, np.float32(1.25), seen)
        result = strength[:, None] * surroundings(light, mirrored, self._ground)
        spot = np.clip(mirrored @ light.sun(), 0, 1) ** 60 * share * gloss
        return np.asarray(result + (0.9 * spot)[:, None] * np.asarray(light.sun_radiance))

    def _burning(self, surface: Surface) -> FloatArray:
        """Return the radiance of lamps that burn."""
        result = np.zeros_like(surface.points)
        if not self._placed.headlights:
            return result
        facing = np.clip(-np.einsum("ni,ni->n", surface.towards, surface.normals), 0, 1)
        names = list(PAINTS)
        for name, strength in _LIT.items():
            rows = surface.paint == names.index(name)
            colour = np.asarray(PAINTS[name].albedo, np.float32)
            result[rows] = (strength * (0.02 + facing[rows] ** 4))[:, None] * colour
        return result
