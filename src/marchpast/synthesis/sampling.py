"""Drawing a random shot: a place, its light, vehicles in it, and a camera that sees them well.

What is wanted is variety that a detector and a classifier of real footage need (domain
randomisation, Tobin et al. 2017), in shares that follow what is published: mostly filmed from the
ground, one vehicle large in the picture, day or overcast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.pictures_cast import Cast
from marchpast.synthesis.places import Season, StagedPlace, place
from marchpast.synthesis.rendering import Camera, Lamp, Lens, Light, Placed, World, lens, light
from marchpast.synthesis.sampling_camera import VIEWS, aimed_camera
from marchpast.synthesis.sampling_dress import dressed
from marchpast.synthesis.sampling_extras import drawn_tow, extras
from marchpast.synthesis.sampling_scene import (
    Spot,
    Wanted,
    arranged,
    cleared,
    corners_of,
    furnished,
)

KINDS = {"single": 0.60, "group": 0.20, "formation": 0.10, "civil": 0.10}
"""Kinds of pictures and their shares: one vehicle, 2 to 4, 5 to 15, civil vehicles alone."""
LIGHT_SHARES = {
    "day": 0.30, "overcast": 0.22, "dusk": 0.14, "snow": 0.10, "haze": 0.08, "rain": 0.08,
    "night": 0.08,
}  # fmt: skip
PLACE_SHARES = {
    "road": 0.22, "street": 0.14, "square": 0.12, "field": 0.22, "forest_road": 0.09,
    "rail": 0.08, "yard": 0.13,
}  # fmt: skip
SIZES = {(640, 360): 0.5, (768, 432): 0.2, (640, 640): 0.15, (432, 768): 0.15}
"""Width and height of the pictures and their shares."""
_OLD_SNOW, _MOVING = 0.10, 0.35
_KeyT = TypeVar("_KeyT")


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """Everything that decides one picture, up to the sensor's noise.

    Attributes:
        kind: Of `KINDS`.
        place_name: Of the places.
        view: ground, raised or drone.
        types: Blueprint of each vehicle, by track number from 1.
        world: What there is.
        camera: From where.
        lens: What the camera makes of it.
        camera_motion_px: How fast the picture moves, pixels a second.
    """

    kind: str
    place_name: str
    view: str
    types: tuple[str, ...]
    world: World
    camera: Camera
    lens: Lens
    camera_motion_px: tuple[float, float]


def shot(
    rng: np.random.Generator,
    members: Cast,
    *,
    number: int,
    kinds: tuple[str, ...] = tuple(KINDS),
    lights: tuple[str, ...] = tuple(LIGHT_SHARES),
) -> Shot:
    """Draw a shot.

    Args:
        rng: Draws it.
        members: Who may appear.
        number: Of the picture; lets the members appear in turn where a picture shows one.
        kinds: Allowed kinds; those that the cast cannot play are left out.
        lights: Allowed lights.
    """
    kind = _kind(rng, members, kinds)
    name = choice(rng, PLACE_SHARES)
    weather = _light(rng, lights)
    season: Season | None = "winter" if weather.snow_cover > 0 else None
    stage = place(name, rng, season=season)
    wanted = _wanted(rng, kind, members, number)
    spots = arranged(rng, stage, wanted)
    view = choice(rng, {key: option.share for key, option in VIEWS.items()})
    size = choice(rng, SIZES)
    share = wanted.share
    camera, kind_of_lens = aimed_camera(rng, spots, view=view, size=size, share=share)
    stage = cleared(stage, spots, camera)
    stage = furnished(rng, stage, spots, camera, view=view).refined(camera, rng)
    lit_place, lit = stage.lit(_seen_through(weather, spots[0], camera))
    lit = _torch(rng, lit, spots[0], camera)
    speed = _speed(rng, stage, wanted)
    vehicles = extras(spots, wanted.tow) + tuple(
        Placed(
            track_id,
            spot.actor.model,
            spot.position,
            spot.heading_deg,
            dressed(rng, spot.actor, name, lit),
            travelled_m=float(rng.uniform(0, 30)),
            speed_m_s=speed if spot.on_lane else 0.0,
            headlights=bool(rng.uniform() < (0.8 if lit.is_dark else 0.12)),
        )
        for track_id, spot in enumerate(spots, start=1)
    )
    dust = stage.dust(lit, rng)
    world = World(lit_place, lit, vehicles, int(rng.integers(1 << 31)), dust=dust)
    types = tuple(spot.actor.name for spot in spots)
    motion, glass = _camera_motion(rng, kind_of_lens), lens(kind_of_lens, rng)
    camera = replace(camera, skew_px=-motion[0] * glass.readout_s)
    return Shot(kind, name, view, types, world, camera, glass, motion)


def choice(rng: np.random.Generator, shares: dict[_KeyT, float]) -> _KeyT:
    """Draw a key by its share.

    >>> choice(np.random.default_rng(0), {"a": 1.0, "b": 0.0})
    'a'
    """
    keys, weights = list(shares), np.array(list(shares.values()))
    return keys[int(rng.choice(len(keys), p=weights / weights.sum()))]


def _kind(rng: np.random.Generator, members: Cast, kinds: tuple[str, ...]) -> str:
    """Draw a kind that the cast can play."""
    able = {kind: KINDS[kind] for kind in kinds if members.members(civil=kind == "civil")}
    if not able:
        raise ValueError(f"no vehicles for pictures of the kinds {', '.join(kinds)}")
    return choice(rng, able)


def _wanted(rng: np.random.Generator, kind: str, members: Cast, number: int) -> Wanted:
    """Draw who is in the picture, and how much of its width they fill."""
    civil, military = members.members(civil=True), members.members(civil=False)
    if kind == "single":
        who = [military[number % len(military)]]
        share = float(rng.uniform(0.30, 0.95))
    elif kind == "civil":
        who = [civil[int(rng.integers(len(civil)))] for _ in range(int(rng.integers(1, 4)))]
        share = float(rng.uniform(0.30, 0.95))
    elif kind == "group":
        who = [military[int(rng.integers(len(military)))] for _ in range(int(rng.integers(2, 5)))]
        if rng.uniform() < 0.35:
            who = who[:1] * len(who)
        if civil and rng.uniform() < 0.2:
            who[-1] = civil[int(rng.integers(len(civil)))]
        share = float(rng.uniform(0.55, 1.1))
    else:
        few = rng.choice(military, size=min(len(military), int(rng.integers(1, 4))), replace=False)
        who = [int(few[int(rng.integers(len(few)))]) for _ in range(int(rng.integers(5, 16)))]
        if rng.uniform() < 0.5:
            who = sorted(who)
        share = float(rng.uniform(0.65, 1.15))
    actors = tuple(members.actor(index) for index in who)
    return Wanted(actors, share, drawn_tow(rng, actors) if kind == "group" else None)


def _light(rng: np.random.Generator, allowed: tuple[str, ...]) -> Light:
    drawn = light(choice(rng, {name: LIGHT_SHARES[name] for name in allowed}), rng)
    if drawn.name in ("day", "overcast", "dusk", "haze") and rng.uniform() < _OLD_SNOW:
        return replace(drawn, snow_cover=float(rng.uniform(0.2, 0.9)))
    if drawn.name in ("overcast", "dusk") and rng.uniform() < 0.15:
        return replace(drawn, wet=float(rng.uniform(0.3, 0.9)))
    return drawn


def _seen_through(light_: Light, spot: Spot, camera: Camera) -> Light:
    """Return a light whose haze leaves about half of the first vehicle's contrast."""
    distance = float(np.linalg.norm(corners_of(spot).mean(axis=0) - np.asarray(camera.eye)))
    return replace(light_, haze_per_m=min(light_.haze_per_m, 0.75 / max(distance, 1.0)))


