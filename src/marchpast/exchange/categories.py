"""The classes that another program's format has numbers for: every node of the taxonomy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.taxonomy import Taxonomy

UNNAMED: Final = "unnamed"
"""The class of a box that belongs to no sighting: the detector found it, and nothing named it."""

_OUTSIDE_THE_TREE: Final = {
    UNKNOWN: "unknown vehicle",
    NOT_A_VEHICLE: "no vehicle",
    UNNAMED: "box without a name",
}


@dataclass(frozen=True, slots=True)
class Category:
    """One class.

    Attributes:
        index: From 0, the place in :attr:`Categories.rows`.
        node: Id of the taxonomy, or `unknown`, `background` or `unnamed`.
        name: In English, for people.
        lineage: The ids from the root of the tree to the node; the node alone outside of it.
    """

    index: int
    node: str
    name: str
    lineage: tuple[str, ...]

    @property
    def parent(self) -> str:
        """The id above, empty at the root and outside of the tree."""
        return self.lineage[-2] if len(self.lineage) > 1 else ""


class Categories:
    """All classes in the order of the tree, whatever a result holds.

    Two exports with one version of the taxonomy therefore number their classes alike and can be
    put together.

    Attributes:
        rows: The classes by their index.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        inside = [(node, taxonomy.name(node), taxonomy.lineage(node)) for node in taxonomy.nodes]
        outside = [(node, name, (node,)) for node, name in _OUTSIDE_THE_TREE.items()]
        self.rows = tuple(Category(i, *row) for i, row in enumerate((*inside, *outside)))
        self._by_node = {row.node: row for row in self.rows}

    def of(self, node: str | None) -> Category:
        """Return the class of an answer; `None` is a box that belongs to no sighting.

        Raises:
            KeyError: If it is no node of the taxonomy that the classes were made from.
        """
        return self._by_node[UNNAMED if node is None else node]
