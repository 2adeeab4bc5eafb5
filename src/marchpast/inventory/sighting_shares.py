"""Which kinds sightings may be of, and with what probability."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from marchpast.inventory.counting import NO_VEHICLE, UNKNOWN
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy

_ROOT = "vehicle"


def named_nodes(sightings: Iterable[Sighting], taxonomy: Taxonomy) -> list[str]:
    """Return the nodes that answers name and those above them, in the order of the tree."""
    named: set[str] = set()
    for sighting in sightings:
        identity = sighting.identity
        nodes = identity.answer.nodes if identity.answer else ()
        for node in (identity.node, *nodes):
            if node not in (UNKNOWN, NO_VEHICLE):
                named.update(taxonomy.lineage(node))
    return [node for node in taxonomy.nodes if node in named and node != _ROOT]


def shares_of(
    node: str, sightings: Sequence[Sighting], taxonomy: Taxonomy
) -> npt.NDArray[np.float64]:
    """Return `(N,)` the probability that each sighting is of a kind."""
    return np.array([_share(node, sighting, taxonomy) for sighting in sightings], np.float64)


def _share(node: str, sighting: Sighting, taxonomy: Taxonomy) -> float:
    """Return the probability that a sighting is of a kind.

    A result without masses states the probability of its answer, which is also the least that
    everything above the answer holds, and those of five types below it.
    """
    identity = sighting.identity
    if identity.masses:
        return next((c.probability for c in identity.masses if c.node == node), 0.0)
    if identity.node not in (UNKNOWN, NO_VEHICLE) and taxonomy.is_within(identity.node, node):
        return identity.probability
    below = [c.probability for c in identity.candidates if taxonomy.is_within(c.node, node)]
    return min(1.0, sum(below))
