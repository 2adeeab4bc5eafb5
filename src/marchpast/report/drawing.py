"""Boxes and names on a picture, readable at any picture size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from marchpast.records import BgrImage, Box, Level
from marchpast.report.text import ascii_label

_FONT = cv2.FONT_HERSHEY_SIMPLEX

LEVEL_COLOURS: dict[Level, tuple[int, int, int]] = {
    "type": (115, 158, 0),
    "family": (178, 114, 0),
    "category": (0, 159, 230),
    "class": (167, 121, 204),
    "unknown": (153, 153, 153),
}
"""BGR per level, from the colour-blind safe palette of M. Okabe and K. Ito (2008): bluish
green, blue, orange, reddish purple, and a grey. The label says the name as well."""


@dataclass(frozen=True, slots=True)
class _Label:
    """A filled box with text: `x, y` is its upper left corner, all in pixels."""

    text: str
    x: int
    y: int
    width: int
    height: int

    def overlap(self, other: _Label) -> int:
        """Return the common area in square pixels."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(across, 0) * max(down, 0)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Sizes in pixels that grow with the picture."""

    line: int
    font_scale: float
    font_weight: int
    padding: int

    @classmethod
    def for_picture(cls, height: int, width: int) -> _Pen:
        long_side = max(height, width)
        return cls(
            line=max(1, round(long_side / 500)),
            # 0.45 is about 10 px letters, the smallest that survive video compression.
            font_scale=max(0.45, long_side / 2200),
            font_weight=max(1, round(long_side / 1400)),
            padding=max(3, round(long_side / 320)),
        )


def draw_sightings(
    image: BgrImage, boxes: Sequence[Box], labels: Sequence[str], levels: Sequence[Level]
) -> BgrImage:
    """Return a copy of the picture with a box and a filled label for every sighting.

    The colour says how exact the answer is (:data:`LEVEL_COLOURS`), the label says it in
    words. Labels stay inside the picture and give way to each other while there is room.

    Args:
        image: `(H, W, 3)` uint8 BGR; not changed.
        boxes: `x1, y1, x2, y2` in pixels of this picture; parts outside are not drawn.
        labels: One line per box; letters without an ASCII form are drawn as `?`.
        levels: One per box.

    Returns:
        `(H, W, 3)` uint8 BGR, a new array.

    Raises:
        ValueError: If the three sequences differ in length.
    """
    if not len(boxes) == len(labels) == len(levels):
        raise ValueError(
            f"every box needs one label and one level, got {len(boxes)} boxes, "
            f"{len(labels)} labels and {len(levels)} levels"
        )
    drawn = np.ascontiguousarray(image).copy()
    pen = _Pen.for_picture(*drawn.shape[:2])
    # Large boxes first, so that a vehicle in front of another keeps its outline.
    order = sorted(range(len(boxes)), key=lambda row: (-_area(boxes[row]), row))
    for row in order:
        _draw_box(drawn, boxes[row], LEVEL_COLOURS[levels[row]], pen)
    placed: list[_Label] = []
    for row in order:
        label = _place(ascii_label(labels[row]), boxes[row], placed, drawn.shape[:2], pen)
        _draw_label(drawn, label, LEVEL_COLOURS[levels[row]], pen)
        placed.append(label)
    return drawn


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _draw_box(image: BgrImage, box: Box, colour: tuple[int, int, int], pen: _Pen) -> None:
    """Draw the outline on a thin dark rim, so that it shows on sky and on asphalt."""
    corner, opposite = (round(box[0]), round(box[1])), (round(box[2]), round(box[3]))
    cv2.rectangle(image, corner, opposite, (20, 20, 20), pen.line + 2)
    cv2.rectangle(image, corner, opposite, colour, pen.line)


def _place(
    text: str, box: Box, placed: Sequence[_Label], shape: tuple[int, ...], pen: _Pen
) -> _Label:
    """Return the first of the preferred places that is free, else the least crowded."""
    height, width = shape[:2]
    text = _shortened(text, width - 2 * pen.padding, pen)
    label_width, label_height = _label_size(text, pen)
    left, top, right, bottom = (round(value) for value in box)
    above, below = top - label_height, bottom
    spots = [
        (left, above),
        (left, below),
        (left, top),
        (right - label_width, above),
        (right - label_width, below),
        (left, bottom - label_height),
        (left, above - label_height),
        (left, below + label_height),
    ]
    choices = []
    for x, y in spots:
        inside_x = min(max(x, 0), max(width - label_width, 0))
        inside_y = min(max(y, 0), max(height - label_height, 0))
        choices.append(_Label(text, inside_x, inside_y, label_width, label_height))
    # min() keeps the first of equals, which is the order of preference.
    return min(choices, key=lambda label: sum(label.overlap(other) for other in placed))


def _shortened(text: str, room: int, pen: _Pen) -> str:
    """Return the text cut to `room` pixels, with dots where it was cut."""
    if _text_size(text, pen)[0] <= room:
        return text
    while text and _text_size(text + "...", pen)[0] > room:
        text = text[:-1]
    return text + "..." if text else ""


def _text_size(text: str, pen: _Pen) -> tuple[int, int, int]:
    """Return width, height above the base line and depth below it, in pixels."""
    (width, height), depth = cv2.getTextSize(text, _FONT, pen.font_scale, pen.font_weight)
    return int(width), int(height), int(depth)


def _label_size(text: str, pen: _Pen) -> tuple[int, int]:
    width, height, depth = _text_size(text, pen)
    return width + 2 * pen.padding, height + depth + 2 * pen.padding


def _draw_label(image: BgrImage, label: _Label, colour: tuple[int, int, int], pen: _Pen) -> None:
    if not label.text:
        return
    corner, opposite = (label.x, label.y), (label.x + label.width - 1, label.y + label.height - 1)
    cv2.rectangle(image, corner, opposite, colour, cv2.FILLED)
    _, height, _ = _text_size(label.text, pen)
    base = (label.x + pen.padding, label.y + pen.padding + height)
    cv2.putText(
        image,
        label.text,
        base,
        _FONT,
        pen.font_scale,
        _ink_on(colour),
        pen.font_weight,
        cv2.LINE_AA,
    )


def _ink_on(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return black or white, whichever contrasts more on the colours above.

    The luma is that of ITU-R BT.601; at 96 the two contrast about equally on a dull colour.
    """
    blue, green, red = colour
    luma = 0.114 * blue + 0.587 * green + 0.299 * red
    return (0, 0, 0) if luma > 96 else (255, 255, 255)
