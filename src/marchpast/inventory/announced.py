"""What was announced: amounts with their qualifiers, lines, the whole inventory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Qualifier = Literal["exact", "at_least", "about"]
"""`at_least` is what "more than 50" and "over 50" say; it bounds nothing from above."""

InventoryConfidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Amount:
    """An announced number of vehicles.

    Attributes:
        value: 0 or more.
        qualifier: How the announcement meant it.
    """

    value: int
    qualifier: Qualifier

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"an announced number is 0 or more, got {self.value}")

    def __str__(self) -> str:
        """Return the amount in words: `8`, `at least 50`, `about 90`."""
        words = {"exact": "", "at_least": "at least ", "about": "about "}[self.qualifier]
        return f"{words}{self.value}"


@dataclass(frozen=True, slots=True)
class AnnouncedLine:
    """One kind of vehicle that was announced.

    Attributes:
        node: Taxonomy id of a type or of a group.
        amount: `None` when no number was given, which is the rule.
    """

    node: str
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class InventorySource:
    """Where the announcement was read.

    Attributes:
        url: Address, http or https.
        publisher: Who published it, or empty.
    """

    url: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was announced for one event.

    Attributes:
        id: Short name.
        place: Where the event was to be.
        date: ISO date of the event, `None` when not known.
        total: Vehicles announced in all, `None` when no number was given.
        lines: One for each kind that was named; no kind twice.
        is_partial: True when the announcement says "including": a kind it does not name may
            take part all the same.
        sources: Where it was read.
        confidence: How sure the file's author is of it, `None` when not stated.
        note: For the reader, or empty.
        sha256: Hex digest of the file's bytes.
        published: ISO date of the announcement, `None` when not known.
    """

    id: str
    place: str
    date: str | None
    total: Amount | None
    lines: tuple[AnnouncedLine, ...]
    is_partial: bool
    sources: tuple[InventorySource, ...]
    confidence: InventoryConfidence | None
    note: str
    sha256: str
    published: str | None = None

    def __post_init__(self) -> None:
        nodes = [line.node for line in self.lines]
        if len(nodes) != len(set(nodes)):
            raise ValueError(f"inventory {self.id}: a node is announced twice: {nodes}")
        if self.announces_nothing and self.lines:
            raise ValueError(f"inventory {self.id}: the total is 0, but lines name {nodes}")
        if not (self.lines or self.is_partial or self.announces_nothing):
            raise ValueError(
                f"inventory {self.id}: without lines the list cannot be complete, unless the "
                "announced total is exactly 0"
            )

    @property
    def announces_nothing(self) -> bool:
        """True when the announced total is exactly 0: the event explains no vehicle."""
        return self.total == Amount(0, "exact")
