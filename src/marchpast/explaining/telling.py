"""An assessment in lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from marchpast.explaining.attachment import EvidenceEntry, ExplanationEntry, Explanations
from marchpast.explaining.entries import said
from marchpast.explaining.season import day_words
from marchpast.explaining.words import percent_range

_SEEN_SHOWN = 6
_BASIS = {"measured": "measured", "computed": "computed from the calendar", "judgement": "judged"}


def described(explanations: Explanations) -> Iterator[str]:
    """Yield everything an assessment holds, line by line."""
    names = {row.id: row.name for row in explanations.explanations}
    yield f"claim       {explanations.claim}"
    yield f"place       {explanations.place} (as given)"
    yield f"date        {day_words(explanations.date)} (as given)"
    yield f"provenance  {explanations.provenance}"
    yield f"seen        {_seen(explanations)}"
    yield ""
    yield explanations.verdict
    yield ""
    yield "Explanations"
    for row in explanations.explanations:
        yield from _explanation(row)
    span = explanations.not_as_stated
    others = [row.name.lower() for row in explanations.explanations if not row.as_stated]
    yield f"  Not of the place and date given ({' or '.join(others)}): {said(span)}"
    yield f"  Starting weights: {_start(explanations, names)}"
    yield ""
    yield "Evidence"
    for item in explanations.evidence:
        yield from _item(item, names)
    yield ""
    yield "Missing"
    for gap in explanations.missing:
        kept = ", ".join(names[id_].lower() for id_ in gap.keeps_open)
        yield f"  {gap.text} Keeps open: {kept}."
    yield ""
    yield "What would change it"
    for change in explanations.would_change:
        then = percent_range(change.after.low, change.after.high)
        yield f"  {change.text}; {names[change.explanation].lower()}: {then}."
    yield ""
    yield "For a watch-list"
    for number, draft in enumerate(explanations.watch, start=1):
        days = f"{draft.window_from} to {draft.window_to}"
        yield f"  {number} {names[draft.explanation]}: {draft.text} [{days}]"
    yield ""
    yield "Read with it"
    for caution in explanations.cautions:
        yield f"  {caution}"


def _seen(explanations: Explanations) -> str:
    rows = sorted(explanations.seen, key=lambda row: (len(row.nodes), -row.tracks))
    shown = [f"{row.names}, {_tracks(row.tracks)}" for row in rows[:_SEEN_SHOWN]]
    if left := rows[_SEEN_SHOWN:]:
        tracks = _tracks(sum(row.tracks for row in left))
        shown.append(f"{tracks} with other answers")
    return "; ".join(shown) or "no military vehicle was named"


def _explanation(row: ExplanationEntry) -> Iterator[str]:
    yield f"  {row.sentence}"
    if row.evidence_for:
        yield f"    for: {', '.join(row.evidence_for)}"
    if row.evidence_against:
        yield f"    against: {', '.join(row.evidence_against)}"


def _item(item: EvidenceEntry, names: dict[str, str]) -> Iterator[str]:
    yield f"  {item.id} {item.title}. {item.text}"
    for weight in item.weights:
        yield (
            f"    {weight.direction} {names[weight.explanation].lower()}: {_times(weight.low)} to "
            f"{_times(weight.high)} times as likely ({_BASIS[item.basis]})"
        )
    if not item.weights:
        yield "    says nothing for or against any explanation"
    yield f"    {item.strength_source}"
    if item.shared_with:
        others = ", ".join(item.shared_with)
        yield f"    rests on much the same thing as {others}: the strongest counts once"
    for url in item.sources:
        yield f"    {url}"


def _start(explanations: Explanations, names: dict[str, str]) -> str:
    spread = f"each give or take a factor of {explanations.start_spread:g}"
    if explanations.start_is_equal:
        return f"all equal, {spread}"
    weights = (f"{names[row.explanation].lower()} {row.weight:g}" for row in explanations.start)
    return f"{', '.join(weights)}; {spread}"


def _tracks(tracks: int) -> str:
    return f"{tracks} track" if tracks == 1 else f"{tracks} tracks"


def _times(ratio: float) -> str:
    return f"{ratio:g}"
