"""The outcome in words, and what a reader must know with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marchpast.explaining.attachment import ExplanationEntry, SpanEntry
from marchpast.explaining.entries import said
from marchpast.explaining.facts import Facts
from marchpast.explaining.gathering import Gathered

_CONFIDENCE = (
    "A table like this can make a reader surer without making them more right. The evidence on the "
    "method it comes from, analysis of competing hypotheses, is mixed at best: in experiments it "
    "gave no gain in accuracy over working without it (Mandel, Karvetski and Dhami 2018) and no "
    "more coherent probabilities (Karvetski and Mandel 2020)."
)
_STRENGTHS = (
    "How strongly the evidence speaks is for the most part our judgement, not a measurement. The "
    "ranges are wide for that reason, and the probabilities hold only as far as they do."
)
_EQUAL = (
    "All explanations start equal, each give or take a factor of {spread:g}. That is where the "
    "weighing starts, not a claim about how often each of them happens; with other weights the "
    "ranges change."
)
_GIVEN = (
    "The weighing starts from weights that you gave, each give or take a factor of {spread:g}. "
    "They are shown, and with others the ranges change."
)
_CLAIM = "The claim is shown as it was made. Nothing here interpreted it or judges it."
_EARLIER_COPY = (
    "The time of the year was judged by the date given. There is an earlier copy, and of footage "
    "that old the season of the date given says nothing: season alone would mislead here."
)
_UNPROVEN_SEASON = (
    "The time of the year was judged by the date given, which nothing proves. Footage that is "
    "shown again in another year is judged by the wrong season: season alone can mislead."
)
_TIMING = (
    "That it is the season proves no explanation: whatever else happens, happens in the same weeks "
    "too."
)
_ALSO_OLD = (
    "What speaks for a parade move here would speak as well for footage of an earlier parade "
    "there: it does not tell the two apart."
)
_CONTRADICTION = "What you found contradicts itself on the {what}; settle that first."


def verdict(
    rows: Sequence[ExplanationEntry],
    not_as_stated: SpanEntry,
    leader: str | None,
    rests_on: Sequence[str],
) -> str:
    """Return the outcome in a few sentences; none is preferred where ranges overlap."""
    by_id = {row.id: row for row in rows}
    if leader is not None:
        row = by_id[leader]
        text = f"{row.name} stands out: {said(row.span)}, above the range of every other."
        if row.span.low < 0.5:
            text += " It may still be less likely than the others together."
        if not row.evidence_for:
            text += " Nothing speaks for it: this comes from the weights and from what is against."
        return f"{text} {_carried_by(rests_on)}"
    text = "No explanation stands out: their ranges overlap."
    if not_as_stated.low > 0.5:
        text += (
            f" Taken together, that it is not of the place and date given is {said(not_as_stated)}."
        )
    supported = [
        f"{row.name.lower()} ({', '.join(row.evidence_for)})" for row in rows if row.evidence_for
    ]
    if supported:
        text += (
            f" Something speaks for {listed(supported)}. That nothing was found for the "
            "others does not speak against them."
        )
    return text


def cautions(
    facts: Facts, gathered: Sequence[Gathered], *, is_equal: bool, spread: float
) -> Iterator[str]:
    """Yield what a reader must know, the same for everyone first."""
    yield _CONFIDENCE
    yield _STRENGTHS
    yield (_EQUAL if is_equal else _GIVEN).format(spread=spread)
    yield _CLAIM
    found = {each.kind.id for each in gathered}
    if found & {"reuse_earlier", "date_contradicted"}:
        yield _EARLIER_COPY
    elif "date_confirmed" not in found:
        yield _UNPROVEN_SEASON
    if found & {"season_inside", "season_unsure"}:
        yield _TIMING
    fits = {"fit_complete", "fit_partial", "fit_elsewhere", "earlier_years_name_it"}
    is_move = any(e.kind.id in fits and "parade_move" in e.weights for e in gathered)
    if is_move and not found & {"date_confirmed", "reuse_earlier", "date_contradicted"}:
        yield _ALSO_OLD
    if "date_confirmed" in found and found & {"date_contradicted", "reuse_earlier"}:
        yield _CONTRADICTION.format(what="date")
    if {"place_confirmed", "place_contradicted"} <= found:
        yield _CONTRADICTION.format(what="place")
    if facts.fit is not None and facts.fit.is_draft:
        yield "The announcement is a draft that nobody has confirmed."


def _carried_by(rests_on: Sequence[str]) -> str:
    if not rests_on:
        return "It would without any single one of the items of evidence."
    if len(rests_on) == 1:
        return f"It rests on {rests_on[0]} alone: without it no explanation would stand out."
    return f"It rests on {listed(rests_on)}: without any one of them it would not."


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
