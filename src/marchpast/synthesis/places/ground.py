"""The ground of a place: materials laid over one another, evaluated at any point.

A ground is looked at near by and a kilometre away, so it is a function of the point and of tiling
noise; nothing is stored. Reflectances are linear RGB, about as measured for the real materials
(asphalt 0.05 to 0.15, dry concrete 0.3, fresh snow 0.8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.rendering import Grain, Light

Rgb = tuple[float, float, float]
_SNOW = np.array([0.74, 0.77, 0.82], np.float32)
_TRODDEN = np.array([0.42, 0.41, 0.40], np.float32)


@dataclass(frozen=True, slots=True)
class Material:
    """What a piece of ground is made of.

    Attributes:
        dark: Reflectance where the slow noise is low.
        bright: Reflectance where it is high.
        fine: Strength of the speckle, share of the reflectance.
        gloss: Mirror share when dry, 0 to 1.
        keeps_snow: How much of the fallen snow stays on it, 0 to 1.
        soaks: How far it darkens when wet, 0 to 1.
    """

    dark: Rgb
    bright: Rgb
    fine: float = 0.12
    gloss: float = 0.0
    keeps_snow: float = 1.0
    soaks: float = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Noises:
    """Noise at `N` points, mean 0 and deviation about 1, from fine to wide."""

    fine: FloatArray
    mid: FloatArray
    broad: FloatArray


class Layer(Protocol):
    """A material and where it lies."""

    @property
    def material(self) -> Material:
        """What it is made of."""

    def share(self, x: FloatArray, across: FloatArray, noises: Noises) -> FloatArray:
        """Return `(N,)` coverage in [0, 1] at points along and across the place's main way."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A base material and the layers on it, in painting order, along a way that may bend.

    Attributes:
        base: What lies everywhere.
        layers: Painted over it, first to last.
        bend_m: How far the way swings to either side of Y = 0.
        bend_length_m: Length of one full swing.
        shift: Moves the noise, so that two places differ.
    """

    base: Material
    layers: tuple[Layer, ...] = ()
    bend_m: float = 0.0
    bend_length_m: float = 400.0
    shift: tuple[float, float] = (0.0, 0.0)

    def middle(self, x: FloatArray) -> FloatArray:
        """Return world Y of the way's middle line at world X; 0 with no slope at X = 0."""
        phase = np.asarray(x) * (2 * np.pi / self.bend_length_m)
        return np.asarray(self.bend_m * (1 - np.cos(phase)) / 2, np.float32)

    def look(
        self, x: FloatArray, y: FloatArray, grain: Grain, light: Light
    ) -> tuple[FloatArray, FloatArray]:
        """Return `(N, 3)` float32 reflectance and `(N,)` float32 gloss at world points, metres."""
        noises = self._noises(x, y, grain)
        across = y - self.middle(x)
        colour, traits = _coloured(self.base, noises)
        for layer in self.layers:
            share = layer.share(x, across, noises)[:, None]
            over, over_traits = _coloured(layer.material, noises)
            colour += (over - colour) * share
            traits += (over_traits - traits) * share
        gloss, keeps, soaks = traits.T
        colour, gloss = _snowed(colour, gloss, keeps, noises, light.snow_cover)
        colour, gloss = _wetted(colour, gloss, soaks, noises, light.wet)
        return np.clip(colour, 0.008, 0.85), np.clip(gloss, 0, 1)

    def _noises(self, x: FloatArray, y: FloatArray, grain: Grain) -> Noises:
        u, v = x + self.shift[0], y + self.shift[1]
        # Two tiles that do not fit one another: the repeat is not seen from above.
        broad = 0.7 * grain.at(0.6 * u + 0.8 * v, 0.8 * u - 0.6 * v, tile_m=61.0)
        broad = broad + 0.7 * grain.at(v, u, tile_m=143.0)
        # The finer tiles are pushed about by the wide one, for the same reason.
        p, q = u + 2.5 * broad, v - 1.9 * broad
        mid = 0.75 * grain.at(p, q, tile_m=13.1)
        mid = mid + 0.55 * grain.at(0.8 * q - 0.6 * p, 0.6 * q + 0.8 * p, tile_m=29.3)
        fine = 0.7 * grain.at(p, q, tile_m=5.9, cloudy=False)
        fine = fine + 0.6 * grain.at(
            0.9 * q + 0.436 * p, 0.9 * p - 0.436 * q, tile_m=3.7, cloudy=False
        )
        return Noises(fine, mid, broad)


def _coloured(material: Material, noises: Noises) -> tuple[FloatArray, FloatArray]:
    """Return `(N, 3)` reflectance and `(N, 3)` gloss, snow kept, soaking."""
    share = np.clip(0.5 + 0.24 * noises.mid + 0.20 * noises.broad, 0, 1)[:, None]
    dark, bright = np.asarray(material.dark, np.float32), np.asarray(material.bright, np.float32)
    colour = (dark + (bright - dark) * share) * (1 + material.fine * noises.fine)[:, None]
    traits = np.array([material.gloss, material.keeps_snow, material.soaks], np.float32)
    return colour.astype(np.float32), np.tile(traits, (len(colour), 1))


def _snowed(
    colour: FloatArray, gloss: FloatArray, keeps: FloatArray, noises: Noises, cover: float
) -> tuple[FloatArray, FloatArray]:
    if cover <= 0:
        return colour, gloss
    lying = cover * (0.35 + 1.25 * keeps) - 0.45 + 0.16 * noises.mid + 0.06 * noises.fine
    share = np.clip(lying * 2.2, 0, 1)[:, None] ** 0.8
    clean = np.clip(keeps + 0.12 * noises.broad, 0, 1)[:, None]
    snow = _TRODDEN + (_SNOW - _TRODDEN) * clean
    snow = snow * (1 + 0.025 * noises.fine + 0.03 * noises.mid)[:, None]
    return colour + (snow - colour) * share, gloss * (1 - share[:, 0])


def _wetted(
    colour: FloatArray, gloss: FloatArray, soaks: FloatArray, noises: Noises, wet: float
) -> tuple[FloatArray, FloatArray]:
    if wet <= 0:
        return colour, gloss
    puddle = np.clip((noises.mid + 0.8 * noises.broad - (2.1 - 0.9 * wet)) * 4, 0, 1) * wet
    colour = colour * (1 - 0.45 * wet * soaks)[:, None] * (1 - 0.4 * puddle)[:, None]
    # Hard ground (that soaks little) shines when wet; soil and grass hardly do.
    shine = wet * np.clip(1.15 - soaks, 0, 1) * (0.7 + 0.15 * noises.mid)
    return colour, np.maximum(np.maximum(gloss, shine), 0.95 * puddle)
