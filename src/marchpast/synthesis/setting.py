"""The place: a wide evening road with verges, trees, lamp posts and a few blocks of flats.

World frame of :mod:`.environment`. The column drives on the lane around Y = 0; the camera stands
on the pavement at Y > 0; everything nearer to it than the road is the foreground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.building.mesh import FloatArray, IntArray
from marchpast.synthesis.building.shapes import box, cylinder
from marchpast.synthesis.environment import Grain

HALF_ROAD_M = 9.2
LANE_M = 3.6
_KERB_M = 0.16
_PAVEMENTS = ((15.5, 22.0), (-17.5, -14.5))

LEAF, BARK, CONCRETE, STEEL, FACADE, BLADE = range(6)
_ALBEDO = np.array(
    [
        [0.050, 0.072, 0.028],
        [0.075, 0.064, 0.050],
        [0.300, 0.295, 0.280],
        [0.110, 0.115, 0.120],
        [0.330, 0.315, 0.290],
        [0.078, 0.094, 0.042],
    ],
    np.float32,
)


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """Triangles that stand about.

    Attributes:
        triangles: `(F, 3, 3)` world metres.
        kind: `(F,)` one of the module's kinds.
        tint: `(F,)` float32, brightness of each face.
    """

    triangles: FloatArray
    kind: IntArray
    tint: FloatArray


def background_things(seed: int) -> Things:
    """Return the trees, posts, kerbs, flats and near grass; nothing between camera and column."""
    rng = np.random.default_rng(seed)
    parts = [_flats(), _kerbs()]
    parts += [_lamp_post(x, -10.2, arm=1.0) for x in range(-20, 260, 32)]
    for x in np.arange(-25.0, 240.0, 8.5):
        parts.append(_tree(rng, x + rng.uniform(-2, 2), rng.uniform(-24, -19), leaves=14000))
    for x in np.arange(-30.0, 330.0, 10.0):
        parts.append(_tree(rng, x + rng.uniform(-4, 4), rng.uniform(-46, -32), leaves=3500))
    parts.append(_grass(rng))
    return _joined(parts)


def foreground_things() -> Things:
    """Return what stands between the camera and the column: one lamp post."""
    return _lamp_post(23.5, 10.2, arm=-1.0)


def albedo(kind: IntArray, tint: FloatArray, points: FloatArray, grain: Grain) -> FloatArray:
    """Return `(N, 3)` reflectance of things at world points."""
    colour = _ALBEDO[kind] * tint[:, None]
    rough = 1 + 0.10 * grain.at(points[:, 0] + points[:, 1], points[:, 2], tile_m=5.0, cloudy=False)
    facade = kind == FACADE
    along = points[:, 0] + points[:, 1]
    across, up = (along / 3.2) % 1.0, ((points[:, 2] - 0.6) / 2.9) % 1.0
    window = facade & (np.abs(across - 0.5) < 0.27) & (np.abs(up - 0.55) < 0.24)
    seam = facade & ((across < 0.02) | (up < 0.025))
    number = np.floor(along / 3.2) * 17 + np.floor((points[:, 2] - 0.6) / 2.9) * 29
    lottery = np.sin(number * 12.9898) * 43758.5453 % 1.0
    shade = np.where(window, 0.10 + 0.22 * lottery, np.where(seam, 0.7, 1.0)) * rough
    colour = colour * shade[:, None]
    lamp_light = np.array([0.85, 0.62, 0.34])
    colour = np.where((window & (lottery > 0.93))[:, None], lamp_light, colour)
    return np.asarray(np.clip(colour, 0.004, 0.9), np.float32)


def ground_albedo(x: FloatArray, y: FloatArray, grain: Grain) -> tuple[FloatArray, FloatArray]:
    """Return `(N, 3)` reflectance and `(N,)` gloss of the ground: asphalt, paint, grass, slabs."""
    fine = grain.at(x, y, tile_m=2.6, cloudy=False)
    blotch = grain.at(x, y, tile_m=23.0)
    detail = grain.at(x + 5, y + 3, tile_m=6.0)
    asphalt = 0.105 * (1 + 0.10 * blotch + 0.08 * detail + 0.13 * fine)
    place = (y + LANE_M / 2) % LANE_M - LANE_M / 2
    tracks = np.exp(-(((np.abs(place) - 0.95) / 0.32) ** 2))
    asphalt *= 1 - 0.12 * tracks - 0.07 * np.exp(-((place / 0.3) ** 2))
    crack = np.abs(grain.at(x * 0.9 + 11, y, tile_m=31.0) + 0.08 * fine) < 0.016
    asphalt *= np.where(crack, 0.55, 1.0)
    patch = (np.floor(x / 13) * 7 + np.floor((y + 20) / LANE_M) * 5) % 11 == 3
    asphalt *= np.where(patch, 0.78, 1.0)
    colour = asphalt[:, None] * np.array([1.0, 0.99, 0.97], np.float32)
    gloss = 0.30 + 0.25 * tracks
    paint = _markings(x, y) * np.clip(0.80 + 0.35 * detail + 0.25 * fine, 0, 1)
    colour += (np.array([0.46, 0.46, 0.44]) - colour) * paint[:, None]
    distance = np.abs(y)
    dusty = np.clip((distance - HALF_ROAD_M + 1.1) / 1.1, 0, 1) * (distance < HALF_ROAD_M)
    colour += (np.array([0.15, 0.135, 0.11]) - colour) * (0.6 * dusty)[:, None]
    verge = distance > HALF_ROAD_M
    soil = np.clip(0.30 + 0.35 * detail + 0.2 * blotch, 0, 1)[:, None]
    grass = np.array([0.062, 0.078, 0.036]) * (1 - soil) + np.array([0.100, 0.088, 0.058]) * soil
    colour = np.where(verge[:, None], grass * (1 + 0.22 * fine)[:, None], colour)
    for low, high in _PAVEMENTS:
        slab = (y > low) & (y < high)
        joint = ((x % 1.5) < 0.03) | (((y - low) % 1.5) < 0.03)
        tone = 0.20 * (1 + 0.1 * blotch + 0.1 * fine) * np.where(joint, 0.6, 1.0)
        colour = np.where(slab[:, None], tone[:, None], colour)
    return np.clip(colour, 0.01, 0.8).astype(np.float32), np.where(verge, 0.0, gloss)


def _markings(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the share of road paint: a double middle line, dashed lanes, faint edges."""
    middle = (np.abs(np.abs(y + LANE_M / 2) - 0.17) < 0.06).astype(np.float32)
    dash = (x % 9.0) < 3.2
    for line in (LANE_M / 2, 1.5 * LANE_M, -1.5 * LANE_M):
        middle = np.maximum(middle, ((np.abs(y - line) < 0.06) & dash).astype(np.float32))
    edge = 0.75 * (np.abs(np.abs(y) - HALF_ROAD_M + 0.5) < 0.06)
    return np.asarray(np.maximum(middle, edge) * 0.85, np.float32)


