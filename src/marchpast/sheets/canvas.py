"""Text and marks on a picture, in OpenCV's own font: it holds Latin and Cyrillic letters.

Positions and sizes are in units of the layout; `SCALE` pixels make one.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np

from marchpast.records import BgrImage
from marchpast.sheets.pictures import fitted

Colour = tuple[int, int, int]
Glyph = Literal["tick", "cross", "dash", "ring", "box", "dot"]

SCALE: Final = 1.5

INK: Final[Colour] = (30, 25, 23)
SOFT: Final[Colour] = (102, 91, 85)
RULE: Final[Colour] = (224, 219, 216)
WASH: Final[Colour] = (247, 245, 244)
GREEN: Final[Colour] = (63, 96, 0)
RED: Final[Colour] = (24, 29, 140)

_LEADING = 1.36


@dataclass(frozen=True, slots=True)
class Type:
    """How text is set: size in units, weight from 300 to 800, BGR colour."""

    size: float
    weight: int = 400
    colour: Colour = INK

    def in_colour(self, colour: Colour) -> Type:
        """Return the same in another colour."""
        return replace(self, colour=colour)


def can_print() -> bool:
    """Return whether this OpenCV has a font with Cyrillic letters: version 5 has."""
    return hasattr(cv2, "FontFace")


class Canvas:
    """White paper of a fixed width that is cut off where the drawing ends."""

    def __init__(self, width: float, height: float) -> None:
        """Take a sheet, width and height in units."""
        self._image = np.full((_px(height), _px(width), 3), 255, np.uint8)

    def text(
        self, x: float, y: float, words: str, type_: Type, *, width: float, lines: int = 99
    ) -> float:
        """Set a paragraph whose top is at `y`; return where the next may begin.

        Args:
            x: Left edge.
            y: Upper edge.
            words: One paragraph.
            type_: Size, weight and colour.
            width: Where lines break.
            lines: The most; what is over is cut off with dots.
        """
        size = _px(type_.size)
        broken = _broken(words, size, type_.weight, _px(width))
        if len(broken) > lines:
            broken = [*broken[: lines - 1], broken[lines - 1].rstrip(" ,.;") + " ..."]
        for line in broken:
            place = (_px(x), _px(y + type_.size * 1.02))
            cv2.putText(self._image, line, place, type_.colour, _font(), size, type_.weight)
            y += type_.size * _LEADING
        return y

    def picture(
        self, x: float, y: float, image: BgrImage, *, width: float, height: float, enlarge: float
    ) -> tuple[float, float]:
        """Place a picture; return the lower edge and how many units wide it is."""
        shown = fitted(image, _px(width), _px(height), enlarge=enlarge * SCALE)
        rows, columns = shown.shape[:2]
        top, left = _px(y), _px(x)
        self._image[top : top + rows, left : left + columns] = shown
        return y + rows / SCALE, columns / SCALE

    def block(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill a rectangle."""
        self._image[_px(y) : _px(y + height), _px(x) : _px(x + width)] = colour

    def glyph(self, x: float, y: float, kind: Glyph, size: float, colour: Colour) -> None:
        """Draw a mark into the square of `size` whose upper left corner is given."""
        pen = max(1, round(size * SCALE / 8))

        def at(across: float, down: float) -> tuple[int, int]:
            return _px(x + across * size), _px(y + down * size)

        if kind == "box":
            cv2.rectangle(self._image, at(0.06, 0.06), at(0.94, 0.94), colour, 1, cv2.LINE_AA)
        elif kind in ("ring", "dot"):
            width = pen if kind == "ring" else cv2.FILLED
            cv2.circle(self._image, at(0.5, 0.5), _px(size * 0.38), colour, width, cv2.LINE_AA)
        for first, last in _STROKES.get(kind, ()):
            cv2.line(self._image, at(*first), at(*last), colour, pen, cv2.LINE_AA)

    def cut(self, height: float) -> BgrImage:
        """Return the picture down to a height, `(H, W, 3)` uint8 BGR."""
        return self._image[: _px(height)]


_STROKES: dict[str, tuple[tuple[tuple[float, float], tuple[float, float]], ...]] = {
    "tick": (((0.08, 0.55), (0.38, 0.85)), ((0.38, 0.85), (0.95, 0.15))),
    "cross": (((0.15, 0.15), (0.85, 0.85)), ((0.85, 0.15), (0.15, 0.85))),
    "dash": (((0.15, 0.5), (0.85, 0.5)),),
}


def _px(units: float) -> int:
    return round(units * SCALE)


@functools.cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")


@functools.lru_cache(maxsize=4096)
def _width(text: str, size: int, weight: int) -> int:
    x, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _font(), size, weight)
    return int(x + width)


def _broken(text: str, size: int, weight: int, room: int) -> list[str]:
    """Break a paragraph at its blanks, and a word that is too long anywhere."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if _width(longer, size, weight) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        while _width(word, size, weight) > room and len(word) > 1:
            kept = next(
                (n for n in range(len(word) - 1, 0, -1) if _width(word[:n], size, weight) <= room),
                1,
            )
            lines.append(word[:kept])
            word = word[kept:]
        line = word
    return [*lines, line] if line else lines
