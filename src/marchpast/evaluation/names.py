"""What a classifier's probabilities say at every level: types, categories, coarse groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.evaluation.labelled import SETS, LabelledBox
from marchpast.identity import NOT_A_VEHICLE
from marchpast.inference import ClassifierCard
from marchpast.pipeline import Recognizer
from marchpast.taxonomy import Taxonomy

FEWEST_TRAINING_CROPS = 10
COARSE = {
    "tank": ("tank",),
    "other armoured vehicle": ("afv", "at_missile_carrier"),
    "gun": ("artillery",),
    "rocket or missile": ("mlrs", "air_defence", "missile_tel"),
    "truck": ("military_truck", "protected_truck"),
}
"""A second reading of "coarse group", with tanks and rocket launchers apart."""


class Names:
    """The classifier's labels, and what its probabilities say at every level.

    Args:
        recognizer: Its classifier has labels; its card says how many crops each was learnt from.
        taxonomy: The tree.
    """

    def __init__(self, recognizer: Recognizer, taxonomy: Taxonomy) -> None:
        cards = [card for card, _ in recognizer.models if isinstance(card, ClassifierCard)]
        self.taxonomy = taxonomy
        self.novelty_slope = cards[0].settings.novelty_slope if cards else None
        self.labels = recognizer.classifier.labels
        counts: Mapping[str, Any] = cards[0].training.get("crops_by_label", {}) if cards else {}
        self.types = [label for label in self.labels if label in taxonomy.types]
        # Without counts on the card every listed type is measured.
        self.well_trained = [
            name
            for name in self.types
            if not counts or int(counts.get(name, 0)) >= FEWEST_TRAINING_CROPS
        ]
        self._meant: dict[tuple[str, tuple[str, ...]], set[str]] = {}
        self._categories = [self.category(label) for label in self.labels]
        self._groups = [self.group(label) for label in self.labels]

    def category(self, node: str) -> str:
        """Return the category a node is in, itself where it is above or outside of all."""
        if node == NOT_A_VEHICLE:
            return node
        line = self.taxonomy.lineage(node)
        return next((up for up in line if self.taxonomy.level(up) == "category"), node)

    def group(self, node: str) -> str:
        """Return the group of `COARSE` whose root is the node's nearest ancestor."""
        if node == NOT_A_VEHICLE:
            return node
        for up in reversed(self.taxonomy.lineage(node)):
            for name, roots in COARSE.items():
                if up in roots:
                    return name
        return node

    def ranked_types(self, probabilities: npt.NDArray[np.float64]) -> list[str]:
        """Return the types, likeliest first: leaves that are no type do not compete."""
        return [name for name in self._ranked(probabilities) if name in self.types]

    def ranked_labels(self, probabilities: npt.NDArray[np.float64]) -> list[str]:
        """Return all labels, likeliest first: "another tank" competes with the T-80."""
        return self._ranked(probabilities)

    def likeliest_category(self, probabilities: npt.NDArray[np.float64]) -> str:
        """Return the category that holds most probability."""
        return _heaviest(self._categories, probabilities)

    def likeliest_group(self, probabilities: npt.NDArray[np.float64]) -> str:
        """Return the group of `COARSE` that holds most probability."""
        return _heaviest(self._groups, probabilities)

    def true_categories(self, box: LabelledBox) -> set[str]:
        """Return the categories a label may mean."""
        return {self.category(root) for root in SETS.get(box.node, (box.node,))}

    def true_groups(self, box: LabelledBox) -> set[str]:
        """Return the groups a label may mean; what it excludes is left out."""
        key = (box.node, box.is_not)
        if key not in self._meant:
            roots = SETS.get(box.node, (box.node,))
            below = [up for up in self.taxonomy.nodes if self._is_meant(up, roots, key[1])]
            self._meant[key] = {self.group(node) for node in below}
        return self._meant[key]

    def _is_meant(self, node: str, roots: Sequence[str], is_not: Sequence[str]) -> bool:
        within = self.taxonomy.is_within
        return any(within(node, root) for root in roots) and not any(
            within(node, other) for other in is_not
        )

    def _ranked(self, probabilities: npt.NDArray[np.float64]) -> list[str]:
        return [self.labels[index] for index in np.argsort(-probabilities, kind="stable")]


def _heaviest(groups: Sequence[str], probabilities: npt.NDArray[np.float64]) -> str:
    mass: dict[str, float] = {}
    for group, probability in zip(groups, probabilities.tolist(), strict=True):
        mass[group] = mass.get(group, 0.0) + probability
    return max(mass, key=lambda group: mass[group])
