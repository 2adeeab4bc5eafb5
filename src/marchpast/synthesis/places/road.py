"""The road out of town, perhaps through a village."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places import buildings, furniture, materials
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground, Layer
from marchpast.synthesis.places.horizon import horizon
from marchpast.synthesis.places.layers import Band, Line, Patches, Ruts
from marchpast.synthesis.places.materials import Season, varied
from marchpast.synthesis.places.people import parked_car
from marchpast.synthesis.places.plants import blades, bush, tree
from marchpast.synthesis.places.staging import CameraSpot, StagedPlace
from marchpast.synthesis.places.ways import lane_along, moved, staged, verge
from marchpast.synthesis.rendering import Lamp


def road(rng: np.random.Generator, season: Season) -> StagedPlace:
    """Return a road with verges, trees or poles, perhaps a village along it."""
    half = float(rng.uniform(3.2, 7.5))
    ground = _road_ground(rng, season, half)
    assembly = Assembly()
    horizon(assembly, rng, season, woods_m=(90, 500), gap=float(rng.uniform(0.1, 0.7)))
    lamps = _roadside(assembly, rng, season, ground, half)
    if rng.uniform() < 0.4:
        _village(assembly, rng, season, half)
    lane_y = half / 2 if half > 3.4 else 0.0
    lanes = (
        lane_along(ground, lane_y, 11.0),
        lane_along(ground, -lane_y if lane_y else -half - 3.0, 11.0, backwards=True),
    )
    side = half + float(rng.uniform(2, 5))
    spots = tuple(
        CameraSpot((x, y, float(rng.uniform(1.4, 1.8))), "pavement")
        for x, y in ((-12.0, side), (6.0, side + 4), (0.0, -side - 2))
    )
    bridge = CameraSpot((-38.0, 1.0, 7.2), "bridge")
    return staged("road", ground, assembly, lanes, (), lamps, (*spots, bridge))


def _road_ground(rng: np.random.Generator, season: Season, half: float) -> Ground:
    surface = (materials.ASPHALT, materials.OLD_ASPHALT, materials.CONCRETE, materials.DUST)[
        rng.choice(4, p=[0.45, 0.35, 0.08, 0.12])
    ]
    layers: list[Layer] = [
        Patches(varied(rng, materials.SOIL), float(rng.uniform(0.2, 1.6))),
        Band(varied(rng, materials.GRAVEL), -half - 1.6, half + 1.6, ragged_m=0.6, opacity=0.8),
        Band(varied(rng, surface), -half, half, ragged_m=0.12),
        Patches(varied(rng, materials.JOINT), 1.5, -half, half, opacity=0.5, uses_broad=False),
    ]
    layers += [Ruts(materials.OIL, lane, 1.9, 0.7, opacity=0.16) for lane in (-half / 2, half / 2)]
    if surface is not materials.DUST and rng.uniform() < 0.8:
        wear = float(rng.uniform(0.1, 0.5))
        paint = varied(rng, materials.WHITE_PAINT)
        dash = None if rng.uniform() < 0.3 else (float(rng.choice([1.0, 3.0, 6.0])), 6.0)
        layers.append(Line(paint, 0.0, dash_m=dash, wear=wear))
        if half > 5.5:
            layers += [
                Line(paint, side * half / 2, dash_m=(3.0, 9.0), wear=wear) for side in (-1, 1)
            ]
        layers += [Line(paint, side * (half - 0.35), wear=wear) for side in (-1, 1)]
    dirt = varied(rng, materials.MUD if rng.uniform() < 0.5 else materials.DUST)
    layers.append(Patches(dirt, float(rng.uniform(0.7, 2.4)), -half, half, opacity=0.6))
    return Ground(
        materials.grass(rng, season),
        tuple(layers),
        bend_m=float(rng.choice([0, 0, 1]) * rng.uniform(-14, 14)),
        bend_length_m=float(rng.uniform(260, 600)),
        shift=moved(rng),
    )


def _roadside(
    assembly: Assembly, rng: np.random.Generator, season: Season, ground: Ground, half: float
) -> tuple[Lamp, ...]:
    """Plant and furnish both sides; return the lamps, if there are any."""
    density, offset = float(rng.uniform(0, 0.8)), float(rng.uniform(2.5, 14))
    conifers = float(rng.choice([0.0, 0.0, 0.6]))
    for x in np.arange(-130.0, 131.0, 7.0):
        for side in (-1, 1):
            y = float(ground.middle(np.array([x]))[0]) + side * (half + offset + rng.exponential(3))
            at = (float(x + rng.uniform(-3, 3)), y)
            if rng.uniform() < density:
                tree(assembly, rng, at, season, conifer=rng.uniform() < conifers)
            elif rng.uniform() < 0.3:
                bush(assembly, rng, at, season)
    grown = verge(rng, ground, half + 1.2, half + 8, int(rng.integers(2000, 14000)))
    blades(
        assembly,
        rng,
        grown,
        materials.grass(rng, season).bright,
        height_m=float(rng.uniform(0.08, 0.35)),
    )
    if rng.uniform() < 0.45:
        y = -half - float(rng.uniform(2, 6))
        spots = np.arange(-160.0, 161.0, 40.0)
        for x in spots:
            furniture.pole(assembly, (float(x), y))
        for across in (-0.7, 0.7):
            line = np.stack([spots, np.full_like(spots, y + across), np.full_like(spots, 7.1)], 1)
            furniture.wires(assembly, line)
    lamps: list[Lamp] = []
    if rng.uniform() < 0.45:
        step = float(rng.uniform(28, 40))
        lamps = [
            furniture.lamp_post(assembly, (float(x), -half - 1.2), (0.0, 2.4), high=9.0)
            for x in np.arange(-3 * step, 3.5 * step, step)
        ]
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        at = (float(rng.uniform(-60, 60)), float(rng.choice([-1, 1]) * (half + 1.4)))
        parked_car(assembly, rng, at, float(rng.choice([0, 180])))
    return tuple(lamps)


def _village(assembly: Assembly, rng: np.random.Generator, season: Season, half: float) -> None:
    for side in (-1, 1):
        if rng.uniform() < 0.25:
            continue
        line = side * (half + float(rng.uniform(5, 9)))
        for x in np.arange(-110.0, 111.0, 26.0):
            middle = float(x + rng.uniform(-4, 4))
            if rng.uniform() < 0.85:
                buildings.cottage(
                    assembly,
                    rng,
                    (middle, line + side * float(rng.uniform(6, 12))),
                    turned=rng.uniform() < 0.5,
                )
            if rng.uniform() < 0.75:
                furniture.fence(assembly, rng, (middle - 12, line), (middle + 11, line))
            if rng.uniform() < 0.6:
                tree(
                    assembly,
                    rng,
                    (middle + 9, line + side * 5),
                    season,
                    height_m=float(rng.uniform(4, 8)),
                )
