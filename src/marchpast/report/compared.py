"""The part of the format that says how the sightings compare with what was announced."""

from __future__ import annotations

from marchpast.inventory import Comparison, ComparisonLine, Inventory, Overall, Verdict
from marchpast.report.announced import AnnouncedEntry, InventoryEntry
from marchpast.report.counts import CountEntry
from marchpast.report.fields import Count, Node, Probability, Seconds, StrictModel, Text
from marchpast.report.ranked import PriorEntry


class MomentEntry(StrictModel):
    """One frame of one source.

    Attributes:
        source: A name from `sources`.
        frame_index: In decode order, from 0.
        time_s: Presentation time in seconds.
    """

    source: Text
    frame_index: Count
    time_s: Seconds


class LineEntry(StrictModel):
    """What came of one kind of equipment, or of vehicles with one and the same set of answers.

    Attributes:
        node: Of the announced line; else the nearest node above all of `nodes`.
        nodes: The announced node, or the set that was answered.
        announced: `None` when what was seen is not surely of one announced line.
        seen: How many were seen that are surely of it.
        covered_least: How many of the vehicles seen the announced line accounts for in every
            feasible assignment; `None` without an announced line.
        covered_most: How many in some feasible assignment.
        over: How many more were seen together than announced, 0 when not.
        shown_at: Where so many were seen together; empty when `over` is 0.
        verdict: What the two say together.
        reason: Why, one sentence.
    """

    node: Node
    nodes: tuple[Node, ...]
    announced: AnnouncedEntry | None
    seen: CountEntry
    covered_least: Count | None
    covered_most: Count | None
    over: Count
    shown_at: tuple[MomentEntry, ...]
    verdict: Verdict
    reason: Text


class ComparisonEntry(StrictModel):
    """What came of comparing the sightings with an inventory.

    Attributes:
        inventory: What was announced, with its sources.
        seen_total: How many vehicles were seen that are surely military.
        lines: One per kind of equipment that was announced or seen.
        overall: The verdict on the whole.
        reason: Why, a few sentences.
        because: What contradicts the announcement, one phrase each; empty unless inconsistent.
        left_over: Most vehicles seen together that the announcement cannot account for, however
            they are assigned.
        level: How probable it must be that the names carry a contradiction before it is stated.
        prior: What earlier events make of the order of the likeliest types; `None` when none were
            asked for. Nothing else here depends on it.
    """

    inventory: InventoryEntry
    seen_total: CountEntry
    lines: tuple[LineEntry, ...]
    overall: Overall
    reason: Text
    because: tuple[Text, ...]
    left_over: Count
    level: Probability
    prior: PriorEntry | None

    @classmethod
    def from_comparison(cls, comparison: Comparison, inventory: Inventory) -> ComparisonEntry:
        """Return the entry of a comparison and of the inventory it was made with."""
        return cls(
            inventory=InventoryEntry.from_inventory(inventory),
            seen_total=CountEntry.from_count(comparison.seen_total),
            lines=tuple(map(_line, comparison.lines)),
            overall=comparison.overall,
            reason=comparison.reason,
            because=comparison.because,
            left_over=comparison.left_over,
            level=comparison.level,
            prior=None
            if comparison.prior is None
            else PriorEntry.from_prior(comparison.prior, comparison.rankings),
        )


def _line(line: ComparisonLine) -> LineEntry:
    return LineEntry(
        node=line.node,
        nodes=line.nodes,
        announced=None if line.announced is None else AnnouncedEntry.from_line(line.announced),
        seen=CountEntry.from_count(line.seen),
        covered_least=line.covered_least,
        covered_most=line.covered_most,
        over=line.over,
        shown_at=tuple(
            MomentEntry(
                source=moment.source,
                frame_index=int(moment.frame_index),
                time_s=float(moment.time_s),
            )
            for moment in line.shown_at
        ),
        verdict=line.verdict,
        reason=line.reason,
    )
