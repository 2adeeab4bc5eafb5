"""Open country."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places import materials
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground, Layer
from marchpast.synthesis.places.horizon import horizon
from marchpast.synthesis.places.layers import Band, Furrows, Patches, Ruts, Spots
from marchpast.synthesis.places.materials import Season, varied
from marchpast.synthesis.places.plants import blades, bush, tree
from marchpast.synthesis.places.staging import CameraSpot, StagedPlace, Stand
from marchpast.synthesis.places.ways import lane_along, moved, staged


def field(rng: np.random.Generator, season: Season) -> StagedPlace:
    """Return open country: grass, plough or steppe with tracks, bushes and tree lines."""
    kind = str(rng.choice(["meadow", "plough", "steppe", "churned"], p=[0.35, 0.2, 0.25, 0.2]))
    grass = materials.grass(rng, season)
    ground = Ground(
        grass,
        tuple(_field_layers(rng, season, kind)),
        bend_m=float(rng.uniform(-12, 12)),
        bend_length_m=float(rng.uniform(180, 400)),
        shift=moved(rng),
    )
    assembly = Assembly()
    horizon(assembly, rng, season, woods_m=(50, 420), gap=float(rng.uniform(0.05, 0.8)))
    for _ in range(int(rng.integers(0, 45))):
        at = (float(rng.uniform(-90, 90)), float(rng.choice([-1, 1]) * rng.uniform(6, 80)))
        (tree if rng.uniform() < 0.4 else bush)(assembly, rng, at, season)
    if kind != "plough":
        count = int(rng.integers(3000, 22000))
        roots = rng.normal(scale=20, size=(count, 2))
        blades(assembly, rng, roots, grass.bright, height_m=float(rng.uniform(0.06, 0.4)))
    lanes = (lane_along(ground, 0.0, 6.0), lane_along(ground, -8.0, 6.0, backwards=True))
    stands = tuple(
        Stand((float(x + rng.uniform(-3, 3)), float(y), 0.0), float(rng.uniform(0, 360)), row)
        for row, y in enumerate((0, 14, -16, 30))
        for x in np.arange(-40, 41, 20)
    )
    spots = (
        CameraSpot((-14.0, 12.0, 1.6), "pavement"),
        CameraSpot((0.0, 16.0, 1.6), "pavement"),
        CameraSpot((5.0, 40.0, 30.0), "drone"),
    )
    return staged("field", ground, assembly, lanes, stands, (), spots)


def _field_layers(rng: np.random.Generator, season: Season, kind: str) -> list[Layer]:
    """Return what lies on the grass: plough, bare soil, burns, craters and wheel tracks."""
    soil = varied(rng, materials.RED_SOIL if rng.uniform() < 0.12 else materials.SOIL, 0.3)
    mud, dust = varied(rng, materials.MUD), varied(rng, materials.DUST)
    layers: list[Layer] = [Patches(materials.grass(rng, season), -0.2, opacity=0.7)]
    if kind == "plough":
        layers = [Band(soil, -500, 500), Furrows(mud, float(rng.uniform(0.4, 0.9)))]
    elif kind == "steppe":
        layers.append(Patches(dust, float(rng.uniform(-0.2, 0.8)), opacity=0.8))
    elif kind == "churned":
        layers.append(Patches(soil, float(rng.uniform(-0.8, 0.4))))
        layers.append(Patches(materials.MUD, 0.7, uses_broad=False))
    if rng.uniform() < 0.25:
        layers.append(Patches(materials.BURNT, 1.3))
    if rng.uniform() < 0.35:
        often = float(rng.uniform(0.15, 0.8))
        layers += [Spots(dust, 9.0, 3.4, often), Spots(mud, 9.0, 2.3, often)]
    layers.append(Ruts(mud, 0.0, 2.3, 0.7, float(rng.uniform(0.2, 0.95)), wander_m=0.6))
    layers += [
        Ruts(soil, float(rng.uniform(-30, 30)), 2.3, 0.6, 0.7, wander_m=float(rng.uniform(0, 4)))
        for _ in range(int(rng.integers(0, 6)))
    ]
    return layers
