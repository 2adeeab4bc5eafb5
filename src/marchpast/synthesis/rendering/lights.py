"""The seven kinds of light, each varied within itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from marchpast.synthesis.rendering.light import Colour, Light

LIGHTS = ("day", "dusk", "overcast", "snow", "rain", "haze", "night")
"""Every kind of light that :func:`light` can make."""


def light(name: str, rng: np.random.Generator) -> Light:
    """Return a light of a kind, varied within it: where the sun stands, its colour, the air.

    The radiances are chosen by eye from the ratios that photographers use: the sun of a clear day
    gives about four times the light of its sky, an overcast sky is near even, a lit street at
    night has about a thousandth of the light of day.

    Args:
        name: One of `LIGHTS`.
        rng: Draws the variation.

    Raises:
        ValueError: If there is no such light.
    """
    if name not in _MAKERS:
        raise ValueError(f"no light {name!r}; the known ones are: {', '.join(LIGHTS)}")
    return _MAKERS[name](rng)


def _towards(rng: np.random.Generator, low_deg: float, high_deg: float) -> Colour:
    """Return a direction with a random bearing and a height between two angles."""
    bearing, height = rng.uniform(0, 2 * np.pi), np.deg2rad(rng.uniform(low_deg, high_deg))
    return (
        float(np.cos(bearing) * np.cos(height)),
        float(np.sin(bearing) * np.cos(height)),
        float(np.sin(height)),
    )


def _scaled(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _day(rng: np.random.Generator) -> Light:
    sun = _towards(rng, 22, 62)
    low = 1 - sun[2]
    strength = float(rng.uniform(2.4, 3.9))
    veil = float(rng.uniform(0, 1))
    return Light(
        name="day",
        sun_direction=sun,
        sun_radiance=_scaled((1.06, 0.98 - 0.06 * low, 0.88 - 0.16 * low), strength),
        sun_spread=float(rng.uniform(0.006, 0.03)),
        zenith=(0.54 + 0.26 * veil, 0.75 + 0.17 * veil, 1.15),
        horizon=(0.90 + 0.2 * veil, 1.04 + 0.14 * veil, 1.28),
        glow=(0.55, 0.50, 0.42),
        glow_power=7.0,
        cloud=float(rng.uniform(0.03, 0.22)),
        haze=(0.98, 1.06, 1.18),
        haze_per_m=float(rng.uniform(0.0002, 0.0012)),
    )


def _dusk(rng: np.random.Generator) -> Light:
    factor = float(rng.uniform(0.22, 0.8))
    return Light(
        name="dusk",
        sun_direction=_towards(rng, 5, 20),
        sun_radiance=_scaled((0.86, 0.58, 0.36), factor * float(rng.uniform(0.5, 1.5))),
        sun_spread=float(rng.uniform(0.04, 0.12)),
        zenith=_scaled((0.66, 0.78, 1.04), factor),
        horizon=_scaled((1.16, 1.02, 0.94), factor),
        glow=_scaled((0.78, 0.46, 0.20), factor),
        glow_power=float(rng.uniform(3, 7)),
        cloud=float(rng.uniform(0.05, 0.2)),
        haze=_scaled((0.90, 0.86, 0.90), factor),
        haze_per_m=float(rng.uniform(0.0006, 0.002)),
    )


def _grey(rng: np.random.Generator, name: str) -> Light:
    """Return a closed sky, brighter overhead than at the horizon (CIE overcast: about 3 to 1)."""
    factor, tint = float(rng.uniform(0.75, 1.1)), float(rng.uniform(0.96, 1.06))
    return Light(
        name=name,
        sun_direction=_towards(rng, 25, 60),
        sun_radiance=_scaled((0.24, 0.23, 0.22), factor * float(rng.uniform(0.3, 1.4))),
        sun_spread=0.30,
        zenith=_scaled((1.18, 1.20, 1.22 * tint), factor),
        horizon=_scaled((0.76, 0.78, 0.81 * tint), factor),
        glow=_scaled((0.16, 0.15, 0.13), factor),
        glow_power=2.0,
        cloud=float(rng.uniform(0.06, 0.2)),
        haze=_scaled((0.82, 0.84, 0.88 * tint), factor),
        haze_per_m=float(rng.uniform(0.0005, 0.002)),
    )


def _overcast(rng: np.random.Generator) -> Light:
    return _grey(rng, "overcast")


def _snow(rng: np.random.Generator) -> Light:
    return replace(
        _grey(rng, "snow"),
        cloud=0.04,
        haze_per_m=float(rng.uniform(0.002, 0.008)),
        precipitation="snow",
        density=float(rng.uniform(0.0, 1.0)),
        snow_cover=float(rng.uniform(0.35, 1.0)),
    )


def _rain(rng: np.random.Generator) -> Light:
    grey = _grey(rng, "rain")
    factor = float(rng.uniform(0.45, 0.8))
    return replace(
        grey,
        sun_radiance=(0.0, 0.0, 0.0),
        zenith=_scaled(grey.zenith, factor),
        horizon=_scaled(grey.horizon, factor),
        glow=(0.0, 0.0, 0.0),
        haze=_scaled(grey.haze, factor),
        haze_per_m=float(rng.uniform(0.002, 0.006)),
        precipitation="rain",
        density=float(rng.uniform(0.2, 1.0)),
        wet=float(rng.uniform(0.6, 1.0)),
    )


def _haze(rng: np.random.Generator) -> Light:
    grey = _grey(rng, "haze")
    warm = float(rng.uniform(0.88, 1.06))
    return replace(
        grey,
        horizon=grey.zenith,
        sun_radiance=_scaled(grey.sun_radiance, 1.6),
        cloud=0.02,
        haze=(0.96 * warm, 0.95, 0.95 / warm),
        haze_per_m=float(rng.uniform(0.008, 0.03)),
    )


def _night(rng: np.random.Generator) -> Light:
    factor = float(rng.uniform(0.5, 2.0))
    return Light(
        name="night",
        sun_direction=_towards(rng, 25, 60),
        sun_radiance=_scaled((0.0002, 0.00024, 0.0003), factor),
        sun_spread=0.02,
        zenith=_scaled((0.00008, 0.00009, 0.00013), factor),
        horizon=_scaled((0.0004, 0.00034, 0.00032), factor),
        glow=(0.0, 0.0, 0.0),
        glow_power=1.0,
        cloud=0.15,
        haze=_scaled((0.0004, 0.00034, 0.00032), factor),
        haze_per_m=float(rng.uniform(0.0006, 0.004)),
        wet=float(rng.uniform(0.3, 0.9)) if rng.uniform() < 0.25 else 0.0,
        snow_cover=float(rng.uniform(0.3, 0.9)) if rng.uniform() < 0.15 else 0.0,
    )


_MAKERS = {
    "day": _day,
    "dusk": _dusk,
    "overcast": _overcast,
    "snow": _snow,
    "rain": _rain,
    "haze": _haze,
    "night": _night,
}
