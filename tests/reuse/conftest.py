"""Tiny films with known truth: a textured place, boxes that drive through it, a camera."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.media import write_video
from marchpast.records import BgrImage
from marchpast.reuse import add_to_archive

WIDTH, HEIGHT, FPS = 256, 144, 12.5


def drawn(time_s: float, *, place: int, cars: int, pan: float = 40.0) -> BgrImage:
    """The frame of a film at a moment: `pan` is pixels a second, `cars` seeds what drives."""
    rng = np.random.default_rng(place)
    rough = rng.normal(128, 55, (24, 90, 3)).astype(np.float32)
    wide = cv2.resize(rough, (WIDTH * 4, HEIGHT), interpolation=cv2.INTER_CUBIC)
    left = 20 + pan * time_s
    panned = cv2.getRectSubPix(wide, (WIDTH, HEIGHT), (left + WIDTH / 2, HEIGHT / 2))
    image: BgrImage = np.clip(panned, 0, 255).astype(np.uint8)
    other = np.random.default_rng(cars)
    for _ in range(6):
        x = (other.uniform(0, 400) + other.uniform(40, 90) * time_s) % 400 - 60
        y, shade = int(other.uniform(40, 90)), [int(v) for v in other.integers(0, 255, 3)]
        cv2.rectangle(image, (int(x), y), (int(x) + 55, y + 26), shade, -1)
        cv2.rectangle(image, (int(x) + 5, y + 5), (int(x) + 20, y + 14), (255, 255, 255), -1)
    return image


def write_film(
    path: Path,
    *,
    place: int,
    cars: int,
    pan: float = 40.0,
    first_s: float = 0.0,
    length_s: float = 8.0,
    speed: float = 1.0,
    change: Callable[[BgrImage], BgrImage] = np.asarray,
) -> Path:
    """Write a stretch of a film, played at a speed, each frame changed."""
    times = np.arange(0, length_s, 1 / FPS)
    frames = [
        change(drawn(first_s + speed * float(t), place=place, cars=cars, pan=pan)) for t in times
    ]
    height, width = frames[0].shape[:2]
    write_video(path, zip(frames, times.tolist(), strict=True), width=width, height=height)
    return path


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three films: two that pan, one from a camera that stands still."""
    folder = tmp_path_factory.mktemp("reuse_footage", numbered=False)
    write_film(folder / "alpha.mp4", place=1, cars=10)
    write_film(folder / "beta.mp4", place=2, cars=20)
    write_film(folder / "still.mp4", place=3, cars=30, pan=0.0)
    return folder


@pytest.fixture(scope="session")
def archive(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of these films."""
    path = tmp_path_factory.mktemp("archive") / "archive.sqlite"
    add_to_archive([footage], path)
    return path
