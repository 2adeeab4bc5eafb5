"""What stands among military vehicles and is too small for the classifier.

In a parade seen from afar a vehicle is 20 pixels high: the detector takes it for military, and the
classifier sees too little to agree or to contradict. Alone it stays without an answer. Among
vehicles that are military for certain, as large as itself, it is one of them: that much, and no
more, is said. A picture without such vehicles gains nothing by this rule, so that it raises no
alarm on civil scenes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from marchpast.identity.rollup import MILITARY, ROOT, UNKNOWN
from marchpast.records import AnswerSet, Identity, Sighting
from marchpast.taxonomy import Taxonomy

# Measured on pasted formations and on validation pictures; docs/decisions/0003-classifier.md.
FEWEST = 3
"""So many others must be military for certain."""
LARGEST_PX = 48.0
"""Shorter side up to which the classifier is taken to see too little."""
_LEAST_MASS = 0.3
"""What the classifier must at least leave for military: it may doubt, not contradict."""
_ALIKE = 2.5
"""Largest ratio of its size to the median of the others."""


def in_company(
    sightings: Sequence[Sighting], taxonomy: Taxonomy, *, military_class: int
) -> tuple[Sighting, ...]:
    """Answer small undecided vehicles among certain ones as military vehicles.

    Args:
        sightings: All of one still picture, with the masses of their identities.
        taxonomy: Tells what is military.
        military_class: The detector's class of military vehicles.

    Returns:
        The same sightings in the same order, some with a new identity.
    """
    sizes = np.array([_size(sighting) for sighting in sightings])
    certain = np.array(
        [
            row.identity.node != UNKNOWN and taxonomy.is_within(row.identity.node, MILITARY)
            for row in sightings
        ],
        np.bool_,
    )
    if certain.sum() < FEWEST:
        return tuple(sightings)
    usual = float(np.median(sizes[certain]))
    return tuple(
        replace(row, identity=_answered(row.identity, int(certain.sum()), taxonomy))
        if row.track.class_id == military_class
        and row.identity.node in (UNKNOWN, ROOT)
        and _short_side(row) <= LARGEST_PX
        and usual / _ALIKE <= size <= usual * _ALIKE
        and _mass(row.identity) >= _LEAST_MASS
        else row
        for row, size in zip(sightings, sizes, strict=True)
    )


def _answered(identity: Identity, others: int, taxonomy: Taxonomy) -> Identity:
    mass = _mass(identity)
    reason = (
        f"too small for the classifier, which leaves {mass:.2f} for military; the detector takes "
        f"it for a military vehicle, and {others} like it in this picture are"
    )
    answer = identity.answer
    if answer is not None:
        within = tuple(node for node in answer.nodes if taxonomy.is_within(node, MILITARY))
        answer = AnswerSet(within or (MILITARY,), mass, answer.rate, reason, answer.narrows)
    return replace(
        identity, node=MILITARY, level="class", probability=mass, reason=reason, answer=answer
    )


def _mass(identity: Identity) -> float:
    return next((row.probability for row in identity.masses if row.node == MILITARY), 0.0)


def _size(sighting: Sighting) -> float:
    width, height = sighting.track.xyxy[0, 2:] - sighting.track.xyxy[0, :2]
    return float(np.sqrt(width * height))


def _short_side(sighting: Sighting) -> float:
    return float((sighting.track.xyxy[0, 2:] - sighting.track.xyxy[0, :2]).min())
