"""How the page shows two orders of the likeliest types: by the picture alone, and with a prior."""

from __future__ import annotations

from dataclasses import dataclass

from marchpast.report.naming import Namer
from marchpast.report.ranked import RankedEntry
from marchpast.report.schema import Result

SHOWN_TYPES = 3
"""Further down the list the probabilities are too small to be worth reading."""


@dataclass(frozen=True, slots=True)
class RankedRow:
    """One vehicle.

    Attributes:
        sighting: Its id.
        by_picture: The likeliest types by the picture alone, likeliest first.
        with_prior: The likeliest with the prior.
        is_moved: Whether another type comes first with the prior.
    """

    sighting: str
    by_picture: tuple[RankedEntry, ...]
    with_prior: tuple[RankedEntry, ...]
    is_moved: bool


def ranked_rows(result: Result, namer: Namer) -> tuple[RankedRow, ...]:
    """Return a row for every vehicle that may be military, those that the prior moves first.

    Args:
        result: With or without a prior.
        namer: Knows the sides.
    """
    prior = result.comparison.prior if result.comparison else None
    if prior is None:
        return ()
    rankings = {ranking.sighting: ranking for ranking in prior.rankings}
    rows = []
    for sighting in result.sightings:
        ranking = rankings.get(sighting.id)
        if ranking is None or namer.side(sighting.node) not in ("military", "untold"):
            continue
        alone = ranking.by_picture
        rows.append(
            RankedRow(
                sighting=ranking.sighting,
                by_picture=alone[:SHOWN_TYPES],
                with_prior=ranking.candidates[:SHOWN_TYPES],
                is_moved=alone[0].node != ranking.candidates[0].node,
            )
        )
    return tuple(sorted(rows, key=lambda row: not row.is_moved))
