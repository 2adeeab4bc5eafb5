"""Invented convoys whose number is known, filmed in the ways people film them.

What is simulated is the footage and the detector, frame by frame; vehicles are then followed by the
real tracker, so misses, broken tracks and swapped identities come about as they do in a run. What
is drawn is written in `benchmarks/convoy_courses.py` and `_faults`; nothing here reads the figures
that count intervals rest on, except the miss rate, which is given to `film`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.convoy_courses import FPS, SCENARIOS, Course
from benchmarks.worlds import Observation, World
from marchpast.records import Detections

SIZE = (640, 360)
_SHOWN = 0.4
"""A smaller part of a vehicle is not reported: the same as in `benchmarks.worlds`."""
_LOOKS = 3
"""A vehicle is in the footage when that much of it was visible in so many used frames."""
_WITH_A_THING = 0.25
"""Share of clips with a thing on the ground that the detector takes for a vehicle."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Convoy:
    """A filmed convoy.

    Attributes:
        scenario: How it was filmed.
        world: What the detector said, and whom each row shows.
        in_footage: `(V,)` bool: vehicles that a careful person counts.
        cuts: Frames with which another shot begins.
    """

    scenario: str
    world: World
    in_footage: npt.NDArray[np.bool_]
    cuts: frozenset[int]


def film(
    scenario: str, *, seed: int, miss_rate: Callable[[np.random.Generator, float], float]
) -> Convoy:
    """Film one convoy.

    Args:
        scenario: One of `SCENARIOS`.
        seed: Everything random comes from it.
        miss_rate: Draws the share of vehicles that the detector never finds in this clip, from
            the length of a vehicle as a share of the picture's width.
    """
    rng = np.random.default_rng([seed, sorted(SCENARIOS).index(scenario)])
    length = float(np.exp(rng.uniform(np.log(0.05), np.log(0.4))))
    course = SCENARIOS[scenario](rng, length)
    whole, xyxy, shown = _pictured(rng, course)
    count = xyxy.shape[1]
    is_hard = rng.random(count) < miss_rate(rng, length)
    faults = _faults(rng)
    reported = _reported(rng, np.where(is_hard, 0.0, shown), faults["miss"], faults["burst"])
    camera = np.stack([course.camera * SIZE[0], np.zeros(len(course.camera))], axis=1)
    camera += rng.normal(0, faults["shake_px"], camera.shape)
    thing = _thing(rng, course) if rng.random() < _WITH_A_THING else None
    world = World(
        size=SIZE,
        time_s=np.arange(len(whole)) / FPS,
        xyxy=xyxy.astype(np.float32),
        is_visible=shown > _SHOWN,
        camera=(camera - np.array(SIZE) / 2).astype(np.float32),
        pillar=_pillar(course).astype(np.float32),
        observations=tuple(
            _observed(rng, boxes, part, rows, faults, None if thing is None else thing[frame])
            for frame, (boxes, part, rows) in enumerate(zip(xyxy, shown, reported, strict=True))
        ),
        seed=seed,
    )
    in_footage = (shown > _SHOWN).sum(axis=0) >= _LOOKS
    cuts = np.flatnonzero(np.abs(np.diff(course.camera)) > 1.0) + 1
    return Convoy(scenario, world, in_footage, frozenset(cuts.tolist()))


def _faults(rng: np.random.Generator) -> dict[str, float]:
    """Draw how bad the detector is in this clip."""
    return {
        "miss": rng.uniform(0.0, 0.25),
        "burst": rng.uniform(1.0, 3.0),
        "weak": rng.uniform(0.0, 0.2),
        "alarms": rng.uniform(0.0, 0.25) ** 1.5,
        "jitter": rng.uniform(0.01, 0.04),
        "shake_px": rng.uniform(0.0, 2.0),
    }


