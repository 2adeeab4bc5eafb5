"""What an identity shows of all probabilities: the likeliest types, and which nodes hold some."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.identity.masses import NOT_A_VEHICLE, Masses
from marchpast.records import Candidate
from marchpast.taxonomy import Taxonomy

_CANDIDATES = 5
_LEAST_MASS = 0.005


def candidates_of(
    taxonomy: Taxonomy, labels: Sequence[str], probabilities: npt.NDArray[np.float64]
) -> tuple[Candidate, ...]:
    """Return the five likeliest types, likeliest first.

    Args:
        taxonomy: Tells types from groups.
        labels: What the probabilities are of.
        probabilities: `(L,)`.
    """
    types = [
        Candidate(label, float(probability))
        for label, probability in zip(labels, probabilities, strict=True)
        if label != NOT_A_VEHICLE and taxonomy.level(label) == "type"
    ]
    return tuple(sorted(types, key=lambda row: (-row.probability, row.node))[:_CANDIDATES])


def masses_of(taxonomy: Taxonomy, masses: Masses) -> tuple[Candidate, ...]:
    """Return the nodes that hold at least one in two hundred, in the order of the tree."""
    known = masses.table.nodes
    return tuple(
        Candidate(node, masses[node])
        for node in taxonomy.nodes
        if node in known and masses[node] >= _LEAST_MASS
    )
