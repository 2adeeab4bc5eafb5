"""From what was gathered and weighed to the entries of the format."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from marchpast.explaining.attachment import (
    Direction,
    EvidenceEntry,
    ExplanationEntry,
    SpanEntry,
    WeightEntry,
)
from marchpast.explaining.gathering import Gathered
from marchpast.explaining.table import Rival
from marchpast.explaining.weighing import Span
from marchpast.explaining.words import percent_range, range_words

NO_EVIDENCE: Final = "no evidence either way"
"""In place of words of likelihood: a share that an explanation has only because the list has so
many, and is so long, must not be quoted as "very unlikely"."""


def span_entry(span: Span, *, has_evidence: bool = True) -> SpanEntry:
    """Return a range rounded outwards, with its words if any evidence bears on it."""
    low = max(0.0, math.floor(span.low * 1e4 + 1e-6) / 1e4)
    high = min(1.0, math.ceil(span.high * 1e4 - 1e-6) / 1e4)
    words = range_words(low, high) if has_evidence else NO_EVIDENCE
    return SpanEntry(low=low, high=high, words=words)


def said(span: SpanEntry) -> str:
    """Return a range in words and numbers: `very unlikely to likely (11 to 63 %)`."""
    numbers = percent_range(span.low, span.high)
    if span.words == NO_EVIDENCE:
        return f"{NO_EVIDENCE} ({numbers} is what is left for it)"
    return f"{span.words} ({numbers})"


def evidence_entries(gathered: Sequence[Gathered]) -> tuple[EvidenceEntry, ...]:
    """Return the items of evidence, numbered from E1."""
    ids = [f"E{n}" for n in range(1, len(gathered) + 1)]
    entries = []
    for id_, each in zip(ids, gathered, strict=True):
        shared = tuple(
            other_id
            for other_id, other in zip(ids, gathered, strict=True)
            if other_id != id_
            and other.kind.group == each.kind.group
            and other.weights.keys() & each.weights.keys()
        )
        entries.append(
            EvidenceEntry(
                id=id_,
                kind=each.kind.id,
                group=each.kind.group,
                title=each.kind.title,
                text=each.text,
                weights=tuple(
                    WeightEntry(
                        explanation=explanation,
                        low=low,
                        high=high,
                        direction=direction_of(low, high),
                    )
                    for explanation, (low, high) in each.weights.items()
                ),
                basis=each.kind.basis,
                strength_source=each.kind.source,
                sources=each.sources,
                shared_with=shared,
            )
        )
    return tuple(entries)


def direction_of(low: float, high: float) -> Direction:
    """Return which way a likelihood ratio points.

    >>> direction_of(1, 5), direction_of(0.1, 1), direction_of(0.5, 2)
    ('for', 'against', 'either way')
    """
    if low >= 1:
        return "for"
    return "against" if high <= 1 else "either way"


def explanation_entry(
    rival: Rival, span: Span, evidence: Sequence[EvidenceEntry]
) -> ExplanationEntry:
    """Return an explanation with its range and what speaks for and against it."""
    weighed = {weight.explanation for row in evidence for weight in row.weights}
    entry = span_entry(span, has_evidence=rival.id in weighed)

    def pointing(direction: Direction) -> tuple[str, ...]:
        return tuple(
            row.id
            for row in evidence
            if any(w.explanation == rival.id and w.direction == direction for w in row.weights)
        )

    return ExplanationEntry(
        id=rival.id,
        name=rival.name,
        means=rival.means,
        as_stated=rival.as_stated,
        span=entry,
        evidence_for=pointing("for"),
        evidence_against=pointing("against"),
        sentence=f"{rival.name}: {said(entry)}.",
    )
