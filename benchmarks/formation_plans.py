"""Which vehicle stands where in a rendered formation, so that all of them can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.formation_truth import NoPlaceError

if TYPE_CHECKING:
    from marchpast.synthesis.renderer import Camera, RenderModel

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
    models: Mapping[str, RenderModel],
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


def visible_shares(
    places: Sequence[Place], models: Mapping[str, RenderModel], camera: Camera
) -> list[float]:
    """Return the visible share of every vehicle, seen by a camera of a quarter of the pixels."""
    from marchpast.synthesis.renderer import Camera

    sketch = Camera(
        camera.width // _SKETCH,
        camera.height // _SKETCH,
        camera.focal_px / _SKETCH,
        camera.eye,
        camera.yaw_deg,
        camera.pitch_deg,
    )
    owner = np.zeros((sketch.height + 4, sketch.width + 4), np.int64)
    whole = np.zeros(len(places) + 1)
    eye = np.asarray(camera.eye[:2])
    distance = [float(np.hypot(*(np.array([x, y]) - eye))) for _, x, y in places]
    for index in np.argsort(distance):
        name, x, y = places[index]
        position = np.array([x, y, 0.0], np.float32)
        left, top, right, bottom = models[name].window(sketch, position)
        hits = models[name].hits(sketch, position, (left, top, right, bottom), grid=1)
        part = owner[top + 2 : bottom + 2, left + 2 : right + 2]
        part[hits & (part == 0)] = index + 1
        whole[index + 1] = hits.sum()
    seen = np.bincount(owner.ravel(), minlength=len(places) + 1)
    return [float(seen[i] / max(1.0, whole[i])) for i in range(1, len(places) + 1)]


def _drawn(
    layout: Layout, models: Mapping[str, RenderModel], rng: np.random.Generator
) -> list[Place]:
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


def _length(model: RenderModel) -> float:
    return float(model.vehicle.mesh.extent()[1][0])


def _all_inside(places: Sequence[Place], models: Mapping[str, RenderModel], camera: Camera) -> bool:
    """Whether every vehicle's window lies in the picture and is not tiny."""
    for name, x, y in places:
        position = np.array([x, y, 0.0], np.float32)
        left, top, right, bottom = models[name].window(camera, position)
        if left < _BORDER_PX or right > camera.width - _BORDER_PX:
            return False
        if top < _BORDER_PX or bottom > camera.height - _BORDER_PX:
            return False
        if max(right - left, bottom - top) < _LEAST_SIDE_PX:
            return False
    return True
