"""The part of the format that says how many were seen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from marchpast.inventory import ClipLink, CountInterval, SeenCount
from marchpast.report.fields import Count, Finite, Node, Probability, StrictModel, Text


class CountEntry(StrictModel):
    """How many sightings were answered with a node.

    Attributes:
        node: A taxonomy node.
        at_once: Most in one frame: if the names are right, at least so many there were.
        tracks: Vehicles followed: one that was lost and found again counts twice.
    """

    node: Node
    at_once: Count
    tracks: Count

    @classmethod
    def from_count(cls, count: SeenCount) -> CountEntry:
        """Return the entry of a count."""
        return cls(node=count.node, at_once=count.at_once, tracks=count.tracks)


class IntervalEntry(StrictModel):
    """How many different vehicles of a kind the footage shows, an estimate.

    Attributes:
        node: A taxonomy node; everything under it counts.
        low: From so many ...
        high: ... to so many, at the stated level.
        at_once: At least so many, seen at one moment, wrong names allowed for.
        tracks: Sightings that may be of the kind; no count of vehicles.
        expected: Mean, rounded to hundredths; `None` where it is not known whether clips show the
            same vehicles.
        level: Share of such intervals that hold the truth.
    """

    node: Node
    low: Count
    high: Count
    at_once: Count
    tracks: Count
    expected: Annotated[Finite, AfterValidator(lambda value: round(value, 2))] | None
    level: Probability

    @classmethod
    def from_interval(cls, interval: CountInterval) -> IntervalEntry:
        """Return the entry of an interval."""
        return cls(
            node=interval.node,
            low=int(interval.low),
            high=int(interval.high),
            at_once=int(interval.at_once),
            tracks=int(interval.tracks),
            expected=None if interval.expected is None else float(interval.expected),
            level=interval.level,
        )


class LinkEntry(StrictModel):
    """What the user said of several sources; nobody checked it.

    Attributes:
        kind: `same convoy`: they show the same vehicles; `disjoint`: no vehicle is in two of them.
        sources: Names from `sources`, or of files that gave no result.
    """

    kind: Literal["same convoy", "disjoint"]
    sources: Annotated[tuple[Text, ...], Field(min_length=2)]

    @classmethod
    def from_link(cls, link: ClipLink) -> LinkEntry:
        """Return the entry of a link."""
        return cls(kind=link.kind, sources=link.sources)
