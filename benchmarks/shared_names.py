"""How far wrong names go together within one event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from marchpast.evaluation.labelled import SETS, LabelledBox
from marchpast.evaluation.looking import Named
from marchpast.taxonomy import Taxonomy


def shared_names(
    named: Sequence[Named], labels: Sequence[str], taxonomy: Taxonomy
) -> dict[str, float]:
    """Return how far names of one event are wrong together.

    For a node and an event, the vehicles that hold at least 0.3 for the node are compared with
    their labels. If each were wrong by itself, the squared sum of the differences would be that of
    the parts; if one common cut-off decided, it would be larger by a known amount. Returned is the
    part of that amount that is there, over all nodes and events.
    """
    nodes = [node for node in taxonomy.nodes if node != "vehicle"]
    holds = np.array(
        [
            [label in taxonomy.nodes and taxonomy.is_within(label, node) for label in labels]
            for node in nodes
        ],
        np.float64,
    )
    groups: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in named:
        for node, mass in zip(nodes, (holds @ row.probabilities).tolist(), strict=True):
            if mass >= 0.3 and (truth := _is_within(row.box, node, taxonomy)) is not None:
                groups[node, row.event].append((float(truth), min(mass, 1.0)))
    there = largest = 0.0
    used = [np.array(rows) for rows in groups.values() if len(rows) > 1]
    for rows in used:
        off, mass = rows[:, 0] - rows[:, 1], rows[:, 1]
        there += off.sum() ** 2 - (off**2).sum()
        common = np.minimum.outer(mass, mass) - np.outer(mass, mass)
        largest += common.sum() - np.trace(common)
    return {
        "share": round(float(np.clip(there / largest, 0, 1)), 3),
        "groups": len(used),
        "vehicles": sum(map(len, used)),
    }


def _is_within(box: LabelledBox, node: str, taxonomy: Taxonomy) -> bool | None:
    """Say whether a labelled vehicle is of a node; `None` where the label is too coarse."""
    labels = SETS.get(box.node, (box.node,))
    inside = [taxonomy.is_within(label, node) for label in labels]
    if all(inside):
        return True
    if any(inside) or any(taxonomy.is_within(node, label) for label in labels):
        return None
    return False
