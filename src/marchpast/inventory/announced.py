"""What was announced: amounts with their qualifiers, lines, the whole inventory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Qualifier = Literal["exact", "at_least", "at_most", "about"]
"""`at_least` is what "more than 50" and "over 50" say, and it bounds nothing from above; `at_most`
is "up to 50"."""

InventoryConfidence = Literal["high", "medium", "low"]

_QUALIFIER_WORDS: dict[Qualifier, str] = {
    "exact": "",
    "at_least": "at least ",
    "at_most": "at most ",
    "about": "about ",
}


@dataclass(frozen=True, slots=True)
class Amount:
    """An announced number, of vehicles if nothing else is said.

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
        return f"{_QUALIFIER_WORDS[self.qualifier]}{self.value}"


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one statement that are not about a kind of vehicle; `None` is not stated.

    Attributes:
        total: Ground vehicles in all.
        personnel: People who march or crew.
        aircraft: What flies; never part of `total`.
        historic: Vehicles of museum age; part of `total` or beside it, which announcements
            hardly ever say.
    """

    total: Amount | None = None
    personnel: Amount | None = None
    aircraft: Amount | None = None
    historic: Amount | None = None


@dataclass(frozen=True, slots=True)
class AnnouncedLine:
    """One kind of vehicle that was announced, or counted.

    Attributes:
        node: Taxonomy id of a type or of a group.
        amount: `None` when no number was given, which is the rule.
        sentence: The sentence of the announcement it was read from, or empty.
    """

    node: str
    amount: Amount | None
    sentence: str = ""


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
class Counted:
    """What somebody independent counted at the event itself.

    Attributes:
        by: Who counted.
        total: Vehicles in all, `None` when only kinds were counted.
        lines: One for each kind that was counted; others may have been there.
        url: Where the count was read, http or https.
        note: For the reader, or empty.
    """

    by: str
    total: Amount | None
    lines: tuple[AnnouncedLine, ...]
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """One sentence of the text an inventory was drafted from.

    Attributes:
        text: The sentence, white space made single.
        gave: What was read from it: `total`, `personnel`, `place`, node ids, ...; empty when
            nothing was.
        unplaced: Its names and numbers that went nowhere, each with the reason.
    """

    text: str
    gave: tuple[str, ...]
    unplaced: tuple[str, ...] = ()


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
        sources: Where it was read; empty for a draft only.
        confidence: How sure the file's author is of it, `None` when not stated.
        note: For the reader, or empty.
        sha256: Hex digest of the file's bytes.
        published: ISO date of the announcement, `None` when not known.
        personnel: People announced.
        aircraft: Aircraft announced, never part of `total`.
        historic: Vehicles of museum age announced, part of `total` or beside it.
        reported: What the organiser or the press said on the day or later. It is not what was
            announced before.
        counted: Independent counts of the event. They are for the reader: no comparison uses them.
        is_draft: True when a program read a text and nobody has confirmed what it read.
        sentences: The text it was drafted from, every sentence; empty when written by hand.
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
    personnel: Amount | None = None
    aircraft: Amount | None = None
    historic: Amount | None = None
    reported: Figures = Figures()
    counted: tuple[Counted, ...] = ()
    is_draft: bool = False
    sentences: tuple[SourceSentence, ...] = ()

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
