"""Ways in which people film convoys: where vehicles and camera are at every moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

FPS = 5.0
"""Looks a second, as many as a run takes."""
_TURNING = (0.1, 0.35)
"""How fast a camera turns, widths of the picture a second."""


Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Where everything is, in widths of the picture along the road.

    Attributes:
        along: `(F, V)` middle of every vehicle.
        lane: `(V,)` 0 is the farthest.
        camera: `(F,)` middle of the picture.
        length: Of a vehicle.
        pillar: Width of a thing in the foreground, fixed to the picture.
    """

    along: Array
    lane: npt.NDArray[np.int64]
    camera: Array
    length: float
    pillar: float = 0.0


Plan = Callable[[np.random.Generator, float], Course]


def _passing(rng: np.random.Generator, length: float) -> Course:
    """A column drives past a camera that stands still."""
    count = _number(rng)
    gap = length * rng.uniform(1.3, 3.5)
    # 15 to 60 km/h for a vehicle of eight metres.
    speed = length * rng.uniform(0.5, 2.0)
    offsets = gap * np.arange(count) + rng.normal(0, 0.1 * gap, count)
    frames = round(FPS * float(np.clip((offsets.max() + 1.2) / speed, 4, 24)))
    time_s = np.arange(frames) / FPS
    along = speed * time_s[:, None] - offsets - rng.uniform(-0.3, 0.5)
    return Course(_wobbled(rng, along, length), np.zeros(count, int), np.zeros(frames), length)


def _crowded(rng: np.random.Generator, length: float) -> Course:
    """Two or three lanes side by side that hide each other in part."""
    length = min(length, 0.2)
    course = _passing(rng, length)
    lanes = int(rng.integers(2, 4))
    count = course.along.shape[1]
    order = np.arange(count)
    along = course.along + 1.0 * length * rng.uniform(0.5, 1.5) * (order % lanes)
    return Course(along, order % lanes, course.camera, length)


def _pillar_ahead(rng: np.random.Generator, length: float) -> Course:
    """A post, a tree or a bus in the foreground hides each vehicle for a while."""
    course = _passing(rng, min(length, 0.25))
    return Course(
        course.along, course.lane, course.camera, course.length, pillar=rng.uniform(0.1, 0.35)
    )


def _standing(rng: np.random.Generator, length: float) -> Course:
    """The camera turns along a column that stands, once."""
    along, sweep = _column(rng, length)
    frames = round(FPS * sweep / rng.uniform(*_TURNING))
    return _still(along, sweep * np.linspace(0, 1, frames), length)


def _panned_back(rng: np.random.Generator, length: float) -> Course:
    """The camera turns along a column that stands, and back, in part or wholly."""
    along, sweep = _column(rng, length)
    there = round(FPS * sweep / rng.uniform(*_TURNING))
    pause = round(FPS * float(rng.uniform(0, 4)))
    back = rng.uniform(0.3, 1.0)
    way = [np.linspace(0, 1, there), np.ones(pause), np.linspace(1, 1 - back, round(there * back))]
    if rng.random() < 0.3:
        way.append(np.linspace(1 - back, 1, round(there * back)))
    return _still(along, sweep * np.concatenate(way), length)


def _swung(rng: np.random.Generator, length: float) -> Course:
    """The camera goes along with a moving column and swings back to those behind."""
    course = _passing(rng, length)
    frames = len(course.camera)
    reach = rng.uniform(0.5, 1.5) * rng.choice([-1, 1])
    phase = np.arange(frames) / FPS * rng.uniform(*_TURNING) / abs(reach)
    return Course(course.along, course.lane, reach * np.abs((phase + 1) % 2 - 1), length)


def _met(rng: np.random.Generator, length: float) -> Course:
    """After a column has passed, another comes the other way."""
    first, second = _passing(rng, length), _passing(rng, length)
    pause = round(FPS * float(rng.uniform(0, 4)))
    frames = len(first.camera) + pause + len(second.camera)
    away = np.full((frames, first.along.shape[1]), 9.0)
    away[: len(first.camera)] = first.along
    coming = np.full((frames, second.along.shape[1]), 9.0)
    coming[-len(second.camera) :] = -second.along
    along = np.concatenate([away, coming], axis=1)
    lane = np.repeat([0, 1], [away.shape[1], coming.shape[1]])
    return Course(along, lane, np.zeros(frames), length)


def _cut(rng: np.random.Generator, length: float) -> Course:
    """Two shots: the second shows vehicles of the first again, or those behind them."""
    along, _ = _column(rng, length)
    frames = round(FPS * float(rng.uniform(3, 8)))
    shots = []
    start = rng.uniform(0, 0.5)
    for first in (start, start + rng.uniform(-0.3, 0.3) if rng.random() < 0.5 else start + 1.3):
        drift = rng.uniform(-0.05, 0.05)
        shots.append(first + drift * np.arange(frames) / FPS)
    # The second shot looks from elsewhere: the ground, and each vehicle's place on it, are others.
    camera = np.concatenate(shots)
    moved = np.repeat([0.0, 12.0], frames)
    return Course(along + moved[:, None], np.zeros(len(along), int), camera + moved, length)


def _column(rng: np.random.Generator, length: float) -> tuple[Array, float]:
    """Return where vehicles stand, and how far the camera has to turn to see all of them."""
    count = _number(rng)
    gap = length * rng.uniform(1.1, 2.5)
    along = gap * np.arange(count) + rng.normal(0, 0.05 * gap, count)
    return along, float(np.clip(along.max(), 0.6, 5.0))


def _number(rng: np.random.Generator) -> int:
    return round(float(np.exp(rng.uniform(np.log(2), np.log(60)))))


def _still(along: Array, camera: Array, length: float) -> Course:
    return Course(
        np.broadcast_to(along, (len(camera), len(along))).copy(),
        np.zeros(len(along), int),
        camera,
        length,
    )


def _wobbled(rng: np.random.Generator, along: Array, length: float) -> Array:
    time_s = np.arange(len(along))[:, None] / FPS
    sway = np.sin(time_s * rng.uniform(0.5, 1.5) + rng.uniform(0, 6.3, along.shape[1]))
    return np.asarray(along + 0.1 * length * sway)


SCENARIOS: Mapping[str, Plan] = MappingProxyType(
    {
        "passing": _passing,
        "crowded": _crowded,
        "behind a pillar": _pillar_ahead,
        "standing": _standing,
        "panned back": _panned_back,
        "swung back": _swung,
        "met": _met,
        "cut": _cut,
    }
)
