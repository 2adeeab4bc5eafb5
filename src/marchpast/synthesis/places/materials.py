"""What grounds are made of, and the seasons that colour them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.places.assembly import Paint
from marchpast.synthesis.places.ground import Material, Rgb

Season = Literal["spring", "summer", "autumn", "winter"]
SEASONS: tuple[Season, ...] = ("spring", "summer", "autumn", "winter")

ASPHALT = Material((0.070, 0.070, 0.072), (0.125, 0.123, 0.120), 0.13, 0.22, 0.35, 0.45)
OLD_ASPHALT = Material((0.105, 0.102, 0.096), (0.185, 0.180, 0.170), 0.16, 0.12, 0.45, 0.5)
CONCRETE = Material((0.195, 0.190, 0.178), (0.300, 0.292, 0.275), 0.09, 0.10, 0.50, 0.5)
SLABS = Material((0.170, 0.165, 0.158), (0.260, 0.250, 0.240), 0.10, 0.08, 0.60, 0.5)
COBBLES = Material((0.085, 0.082, 0.080), (0.170, 0.160, 0.150), 0.28, 0.20, 0.50, 0.4)
GRAVEL = Material((0.150, 0.140, 0.125), (0.235, 0.220, 0.195), 0.30, 0.0, 0.75, 0.6)
BALLAST = Material((0.100, 0.092, 0.084), (0.185, 0.172, 0.158), 0.42, 0.0, 0.70, 0.5)
DUST = Material((0.185, 0.150, 0.108), (0.285, 0.240, 0.180), 0.14, 0.0, 0.80, 0.95)
SOIL = Material((0.062, 0.046, 0.032), (0.125, 0.095, 0.066), 0.26, 0.0, 0.85, 0.85)
RED_SOIL = Material((0.120, 0.062, 0.036), (0.205, 0.115, 0.070), 0.22, 0.0, 0.85, 0.85)
MUD = Material((0.036, 0.029, 0.022), (0.075, 0.060, 0.045), 0.20, 0.10, 0.30, 0.6)
LITTER = Material((0.072, 0.048, 0.026), (0.150, 0.105, 0.060), 0.36, 0.0, 0.90, 0.8)
WHITE_PAINT = Material((0.40, 0.40, 0.385), (0.58, 0.58, 0.56), 0.08, 0.15, 0.35, 0.3)
YELLOW_PAINT = Material((0.38, 0.26, 0.05), (0.52, 0.37, 0.08), 0.08, 0.15, 0.35, 0.3)
JOINT = Material((0.045, 0.044, 0.040), (0.080, 0.076, 0.066), 0.10, 0.0, 0.60, 0.5)
OIL = Material((0.030, 0.030, 0.031), (0.052, 0.051, 0.050), 0.06, 0.35, 0.30, 0.2)
BURNT = Material((0.014, 0.013, 0.012), (0.042, 0.038, 0.034), 0.25, 0.0, 0.60, 0.5)

STEEL_PAINT = Paint((0.16, 0.165, 0.17))
CONCRETE_PAINT = Paint((0.27, 0.265, 0.25), "rough")
WOOD_PAINT = Paint((0.085, 0.065, 0.048), "rough")

_GRASS: dict[Season, tuple[Rgb, Rgb]] = {
    "spring": ((0.070, 0.071, 0.040), (0.145, 0.130, 0.082)),
    "summer": ((0.046, 0.066, 0.024), (0.100, 0.106, 0.052)),
    "autumn": ((0.088, 0.076, 0.034), (0.185, 0.150, 0.078)),
    "winter": ((0.085, 0.070, 0.042), (0.170, 0.142, 0.092)),
}


def grass(rng: np.random.Generator, season: Season) -> Material:
    """Return the grass of a season, greener or drier by chance."""
    low, high = (np.asarray(colour) for colour in _GRASS[season])
    tone = rng.uniform(0.8, 1.25) * rng.uniform((0.85, 0.92, 0.80), (1.2, 1.08, 1.2))
    dark, bright = low * tone, high * tone
    return Material(rgb(dark), rgb(bright), 0.30, 0.0, 1.0, 0.6)


def one_of(
    rng: np.random.Generator, options: Sequence[Material], shares: Sequence[float]
) -> Material:
    """Draw a material by its share and vary it."""
    return varied(rng, options[int(rng.choice(len(options), p=shares))])


def varied(rng: np.random.Generator, material: Material, spread: float = 0.2) -> Material:
    """Return the material a little brighter, darker or tinted."""
    tone = rng.uniform(1 - spread, 1 + spread) * rng.uniform(0.96, 1.04, 3)
    dark, bright = np.asarray(material.dark) * tone, np.asarray(material.bright) * tone
    return Material(
        rgb(dark),
        rgb(bright),
        material.fine,
        material.gloss,
        material.keeps_snow,
        material.soaks,
    )


def colour_of(rng: np.random.Generator, choice: Sequence[Rgb]) -> Rgb:
    """Return one of the colours, a little varied."""
    tone = rng.uniform(0.95, 1.05, 3) * rng.uniform(0.7, 1.15)
    return rgb(np.asarray(choice[int(rng.integers(len(choice)))]) * tone)


def rgb(values: FloatArray) -> Rgb:
    """Return three plain floats."""
    red, green, blue = (float(value) for value in values)
    return red, green, blue