def _torch(rng: np.random.Generator, light_: Light, spot: Spot, camera: Camera) -> Light:
    """Let a car with headlights stand at the camera, in the dark and where no lamps burn."""
    if light_.name != "night" or rng.uniform() > (0.3 if light_.lamps else 0.85):
        return light_
    eye = np.asarray(camera.eye)
    way = corners_of(spot).mean(axis=0) - eye
    distance = float(np.linalg.norm(way))
    # As bright on the vehicle as a street lamp above it, however far it is.
    power = float(rng.uniform(0.01, 0.05)) * distance**2
    side = np.array([-way[1], way[0], 0.0]) / distance * 0.7
    lamps = tuple(
        Lamp(_point(eye + sign * side), (power, 0.93 * power, 0.80 * power), _point(way), 16.0)
        for sign in (-1, 1)
    )
    return light_.with_lamps((*light_.lamps, *lamps))


def _point(values: FloatArray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _speed(rng: np.random.Generator, stage: StagedPlace, wanted: Wanted) -> float:
    if rng.uniform() >= _MOVING:
        return 0.0
    return float(rng.uniform(0.3, 1.3)) * stage.lanes[0].speed_m_s


def _camera_motion(rng: np.random.Generator, kind_of_lens: str) -> tuple[float, float]:
    """Draw how fast a hand, a pan or a driving car moves the picture, pixels a second."""
    hand = {"press": 12.0, "phone": 40.0, "dashcam": 90.0, "drone": 45.0, "cctv": 0.0}[kind_of_lens]
    across, down = rng.normal(scale=hand, size=2) * (1.0, 0.5)
    return float(across), float(down)
