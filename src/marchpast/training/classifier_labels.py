"""The classifier's labels, and which of them a labelled crop allows.

A label ("leaf") is a vehicle type, an inner node in the sense "in this group, but none of the
types listed", `civilian_vehicle`, or `background`. Training pictures are labelled at whatever
level somebody could read, so a crop allows a *set* of leaves; the loss asks for mass on the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from marchpast.records import BoolArray

BACKGROUND = "background"
CIVIL = "civilian_vehicle"
NO_MILITARY = "no_military"
"""A crop of a civil scene: nothing military in it, perhaps a civil vehicle without a box."""

UNIONS = {
    "mlrs_or_sam": ("mlrs", "air_defence", "missile_tel"),
    "light_vehicle": ("military_truck", "protected_truck"),
    NO_MILITARY: (CIVIL,),
}
"""Labels of the collections that are no node: the subtrees they may be in."""

EXCEPTIONS = {"afv": ("tank",), "artillery": ("mlrs",)}
"""The collections call a tank a tank and have a label for rocket launchers, so their `afv` is an
armoured vehicle of another kind and their `artillery` a gun."""


class Lineages(Protocol):
    """The one thing needed of a taxonomy."""

    def lineage(self, node: str) -> Sequence[str]:
        """Return the nodes from the root down to `node`, both included."""
        ...


class LabelSpace:
    """The leaves in order, and the tree above them."""

    def __init__(self, labels: Sequence[str], taxonomy: Lineages) -> None:
        """Look up every leaf's lineage.

        Raises:
            TaxonomyError: If a label is neither a node nor `background`.
        """
        self.labels = tuple(labels)
        self._taxonomy = taxonomy
        self._lineages = tuple(
            () if label == BACKGROUND else tuple(taxonomy.lineage(label)) for label in labels
        )
        self.nodes = tuple(sorted({node for line in self._lineages for node in line}))

    def __len__(self) -> int:
        return len(self.labels)

    def lineage(self, node: str) -> tuple[str, ...]:
        """Return the nodes from the root down to `node`, both included."""
        return tuple(self._taxonomy.lineage(node))

    def membership(self) -> BoolArray:
        """Return `(nodes, L)`: which leaves count towards which node of `self.nodes`."""
        rows = [[node in line for line in self._lineages] for node in self.nodes]
        return np.array(rows, np.bool_)

    def within(self, node: str) -> BoolArray:
        """Return `(L,)`: the leaves in the subtree of `node`, its own leaf included."""
        return np.array([node in line for line in self._lineages], np.bool_)

    def allowed(self, node: str, *, is_exact: bool) -> BoolArray:
        """Return `(L,)`: the leaves that a crop with this label may be.

        Args:
            node: A taxonomy node, `background`, or one of the collections' own labels.
            is_exact: For an inner node: the crop is known to be none of the types listed, rather
                than any of the group. A type that is no leaf is always such a crop.

        Returns:
            All false when no leaf fits: the crop is of a kind that was never trained.
        """
        if node == BACKGROUND:
            return np.array([label == BACKGROUND for label in self.labels], np.bool_)
        if node in UNIONS:
            union = np.logical_or.reduce([self.within(root) for root in UNIONS[node]])
            if node == NO_MILITARY:
                union |= self.allowed(BACKGROUND, is_exact=True)
            return np.asarray(union, np.bool_)
        if node in self.labels and (is_exact or self._is_alone(node)):
            return self._only(node)
        below = self.within(node)
        if not is_exact and below.any():
            for root in EXCEPTIONS.get(node, ()):
                below &= ~self.within(root)
            return below
        above = [up for up in self._taxonomy.lineage(node) if up in self.labels]
        return self._only(above[-1] if above else "")

    def _is_alone(self, node: str) -> bool:
        return int(self.within(node).sum()) == 1

    def _only(self, label: str) -> BoolArray:
        return np.array([other == label for other in self.labels], np.bool_)


def choose_labels(
    exact: Mapping[str, int],
    coarse: Mapping[str, int],
    *,
    taxonomy: Lineages,
    is_type: Mapping[str, bool],
    min_type_crops: int,
    min_coarse_crops: int,
) -> tuple[str, ...]:
    """Decide which nodes become leaves.

    A type with enough crops is a leaf; with fewer, its crops teach the node above it, which
    becomes a leaf meaning "another of this group". An inner node is also a leaf when enough crops
    carry it as their label.

    Args:
        exact: Training crops by type, or by inner node where the crop is certainly of no listed
            type.
        coarse: Training crops by inner node where the type is open.
        taxonomy: The tree.
        is_type: For every key of `exact` and `coarse`: whether it is a type.
        min_type_crops: Fewest crops of a leaf that is a type.
        min_coarse_crops: Fewest open crops that make an inner node a leaf.
    """
    leaves = {CIVIL}
    for node, count in exact.items():
        if node in UNIONS or node in (BACKGROUND, CIVIL):
            continue
        if is_type[node]:
            parent = taxonomy.lineage(node)[-2]
            leaves.add(node if count >= min_type_crops else parent)
        else:
            leaves.add(node)
    leaves |= {
        node
        for node, count in coarse.items()
        if node not in (*UNIONS, BACKGROUND) and count >= min_coarse_crops and not is_type[node]
    }
    return (*sorted(leaves, key=lambda leaf: tuple(taxonomy.lineage(leaf))), BACKGROUND)


def allowed_matrix(space: LabelSpace, rows: Iterable[tuple[str, bool]]) -> BoolArray:
    """Return `(N, L)`: `space.allowed` of every `(node, is_exact)`."""
    return np.stack([space.allowed(node, is_exact=is_exact) for node, is_exact in rows])
