"""Names and places in the tree, as the report needs them."""

from __future__ import annotations

from typing import Final, Literal

from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.report.text import printable
from marchpast.taxonomy import Taxonomy

MILITARY: Final = "military_vehicle"
CIVIL: Final = "civilian_vehicle"

Side = Literal["military", "civil", "untold", "none"]

_OUTSIDE_THE_TREE = {
    UNKNOWN: ("unknown vehicle", "неизвестная машина"),
    NOT_A_VEHICLE: ("no vehicle", "нет машины"),
}


class Namer:
    """Gives every answer an English and a Russian name, `unknown` and `background` too."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy

    def english(self, node: str) -> str:
        """Return the English name.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        if node in _OUTSIDE_THE_TREE:
            return _OUTSIDE_THE_TREE[node][0]
        return printable(self._taxonomy.name(node))

    def russian(self, node: str) -> str:
        """Return the Russian name.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        if node in _OUTSIDE_THE_TREE:
            return _OUTSIDE_THE_TREE[node][1]
        return printable(self._taxonomy.name(node, "ru"))

    def side(self, node: str) -> Side:
        """Return whether the node is military, civil, leaves that open, or is no vehicle.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        if node == NOT_A_VEHICLE:
            return "none"
        path = self._path(node)
        if MILITARY in path:
            return "military"
        return "civil" if CIVIL in path else "untold"

    def category(self, node: str) -> str:
        """Return the node's ancestor that is a direct child of the military or civil vehicles.

        A node above that level is returned as it is.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        path = self._path(node)
        for side in (MILITARY, CIVIL):
            if side in path and path[-1] != side:
                return path[path.index(side) + 1]
        return node

    def _path(self, node: str) -> tuple[str, ...]:
        """Return the ids from the root to the node."""
        if node in _OUTSIDE_THE_TREE:
            return (node,)
        return self._taxonomy.lineage(node)
