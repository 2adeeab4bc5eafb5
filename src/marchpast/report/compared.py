"""The part of the format that says how the sightings compare with what was announced."""

from __future__ import annotations

from marchpast.inventory import (
    Amount,
    Comparison,
    ComparisonLine,
    Inventory,
    InventoryConfidence,
    Overall,
    Qualifier,
    SeenCount,
    Verdict,
)
from marchpast.report.fields import Count, Node, StrictModel, Text


class CountEntry(StrictModel):
    """How many of a node were seen.

    Attributes:
        node: A taxonomy node.
        at_once: Most in one frame: at least so many there were.
        tracks: Vehicles followed: one that was lost and found again counts twice.
    """

    node: Node
    at_once: Count
    tracks: Count

    @classmethod
    def from_count(cls, count: SeenCount) -> CountEntry:
        """Return the entry of a count."""
        return cls(node=count.node, at_once=count.at_once, tracks=count.tracks)


class AmountEntry(StrictModel):
    """An announced number.

    Attributes:
        value: As announced.
        qualifier: How it was meant; `at_least` stands for "more than" and "over" too.
    """

    value: Count
    qualifier: Qualifier


class AnnouncedEntry(StrictModel):
    """A line of the announcement.

    Attributes:
        node: The taxonomy node it names.
        amount: `None` when it names the equipment without a number.
    """

    node: Node
    amount: AmountEntry | None


class OriginEntry(StrictModel):
    """Where the announcement was read.

    Attributes:
        url: Address, shown as text and never opened.
        publisher: Who published it.
    """

    url: Text
    publisher: Text


class LineEntry(StrictModel):
    """What came of one kind of equipment.

    Attributes:
        node: A taxonomy node.
        announced: `None` when the announcement does not name it.
        seen: How many were seen.
        verdict: What the two say together.
        reason: Why, one sentence.
    """

    node: Node
    announced: AnnouncedEntry | None
    seen: CountEntry
    verdict: Verdict
    reason: Text


class ComparisonEntry(StrictModel):
    """What came of comparing the sightings with an inventory.

    Attributes:
        inventory_id: Which inventory.
        place: Where the event was to be.
        date: ISO date of the event, `None` when not known.
        published: ISO date of the announcement, `None` when not known.
        total: Announced in all, `None` when no total was given.
        is_partial: True when the list names some of the equipment only.
        announced_by: Where the announcement was read.
        confidence: How sure the inventory's author was of it, `None` when not stated.
        note: Of the inventory, possibly empty.
        seen_total: How many military vehicles were seen in all.
        lines: One per kind of equipment that was announced or seen.
        overall: The verdict on the whole.
        reason: Why, one sentence.
    """

    inventory_id: Text
    place: Text
    date: Text | None
    published: Text | None
    total: AmountEntry | None
    is_partial: bool
    announced_by: tuple[OriginEntry, ...]
    confidence: InventoryConfidence | None
    note: Text
    seen_total: CountEntry
    lines: tuple[LineEntry, ...]
    overall: Overall
    reason: Text

    @classmethod
    def from_comparison(cls, comparison: Comparison, inventory: Inventory) -> ComparisonEntry:
        """Return the entry of a comparison and of the inventory it was made with."""
        return cls(
            inventory_id=comparison.inventory_id,
            place=comparison.place,
            date=comparison.date,
            published=inventory.published,
            total=_amount(comparison.total),
            is_partial=comparison.is_partial,
            announced_by=tuple(
                OriginEntry(url=source.url, publisher=source.publisher)
                for source in inventory.sources
            ),
            confidence=inventory.confidence,
            note=inventory.note,
            seen_total=CountEntry.from_count(comparison.seen_total),
            lines=tuple(_line(line) for line in comparison.lines),
            overall=comparison.overall,
            reason=comparison.reason,
        )


def _amount(amount: Amount | None) -> AmountEntry | None:
    return None if amount is None else AmountEntry(value=amount.value, qualifier=amount.qualifier)


def _line(line: ComparisonLine) -> LineEntry:
    announced = None
    if line.announced is not None:
        amount = _amount(line.announced.amount)
        announced = AnnouncedEntry(node=line.announced.node, amount=amount)
    return LineEntry(
        node=line.node,
        announced=announced,
        seen=CountEntry.from_count(line.seen),
        verdict=line.verdict,
        reason=line.reason,
    )
