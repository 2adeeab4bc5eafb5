"""The rail yard."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.places import buildings, furniture, materials, railway
from marchpast.synthesis.places.assembly import Assembly
from marchpast.synthesis.places.ground import Ground, Layer
from marchpast.synthesis.places.horizon import horizon
from marchpast.synthesis.places.layers import Band, Patches, Ruts
from marchpast.synthesis.places.materials import Season, one_of, varied
from marchpast.synthesis.places.people import person
from marchpast.synthesis.places.plants import bush, tree
from marchpast.synthesis.places.staging import CameraSpot, Lane, StagedPlace, Stand
from marchpast.synthesis.places.ways import lane_along, moved, staged

RAIL_TOP_M = 0.18
_GAP_M, _WAGON_M, _ROAD_M = 5.3, 14.9, 9.0


def rail(rng: np.random.Generator, season: Season) -> StagedPlace:
    """Return a rail yard: a free track at Y = 0, a train of flat wagons beside it, more tracks.

    A service road runs in front of the tracks, at Y = 9.
    """
    tracks = [-_GAP_M * n for n in range(int(rng.integers(3, 7)))]
    low, high = tracks[-1] - 2.6, 2.6
    ground = _rail_ground(rng, season, tracks)
    assembly = Assembly()
    horizon(assembly, rng, season, woods_m=(60, 400), gap=float(rng.uniform(0.1, 0.7)))
    stands = _trains(assembly, rng, tracks)
    if rng.uniform() < 0.75:
        railway.catenary(assembly, (low, high))
    if rng.uniform() < 0.4:
        assembly.begin()
        assembly.box((-130, 130), (low - 6, low - 0.2), (0, 1.05), materials.CONCRETE_PAINT)
    _rail_side(assembly, rng, season, low - 9)
    lamps = tuple(
        furniture.lamp_post(assembly, (float(x), low - 0.6), (0.0, 1.0), high=11.0, strength=2.4)
        for x in np.arange(-80.0, 81.0, 40.0)
    )
    for _ in range(int(rng.integers(0, 7))):
        at = (float(rng.uniform(-30, 30)), float(rng.uniform(2.8, 6)), 0.0)
        person(assembly, rng, at, in_uniform=bool(rng.uniform() < 0.5))
    free = lane_along(ground, 0.0, 9.0)
    raised = Lane(free.points + np.array([0, 0, RAIL_TOP_M], np.float32), 9.0, on_rails=True)
    lanes = (
        raised,
        lane_along(ground, _ROAD_M, 5.0),
        lane_along(ground, _ROAD_M, 5.0, backwards=True),
    )
    spots = (
        CameraSpot((-8.0, 12.5, 1.7), "pavement"),
        CameraSpot((6.0, 17.0, 1.7), "pavement"),
        CameraSpot((-35.0, 5.0, 7.5), "bridge"),
    )
    return staged("rail", ground, assembly, lanes, stands, lamps, spots)


def _rail_ground(rng: np.random.Generator, season: Season, tracks: list[float]) -> Ground:
    """Return grass and gravel with a bed of ballast under every track, dark between the rails."""
    ballast = varied(rng, materials.BALLAST, 0.3)
    options = (materials.GRAVEL, materials.SOIL, materials.OLD_ASPHALT)
    layers: list[Layer] = [
        Patches(varied(rng, materials.SOIL), 0.2),
        Band(varied(rng, materials.GRAVEL), tracks[-1] - 5.0, 5.0, ragged_m=0.7),
        *(Band(ballast, y - 2.0, y + 2.0, ragged_m=0.2) for y in tracks),
        *(Band(materials.OIL, y - 0.5, y + 0.5, ragged_m=0.3, opacity=0.35) for y in tracks),
        Band(one_of(rng, options, (0.4, 0.3, 0.3)), _ROAD_M - 2.2, _ROAD_M + 2.2, ragged_m=0.4),
        Ruts(materials.MUD, _ROAD_M, opacity=float(rng.uniform(0.1, 0.6))),
    ]
    return Ground(materials.grass(rng, season), tuple(layers), shift=moved(rng))


def _trains(assembly: Assembly, rng: np.random.Generator, tracks: list[float]) -> tuple[Stand, ...]:
    """Lay the tracks; flat wagons stand on the second, goods wagons on some further ones."""
    for y in tracks:
        railway.track(assembly, y)
    stands = []
    for index, x in enumerate(np.arange(-59.6, 50.0, _WAGON_M)):
        deck = railway.flat_wagon(assembly, rng, float(x), tracks[1])
        stands.append(Stand((float(x) + 6.7, tracks[1], deck), 0.0, index))
    for y in tracks[2:]:
        if rng.uniform() < 0.6:
            for x in np.arange(-100.0, 101.0, _WAGON_M):
                if rng.uniform() < 0.8:
                    railway.box_wagon(assembly, rng, float(x), y)
    return tuple(stands)


def _rail_side(assembly: Assembly, rng: np.random.Generator, season: Season, line: float) -> None:
    """Furnish what lies behind the last track: sheds, a fence, trees."""
    if rng.uniform() < 0.6:
        for x in np.arange(-110.0, 90.0, 45.0):
            if rng.uniform() < 0.7:
                span, high = (float(x), float(x + rng.uniform(15, 38))), float(rng.uniform(4, 9))
                buildings.shed(assembly, rng, span, (line - 14, line - 3), high)
    if rng.uniform() < 0.6:
        furniture.fence(assembly, rng, (-90, line), (90, line))
    for x in np.arange(-120.0, 121.0, 8.0):
        if rng.uniform() < 0.55:
            tree(assembly, rng, (float(x), line - 16 - float(rng.exponential(8))), season)
        if rng.uniform() < 0.25:
            bush(assembly, rng, (float(x), float(rng.uniform(18, 40))), season)
