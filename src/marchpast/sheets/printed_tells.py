"""The lower part of a printed sheet: what follows, tell by tell, and the marks of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from marchpast.sheets.canvas import GREEN, INK, RED, RULE, SOFT, Colour, Glyph
from marchpast.sheets.grid import BODY, ITEM, LABEL, LEAD, LEFT, MARGIN, SMALL, STRONG, Grid
from marchpast.sheets.marks import STATE_WORDS, State
from marchpast.sheets.page import upper_first
from marchpast.sheets.tells import TARPAULIN

if TYPE_CHECKING:
    from marchpast.sheets.following import Cell
    from marchpast.sheets.sheet import Column

_MARKS: Final[dict[State, tuple[Glyph, Colour]]] = {
    "present": ("tick", GREEN),
    "absent": ("cross", RED),
    "hidden": ("dash", SOFT),
}
_CELLS: Final[dict[Cell, tuple[Glyph, Colour]]] = {
    "contradicts": ("cross", RED),
    "fits": ("tick", GREEN),
    "may fit": ("dot", SOFT),
}


def draw_follows(grid: Grid, y: float) -> float:
    """Draw what follows from the marks."""
    outcome, canvas = grid.sheet.outcome, grid.canvas
    y = grid.heading(y, "What follows")
    y = canvas.text(MARGIN, y + 2, outcome.headline, LEAD, width=grid.inner)
    for title, texts in (
        ("Look again", outcome.conflicts),
        ("What to look at next", outcome.deciding),
        ("Not visible here; it would decide in another picture", outcome.elsewhere),
    ):
        if texts:
            y = canvas.text(MARGIN, y + 8, title, STRONG, width=grid.inner)
        for text in texts:
            canvas.glyph(MARGIN + 2, y + 6, "dot", 7, SOFT)
            words = f"{upper_first(text)}."
            y = canvas.text(MARGIN + 18, y, words, BODY, width=grid.inner - 18)
    return y


def draw_tells(grid: Grid, y: float) -> float:
    """Draw the table of what excludes."""
    y = grid.heading(y, "Tells that exclude")
    if not grid.sheet.tells:
        words = "No known fact separates these kinds."
        return grid.canvas.text(MARGIN, y, words, BODY, width=grid.inner)
    words = "What is not visible decides nothing."
    lower = grid.canvas.text(MARGIN, y, words, SMALL, width=LEFT)
    y = max(lower, grid.across(y, _column_head)) + 6
    grid.canvas.block(MARGIN, y, grid.inner, 1.4, INK)
    for row in range(len(grid.sheet.tells)):
        y = _tell(grid, row, y + 10) + 9
        grid.canvas.block(MARGIN, y, grid.inner, 0.8, RULE)
    return y


def draw_features(grid: Grid, y: float) -> float:
    """Draw the marks of every kind, and how the kinds differ."""
    y = grid.heading(y, "Marks to look for")
    words = (
        "These speak for a kind or against it and exclude nothing: variants, loaders and vehicles "
        "ready for travel lack some of them."
    )
    lower = grid.canvas.text(MARGIN, y, words, BODY.in_colour(SOFT), width=LEFT) + 10
    legend: list[tuple[State | None, str]] = [*STATE_WORDS.items(), (None, "not marked")]
    for state, words in legend:
        _box(grid, MARGIN, lower, state)
        lower = grid.canvas.text(MARGIN + 24, lower, words, ITEM, width=LEFT) + 4
    return max(lower, grid.across(y, _features))


def draw_foot(grid: Grid, y: float) -> float:
    """Draw what the sheet does not say."""
    grid.canvas.block(MARGIN, y, grid.inner, 1, INK)
    words = (
        "A kind that is not excluded is possible and no more than that: kinds that were not "
        "compared may fit as well. Facts and tells: the taxonomy of marchpast."
    )
    return grid.canvas.text(MARGIN, y + 10, words, SMALL, width=grid.inner)


def _column_head(grid: Grid, number: int, column: Column, y: float) -> float:
    type_ = LABEL.in_colour(SOFT)
    return grid.canvas.text(grid.x(number), y, column.name, type_, width=grid.width)


def _tell(grid: Grid, row: int, y: float) -> float:
    tell, canvas, width = grid.sheet.tells[row], grid.canvas, LEFT - 10
    lower = canvas.text(MARGIN, y, upper_first(tell.what), STRONG, width=width)
    mark = grid.sheet.seen.get(tell.name)
    if mark is not None:
        canvas.glyph(MARGIN, lower + 4, "dot", 11, INK)
        words = f"{mark.short} (a person)"
        lower = canvas.text(MARGIN + 18, lower, words, BODY, width=width - 18)
    else:
        words = "not visible" if tell.name in grid.sheet.seen else "not marked"
        lower = canvas.text(MARGIN, lower, words, BODY.in_colour(SOFT), width=width)
    if tell.name == TARPAULIN:
        lower = canvas.text(MARGIN, lower, f"{upper_first(tell.note)}.", SMALL, width=width)
    for claim in grid.sheet.claims:
        if claim.name == tell.name:
            unsure = "" if claim.is_sure else ": too unsure to exclude"
            words = f"{upper_first(claim.words)}{unsure}"
            lower = canvas.text(MARGIN, lower, words, SMALL, width=width)
    return max(lower, *(_cell(grid, row, n, y) for n in range(len(grid.sheet.columns))))


def _cell(grid: Grid, row: int, number: int, y: float) -> float:
    x, cell = grid.x(number), grid.sheet.outcome.cells[row][number]
    if has := grid.sheet.tells[row].has[number]:
        y = grid.canvas.text(x, y, has, BODY, width=grid.width)
    glyph, colour = _CELLS.get(cell, (None, SOFT))
    if glyph is None:
        return grid.canvas.text(x, y, cell, SMALL, width=grid.width)
    grid.canvas.glyph(x, y + 3, glyph, 11, colour)
    return grid.canvas.text(x + 18, y, cell, LABEL.in_colour(colour), width=grid.width - 18)


def _features(grid: Grid, number: int, column: Column, y: float) -> float:
    x, width, canvas = grid.x(number), grid.width, grid.canvas
    y = _column_head(grid, number, column, y) + 4
    for feature in column.features:
        _box(grid, x, y, feature.state)
        unsure = " (lacks a second source)" if feature.is_unsure else ""
        words = f"{upper_first(feature.text)}{unsure}"
        y = canvas.text(x + 24, y, words, ITEM, width=width - 24) + 7
    if not column.features:
        y = canvas.text(x, y, "Nothing is listed for a group of kinds.", SMALL, width=width)
    for position, text in enumerate(column.against):
        if position == 0:
            y = canvas.text(x, y + 6, "How it differs", LABEL, width=width) + 2
        y = canvas.text(x, y, upper_first(text), ITEM, width=width) + 5
    return y


def _box(grid: Grid, x: float, y: float, state: State | None) -> None:
    grid.canvas.glyph(x, y + 2, "box", 14, SOFT)
    if state is not None:
        glyph, colour = _MARKS[state]
        grid.canvas.glyph(x + 2, y + 4, glyph, 10, colour)
