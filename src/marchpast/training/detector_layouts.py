"""Where the vehicles of a formation stand in a picture: places on flat ground, seen by a camera.

Lengths on the ground are in vehicle lengths, so that nothing depends on the type. A camera that
looks at the ground from `height` vehicle lengths sees a vehicle whose wheels stand at row `y` as
long as `(y - horizon) / height` pixels, and everything follows from that: far ranks are smaller,
closer together and higher in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from marchpast.records import IntArray
from marchpast.training.detector_scenes import log_uniform

Layout = Literal["column", "rows", "parade", "parked", "scattered"]

_SIZES = (0.022, 0.15)
"""Length of a vehicle in the middle of a formation, as a share of the picture's longer side."""

_FOCAL = (0.8, 2.2)
_NEAREST = 0.35
"""A vehicle is never nearer than this share of the distance of the formation's middle."""

_TRIES = 12
_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class Place:
    """Where one vehicle stands.

    Attributes:
        x: Middle, pixels.
        bottom: Where it touches the ground, pixels.
        length: How long it would be seen from the side, pixels.
        rank: Which rank it stands in, 0 in front.
    """

    x: float
    bottom: float
    length: float
    rank: int


@dataclass(frozen=True, slots=True)
class _View:
    """How the ground is seen: heights in vehicle lengths, the angle in radians."""

    camera_height: float
    heading: float


def draw_places(
    layout: Layout, count: int, size: tuple[int, int], generator: np.random.Generator
) -> list[Place]:
    """Draw places for vehicles; of some tries the one that has most of them in the picture.

    Args:
        layout: `column`: one behind the other; `rows`: two columns; `parade`: ranks of three to
            five; `parked`: side by side, seen from above; `scattered`: anywhere.
        count: Vehicles.
        size: Height and width of the picture, pixels.
        generator: Draws.

    Returns:
        The farthest first.
    """
    length = log_uniform(_SIZES, generator) * max(size)
    tries = [_drawn(layout, count, length, size, generator) for _ in range(_TRIES)]
    best = max(tries, key=lambda places: sum(_is_inside(place, size) for place in places))
    return sorted(best, key=lambda place: place.bottom)


def _drawn(
    layout: Layout,
    count: int,
    length: float,
    size: tuple[int, int],
    generator: np.random.Generator,
) -> list[Place]:
    height, width = size
    view = _draw_view(layout, generator)
    ground, ranks = _on_ground(layout, count, view.heading, generator)
    distance = generator.uniform(*_FOCAL) * max(size) / length
    x = generator.uniform(0.1, 0.9) * width
    bottom = generator.uniform(0.35, 0.97) * height
    horizon = bottom - view.camera_height * length
    depth = np.maximum(distance + ground[:, 1], _NEAREST * distance)
    lengths = length * distance / depth
    return [
        Place(
            float(x + ground[index, 0] * lengths[index]),
            float(horizon + view.camera_height * lengths[index]),
            float(lengths[index]),
            int(ranks[index]),
        )
        for index in range(count)
    ]


def _draw_view(layout: Layout, generator: np.random.Generator) -> _View:
    """Draw from how high and along which heading a formation is seen.

    A formation of several files is seen from a stand, a roof or a drone; a single column from the
    roadside too. Heading 0 passes from side to side, 90 degrees comes towards the camera.
    """
    lowest = {"column": 0.35, "rows": 0.8, "parade": 1.2, "parked": 1.5, "scattered": 0.5}[layout]
    camera_height = log_uniform((lowest, 18.0), generator)
    if layout == "parked":
        heading = generator.uniform(-90.0, 90.0)
    elif generator.random() < 0.45:
        heading = generator.normal(0.0, 6.0)
    else:
        heading = float(generator.choice([-1.0, 1.0])) * generator.uniform(10.0, 85.0)
    return _View(camera_height, float(np.radians(heading)))


def _on_ground(
    layout: Layout, count: int, heading: float, generator: np.random.Generator
) -> tuple[npt.NDArray[np.float64], IntArray]:
    """Return `(count, 2)` to the right and away from the middle, in lengths, and the ranks."""
    if layout == "scattered":
        reach = 1.0 + 0.8 * count
        return generator.uniform(-reach, reach, (count, 2)), np.arange(count)
    abreast = {"column": 1, "rows": 2, "parade": int(generator.integers(3, 6))}.get(layout, count)
    if layout == "parked":
        abreast = -(-count // int(generator.integers(1, 4)))
    ranks, files = np.divmod(np.arange(count), abreast)
    gap = generator.uniform(1.12, 1.7) if layout == "parade" else generator.uniform(1.12, 2.6)
    lane = generator.uniform(0.55, 1.1)
    along, across = ranks * gap, files * lane
    if layout == "rows":
        # Two columns on one road drive staggered: each driver sees past the one ahead.
        along = along + files * generator.uniform(0.0, 0.6) * gap
    along = along + generator.normal(0.0, _SPREAD, count)
    across = across + generator.normal(0.0, 0.5 * _SPREAD, count)
    offset = np.stack([along - along.mean(), across - across.mean()], axis=1)
    sine, cosine = np.sin(heading), np.cos(heading)
    turned = offset @ np.array([[cosine, sine], [-sine, cosine]])
    return turned, ranks


def _is_inside(place: Place, size: tuple[int, int]) -> bool:
    height, width = size
    half = 0.5 * place.length
    return half < place.x < width - half and 0.5 * place.length < place.bottom < height
