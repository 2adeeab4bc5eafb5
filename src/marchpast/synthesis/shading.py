"""From a hit on a vehicle to the light it sends to the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.building.builder import Vehicle
from marchpast.synthesis.building.mesh import NO_WHEEL, FloatArray, IntArray
from marchpast.synthesis.building.paints import PAINTS, paint_index
from marchpast.synthesis.environment import Evening, Grain

_DUST = np.array([0.150, 0.132, 0.105], np.float32)
_THREE_TONE = np.array([[0.082, 0.094, 0.056], [0.020, 0.021, 0.019], [0.205, 0.180, 0.120]])


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """`N` visible points of one vehicle, vehicle frame.

    Attributes:
        points: `(N, 3)` metres.
        normals: `(N, 3)` unit, turned towards the viewer.
        towards: `(N, 3)` unit, from the viewer to the point.
        paint: `(N,)` index into `PAINTS`.
        wheel: `(N,)` turning wheel or `NO_WHEEL`.
        sky: `(N, 3)` baked sky light.
        sunlit: `(N,)` float32, 0 in the sun's shadow.
    """

    points: FloatArray
    normals: FloatArray
    towards: FloatArray
    paint: IntArray
    wheel: IntArray
    sky: FloatArray
    sunlit: FloatArray


class Shader:
    """The look of one vehicle: its colours, dust and gloss under one light.

    Args:
        vehicle: What is shaded; its blueprint chooses scheme and colours.
        evening: The light.
        grain: Noise shared by the whole scene.
        seed: Moves the noise, so that two vehicles of a type differ.
    """

    def __init__(self, vehicle: Vehicle, evening: Evening, grain: Grain, *, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._vehicle, self._evening, self._grain = vehicle, evening, grain
        self._shift = rng.uniform(0, 40, 3).astype(np.float32)
        self._dirt = float(rng.uniform(0.75, 1.15))
        paints = PAINTS.values()
        self._albedo = np.array([paint.albedo for paint in paints], np.float32)
        for name, colour in vehicle.blueprint.colours.items():
            self._albedo[paint_index(name)] = colour
        painted = np.array([paint.camouflaged for paint in paints])
        self._albedo[painted] *= rng.uniform(0.92, 1.1, (1, 3)).astype(np.float32)
        self._painted = painted
        self._gloss = np.array([paint.gloss for paint in paints], np.float32)
        self._weather = np.array([paint.weather for paint in paints], np.float32)
        self._emission = np.array([paint.emission for paint in paints], np.float32)

    def radiance(self, surface: Surface, *, spin: float) -> FloatArray:
        """Return `(N, 3)` linear radiance; `spin` is how far the wheels have turned, radians."""
        evening = self._evening
        albedo, gloss = self._coloured(surface)
        self._dress_wheels(surface, albedo, spin)
        normals = self._roughened(surface)
        cosine = np.clip(normals @ evening.sun(), 0, 1) * surface.sunlit
        sun = cosine[:, None] * np.asarray(evening.sun_radiance, np.float32)
        result = albedo * (surface.sky + sun)
        result += self._reflected(surface, normals, gloss)
        lit = self._emission[surface.paint]
        facing = np.clip(-np.einsum("ni,ni->n", surface.towards, surface.normals), 0, 1)
        return np.asarray(result + (lit * (0.25 + 0.75 * facing**2))[:, None] * albedo)

    def _noise(self, surface: Surface, *, tile_m: float, cloudy: bool) -> FloatArray:
        """Look the grain up on the plane that the surface faces most."""
        place = surface.points + self._shift
        axis = np.abs(surface.normals).argmax(axis=1)
        u = np.where(axis == 0, place[:, 1], place[:, 0])
        v = np.where(axis == 2, place[:, 1], place[:, 2])
        return self._grain.at(u + 7.3 * axis, v, tile_m=tile_m, cloudy=cloudy)

    def _coloured(self, surface: Surface) -> tuple[FloatArray, FloatArray]:
        albedo = self._albedo[surface.paint]
        weather = self._weather[surface.paint] * self._dirt
        patches = self._noise(surface, tile_m=9.0, cloudy=True)
        speckle = self._noise(surface, tile_m=3.0, cloudy=False)
        if self._vehicle.blueprint.scheme == "three_tone":
            camouflage = self._camouflage(surface)
            painted = self._painted[surface.paint]
            albedo = np.where(painted[:, None], camouflage, albedo)
        albedo = albedo * (1 + weather * (0.10 * patches + 0.05 * speckle))[:, None]
        streaks = self._grain.at(
            surface.points[:, 0] + self._shift[0],
            surface.points[:, 2] * 0.06 + self._shift[1],
            tile_m=4.0,
        )
        upright = 1 - np.abs(surface.normals[:, 2])
        albedo *= (1 - 0.13 * weather * upright * np.clip(streaks, 0, 2))[:, None]
        # Road dust: thick near the wheels, thin on the roof, lying on what faces upwards.
        height = surface.points[:, 2]
        dust = 0.62 * np.exp(-np.clip(height - 0.25, 0, None) / 0.75) + 0.04
        dust += 0.12 * np.clip(surface.normals[:, 2], 0, 1)
        dust = np.clip(dust * weather * (0.85 + 0.35 * patches + 0.10 * speckle), 0, 0.85)
        albedo = albedo + (_DUST - albedo) * dust[:, None]
        gloss = self._gloss[surface.paint] * np.clip(1 - 1.1 * dust, 0.1, 1)
        return np.clip(albedo, 0.004, 0.9).astype(np.float32), gloss

    def _camouflage(self, surface: Surface) -> FloatArray:
        """Return three flat colours in blots about 1 to 2 m wide."""
        place = surface.points + self._shift
        u, v = place[:, 0] + 0.6 * place[:, 1], place[:, 2] + 0.8 * place[:, 1]
        blot = self._grain.at(u, v, tile_m=14.0)
        other = self._grain.at(v + 3.1, u, tile_m=17.0)
        tone = np.where(blot > 0.62, 1, np.where(other > 0.45, 2, 0))
        return np.asarray(_THREE_TONE[tone], np.float32)

    def _dress_wheels(self, surface: Surface, albedo: FloatArray, spin: float) -> None:
        """Paint lugs, bolts and road dirt onto the wheels, in place, turned by `spin`."""
        turning = np.flatnonzero(surface.wheel != NO_WHEEL)
        if not len(turning):
            return
        radius_m = self._vehicle.wheel_radius
        around = surface.points[turning] - self._vehicle.wheel_centres[surface.wheel[turning]]
        radius = np.hypot(around[:, 0], around[:, 2]) / radius_m
        # Driving towards -x the top of a wheel moves forwards: the angle x-z grows.
        angle = np.arctan2(around[:, 2], around[:, 0]) - spin
        lug = np.cos(angle * 26 + 9 * np.abs(around[:, 1]) / radius_m) > 0.1
        tread = radius > 0.86
        shade = np.where(tread, np.where(lug, 1.15, 0.35), 1.0)
        bolts = (np.cos(angle * 10) > 0.80) & (np.abs(radius - 0.31) < 0.035)
        holes = (np.cos(angle * 8) > 0.55) & (np.abs(radius - 0.41) < 0.04)
        shade = np.where(bolts | holes, 0.25, shade)
        ring = np.abs(radius - 0.50) < 0.02
        albedo[turning] *= np.where(ring, 0.5, shade)[:, None]

    def _roughened(self, surface: Surface) -> FloatArray:
        """Return normals with the creases of canvas and the slight dents of sheet metal."""
        wave = np.stack(
            [self._noise(surface, tile_m=tile, cloudy=True) for tile in (2.3, 3.1, 4.2)], axis=1
        )
        depth = np.where(surface.paint == paint_index("canvas"), 0.16, 0.022)
        depth = np.where(surface.paint == paint_index("glass"), 0.01, depth)
        normals = surface.normals + depth[:, None] * wave
        return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True), np.float32)

    def _reflected(self, surface: Surface, normals: FloatArray, gloss: FloatArray) -> FloatArray:
        """Return the mirror part: Schlick's Fresnel term times what lies that way."""
        evening = self._evening
        along = np.einsum("ni,ni->n", surface.towards, normals)
        mirrored = surface.towards - 2 * along[:, None] * normals
        fresnel = 0.04 + 0.96 * np.clip(1 - np.abs(along), 0, 1) ** 5
        # Where little sky reaches a point, little of it can be mirrored there.
        seen = np.clip(surface.sky.mean(axis=1) / 0.45, 0, 1)
        glass = surface.paint == paint_index("glass")
        strength = gloss * fresnel * np.where(glass, np.float32(1.25), seen)
        result = strength[:, None] * evening.surroundings(mirrored)
        spot = np.clip(mirrored @ evening.sun(), 0, 1) ** 60 * surface.sunlit * gloss
        return np.asarray(result + (0.9 * spot)[:, None] * np.asarray(evening.sun_radiance))