def _pictured(rng: np.random.Generator, course: Course) -> tuple[Array, Array, Array]:
    """Return whole boxes `(F, V, 4)`, those inside the picture, and the visible shares `(F, V)`."""
    width, height = SIZE
    count = course.along.shape[1]
    sides = course.length * width * np.array([1.0, 0.5]) * rng.uniform(0.85, 1.15, (count, 1))
    x = (course.along - course.camera[:, None]) * width + width / 2
    y = np.broadcast_to(0.45 * height + 0.6 * course.lane * sides[:, 1], x.shape)
    centre = np.stack([x, y], axis=2)
    whole = np.concatenate([centre - sides / 2, centre + sides / 2], axis=2)
    xyxy = np.clip(whole, 0, np.tile(SIZE, 2))
    inside = _area(xyxy) / _area(whole)
    low = np.maximum(xyxy[:, :, None, :2], xyxy[:, None, :, :2])
    high = np.minimum(xyxy[:, :, None, 2:], xyxy[:, None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=3) / _area(whole)[:, :, None]
    is_nearer = course.lane[None, :] > course.lane[:, None]
    hidden = np.where(is_nearer, shared, 0).max(axis=2)
    left, right = _pillar(course)[:, :1], _pillar(course)[:, 1:]
    behind = np.maximum(np.minimum(xyxy[..., 2], right) - np.maximum(xyxy[..., 0], left), 0)
    behind = behind / np.maximum(xyxy[..., 2] - xyxy[..., 0], 1)
    return whole, xyxy, np.asarray(inside - np.maximum(hidden, behind * inside))


def _thing(rng: np.random.Generator, course: Course) -> Array:
    """Return `(F, 4)` the box of something that stands on the ground and is no vehicle."""
    width, height = SIZE
    sides = np.array([rng.uniform(0.05, 0.15), rng.uniform(0.05, 0.15)]) * width
    place = course.camera[0] + rng.uniform(-0.4, 0.8)
    x = (place - course.camera) * width + width / 2
    y = np.full_like(x, rng.uniform(0.1, 0.9) * height)
    centre = np.stack([x, y], axis=1)
    box = np.concatenate([centre - sides / 2, centre + sides / 2], axis=1)
    return np.asarray(np.clip(box, 0, np.tile(SIZE, 2)))


def _pillar(course: Course) -> Array:
    half = course.pillar * SIZE[0] / 2
    edges = np.array([[SIZE[0] * 0.55 - half, SIZE[0] * 0.55 + half]])
    return np.repeat(edges, len(course.camera), axis=0)


def _area(boxes: Array) -> Array:
    return np.asarray(np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1))


def _reported(
    rng: np.random.Generator, shown: Array, miss: float, burst: float
) -> npt.NDArray[np.bool_]:
    """Say `(F, V)` in which frames each vehicle is reported; misses come in runs."""
    is_missed = np.zeros(shown.shape, bool)
    state = np.asarray(rng.random(shown.shape[1]) < miss)
    begin = miss / max(1e-9, 1 - miss) / burst
    for frame in range(len(shown)):
        draw = rng.random(len(state))
        state = np.where(state, draw >= 1 / burst, draw < begin)
        is_missed[frame] = state
    return (shown > _SHOWN) & ~is_missed


def _observed(
    rng: np.random.Generator,
    xyxy: Array,
    shown: Array,
    is_reported: npt.NDArray[np.bool_],
    faults: Mapping[str, float],
    thing: Array | None,
) -> Observation:
    """Report one frame the way a detector would, by descending confidence."""
    vehicle = np.flatnonzero(is_reported)
    boxes = xyxy[vehicle]
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    boxes = boxes + rng.normal(0, 1, boxes.shape) * faults["jitter"] * sides
    confidence = rng.uniform(0.55, 0.95, len(vehicle))
    is_weak = (rng.random(len(vehicle)) < faults["weak"]) | (shown[vehicle] < 0.6)
    confidence[is_weak] = rng.uniform(0.1, 0.5, is_weak.sum())
    alarms = rng.poisson(faults["alarms"])
    centre = rng.uniform(0, 1, (alarms, 2)) * SIZE
    half = rng.uniform(0.02, 0.06, (alarms, 1)) * SIZE[0] * np.array([1.0, 0.55])
    boxes = np.concatenate([boxes, np.concatenate([centre - half, centre + half], axis=1)])
    confidence = np.concatenate([confidence, rng.uniform(0.1, 0.75, alarms)])
    vehicle = np.concatenate([vehicle, np.full(alarms, -1)])
    if thing is not None and thing[2] > thing[0] and rng.random() < 0.8:
        boxes = np.concatenate([boxes, thing[None] + rng.normal(0, 1, (1, 4))])
        confidence = np.append(confidence, rng.uniform(0.4, 0.75))
        vehicle = np.append(vehicle, -1)
    order = np.argsort(-confidence, kind="stable")
    boxes = np.clip(boxes, 0, np.tile(SIZE, 2))[order]
    detections = Detections(
        boxes.astype(np.float32),
        confidence[order].astype(np.float32),
        np.zeros(len(order), np.int64),
    )
    return Observation(detections, vehicle[order])
