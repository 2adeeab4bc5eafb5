"""The line of woods and hills at the horizon."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.places.assembly import Assembly, Paint
from marchpast.synthesis.places.materials import Season, rgb
from marchpast.synthesis.places.plants import LEAVES

_OPEN_M = 24.0


def horizon(
    assembly: Assembly,
    rng: np.random.Generator,
    season: Season,
    *,
    woods_m: tuple[float, float],
    gap: float = 0.3,
) -> None:
    """Draw a ring of woods round the place and low hills behind it.

    Args:
        assembly: Where they are added.
        rng: Draws the shapes.
        season: Colours the woods.
        woods_m: Nearest and furthest distance of the woods.
        gap: Share of the ring without woods.
    """
    choice = LEAVES[season]
    leaf = np.asarray(choice[rng.integers(len(choice))])
    hill = Paint(rgb(0.6 * leaf + np.array([0.035, 0.040, 0.035])), "far")
    assembly.begin()
    for _ in range(2):
        distance = rng.uniform(1200, 2600)
        _ring(assembly, hill, distance, _hills(rng, 360, distance * rng.uniform(0.008, 0.03)))
    assembly.begin()
    count = 1500
    reach = rng.uniform(*woods_m)
    swing = _smooth(rng, count, waves=6)
    crowns = np.repeat(rng.normal(size=count // 3), 3)
    rough = 0.10 * crowns + 0.05 * rng.normal(size=count)
    height = rng.uniform(7, 16) * (1 + rough) * (0.85 + 0.15 * swing)
    # The edge of a wood is lower than its middle.
    edge = np.clip((_smooth(rng, count, waves=9) - _quantile(gap)) * 4, 0, 1) ** 0.5
    height = np.abs(height) * edge
    radius = reach * (1 + 0.25 * swing)
    # The way along X leads out of the wood.
    height[np.abs(radius * np.sin(np.arange(count) * (2 * np.pi / count))) < _OPEN_M] = 0.0
    _ring(assembly, Paint(rgb(leaf), "far"), radius, height, tint=1 + 0.18 * crowns)


def _ring(
    assembly: Assembly,
    paint: Paint,
    radius: FloatArray | float,
    height: FloatArray,
    *,
    tint: FloatArray | None = None,
) -> None:
    """Add a wall round the origin whose top follows `height`."""
    count = len(height)
    angle = np.arange(count + 1) * (2 * np.pi / count)
    reach = np.broadcast_to(np.asarray(radius, np.float64), (count,))
    reach, tall = np.append(reach, reach[0]), np.append(height, height[0])
    foot = np.stack([reach * np.cos(angle), reach * np.sin(angle), np.full(count + 1, -1.0)], 1)
    top = foot + np.stack([np.zeros(count + 1), np.zeros(count + 1), tall + 1.0], axis=1)
    lower = np.stack([foot[:-1], foot[1:], top[1:]], axis=1)
    upper = np.stack([foot[:-1], top[1:], top[:-1]], axis=1)
    shown = tall[:-1] > 0
    shade = np.ones(count) if tint is None else np.clip(tint, 0.5, 1.5)
    faces = np.concatenate([lower[shown], upper[shown]])
    assembly.add(faces, paint, tint=np.tile(shade[shown], 2))


def _smooth(rng: np.random.Generator, count: int, *, waves: int) -> FloatArray:
    """Return a periodic sum of sines with deviation about 1."""
    angle = np.arange(count) * (2 * np.pi / count)
    total = np.zeros(count)
    for wave in range(1, waves + 1):
        total += np.sin(wave * angle + rng.uniform(0, 2 * np.pi)) * rng.normal()
    return np.asarray(total / max(float(total.std()), 1e-6))


def _hills(rng: np.random.Generator, count: int, height_m: float) -> FloatArray:
    return np.asarray(np.clip(1.0 + 0.5 * _smooth(rng, count, waves=14), 0.15, None) * height_m)


def _quantile(share: float) -> float:
    """Return about which value a share of a normal variable lies below (logistic fit)."""
    share = min(max(share, 0.001), 0.999)
    return float(np.log(share / (1 - share)) / 1.702)
