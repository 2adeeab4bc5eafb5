"""Films that anyone can make: places, vehicles and cameras, drawn at any moment of time.

Made to be mistaken for each other: each place has several films, among them two from one fixed
camera with other vehicles, and convoys drive through several places. Vehicles are the project's own
rendered reference pictures, places are drawn (sky, houses, trees, a road) or are the street of the
bundled demo clip. A film is a function of time, so nothing is stored; a frame costs about two
milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.common import REPOSITORY
from marchpast import Sampling, open_source
from marchpast.records import BgrImage
from marchpast.references.sheets import load, nodes

WIDTH, HEIGHT = 384, 216
FPS: Final = 25
_PANORAMA: Final = (1600, 420)
_PLACES: Final = 1007
"""Seed of all places: the thresholds of the search were chosen on those of another one."""
_ROAD: Final = 0.78
_SIDE_VIEWS: Final = (40.0, 90.0, 320.0, 270.0)
Camera = Literal["fixed", "held", "pan", "drive"]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Film:
    """One film: a place, a convoy, and how it was filmed.

    Attributes:
        place: Seed of the place; films with one place show the same houses.
        convoy: Seed of the vehicles and their distances.
        camera: How it moves.
        view: Seed of where it stands; equal views of one place are the same to the pixel.
        is_night: Dark, with more noise.
        begins_s: Where in the convoy's course the film begins.
    """

    place: int
    convoy: int
    camera: Camera
    view: int
    is_night: bool = False
    begins_s: float = 0.0


def frame_at(film: Film, time_s: float) -> BgrImage:
    """Return the film's frame nearest to a time, `(216, 384, 3)` uint8."""
    number = round(time_s * FPS)
    moment = film.begins_s + number / FPS
    place = _place(film.place)
    x, y, zoom = _camera(film, moment)
    matrix = np.array([[zoom, 0, WIDTH / 2 - zoom * x], [0, zoom, HEIGHT / 2 - zoom * y]])
    warped = cv2.warpAffine(
        place, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    image = np.asarray(warped, np.uint8)
    for node, view, where, lane, scale in _vehicles(film, moment):
        _paste(image, node, view, matrix, where, lane, scale * zoom)
    return _lit(image, film, number)


@lru_cache(maxsize=8)
def _place(seed: int) -> BgrImage:
    """Return a panorama, `(420, 1600, 3)`."""
    if seed % 20 == 19:
        return _demo_street()
    rng = np.random.default_rng((_PLACES, seed))
    width, height = _PANORAMA
    image = _sky(rng, width, height)
    horizon = int(height * rng.uniform(0.42, 0.55))
    _hills(image, rng, horizon)
    if rng.random() < 0.75:
        _houses(image, rng, int(height * 0.66))
    _trees(image, rng, int(height * 0.68), count=int(rng.integers(4, 22)))
    road = int(height * 0.66)
    ground = np.array(rng.uniform(60, 130, 3)) * (0.9, 1.0, 0.95)
    image[road:] = _noise(rng, height - road, width, 6)[..., None] * 26 + ground
    cv2.rectangle(image, (0, int(height * 0.72)), (width, int(height * 0.86)), (72, 72, 76), -1)
    for x in range(int(rng.integers(0, 90)), width, int(rng.integers(80, 120))):
        cv2.rectangle(
            image, (x, int(height * 0.785)), (x + 40, int(height * 0.793)), (200,) * 3, -1
        )
    return _grained(image, rng)


def _sky(rng: np.random.Generator, width: int, height: int) -> Floats:
    top, low = rng.uniform((150, 110, 80), (235, 200, 190)), rng.uniform(170, 235, 3)
    ramp = np.linspace(0, 1, height)[:, None, None]
    clouds = _noise(rng, height, width, 5)[..., None] * rng.uniform(5, 40)
    return np.asarray(top * (1 - ramp) + low * ramp + clouds, np.float32) * np.ones(
        (1, width, 1), np.float32
    )


def _hills(image: Floats, rng: np.random.Generator, horizon: int) -> None:
    _, width = image.shape[:2]
    line = horizon + 30 * _noise(rng, 1, width, 3)[0]
    points = np.stack([np.arange(width), line], axis=1)
    area = np.concatenate([points, [[width, image.shape[0]], [0, image.shape[0]]]]).astype(np.int32)
    cv2.fillPoly(image, [area], tuple(float(v) for v in rng.uniform(50, 120, 3)))


def _houses(image: Floats, rng: np.random.Generator, foot: int) -> None:
    x, width = int(rng.integers(-60, 60)), image.shape[1]
    while x < width:
        broad, tall = int(rng.integers(90, 320)), int(rng.integers(60, 190))
        wall = rng.uniform((60, 70, 90), (170, 180, 200))
        cv2.rectangle(image, (x, foot - tall), (x + broad, foot), tuple(map(float, wall)), -1)
        step_x, step_y = int(rng.integers(16, 30)), int(rng.integers(20, 34))
        for wx in range(x + 8, x + broad - 12, step_x):
            for wy in range(foot - tall + 9, foot - 14, step_y):
                shade = (190, 215, 225) if rng.random() < 0.2 else (45, 45, 50)
                cv2.rectangle(image, (wx, wy), (wx + step_x // 2, wy + step_y // 2), shade, -1)
        x += broad + int(rng.integers(0, 120))


def _trees(image: Floats, rng: np.random.Generator, foot: int, *, count: int) -> None:
    for _ in range(count):
        x, tall = int(rng.integers(0, image.shape[1])), int(rng.integers(30, 110))
        cv2.line(image, (x, foot), (x, foot - tall // 2), (40, 55, 70), 4)
        for _ in range(14):
            dx, dy = rng.normal(0, tall / 5, 2)
            shade = tuple(float(v) for v in rng.uniform((25, 50, 25), (60, 110, 70)))
            centre = (int(x + dx), int(foot - tall * 0.7 + dy))
            cv2.circle(image, centre, int(tall * rng.uniform(0.08, 0.2)), shade, -1)


def _noise(rng: np.random.Generator, height: int, width: int, octaves: int) -> Floats:
    """Return fractal noise about 0, `(height, width)`."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = 2 ** (octave + 2)
        grid = rng.normal(size=(max(2, cells // 3), cells)).astype(np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) / 2**octave
    return total


def _grained(image: Floats, rng: np.random.Generator) -> BgrImage:
    fine = rng.normal(0, 5, image.shape[:2]).astype(np.float32)[..., None]
    return np.asarray(np.clip(image + fine, 0, 255), np.uint8)


@lru_cache(maxsize=1)
def _demo_street() -> BgrImage:
    """Return the street of the bundled demo clip without what drives through it."""
    clip = open_source(REPOSITORY / "datasets" / "demo" / "convoy.mp4")
    frames = [frame.image for frame in clip.frames(Sampling(every_s=0.5))]
    empty = np.median(np.stack(frames), axis=0).astype(np.uint8)
    street = cv2.resize(empty, (747, 420), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.concatenate([street, street[:, ::-1], street], axis=1)[:, :1600])


def _camera(film: Film, moment: float) -> tuple[float, float, float]:
    """Return the panorama point in the middle of the frame, and pixels a panorama pixel."""
    rng = np.random.default_rng((11, film.place, film.view))
    width, height = _PANORAMA
    zoom = rng.uniform(0.68, 1.0)
    x, y = rng.uniform(330, width - 330), height * 0.6
    phase = rng.uniform(0, 2 * np.pi, 4)
    if film.camera == "pan":
        x = width / 2 + 420 * np.sin(moment / 7 + phase[0])
    elif film.camera == "drive":
        x = 330 + (rng.uniform(60, 120) * moment + 200 * phase[0]) % (width - 660)
    if film.camera != "fixed":
        x += 7 * np.sin(1.7 * moment + phase[1]) + 3 * np.sin(4.1 * moment + phase[2])
        y += 5 * np.sin(1.3 * moment + phase[3]) + 2 * np.sin(5.3 * moment + phase[0])
    return x, y, zoom


def _vehicles(film: Film, moment: float) -> list[tuple[str, int, float, float, float]]:
    """Return node, view, panorama x, y of the wheels, and scale of the vehicles about.

    A convoy has two to four kinds of vehicles in no order, at unequal distances, and no end.
    """
    rng = np.random.default_rng((13, film.convoy))
    speed = rng.uniform(70, 150) * rng.choice([-1, 1])
    kinds = rng.choice(_sprites(), size=int(rng.integers(2, 5)))
    view = int(rng.integers(0, 2)) + (2 if speed > 0 else 0)
    gap, driven = rng.uniform(190, 330), speed * (moment + 100)
    found = []
    for number in range(int((-300 - driven) // gap), int((_PANORAMA[0] + 300 - driven) // gap) + 1):
        own = np.random.default_rng((29, film.convoy, number % 100_000)).uniform(0, 1, 4)
        where = driven + number * gap + (own[0] - 0.5) * 0.35 * gap
        lane = _ROAD * _PANORAMA[1] - 4 + 14 * own[1]
        kind = str(kinds[int(own[2] * len(kinds))])
        found.append((kind, view, where, lane, 0.55 + 0.2 * own[3]))
    return found


@lru_cache(maxsize=1)
def _sprites() -> tuple[str, ...]:
    return tuple(node for node in nodes() if node != "civilian_vehicle")


@lru_cache(maxsize=512)
def _sprite(node: str, view: int, width: int) -> tuple[Floats, Floats]:
    """Return a vehicle's picture and how opaque it is, scaled to a width."""
    wanted = _SIDE_VIEWS[view]
    found = next(v for v in load(node)[0].views if v.azimuth_deg == wanted and v.elevation_deg < 10)
    image = found.image
    ground = np.median(image[:20].reshape(-1, 3), axis=0)
    unlike = np.abs(image.astype(np.float32) - ground).max(axis=2)
    opaque = cv2.GaussianBlur(np.clip((unlike - 45) / 20, 0, 1), (0, 0), 0.8)
    size = (width, max(4, round(width * image.shape[0] / image.shape[1])))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return small, cv2.resize(opaque, size, interpolation=cv2.INTER_AREA)[..., None]


def _paste(
    image: BgrImage, node: str, view: int, matrix: Floats, where: float, lane: float, scale: float
) -> None:
    picture, opaque = _sprite(node, view, max(12, 2 * round(160 * scale)))
    tall, broad = picture.shape[:2]
    x = round(matrix[0, 0] * where + matrix[0, 2] - broad / 2)
    y = round(matrix[1, 1] * lane + matrix[1, 2] - tall * 0.82)
    left, top = max(0, x), max(0, y)
    right, bottom = min(WIDTH, x + broad), min(HEIGHT, y + tall)
    if left >= right or top >= bottom:
        return
    part = slice(top - y, bottom - y), slice(left - x, right - x)
    under = image[top:bottom, left:right]
    image[top:bottom, left:right] = under + (picture[part] - under) * opaque[part]


def _lit(image: BgrImage, film: Film, number: int) -> BgrImage:
    rng = np.random.default_rng((17, film.place, film.view, film.convoy, number))
    gain, level = (0.3, 5.0) if film.is_night else (1.0, 2.5)
    grain = _grain()
    y, x = rng.integers(0, grain.shape[0] - HEIGHT), rng.integers(0, grain.shape[1] - WIDTH)
    noise = grain[y : y + HEIGHT, x : x + WIDTH]
    lit = cv2.addWeighted(image, gain, noise, level / 20, 2.0 - 128 * level / 20)
    return np.asarray(lit, np.uint8)


@lru_cache(maxsize=1)
def _grain() -> BgrImage:
    rng = np.random.default_rng(19)
    return np.clip(rng.normal(128, 20, (HEIGHT + 90, WIDTH + 90, 3)), 0, 255).astype(np.uint8)
