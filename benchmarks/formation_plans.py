"""Which vehicle stands where in a rendered formation, so that all of them can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.formation_truth import NoPlaceError

if TYPE_CHECKING:
    from marchpast.synthesis.rendering import Camera, Model, Placed

Layout = Literal["column", "rows", "square"]
Place = tuple[str, float, float]
"""A vehicle's type, its nose's world X and its centre line's world Y."""

LAYOUTS: tuple[Layout, ...] = ("column", "rows", "square")
LEAST_VISIBLE = 0.45
LANES_M = (-6.2, -1.8, 2.2, 6.4)
_LEAST_SIDE_PX = 24
_BORDER_PX = 2
_TRIES = 3000
_NEAREST_M, _FARTHEST_M = -60.0, 150.0
_SKETCH = 4


def plan(
    layout: Layout,
    models: Mapping[str, Model],
    camera: Camera,
    *,
    rng: np.random.Generator,
) -> list[Place]:
    """Choose 5 to 15 vehicles that stand wholly in the picture, none of them mostly hidden.

    Raises:
        NoPlaceError: If chance finds none: the camera stands badly.
    """
    for _ in range(_TRIES):
        places = _drawn(layout, models, rng)
        if _all_inside(places, models, camera):
            shares = visible_shares(places, models, camera)
            if min(shares) > LEAST_VISIBLE:
                return places
    raise NoPlaceError(f"no {layout} fits the camera at {camera.eye} in {_TRIES} tries")


def placed_at(places: Sequence[Place], models: Mapping[str, Model]) -> list[Placed]:
    """Return the vehicles of a plan, numbered from 1, undressed."""
    from marchpast.synthesis.rendering import Dress, Placed

    return [
        Placed(number, models[name], (x, y, 0.0), 0.0, Dress())
        for number, (name, x, y) in enumerate(places, start=1)
    ]


def visible_shares(
    places: Sequence[Place], models: Mapping[str, Model], camera: Camera
) -> list[float]:
    """Return the visible share of every vehicle, seen by a camera of a quarter of the pixels."""
    sketch = replace(
        camera,
        width=camera.width // _SKETCH,
        height=camera.height // _SKETCH,
        focal_px=camera.focal_px / _SKETCH,
    )
    owner = np.zeros((sketch.height, sketch.width), np.int64)
    whole = np.zeros(len(places) + 1)
    eye = np.asarray(camera.eye, np.float32)
    placed = placed_at(places, models)
    for vehicle in sorted(placed, key=lambda v: float(np.hypot(*(v.position - eye)[:2]))):
        left, top, right, bottom = _window(vehicle, sketch)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, sketch.width), min(bottom, sketch.height)
        rays = sketch.sample_rays((left, top, right, bottom), grid=1)
        local = (rays.reshape(-1, 3) @ vehicle.rotation()).astype(np.float32)
        start = np.broadcast_to(vehicle.to_vehicle(eye[None])[0], local.shape)
        hits = vehicle.model.tracer.blocked(start, local).reshape(rays.shape[:2])
        part = owner[top:bottom, left:right]
        part[hits & (part == 0)] = vehicle.track_id
        whole[vehicle.track_id] = hits.sum()
    seen = np.bincount(owner.ravel(), minlength=len(places) + 1)
    return [float(seen[i] / max(1.0, whole[i])) for i in range(1, len(places) + 1)]


def _window(vehicle: Placed, camera: Camera) -> tuple[int, int, int, int]:
    """Return `left, top, right, bottom` pixels round a vehicle in front of a camera."""
    pixels, _ = camera.project(vehicle.to_world(vehicle.model.corners()))
    low, high = np.floor(pixels.min(axis=0)) - 1, np.ceil(pixels.max(axis=0)) + 1
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _drawn(layout: Layout, models: Mapping[str, Model], rng: np.random.Generator) -> list[Place]:
    count = int(rng.integers(5, 16))
    abreast = {"column": 1, "rows": 2, "square": int(rng.integers(3, 5))}[layout]
    lanes = np.asarray(LANES_M)[np.sort(rng.permutation(len(LANES_M))[:abreast])]
    ranks = _ranks(layout, count, abreast, sorted(models), rng)
    # Gaps of a parade square are short, those of a column on the march are not.
    gap = float(rng.uniform(4, 7) if layout == "square" else rng.uniform(4, 12))
    longest = max(_length(models[name]) for rank in ranks for name in rank)
    x = float(rng.uniform(_NEAREST_M, _FARTHEST_M))
    places: list[Place] = []
    for rank in ranks:
        for number, (lane, name) in enumerate(zip(lanes, rank, strict=False)):
            # Two rows on a road drive staggered: each driver sees past the one ahead.
            behind = number * (longest + gap) / 2 if layout == "rows" else 0.0
            stagger = float(rng.normal(0, 0.25 if layout == "square" else 0.8))
            places.append((name, x + behind + stagger, float(lane + rng.normal(0, 0.12))))
        x += longest + gap
    return places


def _ranks(
    layout: Layout, count: int, abreast: int, types: Sequence[str], rng: np.random.Generator
) -> list[tuple[str, ...]]:
    """Cut the vehicles into ranks; in a square a rank is of one type."""
    sizes = [end - start for start, end in pairwise([*range(0, count, abreast), count])]
    if layout == "square":
        return [(str(rng.choice(types)),) * size for size in sizes]
    few: Sequence[str] = rng.permutation(types)[: int(rng.integers(1, 5))].tolist()
    return [tuple(str(rng.choice(few)) for _ in range(size)) for size in sizes]


def _length(model: Model) -> float:
    return float(model.high[0] - model.low[0])


def _all_inside(places: Sequence[Place], models: Mapping[str, Model], camera: Camera) -> bool:
    """Whether every vehicle's window lies in the picture and is not tiny."""
    for vehicle in placed_at(places, models):
        _, depth = camera.project(vehicle.to_world(vehicle.model.corners()))
        if depth.min() < 1.0:
            return False
        left, top, right, bottom = _window(vehicle, camera)
        if left < _BORDER_PX or right > camera.width - _BORDER_PX:
            return False
        if top < _BORDER_PX or bottom > camera.height - _BORDER_PX:
            return False
        if max(right - left, bottom - top) < _LEAST_SIDE_PX:
            return False
    return True
