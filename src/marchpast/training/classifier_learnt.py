"""What a classifier learnt from, by label, and what follows for the names it may give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import BACKGROUND, LabelSpace

FEWEST_TO_TELL = 10
"""A node with fewer photos is thin: it is not told from what was never learnt."""
FEWEST_RENDERED = 25
"""Rendered crops from which on a type with fewer photos than that is no thin one: it has been seen
from all sides. Its names need more all the same (`calibration.choose_rendered_score`)."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Training crops by label.

    Attributes:
        photos: Of photos and frames.
        rendered: Of rendered pictures.
    """

    photos: Mapping[str, int]
    rendered: Mapping[str, int]

    @classmethod
    def of(cls, crops: Sequence[LabelledCrop]) -> Learnt:
        """Count training crops."""
        return cls(
            Counter(crop.node for crop in crops if not crop.is_rendered),
            Counter(crop.node for crop in crops if crop.is_rendered),
        )


def support_of(learnt: Learnt, space: LabelSpace, *, taxonomy: Taxonomy) -> dict[str, Any]:
    """Return what a card's settings say of nodes of which little was learnt.

    `thin_nodes`, `rendered_types` and `rendered_only`; see `inference.ClassifySettings`.

    Args:
        learnt: Counts; sets of nodes count for no node.
        space: The leaves and the nodes above them.
        taxonomy: The tree.
    """
    photos, rendered = (_held(counts, taxonomy) for counts in (learnt.photos, learnt.rendered))
    types = [label for label in types_of(space, taxonomy) if rendered[label]]
    few = [label for label in types if photos[label] < FEWEST_TO_TELL]
    learnt_so = [label for label in few if rendered[label] >= FEWEST_RENDERED]
    thin = [node for node in space.nodes if photos[node] < FEWEST_TO_TELL]
    return {
        # A group is thin whatever was rendered: which of its types were is no sample of it.
        "thin_nodes": [node for node in thin if node not in learnt_so],
        "rendered_types": learnt_so,
        "rendered_only": [label for label in types if not photos[label]],
    }


def types_of(space: LabelSpace, taxonomy: Taxonomy) -> list[str]:
    """Return the labels that are types."""
    named = [label for label in space.labels if label != BACKGROUND]
    return [label for label in named if taxonomy.node(label).is_type]


def _held(counts: Mapping[str, int], taxonomy: Taxonomy) -> Counter[str]:
    """Count crops at every node of their lineage."""
    held: Counter[str] = Counter()
    for label, count in counts.items():
        if label in taxonomy.nodes:
            held.update(dict.fromkeys(taxonomy.lineage(label), count))
    return held
