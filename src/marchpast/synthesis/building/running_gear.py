"""Wheels and tracks: the meshes that carry a vehicle and the places of its axles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.building import shapes
from marchpast.synthesis.building.forms import Round, RunningGear, Tracks, Vector
from marchpast.synthesis.building.mesh import Mesh, merge, rotation
from marchpast.synthesis.building.paints import paint_index

ROAD_WHEEL_PROFILE = (
    # Hub cap, dished disc, rim, rubber; the gap for the guide horns is not seen from outside.
    (0.00, 0.95), (0.20, 0.95), (0.26, 0.80), (0.70, 0.74), (0.80, 0.95),
    (0.84, 1.00), (1.00, 0.96), (1.00, -0.96), (0.00, -0.90),
)  # fmt: skip
_ROAD_WHEEL_RIM_POINTS = 4
_LINK_PITCH_M = 0.14
"""Between the pins of two links: 0.11 m on light vehicles to 0.16 m on tanks, here one for all."""
_SPROCKET_TEETH = 12


@dataclass(frozen=True, slots=True, eq=False)
class Gear:
    """What rolls under one module.

    Attributes:
        mesh: Wheels and tracks; every face of a wheel carries its number in `Mesh.wheel`.
        centres: `(W, 3)` float32, centres of the turning wheels, by number.
        radii: `(W,)` float32, the radius they roll on, metres.
        axle_x: Places behind the nose: axles of wheels, or road wheels of one side.
    """

    mesh: Mesh
    centres: FloatArray
    radii: FloatArray
    axle_x: tuple[float, ...]


def wheels(gear: RunningGear, *, at: Vector, first: int) -> Gear:
    """Build the wheels of a gear shifted by `at`, numbered from `first`."""
    radius, offset = gear.wheel_diameter / 2, (gear.width_over_wheels - gear.wheel_width) / 2
    meshes: list[Mesh] = []
    centres: list[Vector] = []
    for x in gear.axle_x:
        for side in (1, -1):
            centre = (x + at[0], side * offset + at[1], radius + at[2])
            meshes.append(wheel(gear, centre, side=side, index=first + len(centres)))
            centres.append(centre)
    radii = np.full(len(centres), radius, np.float32)
    places = tuple(x + at[0] for x in gear.axle_x)
    return Gear(merge(meshes), np.array(centres, np.float32), radii, places)


def wheel(gear: RunningGear, centre: Vector, *, side: int, index: int) -> Mesh:
    """Build one wheel of a gear; also a spare one."""
    return shapes.wheel(
        centre,
        gear.wheel_diameter / 2,
        gear.wheel_width,
        side=side,
        rubber=paint_index("rubber"),
        rim=paint_index("rim"),
        index=index,
    )


def tracks(gear: Tracks, *, at: Vector, first: int) -> Gear:
    """Build road wheels, sprockets, idlers, rollers and tracks, shifted by `at`."""
    radius = gear.wheel_diameter / 2
    road = [Round(x=x, z=radius + gear.track_thickness, r=radius) for x in gear.wheel_x]
    offset = (gear.width_over_tracks - gear.track_width) / 2
    rounds = [*road, gear.sprocket, gear.idler, *gear.rollers]
    meshes = []
    for side in (1, -1):
        for number, part in enumerate(rounds):
            index = first + number + (len(rounds) if side == -1 else 0)
            centre = (part.x, side * offset, part.z)
            if part is gear.sprocket:
                piece = _sprocket(gear, centre, side=side)
            else:
                small = part in gear.rollers
                width = gear.wheel_width * (0.6 if small else 1.0)
                ribs = 0 if small else gear.ribs
                piece = _road_wheel(
                    centre, part.r, width, side=side, ribs=ribs, sides=12 if small else 20
                )
            meshes.append(piece.turning(index))
        meshes.append(_belt(gear, road, side * offset))
    centres = [(part.x, side * offset, part.z) for side in (1, -1) for part in rounds]
    still = np.eye(3, dtype=np.float32)
    return Gear(
        merge(meshes).moved(still, (0, 0, 0), at),
        np.array(centres, np.float32) + np.array(at, np.float32),
        np.array([part.r for part in rounds] * 2, np.float32),
        tuple(x + at[0] for x in gear.wheel_x),
    )


def _road_wheel(
    centre: Vector, radius: float, width: float, *, side: int, ribs: int, sides: int
) -> Mesh:
    disc = shapes.wheel(
        centre,
        radius,
        width,
        side=side,
        rubber=paint_index("rubber"),
        rim=paint_index("rim"),
        index=0,
        sides=sides,
        profile=ROAD_WHEEL_PROFILE,
        rim_points=_ROAD_WHEEL_RIM_POINTS,
    )
    x, y, z = centre
    face = y + side * 0.40 * width
    rib = shapes.box(
        (
            x + 0.24 * radius,
            x + 0.78 * radius,
            face - 0.03,
            face,
            z - 0.05 * radius,
            z + 0.05 * radius,
        ),
        paint=paint_index("rim"),
    )
    turned = [rib.moved(rotation("y", 360 * n / ribs), centre) for n in range(ribs)]
    return merge([disc, *turned])


def _sprocket(gear: Tracks, centre: Vector, *, side: int) -> Mesh:
    x, y, z = centre
    radius, half = gear.sprocket.r, 0.42 * gear.track_width
    paint = paint_index("rim")
    pieces = [
        shapes.cylinder([(x, y - half, z), (x, y + half, z)], (0.45 * radius,) * 2, paint=paint)
    ]
    for disc in (-half, half - 0.04):
        ring = [(x, y + disc, z), (x, y + disc + 0.04, z)]
        pieces.append(shapes.cylinder(ring, (0.9 * radius,) * 2, paint=paint, sides=24))
        tooth = shapes.box(
            (x + 0.88 * radius, x + 1.08 * radius, y + disc, y + disc + 0.04, z - 0.04, z + 0.04),
            paint=paint_index("steel"),
        )
        angles = [360 * n / _SPROCKET_TEETH for n in range(_SPROCKET_TEETH)]
        pieces += [tooth.moved(rotation("y", angle), centre) for angle in angles]
    cap = y + side * half
    hub = [(x, cap, z), (x, cap + side * 0.08 * gear.track_width, z)]
    pieces.append(shapes.cylinder(hub, (0.34 * radius, 0.26 * radius), paint=paint, sides=16))
    return merge(pieces)


def _belt(gear: Tracks, road: list[Round], y: float) -> Mesh:
    """Lay links along the path of the track: a plate with a grouser outside."""
    path = _path(gear, road)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = round(along[-1] / _LINK_PITCH_M)
    pitch = along[-1] / count
    half, thick = gear.track_width / 2, gear.track_thickness
    plate = (-0.46 * pitch, 0.46 * pitch, -half, half, -0.5 * thick, 0.3 * thick)
    grouser = (-0.12 * pitch, 0.16 * pitch, -half, half, 0.3 * thick, 0.5 * thick)
    steel = paint_index("track")
    link = merge([shapes.box(bounds, paint=steel) for bounds in (plate, grouser)])
    places = (np.arange(count) + 0.5) * pitch
    x, z = (np.interp(places, along, path[:, axis]) for axis in (0, 1))
    ahead = np.stack([np.interp(places + 0.3 * pitch, along, path[:, axis]) for axis in (0, 1)], 1)
    behind = np.stack([np.interp(places - 0.3 * pitch, along, path[:, axis]) for axis in (0, 1)], 1)
    direction = ahead - behind
    links = []
    for place, heading in zip(np.stack([x, z], 1), direction, strict=True):
        # The path runs clockwise with x to the right, so its left-hand side is outside.
        angle = -float(np.rad2deg(np.arctan2(heading[1], heading[0])))
        links.append(link.moved(rotation("y", angle), (0, 0, 0), (place[0], y, place[1])))
    return merge(links)


def _path(gear: Tracks, road: list[Round]) -> FloatArray:
    """Return the closed `(N, 2)` middle line of the track in x and z, clockwise.

    The lower run is the convex outline of all wheels; the upper run hangs between its supports.
    """
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    spoke = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    grow = gear.track_thickness / 2
    ends = sorted((gear.sprocket, gear.idler), key=lambda part: part.x)
    outline = _hull(
        np.concatenate([[part.x, part.z] + (part.r + grow) * spoke for part in (*road, *ends)])
    )
    supports = [ends[0], *sorted(gear.rollers or road, key=lambda part: part.x), ends[1]]
    tops = [(part.x, part.z + part.r + grow) for part in supports]
    tops = [top for top in tops if ends[0].x <= top[0] <= ends[1].x]
    upper = [np.array([tops[0]])]
    for (x0, z0), (x1, z1) in pairwise(tops):
        share = np.linspace(0, 1, 9)[1:]
        sag = gear.sag * 4 * share * (1 - share)
        upper.append(np.stack([x0 + (x1 - x0) * share, z0 + (z1 - z0) * share - sag], axis=1))
    # The outline without its top, from the rear top round under the ground run to the front top.
    first = int(np.argmin(np.hypot(*(outline - tops[-1]).T)))
    turned = np.roll(outline, -first, axis=0)
    last = int(np.argmin(np.hypot(*(turned - tops[0]).T)))
    return np.concatenate([*upper, turned[1:last], [tops[0]]])


def _hull(points: FloatArray) -> FloatArray:
    """Return the convex outline of `(N, 2)` points, clockwise with x right and z up."""
    ordered = sorted({(float(x), float(z)) for x, z in points})

    def chain(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for point in run:
            while len(kept) > 1 and _cross(kept[-2], kept[-1], point) >= 0:
                kept.pop()
            kept.append(point)
        return kept[:-1]

    return np.array(chain(ordered) + chain(ordered[::-1]))


def _cross(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