def _things(triangles: FloatArray, kind: int, tint: FloatArray | float = 1.0) -> Things:
    count = len(triangles)
    tints = np.broadcast_to(np.asarray(tint, np.float32), (count,)).copy()
    return Things(triangles.astype(np.float32), np.full(count, kind, np.int64), tints)


def _joined(parts: list[Things]) -> Things:
    return Things(
        np.concatenate([part.triangles for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.tint for part in parts]),
    )


def _kerbs() -> Things:
    edges = [
        box((-80, 420, side * HALF_ROAD_M - 0.09, side * HALF_ROAD_M + 0.09, 0, _KERB_M), paint=0)
        for side in (1, -1)
    ]
    return _joined([_things(edge.triangles, CONCRETE, 0.75) for edge in edges])


def _lamp_post(x: float, y: float, *, arm: float) -> Things:
    post = cylinder([(x, y, 0), (x, y, 8.4)], (0.10, 0.055), paint=0, sides=12)
    foot = cylinder([(x, y, 0), (x, y, 1.1)], (0.15, 0.14), paint=0, sides=12)
    bar = cylinder([(x, y, 8.3), (x, y + 2.2 * arm, 8.9)], (0.045, 0.04), paint=0, sides=8)
    head_y = sorted((y + 2.1 * arm, y + 2.8 * arm))
    head = box((x - 0.14, x + 0.14, *head_y, 8.82, 8.98), paint=0, bevel=0.03)
    return _joined([_things(part.triangles, STEEL) for part in (post, foot, bar, head)])


def _flats() -> Things:
    blocks = [
        (12, 74, -78, -64, 15.1, 1.0),
        (92, 150, -84, -70, 26.7, 0.85),
        (172, 250, -74, -62, 15.1, 0.95),
        (-70, -8, -82, -68, 15.1, 0.8),
        (265, 330, -40, -20, 15.1, 0.9),
    ]
    parts = []
    for x0, x1, y0, y1, height, tint in blocks:
        walls = box((x0, x1, y0, y1, 0, height), paint=0)
        roof = box((x0 - 0.4, x1 + 0.4, y0 - 0.4, y1 + 0.4, height, height + 0.5), paint=0)
        parts += [_things(walls.triangles, FACADE, tint), _things(roof.triangles, STEEL, tint)]
    return _joined(parts)


def _tree(rng: np.random.Generator, x: float, y: float, *, leaves: int) -> Things:
    """Return a trunk and a crown of leaf triangles gathered in clumps."""
    height = rng.uniform(8.5, 14.0)
    radius = height * rng.uniform(0.24, 0.32)
    trunk = cylinder([(x, y, 0), (x, y, height * 0.6)], (0.22, 0.10), paint=0, sides=9)
    clumps = rng.normal(size=(26, 3))
    clumps /= np.linalg.norm(clumps, axis=1, keepdims=True)
    clumps *= rng.uniform(0.3, 0.95, (26, 1)) * [radius, radius, height * 0.33]
    clumps += [x, y, height * 0.62]
    which = rng.integers(0, 26, leaves)
    centre = clumps[which] + rng.normal(scale=radius * 0.20, size=(leaves, 3))
    corners = centre[:, None] + rng.normal(scale=0.092, size=(leaves, 3, 3))
    tint = rng.uniform(0.7, 1.2) * rng.uniform(0.75, 1.25, leaves)
    return _joined([_things(trunk.triangles, BARK), _things(corners, LEAF, tint)])


def _grass(rng: np.random.Generator) -> Things:
    """Return blades on both verges, thicker near the camera."""
    near = np.stack([rng.uniform(-6, 60, 52000), rng.uniform(9.4, 15.4, 52000)], axis=1)
    far = np.stack([rng.uniform(-10, 120, 26000), rng.uniform(-14.4, -9.4, 26000)], axis=1)
    root = np.concatenate([near, far])
    count = len(root)
    height = rng.gamma(4.0, 0.028, count) + 0.03
    lean, angle = rng.normal(scale=0.05, size=(count, 2)), rng.uniform(0, np.pi, count)
    across = 0.011 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    floor = np.zeros((count, 1))
    corners = np.stack(
        [
            np.hstack([root - across, floor]),
            np.hstack([root + across, floor]),
            np.hstack([root + lean, height[:, None]]),
        ],
        axis=1,
    )
    return _things(corners, BLADE, rng.uniform(0.5, 1.45, count))
