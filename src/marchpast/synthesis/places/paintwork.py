"""The reflectance of a place's things: their paints with windows, planks, ribs and snow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marchpast.synthesis.arrays import BoolArray, FloatArray, IntArray
from marchpast.synthesis.places.assembly import SOFT, Paint
from marchpast.synthesis.rendering import Grain, Light

_SNOW = np.array([0.72, 0.75, 0.80], np.float32)
_STOREY_M = 2.9
_BAY_M = 3.1


def reflectance(
    paints: Sequence[Paint],
    kind: IntArray,
    tint: FloatArray,
    points: FloatArray,
    grain: Grain,
    light: Light,
) -> FloatArray:
    """Return `(N, 3)` float32 reflectance at `(N, 3)` world points of things.

    Args:
        paints: What the kinds mean.
        kind: `(N,)` index into the paints.
        tint: `(N,)` brightness of the faces hit.
        points: World metres.
        grain: The scene's noise.
        light: Its snow cover and wetness change what lies open.
    """
    colours = np.array([paint.colour for paint in paints], np.float32)
    colour = colours[kind] * tint[:, None]
    # Houses and fences run along X or Y: the sum of both runs along either.
    along, up = points[:, 0] + points[:, 1], points[:, 2]
    stain = grain.at(along, up, tile_m=5.3) + 0.6 * grain.at(along, up, tile_m=1.7, cloudy=False)
    for pattern, shade in _SHADES.items():
        mask = np.array([paint.pattern == pattern for paint in paints])[kind]
        if mask.any():
            colour[mask] *= shade(along[mask], up[mask], stain[mask])[:, None]
    soaking = np.array([paint.pattern not in SOFT for paint in paints])[kind]
    colour *= (1 - 0.25 * light.wet * soaking)[:, None]
    if light.snow_cover > 0:
        share = _snow_share(paints, kind, tint, stain, light.snow_cover)
        colour += (_SNOW - colour) * share[:, None]
    return np.asarray(np.clip(colour, 0.006, 0.85), np.float32)


def _snow_share(
    paints: Sequence[Paint], kind: IntArray, tint: FloatArray, stain: FloatArray, cover: float
) -> FloatArray:
    """Return how white roofs, twigs and far woods are."""
    keeps = {"roof": 1.0, "leaf": 0.42, "blade": 0.42, "far": 0.35, "rough": 0.12}
    share = np.array([keeps.get(paint.pattern, 0.0) for paint in paints], np.float32)[kind]
    # Each leaf or twig is white or not: its tint serves as a lottery ticket.
    ticket = (tint * 977.0) % 1.0
    leafy = np.array([paint.pattern in ("leaf", "blade") for paint in paints])[kind]
    patchy = np.clip(share * cover * (1 + 0.25 * stain), 0, 1)
    return np.asarray(np.where(leafy, (ticket < share * cover) * 0.85, patchy), np.float32)


def _plain(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    return 1 + 0.05 * stain


def _rough(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    return 1 + 0.16 * stain


def _leaf(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    return 1 + 0.06 * stain


def _far(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    """Darken a distant wood towards its foot, mottled in upright streaks."""
    streak = np.sin(along * 0.9 + 1.7 * stain) * np.sin(along * 0.37)
    height = np.clip(0.72 + 0.035 * up, 0.5, 1.2)
    return np.asarray(height * (1 + 0.2 * stain + 0.15 * streak))


def _facade(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    across, level = (along / _BAY_M) % 1.0, ((up - 0.7) / _STOREY_M) % 1.0
    window = (np.abs(across - 0.5) < 0.24) & (np.abs(level - 0.52) < 0.25) & (up > 0.9)
    frame = (np.abs(across - 0.5) < 0.28) & (np.abs(level - 0.52) < 0.29) & ~window & (up > 0.9)
    cross = np.abs(across - 0.5) < 0.015
    ticket = _lottery(along, up)
    seam = (across < 0.015) | (level < 0.02)
    shade = np.where(seam, 0.72, 1 + 0.09 * stain)
    shade = np.where(frame, 1.25, shade)
    return np.asarray(np.where(window & ~cross, 0.09 + 0.45 * ticket**2, shade))


def lit_windows(along: FloatArray, up: FloatArray, *, share: float) -> BoolArray:
    """Return which bays of a facade have the light on."""
    return np.asarray(_lottery(along, up) > 1 - share, np.bool_)


def _lottery(along: FloatArray, up: FloatArray) -> FloatArray:
    number = np.floor(along / _BAY_M) * 17.0 + np.floor((up - 0.7) / _STOREY_M) * 29.0
    return np.asarray(np.abs(np.sin(number * 12.9898) * 43758.5453) % 1.0, np.float32)


def _planks(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    gap = (along / 0.14) % 1.0 < 0.10
    tone = 1 + 0.14 * np.sin(np.floor(along / 0.14) * 78.233)
    return np.where(gap, 0.35, tone * (1 + 0.12 * stain))


def _ribbed(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    """Shade corrugated sheet: ribs every 0.2 m, rust and dirt rising from the foot."""
    rib = 0.88 + 0.16 * np.cos(along * (2 * np.pi / 0.2))
    dirt = 1 - 0.3 * np.exp(-np.clip(up, 0, None) / 0.5)
    return np.asarray(rib * dirt * (1 + 0.08 * stain))


def _panels(along: FloatArray, up: FloatArray, stain: FloatArray) -> FloatArray:
    """Shade a concrete fence: panels 2.5 m wide with a cast relief."""
    seam = (along / 2.5) % 1.0 < 0.035
    relief = 0.93 + 0.08 * np.sign(np.sin(along * 8.4) * np.sin(up * 8.4))
    dirt = 1 - 0.25 * np.exp(-np.clip(up, 0, None) / 0.35)
    return np.where(seam, 0.62, relief * dirt * (1 + 0.10 * stain))


_SHADES = {
    "plain": _plain,
    "rough": _rough,
    "leaf": _leaf,
    "blade": _leaf,
    "far": _far,
    "facade": _facade,
    "planks": _planks,
    "ribbed": _ribbed,
    "panels": _panels,
    "roof": _rough,
}
