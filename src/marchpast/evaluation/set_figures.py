"""The figures of set-valued answers: whether they hold the truth, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from marchpast.evaluation.holding import holds, meant_by
from marchpast.evaluation.intervals import event_weights, figure, quantiles, share_of
from marchpast.evaluation.labelled import SETS
from marchpast.evaluation.looking import Named
from marchpast.identity import NOT_A_VEHICLE
from marchpast.taxonomy import Taxonomy


def set_figures(rows: Sequence[Named], taxonomy: Taxonomy) -> dict[str, Any]:
    """Return the figures of the sets of military vehicles; nothing where none is answered.

    A set that a coarse label can neither prove nor disprove is left out of the share and counted.

    Args:
        rows: Labelled military vehicles and their answers.
        taxonomy: The tree.
    """
    given = [row for row in rows if row.identity.answer is not None and _is_seen(row)]
    if not given:
        return {}
    checked = [(row, is_held(row, taxonomy)) for row in given]
    judged = [(row, held) for row, held in checked if held is not None]
    events = [row.event for row in given]
    names = [len(_nodes(row)) for row in given]
    types = [len({t for node in _nodes(row) for t in taxonomy.types_under(node)}) for row in given]
    return {
        "hold_the_truth": share_of([held for _, held in judged], [row.event for row, _ in judged]),
        "the_label_cannot_check": share_of([held is None for _, held in checked], events),
        "one_type": share_of([count == 1 for count in types], events),
        "nothing_known_fits": share_of([not count for count in names], events),
        "names_mean": _mean(names, events),
        "types_left_open_mean": _mean(types, events),
    }


def is_held(row: Named, taxonomy: Taxonomy) -> bool | None:
    """Return whether a set holds the truth; `None` where the label cannot tell.

    An empty set holds nothing.
    """
    roots = SETS.get(row.box.node, (row.box.node,))
    return holds(taxonomy, _nodes(row), meant_by(taxonomy, roots, is_not=row.box.is_not))


def _is_seen(row: Named) -> bool:
    return row.identity.node != NOT_A_VEHICLE


def _nodes(row: Named) -> tuple[str, ...]:
    return row.identity.answer.nodes if row.identity.answer is not None else ()


def _mean(values: Sequence[int], events: Sequence[str]) -> dict[str, Any]:
    counts = np.asarray(values, np.float64)
    weights = event_weights(events)
    totals = weights.sum(axis=1)
    drawn = (weights @ counts)[totals > 0] / totals[totals > 0]
    return figure(float(counts.mean()), quantiles(drawn), n=len(counts), events=len(set(events)))
