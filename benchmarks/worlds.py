"""Invented footage with known truth: rectangles that drive, hide and are missed.

A world knows which vehicle stands where in every used frame, so a tracker can be judged
without annotated video. Detections are made from the truth with seeded noise and carry the
vehicle they come from; frames can be drawn for what needs pixels (camera motion, crops).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np

from marchpast.records import (
    BgrImage,
    BoolArray,
    Detections,
    FloatArray,
    Frame,
    IntArray,
    TimeArray,
)

Layout = Literal["convoy", "column", "crossing", "mixed", "parked"]


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What the detector said of one frame, and whom each row really shows (-1: nobody)."""

    detections: Detections
    vehicle: IntArray


@dataclass(frozen=True, eq=False)
class World:
    """One clip: `F` used frames of `V` vehicles.

    Attributes:
        size: Width and height in pixels.
        time_s: `(F,)` presentation times, seconds.
        xyxy: `(F, V, 4)` where every vehicle is in the picture, clipped to it.
        is_visible: `(F, V)` large enough inside the picture and not hidden by another.
        camera: `(F, 2)` left upper corner of the picture on the ground, pixels.
        pillar: `(F, 2)` left and right edge of a pillar in the foreground, pixels.
        observations: One a frame.
        seed: What the textures are drawn from.
    """

    size: tuple[int, int]
    time_s: TimeArray
    xyxy: FloatArray
    is_visible: BoolArray
    camera: FloatArray
    pillar: FloatArray
    observations: tuple[Observation, ...]
    seed: int

    @property
    def vehicles_seen(self) -> int:
        """How many vehicles were detected at least three times: the count to find."""
        found = np.concatenate([o.vehicle for o in self.observations])
        return int((np.bincount(found[found >= 0]) >= 3).sum())

    def frames(self, *, drawn: bool) -> Iterator[tuple[Frame, Detections]]:
        """Yield every frame with its detections; undrawn frames share one black picture."""
        width, height = self.size
        black = np.zeros((height, width, 3), np.uint8)
        for index, (time_s, seen) in enumerate(zip(self.time_s, self.observations, strict=True)):
            image = self.draw(index) if drawn else black
            yield Frame(index, float(time_s), image), seen.detections

    @cached_property
    def _ground(self) -> tuple[BgrImage, FloatArray]:
        """A textured plane that holds every position of the camera, and its left upper corner."""
        corner = np.floor(self.camera.min(axis=0))
        span = np.ceil(self.camera.max(axis=0) - corner).astype(int) + np.array(self.size) + 2
        rng = np.random.default_rng([self.seed, 1])
        # Texture at two scales, like fields and kerbs: coarse blotches and fine grain.
        coarse = rng.integers(40, 170, (span[1] // 40 + 2, span[0] // 40 + 2, 3), np.uint8)
        fine = rng.integers(0, 60, (span[1] // 6 + 2, span[0] // 6 + 2, 3), np.uint8)
        extent = (int(span[0]), int(span[1]))
        blotches = cv2.resize(coarse, extent, interpolation=cv2.INTER_CUBIC)
        grain = cv2.resize(fine, extent, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.add(blotches, grain), np.uint8), corner

    def draw(self, index: int) -> BgrImage:
        """Return frame `index` as `(H, W, 3)` uint8 BGR: the ground, and a box per vehicle."""
        ground, corner = self._ground
        width, height = self.size
        centre = self.camera[index] - corner + (np.array(self.size) - 1) / 2
        image = np.asarray(
            cv2.getRectSubPix(ground, (width, height), (float(centre[0]), float(centre[1]))),
            np.uint8,
        )
        colours = np.random.default_rng([self.seed, 2]).integers(20, 235, (self.xyxy.shape[1], 3))
        for vehicle in np.argsort(self.xyxy[index, :, 3], kind="stable"):  # the nearest last
            x1, y1, x2, y2 = self.xyxy[index, vehicle].round().astype(int).tolist()
            if x2 > x1 and y2 > y1:
                colour = colours[vehicle].tolist()
                cv2.rectangle(image, (x1, y1), (x2 - 1, y2 - 1), colour, -1)
                stripe = [255 - value for value in colour]
                for x in range(x1, x2, max(4, (x2 - x1) // 6)):
                    cv2.line(image, (x, y1), (x, y2 - 1), stripe, 1)
        left, right = np.clip(self.pillar[index], 0, width).astype(int).tolist()
        image[:, left:right] = 40
        return image


def make_world(
    *,
    seed: int,
    vehicles: int,
    layout: Layout = "convoy",
    seconds: float = 8.0,
    fps: float = 25.0,
    size: tuple[int, int] = (1920, 1080),
    speed: float = 1.0,
    miss_rate: float = 0.0,
    weak_rate: float = 0.0,
    false_alarms: float = 0.0,
    doubles: float = 0.0,
    jitter: float = 0.02,
    pan_px: float = 0.0,
    shake_px: float = 0.0,
    pillar_px: float = 0.0,
    is_irregular: bool = False,
) -> World:
    """Invent a clip.

    Args:
        seed: Everything random comes from it.
        vehicles: How many there are.
        layout: `convoy`: one lane; `column`: three lanes side by side that overlap in the
            picture; `crossing`: two opposite lanes that hide each other; `mixed`: anywhere, on
            loops; `parked`: rows that stand still on the ground.
        seconds: Length.
        fps: Used frames a second.
        size: Width and height, pixels.
        speed: Of the vehicles; 1 is 30 % of the picture's width a second.
        miss_rate: Share of visible vehicles the detector does not report.
        weak_rate: Share of detections whose confidence falls between 0.1 and 0.5.
        false_alarms: Mean number a frame, each at a place of its own.
        doubles: Share of detections reported a second time, a little off.
        jitter: Standard deviation of box edges, as a share of the box's side.
        pan_px: The camera sweeps to and fro (a second each way), pixels a frame.
        shake_px: Standard deviation of the camera's tremor, pixels.
        pillar_px: Width of a pillar in the foreground that hides what is behind it.
        is_irregular: The time between frames varies between half and double.
    """
    rng = np.random.default_rng(seed)
    count = max(1, round(seconds * fps))
    steps = rng.uniform(0.5, 2.0, count) if is_irregular else np.ones(count)
    time_s = np.concatenate([[0.0], np.cumsum(steps)[:-1]]) / fps
    camera = _sweep(time_s) * [pan_px * fps, 0.0] + rng.normal(0, 1, (count, 2)) * shake_px
    whole = _drive(rng, layout, vehicles, time_s, size, speed) - np.tile(camera, 2)[:, None]
    xyxy = np.clip(whole, 0, np.tile(size, 2))
    pillar = (np.array([[-0.5, 0.5]]) * pillar_px + size[0] / 2 - camera[:, :1]).round()
    shown = _shown(whole, xyxy, pillar)
    faults = _Faults(miss_rate, weak_rate, false_alarms, doubles, jitter)
    return World(
        size=size,
        time_s=time_s,
        xyxy=xyxy.astype(np.float32),
        is_visible=shown > 0.4,
        camera=camera.astype(np.float32),
        pillar=pillar.astype(np.float32),
        observations=tuple(
            _observe(rng, frame_boxes, frame_shown, size, faults)
            for frame_boxes, frame_shown in zip(xyxy, shown, strict=True)
        ),
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _Faults:
    """What is wrong with the detector; see `make_world`."""

    miss_rate: float
    weak_rate: float
    false_alarms: float
    doubles: float
    jitter: float


def _sweep(time_s: TimeArray) -> TimeArray:
    """Return `(F, 1)` of a triangle wave of slope 1 and -1 in turn, a second each."""
    return np.abs((time_s + 1) % 2 - 1)[:, None]


def _drive(
    rng: np.random.Generator,
    layout: Layout,
    vehicles: int,
    time_s: TimeArray,
    size: tuple[int, int],
    speed: float,
) -> TimeArray:
    """Return `(F, V, 4)` boxes on the ground, not cut off at the picture's edge."""
    width, height = size
    order = np.arange(vehicles)
    pace = 0.3 * width * speed
    sides = np.array([0.10, 0.05]) * width * rng.uniform(0.9, 1.1, (vehicles, 1))
    wobble = 0.15 * sides[:, 0] * np.sin(time_s[:, None] * 1.3 + rng.uniform(0, 6.3, vehicles))
    if layout == "convoy":
        x = pace * time_s[:, None] - 0.16 * width * order + 0.3 * width + wobble
        y = np.full_like(x, 0.6 * height)
    elif layout == "column":
        lane = order % 3
        x = pace * time_s[:, None] - 0.05 * width * order + 0.6 * width + wobble
        y = np.broadcast_to(0.5 * height + 0.6 * lane * sides[:, 1], x.shape)
    elif layout == "crossing":
        is_far = order % 2 == 0
        along = pace * time_s[:, None] - 0.11 * width * (order // 2) * 2 + wobble
        x = np.where(is_far, along, width - along)
        y = np.broadcast_to(0.6 * height + np.where(is_far, 0.0, 0.5) * sides[:, 1], x.shape)
    elif layout == "mixed":
        sides = rng.uniform(0.02, 0.08, (vehicles, 1)) * width * np.array([1.0, 0.55])
        reach = rng.uniform(0.05, 0.4, (vehicles, 2)) * size
        middle = reach + rng.uniform(0, 1, (vehicles, 2)) * (np.array(size) - 2 * reach)
        turn = rng.uniform(0.2, 0.8, (vehicles, 1)) * pace / np.linalg.norm(reach, axis=1)[:, None]
        phase = rng.uniform(0, 6.3, (vehicles, 2))
        path = middle + reach * np.sin(turn * time_s[:, None, None] + phase)
        x, y = np.moveaxis(path, 2, 0)
    else:
        per_row = max(1, int(np.ceil(vehicles / 3)))
        sides = sides * 0.5
        x = np.broadcast_to((order % per_row + 0.5) * 0.08 * width, (len(time_s), vehicles))
        y = np.broadcast_to((0.35 + 0.15 * (order // per_row)) * height, x.shape)
    centre = np.stack([x, y], axis=2)
    return np.concatenate([centre - sides / 2, centre + sides / 2], axis=2)


def _shown(whole: TimeArray, xyxy: TimeArray, pillar: TimeArray) -> TimeArray:
    """Return `(F, V)` shares of each vehicle that are inside the picture and not hidden."""
    sides = np.maximum(xyxy[..., 2:] - xyxy[..., :2], 0)
    size = np.prod(whole[..., 2:] - whole[..., :2], axis=2)
    inside = np.prod(sides, axis=2) / size
    low = np.maximum(xyxy[:, :, None, :2], xyxy[:, None, :, :2])
    high = np.minimum(xyxy[:, :, None, 2:], xyxy[:, None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=3) / size[:, :, None]
    # Nearer the camera is lower in the picture.
    is_nearer = xyxy[:, None, :, 3] > xyxy[:, :, None, 3]
    hidden = np.where(is_nearer, shared, 0).max(axis=2)
    behind = np.minimum(xyxy[..., 2], pillar[:, 1:]) - np.maximum(xyxy[..., 0], pillar[:, :1])
    behind = np.maximum(behind, 0) / np.maximum(sides[..., 0], 1)
    return np.asarray(inside - np.maximum(hidden, behind * inside))


def _observe(
    rng: np.random.Generator,
    xyxy: TimeArray,
    shown: TimeArray,
    size: tuple[int, int],
    faults: _Faults,
) -> Observation:
    """Report one frame the way a detector would, by descending confidence."""
    vehicle = np.flatnonzero((shown > 0.4) & (rng.random(len(shown)) >= faults.miss_rate))
    vehicle = np.concatenate([vehicle, vehicle[rng.random(len(vehicle)) < faults.doubles]])
    boxes = xyxy[vehicle]
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    boxes = boxes + rng.normal(0, 1, boxes.shape) * faults.jitter * sides
    confidence = rng.uniform(0.55, 0.95, len(vehicle))
    is_weak = (rng.random(len(vehicle)) < faults.weak_rate) | (shown[vehicle] < 0.6)
    confidence[is_weak] = rng.uniform(0.1, 0.5, is_weak.sum())
    alarms = rng.poisson(faults.false_alarms)
    centre = rng.uniform(0, 1, (alarms, 2)) * size
    half = rng.uniform(0.02, 0.06, (alarms, 1)) * size[0] * np.array([1.0, 0.55])
    boxes = np.concatenate([boxes, np.concatenate([centre - half, centre + half], axis=1)])
    confidence = np.concatenate([confidence, rng.uniform(0.1, 0.75, alarms)])
    vehicle = np.concatenate([vehicle, np.full(alarms, -1)])
    order = np.argsort(-confidence, kind="stable")
    boxes = np.clip(boxes, 0, np.tile(size, 2))[order]
    detections = Detections(
        boxes.astype(np.float32),
        confidence[order].astype(np.float32),
        np.zeros(len(order), np.int64),
    )
    return Observation(detections, vehicle[order])
