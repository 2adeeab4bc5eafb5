"""Lamp posts, poles, wires, kerbs, fences and flags; each is an item."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.places.assembly import Assembly, Paint, quad
from marchpast.synthesis.places.buildings import SHEETS
from marchpast.synthesis.places.ground import Rgb
from marchpast.synthesis.places.materials import (
    CONCRETE_PAINT,
    STEEL_PAINT,
    WOOD_PAINT,
    colour_of,
    rgb,
)
from marchpast.synthesis.rendering import Lamp

_FLAGS: tuple[Rgb, ...] = (
    (0.40, 0.03, 0.03),
    (0.05, 0.08, 0.35),
    (0.42, 0.42, 0.42),
    (0.05, 0.22, 0.08),
)


def lamp_post(
    assembly: Assembly,
    at: tuple[float, float],
    arm: tuple[float, float],
    *,
    high: float = 8.5,
    colour: Rgb = (1.0, 0.72, 0.38),
    strength: float = 1.6,
) -> Lamp:
    """Add a street lamp that hangs over the way and return the lamp itself."""
    assembly.begin()
    foot, head = np.array([*at, 0.0]), np.array([at[0] + arm[0], at[1] + arm[1], high])
    assembly.rod(foot, (*at, high - 0.4), (0.11, 0.06), CONCRETE_PAINT, sides=8)
    assembly.rod((*at, high - 0.45), head, (0.045, 0.04), STEEL_PAINT)
    assembly.box(
        (head[0] - 0.3, head[0] + 0.3),
        (head[1] - 0.16, head[1] + 0.16),
        (high - 0.05, high + 0.1),
        STEEL_PAINT,
    )
    bulb = rgb(6.0 * np.asarray(colour))
    pane = quad(
        [
            (head[0] + a, head[1] + b, high - 0.07)
            for a, b in ((-0.26, -0.13), (0.26, -0.13), (0.26, 0.13), (-0.26, 0.13))
        ]
    )
    assembly.add(pane, Paint((0.5, 0.5, 0.48)), glow=bulb)
    power = rgb(strength * np.asarray(colour))
    place = (float(head[0]), float(head[1]), high - 0.1)
    return Lamp(place, power, (0.0, 0.0, -1.0), 68.0)


def pole(assembly: Assembly, at: tuple[float, float], *, high: float = 7.5) -> None:
    """Add a pole of an overhead line, with its cross-arm."""
    assembly.begin()
    assembly.rod((*at, 0), (*at, high), (0.13, 0.09), WOOD_PAINT, sides=7)
    x, y = at
    assembly.box((x - 0.05, x + 0.05), (y - 0.75, y + 0.75), (high - 0.55, high - 0.43), WOOD_PAINT)


def wires(assembly: Assembly, points: FloatArray, *, sag_m: float = 0.6) -> None:
    """Hang a wire between `(N, 3)` points."""
    assembly.begin()
    for one, other in pairwise(points):
        share = np.linspace(0, 1, 7)[:, None]
        line = one + share * (other - one)
        line[:, 2] -= sag_m * 4 * (share * (1 - share))[:, 0]
        for a, b in pairwise(line):
            assembly.rod(a, b, (0.012, 0.012), Paint((0.03, 0.03, 0.03)), sides=3)


def kerb(assembly: Assembly, y: float, *, x: tuple[float, float] = (-300.0, 300.0)) -> None:
    """Add a kerbstone along X."""
    assembly.begin()
    assembly.box(x, (y - 0.09, y + 0.09), (-0.1, 0.15), CONCRETE_PAINT, tint=0.95)


def fence(
    assembly: Assembly,
    rng: np.random.Generator,
    start: tuple[float, float],
    end: tuple[float, float],
) -> None:
    """Add a fence along X or Y: boards, concrete panels, sheet metal or posts with wires."""
    assembly.begin()
    kind = rng.choice(["planks", "panels", "ribbed", "wire"])
    high = float(rng.uniform(1.2, 2.6))
    x = (min(start[0], end[0]) - 0.04, max(start[0], end[0]) + 0.04)
    y = (min(start[1], end[1]) - 0.04, max(start[1], end[1]) + 0.04)
    if kind == "wire":
        _wire_fence(assembly, np.array(start), np.array(end), high)
    elif kind == "planks":
        assembly.box(
            x, y, (0.05, 0.75 * high), Paint(colour_of(rng, (*SHEETS, WOOD_PAINT.colour)), "planks")
        )
    elif kind == "panels":
        assembly.box(x, y, (0, high), Paint(colour_of(rng, ((0.30, 0.29, 0.27),)), "panels"))
    else:
        assembly.box(x, y, (0.05, high), Paint(colour_of(rng, SHEETS), "ribbed"))


def _wire_fence(assembly: Assembly, start: FloatArray, end: FloatArray, high: float) -> None:
    count = max(2, int(np.hypot(*(end - start)) / 3) + 1)
    posts = start + np.linspace(0, 1, count)[:, None] * (end - start)
    for post in posts:
        assembly.rod((*post, 0), (*post, high), (0.035, 0.035), CONCRETE_PAINT, sides=5)
    for level in (0.25, 0.5, 0.75, 0.97):
        up = high * level
        assembly.rod((*start, up), (*end, up), (0.008, 0.008), STEEL_PAINT, sides=3)


def flag(assembly: Assembly, rng: np.random.Generator, at: tuple[float, float]) -> None:
    """Add a flag on a mast."""
    assembly.begin()
    high = float(rng.uniform(7, 10))
    assembly.rod((*at, 0), (*at, high), (0.05, 0.04), STEEL_PAINT)
    drop, sway = float(rng.uniform(0.0, 0.7)), float(rng.uniform(-0.6, 0.6))
    corners = [
        (at[0], at[1], high), (at[0] + 1.6, at[1] + sway, high - drop),
        (at[0] + 1.6, at[1] + sway, high - drop - 1.1), (at[0], at[1], high - 1.1),
    ]  # fmt: skip
    assembly.add(quad(corners), Paint(colour_of(rng, _FLAGS)))
