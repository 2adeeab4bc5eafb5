"""Which vehicle stands where, what it wears, and what is taken away or put before the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.building.mesh import FloatArray
from marchpast.synthesis.pictures_cast import Actor
from marchpast.synthesis.places import Lane, StagedPlace, Stand
from marchpast.synthesis.places.props import occluders
from marchpast.synthesis.rendering import Camera, Dress, Light, Scheme

_OCCLUDED, _ATTENDED = 0.28, 0.25
_SCHEMES: tuple[Scheme, ...] = ("plain", "three_tone", "digital", "parade", "winter")
# Reflectances of military paints other than the blueprint's: faded green, olive, sand, dark, grey.
_BODIES = (
    (0.085, 0.098, 0.058), (0.110, 0.112, 0.070), (0.255, 0.215, 0.140), (0.040, 0.052, 0.030),
    (0.105, 0.110, 0.108), (0.052, 0.078, 0.042), (0.150, 0.140, 0.095),
)  # fmt: skip
_CIVIL = (
    (0.55, 0.55, 0.54), (0.40, 0.05, 0.04), (0.04, 0.10, 0.32), (0.48, 0.30, 0.05),
    (0.06, 0.22, 0.10), (0.30, 0.31, 0.32), (0.06, 0.06, 0.065), (0.42, 0.16, 0.04),
)  # fmt: skip
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Who is to be in the picture, and the share of its width they are to span together."""

    actors: tuple[Actor, ...]
    share: float


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
    if stage.stands and rng.uniform() < (0.85 if stage.name == "rail" else 0.55):
        candidates = _on_stands(rng, stage.stands, wanted)
    else:
        candidates = _on_lanes(rng, stage, wanted)
    for spot in candidates:
        outline = footprint(spot)
        if not any(_touch(outline, footprint(other)) for other in spots):
            spots.append(spot)
    return spots


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
    spots = []
    for index, actor in enumerate(wanted.actors):
        lane = index % files
        half = _length(actor) / 2
        if index >= files:
            at[lane] += half
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
    low, high = actor.model.low, actor.model.high
    back = float(low[0] + high[0]) / 2
    turn = np.deg2rad(heading_deg)
    x, y = middle[0] - back * np.cos(turn), middle[1] - back * np.sin(turn)
    return Spot(actor, (float(x), float(y), float(middle[2])), float(heading_deg), on_lane)


def _length(actor: Actor) -> float:
    return float(actor.model.high[0] - actor.model.low[0])


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


def dressed(rng: np.random.Generator, actor: Actor, place_name: str, light: Light) -> Dress:
    """Draw paint, dirt and weather for a vehicle."""
    blueprint = actor.model.vehicle.blueprint
    colours = dict(blueprint.colours)
    scheme: Scheme = blueprint.scheme
    if actor.civil:
        for name in ("civil", "civil_cab", "body", "canvas"):
            if name in colours or name.startswith("civil"):
                tone = np.asarray(_CIVIL[rng.integers(len(_CIVIL))]) * rng.uniform(0.7, 1.15)
                colours[name] = _rgb(tone)
    else:
        if rng.uniform() < 0.4:
            scheme = _SCHEMES[int(rng.choice(5, p=[0.42, 0.22, 0.16, 0.08, 0.12]))]
        if rng.uniform() < 0.55:
            body = np.asarray(_BODIES[rng.integers(len(_BODIES))]) * rng.uniform(0.8, 1.25)
            body = body * rng.uniform(0.93, 1.07, 3)
            colours |= {"body": _rgb(body), "canister": _rgb(body * rng.uniform(0.85, 1.15))}
            colours["rim"] = _rgb(body * rng.uniform(0.5, 0.95))
            colours["detail"] = _rgb(body * rng.uniform(0.4, 0.8))
    dirt = float(rng.beta(1.5, 2.0))
    if place_name == "square":
        dirt *= 0.35
    elif place_name in ("field", "forest_road"):
        dirt = 0.25 + 0.75 * dirt
    snow = light.snow_cover * float(rng.uniform(0, 1))
    return Dress(scheme, colours, dirt, light.wet, snow, int(rng.integers(1 << 31)))


def _rgb(values: FloatArray) -> Point:
    red, green, blue = (float(value) for value in np.clip(values, 0.01, 0.7))
    return red, green, blue
