"""Trees, bushes and grass blades."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.places.assembly import Assembly, Paint
from marchpast.synthesis.places.ground import Rgb
from marchpast.synthesis.places.materials import Season

LEAVES: dict[Season, tuple[Rgb, ...]] = {
    "spring": ((0.075, 0.105, 0.030), (0.090, 0.095, 0.040)),
    "summer": ((0.036, 0.062, 0.020), (0.050, 0.078, 0.026), (0.060, 0.080, 0.035)),
    "autumn": ((0.150, 0.095, 0.022), (0.110, 0.062, 0.020), (0.072, 0.072, 0.026)),
    "winter": ((0.060, 0.046, 0.030),),
}
_NEEDLES: Rgb = (0.022, 0.036, 0.018)
_BARKS: tuple[Rgb, ...] = ((0.070, 0.058, 0.044), (0.045, 0.040, 0.034), (0.30, 0.29, 0.27))


def tree(
    assembly: Assembly,
    rng: np.random.Generator,
    at: tuple[float, float],
    season: Season,
    *,
    height_m: float | None = None,
    conifer: bool = False,
    seen_from_m: float | None = None,
) -> None:
    """Stand a tree up as an item of its own; seen from further off it has fewer, larger leaves.

    Without `seen_from_m`, the distance from the origin decides, as the scene is there.
    """
    assembly.begin()
    tall = float(rng.uniform(6, 15)) if height_m is None else height_m
    far = max(12.0, float(np.hypot(*at))) if seen_from_m is None else seen_from_m
    bark = Paint(_BARKS[rng.integers(len(_BARKS))], "rough")
    foot, lean = np.array([*at, -0.1]), rng.normal(scale=0.03, size=2)
    top = foot + np.array([*(lean * tall), tall])
    thick = 0.016 * tall
    assembly.rod(foot, foot + 0.75 * (top - foot), (thick, 0.4 * thick), bark, sides=7)
    if conifer:
        _needles(assembly, rng, foot, tall, far)
    elif season == "winter" or (season in ("spring", "autumn") and rng.uniform() < 0.35):
        _twigs(assembly, rng, foot, top, bark, far)
    else:
        _twigs(assembly, rng, foot, top, bark, far + 60)
        _crown(assembly, rng, foot, tall, season, far)


def bush(
    assembly: Assembly,
    rng: np.random.Generator,
    at: tuple[float, float],
    season: Season,
    *,
    seen_from_m: float | None = None,
) -> None:
    """Stand a bush up as an item of its own, as detailed as :func:`tree`."""
    assembly.begin()
    size = float(rng.uniform(0.5, 1.6))
    far = max(12.0, float(np.hypot(*at))) if seen_from_m is None else seen_from_m
    count, leaf = _detail(far, near=420)
    spread = rng.normal(size=(count, 3)) * [size * 0.7, size * 0.7, size * 0.45]
    centre = np.array([*at, size * 0.6]) + spread
    centre[:, 2] = np.abs(centre[:, 2])
    choice = LEAVES[season]
    paint = Paint(choice[rng.integers(len(choice))], "leaf")
    assembly.add(_flakes(rng, centre, leaf), paint, tint=rng.uniform(0.6, 1.4, count))


def blades(
    assembly: Assembly,
    rng: np.random.Generator,
    roots: FloatArray,
    colour: Rgb,
    *,
    height_m: float = 0.16,
) -> None:
    """Plant grass blades at `(N, 2)` places, all one item."""
    assembly.begin()
    count = len(roots)
    height = rng.gamma(4.0, height_m / 4, count) + 0.03
    lean, angle = rng.normal(scale=0.4, size=(count, 2)), rng.uniform(0, np.pi, count)
    width = 0.006 + 0.03 * height
    across = width[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    floor = np.zeros((count, 1))
    tip = np.hstack([roots + lean * height[:, None], height[:, None]])
    corners = [np.hstack([roots - across, floor]), np.hstack([roots + across, floor]), tip]
    triangles = np.stack(corners, axis=1)
    assembly.add(triangles, Paint(colour, "blade"), tint=rng.uniform(0.6, 1.4, count))


def _detail(far_m: float, *, near: int) -> tuple[int, float]:
    """Return how many leaves, and their size in metres, by the distance from the middle."""
    if far_m < 12 and near < 3000:
        return 4 * near, 0.045
    if far_m < 30:
        return near, 0.14
    if far_m < 70:
        return near // 3, 0.25
    return near // 9, 0.46


def _flakes(rng: np.random.Generator, centre: FloatArray, size_m: float) -> FloatArray:
    corners = rng.normal(scale=size_m, size=(len(centre), 3, 3))
    return np.asarray(centre[:, None] + corners)


def _crown(
    assembly: Assembly,
    rng: np.random.Generator,
    foot: FloatArray,
    tall: float,
    season: Season,
    far: float,
) -> None:
    count, size = _detail(far, near=2200)
    radius = tall * rng.uniform(0.22, 0.34)
    clumps = rng.normal(size=(22, 3))
    clumps /= np.linalg.norm(clumps, axis=1, keepdims=True)
    clumps *= rng.uniform(0.35, 0.95, (22, 1)) * [radius, radius, tall * 0.32]
    clumps += foot + np.array([0.0, 0.0, tall * rng.uniform(0.58, 0.66)])
    which = rng.integers(0, 22, count)
    centre = clumps[which] + rng.normal(scale=radius * 0.21, size=(count, 3))
    choice = LEAVES[season]
    paint = Paint(choice[rng.integers(len(choice))], "leaf")
    tint = rng.uniform(0.75, 1.25) * rng.uniform(0.7, 1.3, 22)[which] * rng.uniform(0.8, 1.2, count)
    assembly.add(_flakes(rng, centre, size), paint, tint=tint)


def _needles(
    assembly: Assembly, rng: np.random.Generator, foot: FloatArray, tall: float, far: float
) -> None:
    count, size = _detail(far, near=1800)
    up = 1 - np.sqrt(rng.uniform(0, 1, count))
    start = rng.uniform(0.06, 0.35)
    layer = 0.82 + 0.18 * np.cos(up * 60)
    radius = tall * rng.uniform(0.14, 0.22) * (1.02 - up) * np.sqrt(rng.uniform(0.2, 1, count))
    angle = rng.uniform(0, 2 * np.pi, count)
    height = (start + (1 - start) * up) * tall - 0.25 * radius
    reach = radius * layer
    centre = foot + np.stack([reach * np.cos(angle), reach * np.sin(angle), height], axis=1)
    tint = rng.uniform(0.7, 1.4) * rng.uniform(0.7, 1.3, count)
    assembly.add(_flakes(rng, centre, size), Paint(_NEEDLES, "leaf"), tint=tint)


def _twigs(
    assembly: Assembly,
    rng: np.random.Generator,
    foot: FloatArray,
    top: FloatArray,
    bark: Paint,
    far: float,
) -> None:
    """Grow three generations of branches, each a thin pointed triangle or two."""
    tall = float(np.linalg.norm(top - foot))
    numbers = (14, 6, 5) if far < 30 else (12, 5, 3) if far < 70 else (9, 6, 0)
    up = rng.uniform(0.25, 1.0, numbers[0])
    start = foot + up[:, None] * (top - foot)
    angle = rng.uniform(0, 2 * np.pi, numbers[0])
    way = np.stack([np.cos(angle), np.sin(angle), rng.uniform(0.5, 1.5, numbers[0])], axis=1)
    length = tall * rng.uniform(0.24, 0.42, numbers[0]) * (1.15 - 0.75 * up)
    thick = 0.010 * tall * (1.2 - 0.8 * up)
    for generation in range(3):
        way = way / np.linalg.norm(way, axis=1, keepdims=True)
        end = start + way * length[:, None]
        across = np.cross(way, rng.normal(size=way.shape))
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
        other = np.cross(way, across)
        for side in (across, other)[: 2 if generation == 0 else 1]:
            wide = side * thick[:, None]
            assembly.add(np.stack([start - wide, start + wide, end], axis=1), bark, tint=0.9)
        if generation == 2 or not numbers[generation + 1]:
            return
        count = numbers[generation + 1]
        share = rng.uniform(0.3, 1.0, (len(start), count, 1))
        next_start = (start[:, None] + share * (end - start)[:, None]).reshape(-1, 3)
        bent = way[:, None] + rng.normal(scale=0.55, size=(len(start), count, 3))
        bent[..., 2] += 0.15
        length = np.repeat(length, count) * rng.uniform(0.35, 0.6, len(next_start))
        thick = np.maximum(np.repeat(thick, count) * 0.42, 0.006 + 0.00012 * far)
        start, way = next_start, bent.reshape(-1, 3)
