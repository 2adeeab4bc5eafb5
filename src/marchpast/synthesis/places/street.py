"""The city street."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places import buildings, furniture, materials
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground, Layer
from marchpast.synthesis.places.horizon import horizon
from marchpast.synthesis.places.layers import Band, Line, Patches, Plot, Ruts, Seams
from marchpast.synthesis.places.materials import Season, one_of, varied
from marchpast.synthesis.places.people import parked_car, person
from marchpast.synthesis.places.plants import tree
from marchpast.synthesis.places.staging import CameraSpot, StagedPlace
from marchpast.synthesis.places.ways import lane_along, moved, staged
from marchpast.synthesis.rendering import Lamp

_LAMPS = ((1.0, 0.66, 0.30), (0.95, 0.95, 0.90))


def street(rng: np.random.Generator, season: Season) -> StagedPlace:
    """Return a city street with kerbs, facades, lamp posts, parked cars and passers-by."""
    half, walk = float(rng.uniform(5.2, 9.5)), float(rng.uniform(2.5, 5.0))
    edge = half + walk
    ground = _street_ground(rng, half, edge)
    assembly = Assembly()
    horizon(assembly, rng, season, woods_m=(260, 700), gap=0.5)
    for side in (-1, 1):
        furniture.kerb(assembly, side * half)
        _frontage(assembly, rng, side, edge + float(rng.uniform(0.2, 7)), season)
    lamps = _lamps(assembly, rng, half)
    _roadside(assembly, rng, season, half)
    for _ in range(int(rng.integers(4, 26))):
        walk_side = float(rng.choice([-1, 1]))
        at = (float(rng.uniform(-45, 45)), walk_side * float(rng.uniform(half + 0.5, edge)), 0.0)
        person(assembly, rng, at)
    inner = min(half / 2, 2.0)
    lanes = (lane_along(ground, inner, 8.0), lane_along(ground, -inner, 8.0, backwards=True))
    spots = (
        CameraSpot((-9.0, half + 1.4, 1.6), "pavement"),
        CameraSpot((8.0, -half - 1.6, 1.6), "pavement"),
        CameraSpot((-30.0, 2.0, 8.0), "bridge"),
        CameraSpot((4.0, edge + 1.0, 9.0), "stand"),
    )
    return staged("street", ground, assembly, lanes, (), lamps, spots)


def _lamps(assembly: Assembly, rng: np.random.Generator, half: float) -> tuple[Lamp, ...]:
    """Stand lamp posts along the kerbs, left and right in turn."""
    step, start = float(rng.uniform(24, 34)), float(rng.uniform(-12, 12))
    colour = _LAMPS[int(rng.integers(len(_LAMPS)))]
    lamps = []
    for index, x in enumerate(np.arange(-3 * step, 3.5 * step, step) + start):
        side = -1 if index % 2 else 1
        at, arm = (float(x), side * (half + 0.6)), (0.0, -side * 2.2)
        lamps.append(furniture.lamp_post(assembly, at, arm, high=8.8, colour=colour))
    return tuple(lamps)


def _roadside(assembly: Assembly, rng: np.random.Generator, season: Season, half: float) -> None:
    """Add trees and parked cars along the kerbs."""
    planted = rng.uniform() < 0.6
    for x in np.arange(-90.0, 91.0, 9.0):
        for side in (-1, 1):
            if planted and rng.uniform() < 0.6:
                at, high = (float(x + rng.uniform(-1, 1)), side * (half + 1.2)), rng.uniform(4, 9)
                tree(assembly, rng, at, season, height_m=float(high))
    if half < 6.0:
        return
    for x in np.arange(-75.0, 76.0, 6.2):
        for side in (-1, 1):
            if rng.uniform() < 0.35:
                at = (float(x + rng.uniform(-0.6, 0.6)), side * (half - 1.1))
                parked_car(assembly, rng, at, 0.0 if side > 0 else 180.0)


def _street_ground(rng: np.random.Generator, half: float, edge: float) -> Ground:
    """Return a roadway between two pavements, with lane markings and perhaps a crossing."""
    options = (materials.ASPHALT, materials.OLD_ASPHALT, materials.COBBLES)
    surface = one_of(rng, options, (0.55, 0.35, 0.10))
    walk = varied(rng, materials.SLABS if rng.uniform() < 0.7 else materials.OLD_ASPHALT)
    paint, wear = varied(rng, materials.WHITE_PAINT), float(rng.uniform(0.1, 0.45))
    layers: list[Layer] = [
        Band(walk, -edge, edge),
        Seams(materials.JOINT, float(rng.uniform(0.5, 1.5)), 0.025, opacity=0.5),
        Band(surface, -half, half),
        Patches(varied(rng, materials.ASPHALT), 1.2, -half, half, opacity=0.6),
        Ruts(materials.OIL, half / 2, 1.8, 0.7, opacity=0.14),
        Ruts(materials.OIL, -half / 2, 1.8, 0.7, opacity=0.14),
    ]
    if rng.uniform() < 0.8:
        layers += [Line(paint, side * 0.12, wear=wear) for side in (-1, 1)]
        if half > 6.5:
            layers += [
                Line(paint, side * half / 2, dash_m=(2.0, 4.0), wear=wear) for side in (-1, 1)
            ]
    if rng.uniform() < 0.5:
        at = float(rng.uniform(-30, 30))
        stripes = [float(y) for y in np.arange(-half + 0.6, half - 0.6, 1.0)]
        layers += [Plot(paint, (at, at + 3.5), (y, y + 0.5), 0.8) for y in stripes]
    return Ground(varied(rng, materials.OLD_ASPHALT), tuple(layers), shift=moved(rng))


def _frontage(
    assembly: Assembly, rng: np.random.Generator, side: int, line: float, season: Season
) -> None:
    """Line one side of a street with blocks, with a gap now and then."""
    x = -150.0
    usual = int(rng.integers(2, 10))
    while x < 150:
        long = float(rng.uniform(16, 60))
        if rng.uniform() < 0.82:
            deep = side * (line + float(rng.uniform(11, 16)))
            y = (min(side * line, deep), max(side * line, deep))
            storeys = max(1, usual + int(rng.integers(-2, 3)))
            buildings.flats(assembly, rng, (x, x + long), y, storeys)
        else:
            for _ in range(4):
                at = (float(rng.uniform(x, x + long)), side * (line + float(rng.uniform(1, 14))))
                tree(assembly, rng, at, season)
        x += long + float(rng.choice([0.0, 4.0, 14.0]))
