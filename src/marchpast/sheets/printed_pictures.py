"""The upper part of a printed sheet: the question, the picture, and the references beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from marchpast.sheets.canvas import GREEN, INK, RED, RULE, WASH
from marchpast.sheets.grid import ITEM, LABEL, LEFT, MARGIN, NAME, SMALL, TITLE, Grid
from marchpast.sheets.page import plain, upper_first
from marchpast.sheets.pictures import ViewName

if TYPE_CHECKING:
    from marchpast.sheets.sheet import Column

_TALLEST: Final = 560.0
_MOST_ENLARGED: Final = 4.0
_REFERENCE_ENLARGED: Final = 3.0
_MOST_PHOTOS: Final = 2
_SECOND_VIEW: Final[dict[ViewName, ViewName]] = {
    "left": "front-left",
    "right": "front-right",
    "front-right": "right",
    "rear": "rear-left",
}


def draw_head(grid: Grid, y: float) -> float:
    """Draw what the sheet asks."""
    grid.canvas.block(MARGIN, y, grid.inner, 4, INK)
    y = grid.canvas.text(MARGIN, y + 16, "SIDE BY SIDE", SMALL, width=grid.inner)
    title = plain(grid.sheet.title)
    return grid.canvas.text(MARGIN, y + 4, title, TITLE, width=grid.inner) + 18


def draw_question(grid: Grid, y: float) -> float:
    """Draw the picture in question and what the models say of it."""
    shown, canvas = grid.sheet.shown, grid.canvas
    y, width = canvas.picture(
        MARGIN, y, shown.image, width=LEFT, height=_TALLEST, enlarge=_MOST_ENLARGED
    )
    y = canvas.text(MARGIN, y + 8, plain(shown.name), LABEL, width=LEFT, lines=3)
    size = shown.size_words
    if width > 1.5 * shown.image.shape[1]:
        size += ", shown larger than it is"
    y = canvas.text(MARGIN, y, size, SMALL, width=LEFT)
    if shown.sha256:
        y = canvas.text(MARGIN, y, f"File SHA-256 {shown.sha256}", SMALL, width=LEFT)
    if shown.whole is not None:
        y, _ = canvas.picture(MARGIN, y + 12, shown.whole, width=LEFT, height=300, enlarge=1.0)
        words = "The whole picture; the box marks what is shown above."
        y = canvas.text(MARGIN, y + 6, words, SMALL, width=LEFT)
    if grid.sheet.answer:
        top = y + 12
        y = canvas.text(MARGIN + 14, top, plain(grid.sheet.answer), ITEM, width=LEFT - 14)
        canvas.block(MARGIN, top, 3, y - top, RULE)
    return y


def draw_kinds(grid: Grid, y: float) -> float:
    """Draw the name, the verdict and the reference pictures of every kind."""
    y = grid.across(y, _name)
    y = grid.across(y + 4, _verdict)
    return grid.across(y + 8, _references)


def _name(grid: Grid, number: int, column: Column, y: float) -> float:
    y = grid.canvas.text(grid.x(number), y, column.name, NAME, width=grid.width)
    return grid.canvas.text(grid.x(number), y, column.other_name, SMALL, width=grid.width)


def _verdict(grid: Grid, number: int, _column: Column, y: float) -> float:
    why = grid.sheet.outcome.excluded[number]
    x, colour = grid.x(number), RED if why else GREEN
    grid.canvas.glyph(x, y + 3, "cross" if why else "ring", 12, colour)
    words = "excluded" if why else "possible"
    y = grid.canvas.text(x + 20, y, words, LABEL.in_colour(colour), width=grid.width)
    for text in why:
        words = f"{upper_first(text)}."
        y = grid.canvas.text(x, y + 2, words, SMALL.in_colour(RED), width=grid.width)
    return y


def _references(grid: Grid, number: int, column: Column, y: float) -> float:
    x, width, canvas = grid.x(number), grid.width, grid.canvas
    for photo in column.photos[:_MOST_PHOTOS]:
        y, _ = canvas.picture(
            x, y, photo.image, width=width, height=0.9 * width, enlarge=_REFERENCE_ENLARGED
        )
        words = plain(f"Picture: {photo.credit}. Licence: {photo.licence}.")
        y = canvas.text(x, y + 5, words, SMALL, width=width) + 12
    for drawing in column.drawings:
        for view in _views(grid, column):
            image = drawing.views[view]
            y, _ = canvas.picture(
                x, y, image, width=width, height=width, enlarge=_REFERENCE_ENLARGED
            )
            y += 4
        words = f"{upper_first(drawing.name)}. {drawing.caption}. marchpast, MIT licence."
        y = canvas.text(x, y + 2, words, SMALL, width=width) + 12
    if not column.photos and not column.drawings:
        canvas.block(x, y, width, 64, WASH)
        words = "No reference picture of it is bundled; the user's own can be added."
        canvas.text(x + 14, y + 14, words, SMALL, width=width - 28)
        y += 64
    return y


def _views(grid: Grid, column: Column) -> Sequence[ViewName]:
    """The view of the sheet, and one more where a single drawing leaves room for it."""
    if len(column.drawings) > 1 or column.photos:
        return (grid.sheet.view,)
    return (grid.sheet.view, _SECOND_VIEW.get(grid.sheet.view, "left"))
