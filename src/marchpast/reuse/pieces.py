"""A clip in short pieces, each with its own borders: a compilation may change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from marchpast.records import BgrImage, Frame
from marchpast.reuse.borders import Rect, content_rects
from marchpast.reuse.hashing import Gray
from marchpast.reuse.previews import preview_of
from marchpast.reuse.regions import Part

_PIECE: Final = 32
_SHORT_SIDE: Final = 288


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some frames in a row, and where the picture lies in them.

    Attributes:
        frames: Time in seconds, grey picture, and preview of each.
        rects: Readings of the part inside the borders; none where there are no borders.
        aspect: Width over height of the whole frame.
    """

    frames: list[tuple[float, Gray, bytes]]
    rects: tuple[Rect, ...]
    aspect: float


def pieces(frames: Iterable[Frame]) -> Iterator[Piece]:
    """Yield some frames after the other, all of one size, with where the picture lies in them."""
    waiting: list[tuple[float, Gray, bytes]] = []
    aspect = 1.0
    for frame in frames:
        height, width = frame.image.shape[:2]
        if waiting and (width / height != aspect or len(waiting) == _PIECE):
            yield _piece(waiting, aspect)
            waiting = []
        aspect = width / height
        waiting.append((frame.time_s, _small_gray(frame.image), preview_of(frame.image)))
    if waiting:
        yield _piece(waiting, aspect)


def _piece(frames: list[tuple[float, Gray, bytes]], aspect: float) -> Piece:
    return Piece(frames, tuple(content_rects(np.stack([gray for _, gray, _ in frames]))), aspect)


def _small_gray(image: BgrImage) -> Gray:
    height, width = image.shape[:2]
    scale = min(1.0, _SHORT_SIDE / min(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def inner_aspect(rect: Rect, aspect: float) -> float:
    """Return width over height inside the borders of a frame of an aspect."""
    x1, y1, x2, y2 = rect
    return aspect * (x2 - x1) / (y2 - y1)


def part_of(gray: Gray, rect: Rect, part: Part) -> Gray:
    """Return a part of the picture inside the borders, at least one pixel.

    It is placed to a fraction of a pixel, since a hash changes with a shift of a hundredth.
    """
    height, width = gray.shape
    x1, y1, x2, y2 = rect
    left, right = (width * (x1 + share * (x2 - x1)) for share in (part[0], part[2]))
    top, bottom = (height * (y1 + share * (y2 - y1)) for share in (part[1], part[3]))
    size = (max(1, round(right - left)), max(1, round(bottom - top)))
    centre = ((left + right - 1) / 2, (top + bottom - 1) / 2)
    return np.asarray(cv2.getRectSubPix(gray, size, centre), np.uint8)
