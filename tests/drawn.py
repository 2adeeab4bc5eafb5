"""A drawn world with known truth, and a recognizer that understands it.

Vehicles are rectangles of one pure colour on grey ground. The colour is the type, so detector
and classifier are exact and everything between them is what a test measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marchpast.identity import Judge
from marchpast.media import write_video
from marchpast.pipeline import Recognizer
from marchpast.recognition import CropScores
from marchpast.records import BgrImage, Detections, FloatArray
from marchpast.taxonomy import load_taxonomy

LABELS = ("osa", "bm21_grad", "btr80", "civilian_vehicle", "background")
# BGR, far apart so that they survive video compression.
COLOURS = {
    "osa": (0, 200, 0),
    "bm21_grad": (200, 0, 0),
    "btr80": (0, 0, 200),
    "civilian_vehicle": (0, 200, 200),
    "background": (200, 0, 200),
}
HEIGHT, WIDTH = 180, 320


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A rectangle that drives straight on."""

    kind: str
    x: float
    y: float
    speed_px_s: float
    width: int = 48
    height: int = 24


class ColourDetector:
    """Finds rectangles by colour; exact."""

    labels = ("military_vehicle", "civilian_vehicle")

    def detect(self, image: BgrImage) -> Detections:
        boxes, classes = [], []
        for kind, colour in COLOURS.items():
            distance = np.abs(image.astype(int) - colour).max(axis=2)
            for x1, x2 in _runs((distance < 60).sum(axis=0) > 4):
                rows = np.flatnonzero((distance[:, x1:x2] < 60).any(axis=1))
                boxes.append((x1, rows[0], x2, rows[-1] + 1))
                classes.append(int(kind == "civilian_vehicle"))
        count = len(boxes)
        return Detections(
            np.array(boxes, np.float32).reshape(count, 4),
            np.full(count, 0.9, np.float32),
            np.array(classes, np.int64),
        )


class ColourClassifier:
    """Names crops by their mean colour."""

    labels = LABELS

    def classify(self, images: Sequence[BgrImage]) -> FloatArray:
        rows = []
        for image in images:
            mean = image.reshape(-1, 3).mean(axis=0)
            distances = [float(np.abs(mean - COLOURS[label]).sum()) for label in LABELS]
            rows.append([12.0 if distance == min(distances) else 0.0 for distance in distances])
        return np.array(rows, np.float32).reshape(len(images), len(LABELS))

    def score(self, images: Sequence[BgrImage]) -> CropScores:
        return CropScores(self.classify(images), None)


def recognizer() -> Recognizer:
    judge = Judge(load_taxonomy(), labels=LABELS, temperature=1.0, min_mass=0.8)
    return Recognizer(
        ColourDetector(), ColourClassifier(), judge, min_confidence=0.5, track_confidence=0.2
    )


def draw(vehicles: Sequence[Vehicle], time_s: float) -> BgrImage:
    image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    image[::20, ::20] = 150
    for vehicle in vehicles:
        x = round(vehicle.x + vehicle.speed_px_s * time_s)
        y = round(vehicle.y)
        left, right = max(0, x), min(WIDTH, x + vehicle.width)
        if left < right:
            image[y : y + vehicle.height, left:right] = COLOURS[vehicle.kind]
    return image


def write_clip(
    path: Path, vehicles: Sequence[Vehicle], *, seconds: float = 3.0, rate: int = 25
) -> Path:
    def frames() -> Iterator[tuple[BgrImage, float]]:
        for index in range(round(seconds * rate)):
            yield draw(vehicles, index / rate), index / rate

    write_video(path, frames(), width=WIDTH, height=HEIGHT)
    return path


def convoy() -> list[Vehicle]:
    """Two Osa, a Grad, a civil lorry: three military vehicles at once, four in all."""
    return [
        Vehicle("osa", 10, 20, 40),
        Vehicle("osa", 100, 70, 40),
        Vehicle("bm21_grad", 30, 110, 50),
        Vehicle("civilian_vehicle", 60, 150, 30),
    ]


def _runs(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 4]
