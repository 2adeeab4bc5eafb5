"""Probability summed upwards along the tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray
from marchpast.taxonomy import Taxonomy

NOT_A_VEHICLE = "background"
"""The classifier's label, and the answer, for a box that holds no vehicle."""


class NodeTable:
    """The nodes above a classifier's labels, and which labels count towards which."""

    def __init__(self, taxonomy: Taxonomy, labels: Sequence[str]) -> None:
        """Look up every label's lineage.

        Raises:
            TaxonomyError: If a label is neither a node nor `background`.
        """
        lineages = [() if label == NOT_A_VEHICLE else taxonomy.lineage(label) for label in labels]
        self.labels = tuple(labels)
        self.nodes = tuple(sorted({node for lineage in lineages for node in lineage}))
        self.depth = np.array([len(taxonomy.lineage(node)) for node in self.nodes])
        levels = np.array([taxonomy.level(node) for node in self.nodes])
        self.is_type: BoolArray = levels == "type"
        self.is_class: BoolArray = levels == "class"
        self._children = {
            node: [child for child in taxonomy.children(node) if child in self.nodes]
            for node in self.nodes
        }
        # (nodes, labels): which leaves count towards which node.
        self._membership = np.array(
            [[node in lineage for lineage in lineages] for node in self.nodes], np.float64
        )

    def masses(self, probabilities: npt.NDArray[np.float64]) -> Masses:
        """Return what every node holds, from `(L,)` probabilities of the labels."""
        return Masses(self, self._membership @ probabilities)

    def children(self, node: str) -> Sequence[str]:
        """Return the children of a node that hold labels."""
        return self._children[node]


@dataclass(frozen=True, slots=True, eq=False)
class Masses:
    """What every node holds.

    Attributes:
        table: The nodes.
        values: `(nodes,)`: the probability that the vehicle is within the node.
    """

    table: NodeTable
    values: npt.NDArray[np.float64]

    def __getitem__(self, node: str) -> float:
        return float(self.values[self.table.nodes.index(node)])

    def likeliest_type(self) -> tuple[str, float]:
        """Return the type that holds most, and how much."""
        best = int(np.argmax(np.where(self.table.is_type, self.values, 0.0)))
        return self.table.nodes[best], float(self.values[best])

    def type_score(self, novelty: float, *, slope: float) -> float:
        """Return the log-odds of the likeliest type minus `slope` times the novelty."""
        share = float(np.clip(self.likeliest_type()[1], 1e-9, 1 - 1e-9))
        return float(np.log(share / (1 - share)) - slope * novelty)

    def deepest(self, holds: BoolArray) -> str | None:
        """Return the deepest of the nodes `holds`, `None` without any."""
        rows = np.flatnonzero(holds)
        if len(rows) == 0:
            return None
        return self.table.nodes[int(rows[np.argmax(self.table.depth[rows])])]

    def best_below(self, node: str) -> str | None:
        """Return the likeliest child, unless the node's own leaf is likelier.

        An inner node's own leaf means "in this group, but none of the types listed".
        """
        children = self.table.children(node)
        if not children:
            return None
        best = max(children, key=lambda child: self[child])
        own = self[node] - sum(self[child] for child in children)
        return best if self[best] >= own else None
