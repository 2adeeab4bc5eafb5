"""What one vehicle's surface is like at a point: reflectance and gloss under its dress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.building import NO_WHEEL, PAINTS, paint_index
from marchpast.synthesis.rendering.grain import Grain
from marchpast.synthesis.rendering.model import Model
from marchpast.synthesis.rendering.world import Dress

_DUST = np.array([0.150, 0.132, 0.105], np.float32)
_SNOW = np.array([0.74, 0.77, 0.81], np.float32)
_THREE_TONE = np.array(
    [[0.082, 0.094, 0.056], [0.020, 0.021, 0.019], [0.205, 0.180, 0.120]], np.float32
)
_DIGITAL = np.array(
    [[0.070, 0.084, 0.048], [0.120, 0.128, 0.078], [0.036, 0.040, 0.028]], np.float32
)
_WINTER = np.array([0.62, 0.64, 0.66], np.float32)
_PARADE_WHITE = np.array([0.66, 0.67, 0.68], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """`N` visible points of one vehicle, vehicle frame.

    Attributes:
        points: `(N, 3)` metres.
        normals: `(N, 3)` unit, turned towards the viewer.
        towards: `(N, 3)` unit, from the viewer to the point.
        paint: `(N,)` index into `PAINTS`.
        wheel: `(N,)` turning wheel or `NO_WHEEL`.
    """

    points: FloatArray
    normals: FloatArray
    towards: FloatArray
    paint: IntArray
    wheel: IntArray


class Paintwork:
    """The colours, dirt and gloss of one vehicle in one dress.

    Args:
        model: What is painted.
        dress: How.
        grain: Noise shared by the world.
    """

    def __init__(self, model: Model, dress: Dress, grain: Grain) -> None:
        rng = np.random.default_rng(dress.seed)
        self._model, self._dress, self._grain = model, dress, grain
        self._shift = rng.uniform(0, 40, 3).astype(np.float32)
        paints = PAINTS.values()
        self._albedo = np.array([paint.albedo for paint in paints], np.float32)
        for name, colour in dress.colours.items():
            self._albedo[paint_index(name)] = colour
        self._painted = np.array([paint.camouflaged for paint in paints])
        self._albedo[self._painted] *= rng.uniform(0.88, 1.14, (1, 3)).astype(np.float32)
        if dress.scheme == "parade":
            self._albedo[paint_index("rim")] = self._albedo[paint_index("body")]
            self._albedo[paint_index("rubber")] = (0.012, 0.012, 0.012)
        self._gloss = np.array([paint.gloss for paint in paints], np.float32)
        if dress.scheme == "parade":
            self._gloss[self._painted] = 0.5
        self._weather = np.array([paint.weather for paint in paints], np.float32)

    def at(self, surface: Surface, *, travelled_m: float) -> tuple[FloatArray, FloatArray]:
        """Return `(N, 3)` reflectance and `(N,)` gloss; wheels have turned by `travelled_m`."""
        dress = self._dress
        albedo, gloss = self._albedo[surface.paint], self._gloss[surface.paint]
        patches = self._noise(surface, tile_m=9.0, cloudy=True)
        speckle = self._noise(surface, tile_m=3.0, cloudy=False)
        if dress.scheme in ("three_tone", "digital", "winter"):
            camouflage = self._camouflage(surface, albedo)
            albedo = np.where(self._painted[surface.paint][:, None], camouflage, albedo)
        weather = self._weather[surface.paint] * (0.25 + 1.3 * dress.dirt)
        albedo = albedo * (1 + weather * (0.10 * patches + 0.05 * speckle))[:, None]
        albedo *= (1 - 0.13 * weather * self._streaks(surface))[:, None]
        self._dress_wheels(surface, albedo, travelled_m)
        dust = self._dust(surface, weather, patches, speckle)
        albedo += (_DUST - albedo) * dust[:, None]
        gloss = gloss * np.clip(1 - 1.1 * dust, 0.1, 1)
        if dress.wet > 0:
            # Water darkens what soaks it up and makes all of it shine (Lekner and Dorf 1988).
            glass = surface.paint == paint_index("glass")
            albedo *= np.where(glass, 1, 1 - 0.38 * dress.wet)[:, None]
            gloss = gloss + (0.75 - gloss) * np.where(glass, 0, 0.8 * dress.wet)
        if dress.snow > 0:
            lying = self._snow(surface, patches, speckle)
            albedo += (_SNOW - albedo) * lying[:, None]
            gloss = gloss * (1 - lying)
        return np.clip(albedo, 0.004, 0.92).astype(np.float32), gloss.astype(np.float32)

    def roughened(self, surface: Surface) -> FloatArray:
        """Return normals with the creases of canvas and the slight dents of sheet metal."""
        wave = np.stack(
            [self._noise(surface, tile_m=tile, cloudy=True) for tile in (2.3, 3.1, 4.2)], axis=1
        )
        depth = np.where(surface.paint == paint_index("canvas"), 0.16, 0.022)
        depth = np.where(surface.paint == paint_index("glass"), 0.01, depth)
        normals = surface.normals + depth[:, None] * wave
        return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True), np.float32)

    def _noise(self, surface: Surface, *, tile_m: float, cloudy: bool) -> FloatArray:
        """Look the grain up on the plane that the surface faces most."""
        place = surface.points + self._shift
        axis = np.abs(surface.normals).argmax(axis=1)
        u = np.where(axis == 0, place[:, 1], place[:, 0])
        v = np.where(axis == 2, place[:, 1], place[:, 2])
        return self._grain.at(u + 7.3 * axis, v, tile_m=tile_m, cloudy=cloudy)

    def _streaks(self, surface: Surface) -> FloatArray:
        """Return what has run down upright faces, 0 to 2."""
        streaks = self._grain.at(
            surface.points[:, 0] + self._shift[0],
            surface.points[:, 2] * 0.06 + self._shift[1],
            tile_m=4.0,
        )
        return np.asarray((1 - np.abs(surface.normals[:, 2])) * np.clip(streaks, 0, 2))

    def _dust(
        self, surface: Surface, weather: FloatArray, patches: FloatArray, speckle: FloatArray
    ) -> FloatArray:
        """Road dust: thick near the wheels, thin on the roof, lying on what faces upwards."""
        height = surface.points[:, 2]
        dust = 0.62 * np.exp(-np.clip(height - 0.25, 0, None) / 0.75) + 0.04
        dust += 0.12 * np.clip(surface.normals[:, 2], 0, 1)
        if self._dress.scheme == "parade":
            dust *= 0.15
        dust *= weather * (0.85 + 0.35 * patches + 0.10 * speckle)
        return np.asarray(np.clip(dust, 0, 0.85))

    def _snow(self, surface: Surface, patches: FloatArray, speckle: FloatArray) -> FloatArray:
        """Return the share of snow on every point: on level faces, and blown onto the front."""
        up = np.clip((surface.normals[:, 2] - 0.35) / 0.4, 0, 1)
        amount = self._dress.snow * 1.7 - 0.35 + 0.25 * patches + 0.1 * speckle
        blown = 0.25 * np.clip(-surface.normals[:, 0], 0, 1) * np.clip(speckle, 0, 1)
        warm = np.isin(surface.paint, [paint_index("lamp"), paint_index("glass")])
        lying = np.clip(up * amount * 1.6 + self._dress.snow * blown, 0, 0.97)
        return np.asarray(np.where(warm, 0.3 * lying, lying))

    def _camouflage(self, surface: Surface, plain: FloatArray) -> FloatArray:
        """Return the painted pattern: blots of 1 to 2 m, or squares of 12 cm."""
        place = surface.points + self._shift
        if self._dress.scheme == "digital":
            place = np.floor(place / 0.12) * 0.12
        u, v = place[:, 0] + 0.6 * place[:, 1], place[:, 2] + 0.8 * place[:, 1]
        if self._dress.scheme == "winter":
            # Whitewash that has worn off in places.
            worn = self._grain.at(u, v, tile_m=14.0) + 0.5 * self._grain.at(v, u, tile_m=5.0)
            return np.asarray(np.where((worn > -0.4)[:, None], _WINTER, plain), np.float32)
        blot = self._grain.blots(u, v, tile_m=8.0)
        other = self._grain.blots(v + 3.1, u, tile_m=9.0)
        if self._dress.scheme == "digital":
            blot = 0.7 * blot + 0.5 * self._grain.at(u, v, tile_m=14.0)
            tone = np.where(blot > 0.45, 1, np.where(other > 0.45, 2, 0))
            return np.asarray(_DIGITAL[tone], np.float32)
        tone = np.where(blot > 0.75, 1, np.where(other > 0.5, 2, 0))
        return np.asarray(_THREE_TONE[tone], np.float32)

    def _dress_wheels(self, surface: Surface, albedo: FloatArray, travelled_m: float) -> None:
        """Paint lugs, bolts and holes onto the wheels, in place."""
        turning = np.flatnonzero(surface.wheel != NO_WHEEL)
        if not len(turning):
            return
        which = surface.wheel[turning]
        radius_m = np.maximum(self._model.wheel_radii[which], 0.05)
        around = surface.points[turning] - self._model.wheel_centres[which]
        radius = np.hypot(around[:, 0], around[:, 2]) / radius_m
        # Driving towards -x the top of a wheel moves forwards: the angle x-z grows.
        angle = np.arctan2(around[:, 2], around[:, 0]) - travelled_m / radius_m
        lug = np.cos(angle * 26 + 9 * np.abs(around[:, 1]) / radius_m) > 0.1
        tread = radius > 0.86
        shade = np.where(tread, np.where(lug, 1.15, 0.35), 1.0)
        bolts = (np.cos(angle * 10) > 0.80) & (np.abs(radius - 0.31) < 0.035)
        holes = (np.cos(angle * 8) > 0.55) & (np.abs(radius - 0.41) < 0.04)
        shade = np.where(bolts | holes, 0.25, shade)
        ring = np.abs(radius - 0.50) < 0.02
        albedo[turning] *= np.where(ring, 0.5, shade)[:, None]
        if self._dress.scheme == "parade":
            # The rims and the edge of the tyres are painted white for parades.
            trim = (np.abs(radius - 0.58) < 0.03) | (np.abs(radius - 0.80) < 0.025)
            side = np.abs(surface.normals[turning, 1]) > 0.6
            albedo[turning[trim & side]] = _PARADE_WHITE
