"""The part of the format that repeats what was announced, reported and counted by others."""

from __future__ import annotations

from marchpast.inventory import (
    Amount,
    AnnouncedLine,
    Counted,
    Figures,
    Inventory,
    InventoryConfidence,
    Qualifier,
)
from marchpast.report.fields import Count, Node, StrictModel, Text


class AmountEntry(StrictModel):
    """An announced number.

    Attributes:
        value: As announced.
        qualifier: How it was meant; `at_least` stands for "more than" and "over" too, `at_most`
            for "up to".
    """

    value: Count
    qualifier: Qualifier


class AnnouncedEntry(StrictModel):
    """A line of the announcement, or of a count.

    Attributes:
        node: The taxonomy node it names.
        amount: `None` when it names the equipment without a number.
    """

    node: Node
    amount: AmountEntry | None

    @classmethod
    def from_line(cls, line: AnnouncedLine) -> AnnouncedEntry:
        """Return the entry of a line."""
        return cls(node=line.node, amount=_amount(line.amount))


class OriginEntry(StrictModel):
    """Where the announcement was read.

    Attributes:
        url: Address, shown as text and never opened.
        publisher: Who published it.
    """

    url: Text
    publisher: Text


class FiguresEntry(StrictModel):
    """The numbers of one statement; `None` is not stated.

    Attributes:
        total: Ground vehicles in all.
        personnel: People.
        aircraft: Never part of the total.
        historic: Vehicles of museum age, part of the total or beside it.
    """

    total: AmountEntry | None
    personnel: AmountEntry | None
    aircraft: AmountEntry | None
    historic: AmountEntry | None


class IndependentEntry(StrictModel):
    """What somebody independent counted at the event; no part of any verdict.

    Attributes:
        by: Who counted.
        total: `None` when only kinds were counted.
        lines: The kinds that were counted.
        url: Where the count was read, shown as text.
        note: For the reader, possibly empty.
    """

    by: Text
    total: AmountEntry | None
    lines: tuple[AnnouncedEntry, ...]
    url: Text
    note: Text


class InventoryEntry(StrictModel):
    """The inventory that the sightings were compared with.

    Attributes:
        id: Which one.
        place: Where the event was to be.
        date: ISO date of the event, `None` when not known.
        published: ISO date of the announcement, `None` when not known.
        is_draft: True when a program read it from a text and nobody has confirmed it.
        is_partial: True when the list names some of the equipment only.
        announced: What was announced in all.
        reported: What was said on the day or later; not what was announced.
        counted: What others counted at the event.
        announced_by: Where the announcement was read.
        confidence: How sure the inventory's author was of it, `None` when not stated.
        note: Of the inventory, possibly empty.
    """

    id: Text
    place: Text
    date: Text | None
    published: Text | None
    is_draft: bool
    is_partial: bool
    announced: FiguresEntry
    reported: FiguresEntry
    counted: tuple[IndependentEntry, ...]
    announced_by: tuple[OriginEntry, ...]
    confidence: InventoryConfidence | None
    note: Text

    @classmethod
    def from_inventory(cls, inventory: Inventory) -> InventoryEntry:
        """Return the entry of an inventory, without its lines, which the comparison has."""
        announced = Figures(
            inventory.total, inventory.personnel, inventory.aircraft, inventory.historic
        )
        return cls(
            id=inventory.id,
            place=inventory.place,
            date=inventory.date,
            published=inventory.published,
            is_draft=inventory.is_draft,
            is_partial=inventory.is_partial,
            announced=_figures(announced),
            reported=_figures(inventory.reported),
            counted=tuple(map(_independent, inventory.counted)),
            announced_by=tuple(
                OriginEntry(url=source.url, publisher=source.publisher)
                for source in inventory.sources
            ),
            confidence=inventory.confidence,
            note=inventory.note,
        )


def _amount(amount: Amount | None) -> AmountEntry | None:
    return None if amount is None else AmountEntry(value=amount.value, qualifier=amount.qualifier)


def _figures(figures: Figures) -> FiguresEntry:
    return FiguresEntry(
        total=_amount(figures.total),
        personnel=_amount(figures.personnel),
        aircraft=_amount(figures.aircraft),
        historic=_amount(figures.historic),
    )


def _independent(count: Counted) -> IndependentEntry:
    return IndependentEntry(
        by=count.by,
        total=_amount(count.total),
        lines=tuple(map(AnnouncedEntry.from_line, count.lines)),
        url=count.url,
        note=count.note,
    )
