"""The grid that a printed sheet is set on: one wide column, then one for each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from marchpast.sheets.canvas import INK, SOFT, Canvas, Type

if TYPE_CHECKING:
    from marchpast.sheets.sheet import Column, Sheet

TITLE: Final = Type(34, 700)
HEADING: Final = Type(21, 700)
NAME: Final = Type(19, 650)
LEAD: Final = Type(18)
BODY: Final = Type(15.5)
STRONG: Final = Type(15.5, 600)
ITEM: Final = Type(14)
LABEL: Final = Type(13.5, 600)
SMALL: Final = Type(12.5, 400, SOFT)

MARGIN: Final = 44.0
LEFT: Final = 400.0

_GAP: Final = 30.0
_WIDTHS: Final = {1: 420.0, 2: 380.0, 3: 320.0, 4: 276.0, 5: 250.0}
_NARROWEST: Final = 228.0
_TALLEST: Final = 6000.0


class Grid:
    """Paper with columns; everything is in units of the layout.

    Attributes:
        canvas: To draw on.
        sheet: What is printed.
        width: Of a kind's column.
        inner: Of all columns with the gaps between them.
    """

    def __init__(self, sheet: Sheet) -> None:
        """Lay out columns for the kinds of a sheet."""
        count = len(sheet.columns)
        self.sheet = sheet
        self.width = _WIDTHS.get(count, _NARROWEST)
        self.inner = LEFT + count * (_GAP + self.width)
        self.canvas = Canvas(self.inner + 2 * MARGIN, _TALLEST)

    def x(self, number: int) -> float:
        """Return the left edge of a kind's column."""
        return MARGIN + LEFT + _GAP + number * (self.width + _GAP)

    def across(self, y: float, part: Callable[[Grid, int, Column, float], float]) -> float:
        """Draw a part of every kind, side by side; return the lowest end."""
        return max(
            part(self, number, column, y) for number, column in enumerate(self.sheet.columns)
        )

    def heading(self, y: float, words: str) -> float:
        """Begin a part of the sheet."""
        self.canvas.block(MARGIN, y, self.inner, 1, INK)
        return self.canvas.text(MARGIN, y + 12, words, HEADING, width=self.inner) + 2
