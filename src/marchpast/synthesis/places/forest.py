"""The way through a wood."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places import materials
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground
from marchpast.synthesis.places.horizon import horizon
from marchpast.synthesis.places.layers import Band, Patches, Ruts
from marchpast.synthesis.places.materials import Season, varied
from marchpast.synthesis.places.plants import blades, bush, tree
from marchpast.synthesis.places.staging import CameraSpot, StagedPlace
from marchpast.synthesis.places.ways import lane_along, moved, staged, verge


def forest_road(rng: np.random.Generator, season: Season) -> StagedPlace:
    """Return a sandy or muddy way through a wood."""
    half = float(rng.uniform(2.0, 3.4))
    floor = varied(rng, materials.LITTER if rng.uniform() < 0.5 else materials.grass(rng, season))
    way = varied(rng, (materials.SOIL, materials.DUST, materials.MUD)[rng.integers(3)])
    ground = Ground(
        floor,
        (
            Patches(materials.grass(rng, season), 0.3),
            Band(way, -half, half, ragged_m=0.8),
            Ruts(materials.MUD, 0.0, wander_m=0.2, opacity=float(rng.uniform(0.3, 0.9))),
            Patches(materials.grass(rng, season), 0.8, -0.5, 0.5, opacity=0.7, uses_broad=False),
        ),
        bend_m=float(rng.uniform(-9, 9)),
        bend_length_m=float(rng.uniform(150, 300)),
        shift=moved(rng),
    )
    assembly = Assembly()
    horizon(assembly, rng, season, woods_m=(70, 110), gap=0.02)
    conifers = float(rng.choice([0.0, 0.5, 1.0]))
    opening = float(rng.uniform(0.8, 5))
    for x in np.arange(-70.0, 71.0, 4.4):
        for side in (-1, 1):
            for row in range(3):
                away = half + opening + 4.0 * row + float(rng.exponential(2.0))
                y = float(ground.middle(np.array([x]))[0]) + side * away
                at = (float(x + rng.uniform(-2, 2)), y)
                if rng.uniform() < (0.75 if abs(x) < 40 else 0.5):
                    tree(
                        assembly,
                        rng,
                        at,
                        season,
                        conifer=rng.uniform() < conifers,
                        height_m=float(rng.uniform(6, 18)),
                    )
                elif row == 0:
                    bush(assembly, rng, at, season)
    roots = verge(rng, ground, half, half + 5, 9000)
    blades(assembly, rng, roots, materials.grass(rng, season).bright, height_m=0.22)
    lanes = (lane_along(ground, 0.0, 6.0), lane_along(ground, 0.0, 6.0, backwards=True))
    spots = (
        CameraSpot((-10.0, half + 2.0, 1.6), "pavement"),
        CameraSpot((-20.0, 0.5, 1.6), "car"),
        CameraSpot((5.0, half + 4.0, 1.6), "pavement"),
    )
    return staged("forest_road", ground, assembly, lanes, (), (), spots)
