"""Blocks of flats, cottages, sheds, stands and containers; each is an item."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places.assembly import Assembly, Paint, quad
from marchpast.synthesis.places.ground import Rgb
from marchpast.synthesis.places.materials import CONCRETE_PAINT, colour_of
from marchpast.synthesis.places.paintwork import lit_windows

_WALLS: tuple[Rgb, ...] = (
    (0.40, 0.37, 0.30), (0.46, 0.45, 0.42), (0.27, 0.19, 0.15), (0.31, 0.30, 0.285),
    (0.36, 0.30, 0.23), (0.29, 0.31, 0.32), (0.40, 0.34, 0.22), (0.19, 0.10, 0.08),
)  # fmt: skip
_ROOFS: tuple[Rgb, ...] = (
    (0.14, 0.14, 0.14),
    (0.20, 0.07, 0.05),
    (0.06, 0.12, 0.08),
    (0.24, 0.23, 0.22),
)
SHEETS: tuple[Rgb, ...] = (
    (0.30, 0.31, 0.31), (0.12, 0.20, 0.26), (0.10, 0.15, 0.10), (0.33, 0.27, 0.20),
    (0.20, 0.11, 0.08),
)  # fmt: skip
_WARM: Rgb = (0.16, 0.105, 0.045)
_COOL: Rgb = (0.10, 0.105, 0.11)


def flats(
    assembly: Assembly,
    rng: np.random.Generator,
    x: tuple[float, float],
    y: tuple[float, float],
    storeys: int,
) -> None:
    """Add a block with windows, some of them lit after dark, and a parapet."""
    assembly.begin()
    high = 0.7 + 2.9 * storeys
    wall = Paint(colour_of(rng, _WALLS), "facade")
    assembly.box(x, y, (0, high), wall)
    roof = Paint(colour_of(rng, _ROOFS), "roof")
    assembly.box((x[0] - 0.3, x[1] + 0.3), (y[0] - 0.3, y[1] + 0.3), (high, high + 0.6), roof)
    assembly.box(
        (x[0] - 0.06, x[1] + 0.06), (y[0] - 0.06, y[1] + 0.06), (0, 0.7), CONCRETE_PAINT, tint=0.7
    )
    share = float(rng.uniform(0.04, 0.3))
    for face in y:
        _lights(assembly, x, face, storeys, share, -0.04 if face == y[0] else 0.04)


def _lights(
    assembly: Assembly,
    x: tuple[float, float],
    y: float,
    storeys: int,
    share: float,
    out_m: float,
) -> None:
    """Hang a glowing pane before every lit window of a wall along X."""
    bays = np.arange(np.floor((x[0] + y) / 3.1), np.ceil((x[1] + y) / 3.1)) + 0.5
    place, level = np.meshgrid(bays * 3.1, 0.7 + 2.9 * (np.arange(storeys) + 0.52))
    on = lit_windows(place.ravel(), level.ravel(), share=share)
    for along, up in zip(place.ravel()[on], level.ravel()[on], strict=True):
        left = along - y - 0.72
        if left < x[0] + 0.3 or left + 1.44 > x[1] - 0.3:
            continue
        pane = quad(
            [
                (left, y + out_m, up - 0.7), (left + 1.44, y + out_m, up - 0.7),
                (left + 1.44, y + out_m, up + 0.7), (left, y + out_m, up + 0.7),
            ]
        )  # fmt: skip
        warm = int(along * 7 + up) % 3
        assembly.add(pane, Paint((0.12, 0.12, 0.11)), glow=_WARM if warm else _COOL)


def cottage(
    assembly: Assembly, rng: np.random.Generator, at: tuple[float, float], *, turned: bool = False
) -> None:
    """Add a one-storey house with a gabled roof."""
    assembly.begin()
    half_x, half_y = float(rng.uniform(3.5, 6)), float(rng.uniform(3, 4.5))
    if turned:
        half_x, half_y = half_y, half_x
    x, y = (at[0] - half_x, at[0] + half_x), (at[1] - half_y, at[1] + half_y)
    high = float(rng.uniform(2.9, 3.5))
    wall = Paint(colour_of(rng, _WALLS), "facade")
    assembly.box(x, y, (0, high), wall)
    gable(
        assembly,
        x,
        y,
        high,
        0.45 * 2 * min(half_x, half_y),
        Paint(colour_of(rng, _ROOFS), "roof"),
        wall,
    )
    assembly.box(
        (at[0] + 1, at[0] + 1.6),
        (at[1] - 0.3, at[1] + 0.3),
        (high, high + 3.2),
        CONCRETE_PAINT,
        tint=0.6,
    )


def gable(
    assembly: Assembly,
    x: tuple[float, float],
    y: tuple[float, float],
    high: float,
    rise: float,
    roof: Paint,
    wall: Paint,
    *,
    eaves_m: float = 0.5,
) -> None:
    """Add a roof with its ridge along the longer side, and the two wall triangles below it."""
    along_x = x[1] - x[0] >= y[1] - y[0]
    a, b = (x, y) if along_x else (y, x)
    middle = (b[0] + b[1]) / 2
    drop = eaves_m * rise / ((b[1] - b[0]) / 2)

    def point(along: float, across: float, up: float) -> tuple[float, float, float]:
        return (along, across, up) if along_x else (across, along, up)

    ends = (a[0] - eaves_m, a[1] + eaves_m)
    for edge in (b[0] - eaves_m, b[1] + eaves_m):
        corners = [
            point(ends[0], edge, high - drop), point(ends[1], edge, high - drop),
            point(ends[1], middle, high + rise), point(ends[0], middle, high + rise),
        ]  # fmt: skip
        assembly.add(quad(corners), roof)
    for end in a:
        corners = [point(end, b[0], high), point(end, b[1], high), point(end, middle, high + rise)]
        assembly.add(np.array([corners]), wall)


def shed(
    assembly: Assembly,
    rng: np.random.Generator,
    x: tuple[float, float],
    y: tuple[float, float],
    high: float,
) -> None:
    """Add a hall of corrugated sheet or brick with gates and a low roof."""
    assembly.begin()
    is_brick = rng.uniform() < 0.3
    wall = Paint(colour_of(rng, _WALLS if is_brick else SHEETS), "rough" if is_brick else "ribbed")
    assembly.box(x, y, (0, high), wall)
    rise = 0.12 * min(x[1] - x[0], y[1] - y[0])
    gable(assembly, x, y, high, rise, Paint(colour_of(rng, _ROOFS), "roof"), wall)
    gate = Paint(colour_of(rng, SHEETS), "ribbed")
    for place in np.arange(x[0] + 3, x[1] - 6, 8.0):
        for side, face in ((-1, y[0]), (1, y[1])):
            front = (face - 0.08, face) if side < 0 else (face, face + 0.08)
            assembly.box((place, place + 4.6), front, (0, min(4.4, high - 0.6)), gate)


def container(
    assembly: Assembly, rng: np.random.Generator, at: tuple[float, float], *, stacked: int = 1
) -> None:
    """Add 6 m freight containers, one on another."""
    assembly.begin()
    for level in range(stacked):
        paint = Paint(colour_of(rng, (*SHEETS, (0.05, 0.12, 0.25), (0.33, 0.09, 0.03))), "ribbed")
        z = (2.6 * level + 0.02, 2.6 * level + 2.6)
        assembly.box((at[0] - 3.03, at[0] + 3.03), (at[1] - 1.22, at[1] + 1.22), z, paint)


def tribune(
    assembly: Assembly,
    rng: np.random.Generator,
    x: tuple[float, float],
    y: float,
    *,
    towards: int,
    steps: int = 6,
) -> list[tuple[float, float, float]]:
    """Add a stepped stand that faces `towards` (+1: +Y) and return places for people on it."""
    assembly.begin()
    paint = Paint(
        colour_of(rng, ((0.35, 0.34, 0.32), (0.30, 0.06, 0.05), (0.10, 0.14, 0.25))), "rough"
    )
    places = []
    for step in range(steps):
        near, far = y - towards * 0.9 * step, y - towards * 0.9 * (step + 1)
        high = 0.5 + 0.4 * step
        assembly.box(x, (min(near, far), max(near, far)), (0, high), paint, tint=1 - 0.03 * step)
        for place in np.arange(x[0] + 0.4, x[1] - 0.3, 0.75):
            spot = (float(place + rng.uniform(-0.15, 0.15)), float((near + far) / 2), high)
            places.append(spot)
    return places
