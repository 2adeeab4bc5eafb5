"""When each vehicle was in view: one line for each track of a clip, drawn from its times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from marchpast.report.cards import Card
from marchpast.report.schema import Result, SourceEntry

WIDTH: Final = 1000
"""Of a drawing, in its own units; it is stretched to the page."""
_LEAST: Final = 6.0
"""A vehicle seen in one frame stays visible."""
_ROWS_AT_ONCE: Final = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One vehicle.

    Attributes:
        card: The sighting.
        x: Where its first detection is, from 0 to `WIDTH`.
        width: To its last one.
        best: Where its best look is.
    """

    card: Card
    x: float
    width: float
    best: float


@dataclass(frozen=True, slots=True)
class ClipTimeline:
    """One clip.

    Attributes:
        source: The clip.
        ticks: Times in seconds at equal distances, from its start to its end.
        bars: In the order in which the vehicles came into view.
        more: The bars beyond those, for a part of the page that is folded.
    """

    source: SourceEntry
    ticks: tuple[float, ...]
    bars: tuple[Bar, ...]
    more: tuple[Bar, ...]


def timelines(result: Result, cards: Sequence[Card]) -> tuple[ClipTimeline, ...]:
    """Return the timeline of every video in which something was seen, in their order."""
    clips = []
    for source in result.sources:
        seen = [card for card in cards if card.entry.source == source.name]
        if source.kind == "video" and seen:
            clips.append(_timeline(source, seen))
    return tuple(clips)


def _timeline(source: SourceEntry, cards: Sequence[Card]) -> ClipTimeline:
    start = min(source.first_time_s, *(card.entry.first_time_s for card in cards))
    end = max(source.last_time_s, *(card.entry.last_time_s for card in cards))
    span = max(end - start, 1e-6)
    ordered = sorted(cards, key=lambda card: (card.entry.first_time_s, card.entry.track_id))

    def at(time_s: float) -> float:
        return round((time_s - start) / span * WIDTH, 1)

    bars = []
    for card in ordered:
        first, last = at(card.entry.first_time_s), at(card.entry.last_time_s)
        width = max(_LEAST, last - first)
        x = min(first, WIDTH - width)
        best = min(max(at(card.entry.best.time_s), 0.0), float(WIDTH))
        bars.append(Bar(card, round(x, 1), round(width, 1), best))
    ticks = tuple(start + span * part / 4 for part in range(5))
    return ClipTimeline(source, ticks, tuple(bars[:_ROWS_AT_ONCE]), tuple(bars[_ROWS_AT_ONCE:]))
