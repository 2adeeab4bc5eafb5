"""Names and places in the tree, as the report needs them."""

from __future__ import annotations

from typing import Final, Literal

from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.report.text import printable
from marchpast.taxonomy import Taxonomy

MILITARY: Final = "military_vehicle"
CIVIL: Final = "civilian_vehicle"

Side = Literal["military", "civil", "untold", "none"]
Language = Literal["en", "ru", "uk"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "ru", "uk")

_OUTSIDE_THE_TREE: Final[dict[str, dict[Language, str]]] = {
    UNKNOWN: {"en": "unknown vehicle", "ru": "неизвестная машина", "uk": "невідома машина"},
    NOT_A_VEHICLE: {"en": "no vehicle", "ru": "нет машины", "uk": "немає машини"},
}


class Namer:
    """Gives every answer its names, `unknown` and `background` too.

    Attributes:
        language: Of the names that :meth:`shown` gives.
        beside: Of those that :meth:`other` gives: Russian beside English, else English.
    """

    def __init__(self, taxonomy: Taxonomy, language: Language = "en") -> None:
        self._taxonomy = taxonomy
        self._order = {node: number for number, node in enumerate(taxonomy.nodes)}
        self.language: Language = language
        self.beside: Language = "ru" if language == "en" else "en"

    def shown(self, node: str) -> str:
        """Return the name in the reader's language.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        return self._name(node, self.language)

    def other(self, node: str) -> str:
        """Return the second name, in the language `beside`.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        return self._name(node, self.beside)

    def place(self, node: str) -> tuple[int, ...]:
        """Return a key that sorts every node right after the one above it.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        return tuple(self._order.get(above, len(self._order)) for above in self._path(node))

    def depth(self, node: str) -> int:
        """Return how far below the root the node is."""
        return len(self._path(node)) - 1

    def english(self, node: str) -> str:
        """Return the English name.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        return self._name(node, "en")

    def russian(self, node: str) -> str:
        """Return the Russian name.

        Raises:
            TaxonomyError: If the node is not in the taxonomy.
        """
        return self._name(node, "ru")

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

    def _name(self, node: str, language: Language) -> str:
        if node in _OUTSIDE_THE_TREE:
            return _OUTSIDE_THE_TREE[node][language]
        return printable(self._taxonomy.name(node, language))

    def _path(self, node: str) -> tuple[str, ...]:
        """Return the ids from the root to the node."""
        if node in _OUTSIDE_THE_TREE:
            return (node,)
        return self._taxonomy.lineage(node)
