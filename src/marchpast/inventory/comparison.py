"""What came of comparing: the records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from marchpast.inventory.announced import Amount, AnnouncedLine
from marchpast.inventory.counting import SeenCount
from marchpast.inventory.observing import Moment
from marchpast.inventory.priors import Prior, Ranking

Verdict = Literal["covered", "surplus", "not announced", "not seen", "cannot tell"]
Overall = Literal[
    "consistent",
    "consistent, but does not prove it",
    "inconsistent",
    "explains nothing",
    "cannot tell",
]


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """What came of one kind of vehicle, or of vehicles with one and the same set of answers.

    Attributes:
        node: Taxonomy id: of the announced line, or of what was seen and is not surely of one line.
            For a set of several nodes the nearest node above all of them.
        nodes: The announced node, or the set that was answered.
        announced: `None` when what was seen is not surely of one announced line.
        seen: Of the announced lines only what is surely theirs, so that every military vehicle is
            in one `seen`; what may be theirs besides is in `covered_most`.
        covered_least: How many of the vehicles seen the announced line accounts for in every
            feasible assignment; `None` without an announced line. A vehicle that a narrower line
            may take as well counts for neither.
        covered_most: How many in some feasible assignment.
        over: How many more were seen together than announced, 0 when not, whatever the verdict.
        shown_at: Where so many were seen together; empty when `over` is 0.
        verdict: What the two say together.
        reason: Why, one sentence.
    """

    node: str
    nodes: tuple[str, ...]
    announced: AnnouncedLine | None
    seen: SeenCount
    covered_least: int | None
    covered_most: int | None
    over: int
    shown_at: tuple[Moment, ...]
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing the sightings with one inventory.

    Attributes:
        inventory_id: Which inventory.
        place: Where the event was to be.
        date: ISO date of the event, `None` when not known.
        total: Announced in all, `None` when no number was given.
        is_partial: True when the announcement names some of the equipment only.
        seen_total: All vehicles that are surely military, named or not.
        lines: The announced lines in their order, then what was seen and is not surely of one.
        overall: The verdict on the whole.
        reason: Why, a few sentences.
        because: What contradicts the announcement, one phrase each; empty unless inconsistent.
        left_over: Most vehicles seen together that the announcement cannot account for, however
            they are assigned: so many would have to be something else than they were named.
        level: How probable it must be, by the calibrated masses, that the names carry a
            contradiction before it is stated.
        prior: What earlier events said, when it was asked for. Only `rankings` know of it.
        rankings: With a prior: the likeliest types of each vehicle, with and without it.
    """

    inventory_id: str
    place: str
    date: str | None
    total: Amount | None
    is_partial: bool
    seen_total: SeenCount
    lines: tuple[ComparisonLine, ...]
    overall: Overall
    reason: str
    because: tuple[str, ...]
    left_over: int
    level: float
    prior: Prior | None
    rankings: tuple[Ranking, ...]
