"""The sheet as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2

from marchpast.errors import SheetError
from marchpast.records import BgrImage
from marchpast.sheets.canvas import can_print
from marchpast.sheets.grid import MARGIN, Grid
from marchpast.sheets.printed_pictures import draw_head, draw_kinds, draw_question
from marchpast.sheets.printed_tells import draw_features, draw_follows, draw_foot, draw_tells

if TYPE_CHECKING:
    from marchpast.sheets.sheet import Sheet

_PART_GAP: Final = 26.0
_PNG_COMPRESSION: Final = 6


def print_sheet(sheet: Sheet) -> bytes:
    """Return the sheet as a PNG file.

    Raises:
        SheetError: With OpenCV 4, whose fonts have no Cyrillic letters.
    """
    if not can_print():
        raise SheetError(
            f"a sheet as PNG needs OpenCV 5, and here is {cv2.__version__}; save it as .html, or "
            "install opencv-python-headless 5 or later"
        )
    _, encoded = cv2.imencode(".png", draw(sheet), [cv2.IMWRITE_PNG_COMPRESSION, _PNG_COMPRESSION])
    return encoded.tobytes()


def draw(sheet: Sheet) -> BgrImage:
    """Return the sheet as a picture, `(H, W, 3)` uint8 BGR."""
    grid = Grid(sheet)
    y = draw_head(grid, MARGIN)
    y = max(draw_question(grid, y), draw_kinds(grid, y))
    for part in (draw_follows, draw_tells, draw_features, draw_foot):
        y = part(grid, y + _PART_GAP)
    return grid.canvas.cut(y + MARGIN * 0.7)
