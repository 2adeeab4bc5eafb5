"""Which vehicle stands where, what it wears, and what is taken away or put before the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.building import USUAL_LENGTH_M, Tow
from marchpast.synthesis.pictures_cast import Actor
from marchpast.synthesis.places import Lane, StagedPlace, Stand, occluders
from marchpast.synthesis.rendering import Camera

_OCCLUDED, _ATTENDED = 0.28, 0.25
_OVERHANG_M = 0.3
"""A load may be so much longer than the deck of its wagon."""
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Who is to be in the picture.

    Attributes:
        actors: The first one always stands.
        share: Of the picture's width that they are to span together.
        tow: The bar by which the first pulls the second.
    """

    actors: tuple[Actor, ...]
    share: float
    tow: Tow | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A vehicle and where it is; `position` is below its nose, `on_lane` if it may be driving."""

    actor: Actor
    position: Point
    heading_deg: float
    on_lane: bool


def arranged(rng: np.random.Generator, stage: StagedPlace, wanted: Wanted) -> list[Spot]:
    """Place the vehicles near the origin: in a column on a lane, or on stands.

    A vehicle that would touch another one is left out; the first one always stands.
    """
    spots: list[Spot] = []
    stands = stage.stands and rng.uniform() < (0.85 if stage.name == "rail" else 0.55)
    fits = all(_length(actor) <= room_m(stage) for actor in wanted.actors)
    if stands and fits and wanted.tow is None:
        candidates = _on_stands(rng, stage.stands, wanted)
    else:
        candidates = _on_lanes(rng, stage, wanted)
    for spot in candidates:
        outline = footprint(spot)
        if not any(_touch(outline, footprint(other)) for other in spots):
            spots.append(spot)
    return spots


def room_m(stage: StagedPlace) -> float:
    """Return how long a vehicle may be that stands on a stand: on a wagon, as long as its deck."""
    return USUAL_LENGTH_M + _OVERHANG_M if stage.name == "rail" else float("inf")


def _on_stands(rng: np.random.Generator, stands: Sequence[Stand], wanted: Wanted) -> list[Spot]:
    """Take a stand near the middle and the stands nearest to it."""
    first = min(stands, key=lambda stand: abs(stand.position[0]) + 12 * rng.uniform())
    swing = 0.0 if rng.uniform() < 0.7 else float(rng.normal(0, 4))
    flipped = 180.0 if rng.uniform() < 0.3 else 0.0

    def away(stand: Stand) -> float:
        steps = np.subtract(stand.position, first.position)
        # In a picture of several the neighbours in the same row come first.
        return float(np.hypot(*steps[:2])) * (1.0 if stand.row == first.row else 1.4)

    spots = []
    actors = iter(wanted.actors)
    for stand in sorted(stands, key=away):
        actor = next(actors, None)
        if actor is None:
            break
        heading = stand.heading_deg + swing + flipped
        spots.append(_spot(actor, stand.position, heading, on_lane=False))
    return spots


def _on_lanes(rng: np.random.Generator, stage: StagedPlace, wanted: Wanted) -> list[Spot]:
    """Line the vehicles up on one lane, or on two side by side."""
    roads = [lane for lane in stage.lanes if not lane.on_rails]
    files = 2 if len(wanted.actors) > 5 and stage.name == "square" else 1
    lanes = [roads[int(rng.integers(len(roads)))]] if files == 1 else roads[:2]
    gap = float(rng.uniform(2.5, 14))
    sway = float(rng.normal(0, 0.25))
    at = [lane.length_m / 2 + float(rng.uniform(-10, 10)) for lane in lanes]
    first_m = at[0]
    spots = []
    for index, actor in enumerate(wanted.actors):
        lane = index % files
        half = _length(actor) / 2
        if index >= files:
            at[lane] += half
        if index == 1 and wanted.tow is not None:
            at[lane] = first_m + wanted.tow.behind_m + _middle(actor) - _middle(wanted.actors[0])
        spots.append(_lane_spot(actor, lanes[lane], at[lane], sway))
        at[lane] += half + gap * float(rng.uniform(0.7, 1.4))
    return spots


def _lane_spot(actor: Actor, lane: Lane, distance_m: float, sway_m: float) -> Spot:
    # The second vehicle drives behind the first: it has come less far.
    place, heading = lane.at(lane.length_m - distance_m)
    turn = np.deg2rad(heading)
    aside = np.array([-np.sin(turn), np.cos(turn), 0.0]) * sway_m
    middle = np.asarray(place) + aside
    return _spot(actor, (middle[0], middle[1], middle[2]), heading, on_lane=True)


def _spot(actor: Actor, middle: Point, heading_deg: float, *, on_lane: bool) -> Spot:
    """Return the spot of a vehicle whose middle, not nose, is at a place."""
    back = _middle(actor)
    turn = np.deg2rad(heading_deg)
    x, y = middle[0] - back * np.cos(turn), middle[1] - back * np.sin(turn)
    return Spot(actor, (float(x), float(y), float(middle[2])), float(heading_deg), on_lane)


def _length(actor: Actor) -> float:
    return float(actor.model.high[0] - actor.model.low[0])


def _middle(actor: Actor) -> float:
    """Return where its middle is, metres behind its nose."""
    return float(actor.model.low[0] + actor.model.high[0]) / 2


def corners_of(spot: Spot) -> FloatArray:
    """Return the `(8, 3)` world corners of the box round a vehicle."""
    turn = np.deg2rad(spot.heading_deg)
    matrix = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    )
    corners = np.asarray(spot.actor.model.corners(), np.float64)
    return np.asarray(corners @ matrix.T + np.asarray(spot.position))


def footprint(spot: Spot) -> FloatArray:
    """Return the `(4, 2)` corners of a vehicle seen from above, in order round it."""
    return np.asarray(corners_of(spot)[[0, 2, 6, 4], :2])


def _touch(one: FloatArray, other: FloatArray, *, gap_m: float = 0.4) -> bool:
    """Return whether two rectangles come nearer than a gap (separating axes)."""
    for shape in (one, other):
        for edge in (shape[1] - shape[0], shape[2] - shape[1]):
            axis = edge / max(float(np.linalg.norm(edge)), 1e-9)
            a, b = one @ axis, other @ axis
            if a.max() + gap_m < b.min() or b.max() + gap_m < a.min():
                return False
    return True


def cleared(stage: StagedPlace, spots: Sequence[Spot], camera: Camera) -> StagedPlace:
    """Return the place without what a vehicle would stand in and what hides the first one."""
    inner = []
    for spot in spots:
        corners = corners_of(spot)
        low, high = corners[:, 2].min(), corners[:, 2].max()
        flat = footprint(spot)
        shares = np.linspace(0, 1, 13)[:, None]
        sides = [flat[3] + shares * (flat[0] - flat[3]), flat[2] + shares * (flat[1] - flat[2])]
        across = [sides[0] + t * (sides[1] - sides[0]) for t in (0, 0.25, 0.5, 0.75, 1)]
        for level in (low + 0.3, (low + high) / 2, high):
            points = np.concatenate(across)
            inner.append(np.hstack([points, np.full((len(points), 1), level)]))
    stage = stage.without(stage.items_at(np.concatenate(inner), margin_m=0.25))
    first = corners_of(spots[0])
    middle = first.mean(axis=0)
    # Towards the box's corners, a little inside it: what only grazes the outline may stay.
    targets = np.concatenate([middle + 0.8 * (first - middle), middle[None]])
    # A blade of grass is about 3 cm wide: before a long lens it would fill tens of pixels.
    return stage.clear_view(camera.eye, targets, mown_m=max(4.0, 0.008 * camera.focal_px))


def furnished(
    rng: np.random.Generator,
    stage: StagedPlace,
    spots: Sequence[Spot],
    camera: Camera,
    *,
    view: str,
) -> StagedPlace:
    """Put people round the vehicles and, now and then, something in front of them."""
    places: list[tuple[float, float]] = []
    in_front = 0
    first = corners_of(spots[0])
    if view != "drone" and rng.uniform() < _OCCLUDED:
        in_front = int(rng.integers(1, 4))
        eye, middle = np.asarray(camera.eye)[:2], first.mean(axis=0)[:2]
        way = middle - eye
        distance = float(np.linalg.norm(way))
        aside = np.array([-way[1], way[0]]) / distance
        half = float(np.abs((first[:, :2] - middle) @ aside).max())
        nearest = min(3.0 / distance, 0.5)
        furthest = max(nearest + 0.05, 1 - (half + 1.0) / distance)
        for _ in range(in_front):
            share = float(rng.uniform(nearest, furthest))
            spot = eye + share * way + aside * (half * share * rng.uniform(-1.1, 1.1))
            places.append((float(spot[0]), float(spot[1])))
    around = int(rng.integers(1, 6)) if rng.uniform() < _ATTENDED else 0
    flat = footprint(spots[0])
    for _ in range(around):
        corner = int(rng.integers(4))
        edge = flat[(corner + 1) % 4] - flat[corner]
        out = np.array([edge[1], -edge[0]]) / max(float(np.linalg.norm(edge)), 1e-6)
        if out @ (flat.mean(axis=0) - flat[corner]) > 0:
            out = -out
        spot = flat[corner] + rng.uniform(0, 1) * edge + out * rng.uniform(0.5, 3.0)
        places.append((float(spot[0]), float(spot[1])))
    free = [
        place for place in places
        if not any(_touch(np.array([place] * 4), footprint(spot), gap_m=0.3) for spot in spots)
    ]  # fmt: skip
    return stage.joined(occluders(rng, free, solid=in_front)) if free else stage
