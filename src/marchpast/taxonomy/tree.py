"""The tree of vehicles, and its one way in."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from importlib import resources

from marchpast.errors import TaxonomyError
from marchpast.records import Level
from marchpast.taxonomy.names import NameIndex
from marchpast.taxonomy.nodes import Language, Lookalike, LookalikeGroup, Node
from marchpast.taxonomy.parsing import parse_taxonomy
from marchpast.taxonomy.running_text import FoundName, names_in
from marchpast.taxonomy.suggestions import Suggestion
from marchpast.taxonomy.vocabulary import Vocabulary
from marchpast.taxonomy.wording import Wording


class Taxonomy:
    """Vehicle types, the groups they belong to, and their names in every spelling.

    Attributes:
        nodes: Every node id, parents before children, in the order of the data.
        types: The ids of the vehicle types, in the same order.
        lookalike_groups: Allowed answers of the form "one of these" outside the tree.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        *,
        lookalike_groups: Sequence[LookalikeGroup] = (),
        wording: Wording | None = None,
    ) -> None:
        """Check that the nodes form one tree and that every reference leads somewhere.

        Raises:
            TaxonomyError: If they do not.
        """
        self._by_id: dict[str, Node] = {}
        self._lineage: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[str]] = {}
        for node in nodes:
            self._place(node)
        self.nodes: tuple[str, ...] = tuple(self._by_id)
        self.types: tuple[str, ...] = tuple(n.id for n in self._by_id.values() if n.is_type)
        self.lookalike_groups: tuple[LookalikeGroup, ...] = tuple(lookalike_groups)
        self._check_references()
        self._vocabulary = Vocabulary(self._by_id, wording or Wording())
        self._names = NameIndex(self._by_id, self._vocabulary, is_within=self.is_within)

    def node(self, id_: str) -> Node:
        """Return the node with that id.

        Raises:
            TaxonomyError: If there is none; the message names the nearest ids.
        """
        if (node := self._by_id.get(id_)) is not None:
            return node
        close = difflib.get_close_matches(id_, self._by_id, n=3)
        nearest = f"nearest: {', '.join(map(repr, close))}" if close else "no id is near it"
        raise TaxonomyError(f"the taxonomy has no node {id_!r}; {nearest}")

    def find(self, spelling: str) -> Node:
        """Return the node that a spelling names, in any alphabet, index or reporting name.

        Raises:
            TaxonomyError: If nothing has that name (the message lists up to three near ones),
                or if it names several vehicles (the message lists them).
        """
        return self._by_id[self._names.find(spelling)]

    def find_all(self, text: str) -> tuple[FoundName, ...]:
        """Return every vehicle and group of vehicles that a running text names, in its order.

        Russian and Ukrainian cases, English plurals and transliterations are understood. A word
        that is also an ordinary one, such as `град`, is returned with how sure it is here.
        """
        return names_in(text, vocabulary=self._vocabulary, index=self._names)

    def suggest(self, spelling: str, *, limit: int = 3) -> tuple[Suggestion, ...]:
        """Return the known names nearest to a text, nearest first; empty when none is near.

        Args:
            spelling: What somebody wrote; of a longer text the first 200 characters count.
            limit: The most to return.
        """
        return self._names.suggest(spelling, limit=limit)

    def lineage(self, id_: str) -> tuple[str, ...]:
        """Return the ids from the root down to the node itself.

        Raises:
            TaxonomyError: If there is no such node.
        """
        return self._lineage[self.node(id_).id]

    def children(self, id_: str) -> tuple[str, ...]:
        """Return the ids directly under a node, in the order of the data.

        Raises:
            TaxonomyError: If there is no such node.
        """
        return tuple(self._children[self.node(id_).id])

    def types_under(self, id_: str) -> tuple[str, ...]:
        """Return the types at or under a node, in the order of the data.

        Raises:
            TaxonomyError: If there is no such node.
        """
        self.node(id_)
        return tuple(type_ for type_ in self.types if id_ in self._lineage[type_])

    def is_within(self, id_: str, ancestor: str) -> bool:
        """Return whether a node is the other one or lies under it.

        Raises:
            TaxonomyError: If either does not exist.
        """
        return self.node(ancestor).id in self.lineage(id_)

    def level(self, id_: str) -> Level:
        """Return how exact an answer this node is.

        Raises:
            TaxonomyError: If there is no such node.
        """
        return self.node(id_).level

    def lookalikes(self, id_: str) -> tuple[Lookalike, ...]:
        """Return what a node is taken for, with the tells that separate them.

        Raises:
            TaxonomyError: If there is no such node.
        """
        return self.node(id_).lookalikes

    def name(self, id_: str, language: Language = "en") -> str:
        """Return the name of a node to show to people, in English, Russian or Ukrainian.

        A node made by hand without a Ukrainian name is shown in English.

        Raises:
            TaxonomyError: If there is no such node.
            ValueError: If the language is not `en`, `ru` or `uk`.
        """
        node = self.node(id_)
        names = {"en": node.name, "ru": node.name_ru, "uk": node.name_uk or node.name}
        if language not in names:
            raise ValueError(f"names are in 'en', 'ru' and 'uk', got {language!r}")
        return names[language]

    def _place(self, node: Node) -> None:
        if node.id in self._by_id:
            raise TaxonomyError(f"taxonomy data: two nodes are called {node.id!r}")
        if (node.parent is None) != (not self._by_id):
            raise TaxonomyError(
                f"taxonomy data: exactly the first node is the root, got {node.id!r} with "
                f"parent {node.parent!r}"
            )
        above: tuple[str, ...] = ()
        if node.parent is not None:
            if node.parent not in self._by_id or self._by_id[node.parent].is_type:
                raise TaxonomyError(
                    f"taxonomy data: the parent of {node.id!r} must be a group that comes "
                    f"before it, got {node.parent!r}"
                )
            above = self._lineage[node.parent]
            self._children[node.parent].append(node.id)
        self._by_id[node.id] = node
        self._children[node.id] = []
        self._lineage[node.id] = (*above, node.id)

    def _check_references(self) -> None:
        for node in self._by_id.values():
            for lookalike in node.lookalikes:
                if lookalike.node is not None:
                    self.node(lookalike.node)
        for group in self.lookalike_groups:
            for member in group.members:
                self.node(member)


@functools.cache
def load_taxonomy() -> Taxonomy:
    """Return the taxonomy of the package; it is read once.

    Raises:
        TaxonomyError: If the data file is malformed.
    """
    data = resources.files("marchpast.taxonomy") / "data" / "taxonomy.yaml"
    nodes, groups, wording = parse_taxonomy(data.read_bytes())
    return Taxonomy(nodes, lookalike_groups=groups, wording=wording)
