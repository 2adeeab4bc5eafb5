"""From any spelling of a vehicle's name to its place in the tree."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from marchpast.errors import TaxonomyError
from marchpast.taxonomy.nodes import Node
from marchpast.taxonomy.spelling import cyrillic_index, name_key

_MAX_LENGTH = 200
_MAX_WORDS = 12
_MAX_WORDS_OF_A_NAME = 5
_BETWEEN_WORDS = re.compile(r"[\s«»„“”\"'‘’(),;]+")


@dataclass(frozen=True, slots=True)
class SharedSpelling:
    """Spellings that name several nodes with no fitting node above them all."""

    spellings: tuple[str, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Designator:
    """Words that, beside a name, say under which node the name must lie."""

    spellings: tuple[str, ...]
    node: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What the tree says about names beyond those of its nodes."""

    shared: tuple[SharedSpelling, ...] = ()
    designators: tuple[Designator, ...] = ()
    ignored_words: tuple[str, ...] = ()


class NameIndex:
    """Every known spelling by its key, and the nodes it names."""

    def __init__(
        self,
        nodes: Mapping[str, Node],
        wording: Wording,
        *,
        is_within: Callable[[str, str], bool],
    ) -> None:
        """Index all spellings.

        Raises:
            TaxonomyError: If one key leads to two nodes and this is not declared.
        """
        self._nodes = nodes
        self._is_within = is_within
        self._named: dict[str, tuple[str, ...]] = {}
        self._written: dict[str, str] = {}
        for shared in wording.shared:
            for spelling in shared.spellings:
                self._add(spelling, shared.nodes)
        for node in nodes.values():
            for spelling in spellings_of(node):
                self._add(spelling, (node.id,))
        self._as_word = dict(self._named)
        for designator in wording.designators:
            for spelling in designator.spellings:
                self._as_word[name_key(spelling)] = (designator.node,)
        self._ignored = frozenset(name_key(word) for word in wording.ignored_words)

    def find(self, spelling: str) -> str:
        """Return the id of the node a spelling names.

        Raises:
            TaxonomyError: If it names none, or several.
        """
        key = name_key(spelling)
        if not key or len(spelling) > _MAX_LENGTH:
            raise TaxonomyError(
                f"a vehicle name needs 1 to {_MAX_LENGTH} characters, letters or digits among "
                f"them, got {spelling[:40]!r}"
            )
        found = self._named.get(key) or self._find_by_words(spelling)
        if len(found) == 1:
            return found[0]
        if found:
            candidates = ", ".join(f"{id_} ({self._nodes[id_].name})" for id_ in found)
            raise TaxonomyError(f"{spelling!r} names several vehicles; write one of {candidates}")
        raise TaxonomyError(f"no vehicle is called {spelling!r}; {self._nearest(spelling)}")

    def _add(self, spelling: str, ids: tuple[str, ...]) -> None:
        key = name_key(spelling)
        if not key:
            raise TaxonomyError(
                f"taxonomy data: a name of {', '.join(ids)} has no letter or digit: {spelling!r}"
            )
        known = self._named.setdefault(key, ids)
        if known != ids:
            raise TaxonomyError(
                f"taxonomy data: {spelling!r} names {', '.join(known)} and {', '.join(ids)}; "
                "declare it as ambiguous or drop one"
            )
        self._written.setdefault(key, spelling)

    def _find_by_words(self, spelling: str) -> tuple[str, ...]:
        """Return what all words of a spelling agree on: `9K33 Osa`, `the tank T-14 Armata`."""
        words = [word for word in _BETWEEN_WORDS.split(spelling) if name_key(word)]
        parts = self._parts(words) if 1 < len(words) <= _MAX_WORDS else None
        if not parts:
            return ()
        return tuple(
            id_
            for id_ in dict.fromkeys(id_ for part in parts for id_ in part)
            if all(any(self._is_within(id_, wide) for wide in part) for part in parts)
        )

    def _parts(self, words: Sequence[str]) -> list[tuple[str, ...]] | None:
        """Cut words into the fewest known names; `None` when some word belongs to no name."""
        best: list[list[tuple[str, ...]] | None] = [None] * len(words) + [[]]
        for start in reversed(range(len(words))):
            for end in range(start + 1, min(start + _MAX_WORDS_OF_A_NAME, len(words)) + 1):
                rest = best[end]
                key = name_key("".join(words[start:end]))
                if rest is None or (key not in self._as_word and key not in self._ignored):
                    continue
                here = [self._as_word[key], *rest] if key in self._as_word else rest
                known = best[start]
                if known is None or len(here) <= len(known):
                    best[start] = here
        return best[0]

    def _nearest(self, spelling: str) -> str:
        words = [spelling, *_BETWEEN_WORDS.split(spelling)]
        close: dict[tuple[str, ...], str] = {}
        for word in words[: _MAX_WORDS + 1]:
            for key in difflib.get_close_matches(name_key(word), self._named, n=9, cutoff=0.6):
                close.setdefault(self._named[key], self._written[key])
            if close:
                break
        if not close:
            return "nothing known is near it"
        names = [f"{text!r} ({' or '.join(ids)})" for ids, text in list(close.items())[:3]]
        return f"nearest known names: {', '.join(names)}"


def spellings_of(node: Node) -> Iterator[str]:
    """Yield every spelling that leads to a node, indexes in both alphabets."""
    yield from (node.name, node.name_ru, node.id)
    yield from (alias.text for alias in node.aliases)
    yield from map(cyrillic_index, node.aliases_of("grau"))
