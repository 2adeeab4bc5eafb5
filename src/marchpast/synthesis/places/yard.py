"""The military yard or vehicle park."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places import buildings, furniture, materials
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground, Layer
from marchpast.synthesis.places.horizon import horizon
from marchpast.synthesis.places.layers import Patches, Plot, Seams
from marchpast.synthesis.places.materials import Season, one_of, varied
from marchpast.synthesis.places.people import parked_car, person
from marchpast.synthesis.places.plants import tree
from marchpast.synthesis.places.staging import CameraSpot, StagedPlace, Stand
from marchpast.synthesis.places.ways import lane_along, moved, staged


def yard(rng: np.random.Generator, season: Season) -> StagedPlace:
    """Return a military yard or vehicle park with sheds, fences and containers."""
    half_x, half_y = float(rng.uniform(45, 75)), float(rng.uniform(22, 34))
    ground = _yard_ground(rng, season, half_x, half_y)
    assembly = Assembly()
    horizon(assembly, rng, season, woods_m=(80, 300), gap=float(rng.uniform(0.1, 0.6)))
    for side in (-1, 1):
        if side < 0 or rng.uniform() < 0.5:
            _sheds(assembly, rng, half_x, side * half_y, side)
        _border(assembly, rng, season, half_x, half_y + 22, side)
    _clutter(assembly, rng, half_x, half_y)
    lamps = tuple(
        furniture.lamp_post(assembly, (float(x), -half_y + 2), (0.0, 1.5), high=9.0, strength=2.2)
        for x in np.arange(-40.0, 41.0, 27.0)
    )
    stands = tuple(
        Stand((4.6 * n - 32, y, 0.0), -90.0, row)
        for row, y in enumerate((-13.0, 5.0))
        for n in range(14)
    )
    spots = (
        CameraSpot((-15.0, 19.0, 1.7), "pavement"),
        CameraSpot((10.0, 15.0, 1.7), "pavement"),
        CameraSpot((-30.0, 0.0, 6.0), "stand"),
    )
    lanes = (lane_along(ground, -4.0, 3.0), lane_along(ground, 17.0, 3.0, backwards=True))
    return staged("yard", ground, assembly, lanes, stands, lamps, spots)


def _yard_ground(rng: np.random.Generator, season: Season, half_x: float, half_y: float) -> Ground:
    """Return a paved or gravelled court with oil stains, slab joints if it is hard, and dirt."""
    options = (materials.CONCRETE, materials.OLD_ASPHALT, materials.GRAVEL, materials.SOIL)
    surface = one_of(rng, options, (0.40, 0.30, 0.15, 0.15))
    dust, above = varied(rng, materials.DUST), float(rng.uniform(0.5, 1.6))
    layers: list[Layer] = [
        Patches(varied(rng, materials.SOIL), 0.5),
        Plot(surface, (-half_x, half_x), (-half_y, half_y)),
        Patches(varied(rng, materials.OIL), 1.5, -half_y, half_y, opacity=0.5, uses_broad=False),
        Patches(dust, above, -half_y, half_y, opacity=0.6),
    ]
    if surface.gloss > 0:
        step = float(rng.choice([2.0, 3.5, 6.0]))
        layers.insert(2, Seams(materials.JOINT, step, 0.06, -half_y, half_y))
    return Ground(materials.grass(rng, season), tuple(layers), shift=moved(rng))


def _border(
    assembly: Assembly,
    rng: np.random.Generator,
    season: Season,
    half_x: float,
    line: float,
    side: int,
) -> None:
    """Fence a long and a short side in and plant trees behind the long one."""
    furniture.fence(assembly, rng, (-half_x, side * line), (half_x, side * line))
    # The two lanes leave through gates.
    for start, end in ((-line, -8.0), (0.0, 13.0), (21.0, line)):
        furniture.fence(assembly, rng, (side * half_x, start), (side * half_x, end))
    for x in np.arange(-half_x, half_x, 9.0):
        if rng.uniform() < 0.5:
            tree(assembly, rng, (float(x), side * (line + 4 + float(rng.exponential(5)))), season)


def _clutter(assembly: Assembly, rng: np.random.Generator, half_x: float, half_y: float) -> None:
    """Add containers, cars and soldiers."""
    for _ in range(int(rng.integers(0, 6))):
        side = float(rng.choice([-1, 1]))
        at = (float(rng.uniform(-half_x + 5, half_x - 5)), side * (half_y - 2))
        buildings.container(assembly, rng, at, stacked=int(rng.integers(1, 3)))
    for _ in range(int(rng.integers(0, 4))):
        at = (float(rng.uniform(-40, 40)), half_y - 6)
        parked_car(assembly, rng, at, float(rng.uniform(0, 360)))
    for _ in range(int(rng.integers(0, 8))):
        walk = float(rng.choice([-19.0, 1.0, 11.0]) + rng.uniform(-2.5, 2.5))
        spot = (float(rng.uniform(-30, 30)), walk, 0.0)
        person(assembly, rng, spot, in_uniform=True)


def _sheds(
    assembly: Assembly, rng: np.random.Generator, half_x: float, line: float, side: int
) -> None:
    """Line one side of the court with sheds."""
    x = -half_x + 3
    while x < half_x - 12:
        long, deep = float(rng.uniform(14, 40)), float(rng.uniform(9, 16))
        y = (min(line, line + side * deep), max(line, line + side * deep))
        buildings.shed(assembly, rng, (x, min(x + long, half_x - 1)), y, float(rng.uniform(4, 8)))
        x += long + float(rng.uniform(2, 12))
