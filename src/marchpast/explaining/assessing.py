"""The assessment: every explanation with its evidence, its range, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from marchpast.errors import ExplanationError
from marchpast.explaining.attachment import Explanations, SeenEntry, StartEntry
from marchpast.explaining.concluding import cautions, verdict
from marchpast.explaining.drafting import drafts
from marchpast.explaining.entries import evidence_entries, explanation_entry, span_entry
from marchpast.explaining.facts import Facts
from marchpast.explaining.gathering import Gathered, gather
from marchpast.explaining.missing import missing, would_change
from marchpast.explaining.table import Table, Weight, load_table
from marchpast.explaining.weighing import combined, share, standing_out, weigh
from marchpast.taxonomy import Taxonomy, load_taxonomy

START_SPREAD: Final = 2.0
"""How far a starting weight may be off, either way. Our judgement: how often footage like this
turns out to be a parade move or old is not known. Without it, a list of seven would give each a
seventh to the per cent."""


def assess(
    facts: Facts,
    *,
    start: Mapping[str, float] | None = None,
    spread: float = START_SPREAD,
    table: Table | None = None,
    taxonomy: Taxonomy | None = None,
) -> Explanations:
    """Hold the rival explanations against the facts.

    Args:
        facts: What is known of the footage.
        start: Weights before any evidence, by explanation; those left out have 1. Only ratios
            count. `None`: all equal.
        spread: How far each of these weights may be off either way, a factor from 1 to 1000.
        table: The explanations and kinds of evidence, the package's when `None`.
        taxonomy: The package's when `None`.

    Raises:
        ExplanationError: If a finding or an explanation is not on the list, or a weight is not
            a positive number.
        TaxonomyError: If a vehicle has a node that the taxonomy does not have.
    """
    table = table or load_table()
    taxonomy = taxonomy or load_taxonomy()
    weights = starting_weights(table, start or {})
    ranges = spread_out(weights, spread)
    gathered = gather(facts, table, taxonomy)
    items = [each.item for each in gathered]
    spans = weigh(items, ranges)
    evidence = evidence_entries(gathered)
    rows = tuple(explanation_entry(rival, spans[rival.id], evidence) for rival in table.rivals)
    leader = standing_out(spans)
    rests_on = _rests_on(gathered, ranges, leader)
    not_there = {rival.id for rival in table.rivals if not rival.as_stated}
    elsewhere = span_entry(
        share(not_there, {id_: combined(items, id_, start=ranges[id_]) for id_ in ranges}),
        has_evidence=any(not_there & item.weights.keys() for item in items),
    )
    is_equal = len(set(weights.values())) == 1
    return Explanations(
        result_sha256=facts.result_sha256,
        claim=facts.claim,
        place=facts.place,
        date=facts.date,
        provenance=facts.provenance,
        seen=_seen(facts, taxonomy),
        start=tuple(StartEntry(explanation=id_, weight=w) for id_, w in weights.items()),
        start_is_equal=is_equal,
        start_spread=spread,
        explanations=rows,
        evidence=evidence,
        missing=tuple(missing(facts, gathered, table)),
        would_change=tuple(would_change(gathered, ranges, table)),
        not_as_stated=elsewhere,
        stands_out=leader,
        rests_on=rests_on,
        verdict=verdict(rows, elsewhere, leader, rests_on),
        cautions=tuple(cautions(facts, gathered, is_equal=is_equal, spread=spread)),
        watch=tuple(drafts(facts, table)),
    )


def starting_weights(table: Table, given: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of every explanation before any evidence; 1 where none is given.

    Raises:
        ExplanationError: If an explanation is not on the list, or a weight is not a positive
            number from a millionth to a million.
    """
    for id_, weight in given.items():
        table.rival(id_)
        if not 1e-6 <= weight <= 1e6:
            raise ExplanationError(
                f"the starting weight of {id_!r} must be from 0.000001 to 1000000, got {weight}; "
                "nothing is impossible or certain before the evidence"
            )
    return {rival.id: float(given.get(rival.id, 1.0)) for rival in table.rivals}


def spread_out(weights: Mapping[str, float], spread: float) -> dict[str, Weight]:
    """Return the starting weights as ranges.

    Raises:
        ExplanationError: If the spread is no number from 1 to 1000.
    """
    if not 1 <= spread <= 1000:
        raise ExplanationError(
            f"the spread of the starting weights must be from 1 to 1000, got {spread}; 1 takes "
            "them as exact"
        )
    return {id_: (weight / spread, weight * spread) for id_, weight in weights.items()}


def _rests_on(
    gathered: Sequence[Gathered], weights: Mapping[str, Weight], leader: str | None
) -> tuple[str, ...]:
    """Return the items without which the leader would not stand out."""
    if leader is None:
        return ()
    without = ([other.item for other in gathered if other is not each] for each in gathered)
    return tuple(
        f"E{n}"
        for n, items in enumerate(without, start=1)
        if standing_out(weigh(items, weights)) != leader
    )


def _seen(facts: Facts, taxonomy: Taxonomy) -> tuple[SeenEntry, ...]:
    return tuple(
        SeenEntry(
            nodes=kind.nodes,
            names=" or ".join(map(taxonomy.name, kind.nodes)),
            tracks=kind.tracks,
        )
        for kind in facts.seen
    )
