"""From nearness to references to the odds of a type."""

from __future__ import annotations

import math
from collections.abc import Collection

from marchpast.inference import GallerySettings
from marchpast.taxonomy import Taxonomy

_LEAST = 1e-3
"""Probabilities nearer to 0 or 1 count as this near: a network is not that sure."""


def reference_odds(settings: GallerySettings, *, distance: float, group: float) -> float:
    """Return the odds of one type against none of those with references; see `GallerySettings`.

    Args:
        settings: The weights.
        distance: To the mean of its references.
        group: Mass of its group by the network.
    """
    return math.exp(
        settings.offset + settings.distance * distance + settings.group * log_odds(group)
    )


def group_of(taxonomy: Taxonomy, node: str, *, learnt: Collection[str]) -> str:
    """Return the deepest node above a type of which the network has a mass.

    Raises:
        TaxonomyError: If it is no node.
    """
    return next(above for above in reversed(taxonomy.lineage(node)[:-1]) if above in learnt)


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability, at most as sure as 1 in 1000."""
    bounded = min(max(probability, _LEAST), 1.0 - _LEAST)
    return math.log(bounded / (1.0 - bounded))
