"""An inventory in lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from marchpast.inventory.announced import AnnouncedLine, Counted, Figures, Inventory
from marchpast.taxonomy import Taxonomy, load_taxonomy

_WORDS = {"personnel": "people", "aircraft": "aircraft", "historic": "historic vehicles"}


def summary(inventory: Inventory) -> tuple[str, str, str, str]:
    """Return id, place, date and what was said of the total.

    >>> from marchpast.inventory import load_inventory
    >>> summary(load_inventory("vladivostok-2019"))
    ('vladivostok-2019', 'Vladivostok', '2019-05-09', 'reported 53')
    """
    said = "no total"
    if inventory.total is not None:
        said = f"announced {inventory.total}"
    elif inventory.reported.total is not None:
        said = f"reported {inventory.reported.total}"
    return inventory.id, inventory.place, inventory.date or "no date", said


def described(inventory: Inventory, *, taxonomy: Taxonomy | None = None) -> Iterator[str]:
    """Yield everything an inventory holds, line by line.

    Args:
        inventory: What was announced.
        taxonomy: Gives the names, the package's when `None`.
    """
    taxonomy = taxonomy or load_taxonomy()
    yield f"{inventory.id}: {inventory.place}, {inventory.date or 'no date'}"
    if inventory.is_draft:
        yield "DRAFT: read by a program from a text, confirmed by nobody"
    announced = Figures(
        inventory.total, inventory.personnel, inventory.aircraft, inventory.historic
    )
    on = f" on {inventory.published}" if inventory.published else ""
    yield f"announced{on}: {_figures(announced)}"
    yield from _lines(inventory.lines, taxonomy)
    if inventory.is_partial:
        yield "  the list is partial: a kind it does not name may take part"
    if inventory.reported != Figures():
        yield f"reported on the day or later: {_figures(inventory.reported)}"
    for count in inventory.counted:
        yield from _count(count, taxonomy)
    for source in inventory.sources:
        yield f"source: {source.url}{f' ({source.publisher})' if source.publisher else ''}"
    yield f"confidence: {inventory.confidence or 'not stated'}"
    if inventory.note:
        yield f"note: {inventory.note}"
    yield from _unplaced(inventory)


def _figures(figures: Figures) -> str:
    others = ((getattr(figures, name), words) for name, words in _WORDS.items())
    total = "no total" if figures.total is None else f"{figures.total} vehicles"
    return ", ".join([total, *(f"{amount} {words}" for amount, words in others if amount)])


def _lines(lines: Iterable[AnnouncedLine], taxonomy: Taxonomy) -> Iterator[str]:
    for line in lines:
        number = "without a number" if line.amount is None else str(line.amount)
        yield f"  {taxonomy.name(line.node)} ({line.node}): {number}"


def _count(count: Counted, taxonomy: Taxonomy) -> Iterator[str]:
    total = "" if count.total is None else f" {count.total}"
    note = f"; {count.note}" if count.note else ""
    yield f"counted by {count.by}:{total} ({count.url}){note}"
    yield from _lines(count.lines, taxonomy)


def _unplaced(inventory: Inventory) -> Iterator[str]:
    for number, sentence in enumerate(inventory.sentences, start=1):
        if not sentence.gave:
            yield f"sentence {number} gave nothing: {sentence.text}"
        yield from (f"sentence {number}, not placed: {left}" for left in sentence.unplaced)
