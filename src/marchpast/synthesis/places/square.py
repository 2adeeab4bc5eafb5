"""The parade square."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places import buildings, furniture, materials
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground, Layer
from marchpast.synthesis.places.horizon import horizon
from marchpast.synthesis.places.layers import Line, Patches, Plot, Seams
from marchpast.synthesis.places.materials import Season, one_of, varied
from marchpast.synthesis.places.people import person
from marchpast.synthesis.places.plants import tree
from marchpast.synthesis.places.staging import CameraSpot, StagedPlace, Stand
from marchpast.synthesis.places.ways import lane_along, moved, staged

_LAMP = (1.0, 0.9, 0.75)


def square(rng: np.random.Generator, season: Season) -> StagedPlace:
    """Return a parade square with markings, stands, spectators, flags and large buildings."""
    depth = float(rng.uniform(22, 40))
    line = -depth / 2 - 4
    ground = _square_ground(rng)
    assembly = Assembly()
    horizon(assembly, rng, season, woods_m=(300, 700), gap=0.5)
    _tribunes(assembly, rng, line)
    _surroundings(assembly, rng, season, line)
    if rng.uniform() < 0.6:
        _spectators(assembly, rng, depth / 2 + 2)
    lamps = tuple(
        furniture.lamp_post(
            assembly, (float(x), line + 2.5), (0.0, 1.8), high=10.0, colour=_LAMP, strength=2.6
        )
        for x in np.arange(-75.0, 76.0, 25.0)
    )
    files = np.linspace(-9, 9, 4)
    lanes = tuple(lane_along(ground, float(y), 5.5) for y in files[[1, 2, 0, 3]])
    stands = tuple(
        Stand((16.0 * rank - 48.0, float(y), 0.0), 0.0, rank)
        for rank in range(7)
        for y in np.linspace(-15.75, 15.75, 8)
    )
    spots = (
        CameraSpot((-16.0, depth / 2 + 5, 1.7), "pavement"),
        CameraSpot((0.0, line - 5, 5.0), "stand"),
        CameraSpot((-52.0, 3.0, 9.0), "stand"),
        CameraSpot((10.0, depth / 2 + 10, 6.0), "stand"),
    )
    return staged("square", ground, assembly, lanes, stands, lamps, spots)


def _square_ground(rng: np.random.Generator) -> Ground:
    """Return paving with a grid of painted lines."""
    options = (materials.ASPHALT, materials.COBBLES, materials.SLABS, materials.CONCRETE)
    surface = one_of(rng, options, (0.45, 0.25, 0.15, 0.15))
    layers: list[Layer] = [Patches(varied(rng, surface), 0.6, opacity=0.5)]
    if rng.uniform() < 0.5:
        layers.append(Seams(materials.JOINT, float(rng.choice([1.0, 3.0, 6.0])), 0.05, opacity=0.5))
    paint = varied(rng, materials.WHITE_PAINT)
    layers += [Line(paint, float(at), 0.15, wear=0.25) for at in np.arange(-12, 13, 6)]
    layers += [
        Plot(paint, (float(at), float(at) + 0.15), (-14, 14), 0.7) for at in np.arange(-60, 61, 15)
    ]
    return Ground(surface, tuple(layers), shift=moved(rng))


def _tribunes(assembly: Assembly, rng: np.random.Generator, line: float) -> None:
    """Add stands with people on them, and flags between the stands."""
    for x in np.arange(-60.0, 41.0, 24.0):
        if rng.uniform() < 0.7:
            span, steps = (float(x), float(x) + 20), int(rng.integers(3, 7))
            spots = buildings.tribune(assembly, rng, span, line, towards=1, steps=steps)
            crowd = float(rng.uniform(0.05, 0.5))
            for spot in spots:
                if abs(spot[0]) < 35 and rng.uniform() < crowd:
                    uniform = bool(rng.uniform() < 0.4)
                    person(assembly, rng, spot, in_uniform=uniform, heading_deg=90)
        furniture.flag(assembly, rng, (float(x) - 2, line + 1))


def _surroundings(
    assembly: Assembly, rng: np.random.Generator, season: Season, line: float
) -> None:
    """Add the large buildings behind the stands and the trees before them."""
    x = -130.0
    while x < 120:
        long, storeys = float(rng.uniform(40, 80)), int(rng.integers(4, 10))
        buildings.flats(assembly, rng, (x, x + long), (line - 40, line - 14), storeys)
        x += long + float(rng.uniform(6, 30))
    for x in np.arange(-90.0, 91.0, 12.0):
        if rng.uniform() < 0.5:
            at, high = (float(x), line - 11), float(rng.uniform(5, 10))
            conifer = bool(rng.uniform() < 0.5)
            tree(assembly, rng, at, season, conifer=conifer, height_m=high)


def _spectators(assembly: Assembly, rng: np.random.Generator, line: float) -> None:
    """Add a line of people opposite the stands."""
    for x in np.arange(-30.0, 31.0, 0.9):
        if rng.uniform() < 0.8:
            at = (float(x), line + float(rng.uniform(0, 1.5)), 0.0)
            person(assembly, rng, at, heading_deg=-90)
