"""From any spelling of a vehicle's name to its place in the tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from marchpast.errors import TaxonomyError
from marchpast.taxonomy.nodes import Node
from marchpast.taxonomy.spelling import name_key
from marchpast.taxonomy.suggestions import Suggestion, suggestions
from marchpast.taxonomy.vocabulary import Vocabulary

_MAX_LENGTH = 200
_MAX_WORDS = 12
_MAX_WORDS_OF_A_NAME = 5
_BETWEEN_WORDS = re.compile(r"[\s«»„“”\"'‘’(),;]+")

Keys = tuple[str, ...]
"""The keys of what one part of a spelling may be."""


class NameIndex:
    """Looks up whole spellings."""

    def __init__(
        self,
        nodes: Mapping[str, Node],
        vocabulary: Vocabulary,
        *,
        is_within: Callable[[str, str], bool],
    ) -> None:
        """Take what is known; `is_within(id, ancestor)` tells the tree."""
        self._nodes = nodes
        self._vocabulary = vocabulary
        self._is_within = is_within

    def find(self, spelling: str) -> str:
        """Return the id of the node a spelling names.

        The ways are tried in this order, and the first that leads anywhere counts: as it is in
        the data; as words that agree (`9K33 Osa`, `the tank T-14 Armata`); both again with
        inflected words, English plurals and transliterations.

        Raises:
            TaxonomyError: If it names none, or several.
        """
        key = name_key(spelling)
        if not key or len(spelling) > _MAX_LENGTH:
            raise TaxonomyError(
                f"a vehicle name needs 1 to {_MAX_LENGTH} characters, letters or digits among "
                f"them, got {spelling[:40]!r}"
            )
        found = (
            self._vocabulary.named.get(key)
            or self._find_by_words(spelling, is_any_form=False)
            or self._in_any_form(spelling)
            or self._find_by_words(spelling, is_any_form=True)
        )
        if len(found) == 1:
            return found[0]
        if found:
            candidates = ", ".join(f"{id_} ({self._nodes[id_].name})" for id_ in found)
            raise TaxonomyError(f"{spelling!r} names several vehicles; write one of {candidates}")
        raise TaxonomyError(f"no vehicle is called {spelling!r}; {self._nearest(spelling)}")

    def suggest(self, spelling: str, *, limit: int) -> tuple[Suggestion, ...]:
        """Return the nearest known names, nearest first."""
        vocabulary = self._vocabulary
        text = spelling[:_MAX_LENGTH]
        return suggestions(text, vocabulary.named, vocabulary.written, limit=limit)

    def agreed(self, parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """Return the nodes that lie within all parts of a spelling; empty when they disagree.

        Words for sorts of vehicles are taken at their own meaning first and at the looser one
        that they have beside a name second; that is for the caller to try.
        """
        return tuple(
            id_
            for id_ in dict.fromkeys(id_ for part in parts for id_ in part)
            if all(any(self._is_within(id_, wide) for wide in part) for part in parts)
        )

    def _in_any_form(self, spelling: str) -> tuple[str, ...]:
        return self._vocabulary.ids(self._vocabulary.matcher.whole(spelling))

    def _find_by_words(self, spelling: str, *, is_any_form: bool) -> tuple[str, ...]:
        """Return what all words of a spelling agree on."""
        words = [word for word in _BETWEEN_WORDS.split(spelling) if name_key(word)]
        if not 1 < len(words) <= _MAX_WORDS:
            return ()
        names = self._cut(words, is_any_form=is_any_form) or []
        beside = [self._vocabulary.ids_beside(keys) or () for keys in names]
        if not any(map(self._vocabulary.ids, names)):
            return ()
        alone = [self._vocabulary.ids(k) or ids for k, ids in zip(names, beside, strict=True)]
        return self.agreed(alone) or self.agreed(beside)

    def _cut(self, words: Sequence[str], *, is_any_form: bool) -> list[Keys] | None:
        """Cut words into the fewest known names; `None` when some word belongs to no name."""
        best: list[list[Keys] | None] = [None] * len(words) + [[]]
        for start in reversed(range(len(words))):
            for end in range(start + 1, min(start + _MAX_WORDS_OF_A_NAME, len(words)) + 1):
                rest = best[end]
                known = self._name(words[start:end], is_any_form=is_any_form)
                if rest is None or known is None:
                    continue
                here = [known, *rest] if self._vocabulary.ids_beside(known) else rest
                shortest = best[start]
                if shortest is None or len(here) <= len(shortest):
                    best[start] = here
        return best[0]

    def _name(self, words: Sequence[str], *, is_any_form: bool) -> Keys | None:
        """Return the keys that words together spell beside others, `None` if unknown."""
        vocabulary = self._vocabulary
        keys: Keys = (name_key("".join(words)),)
        if is_any_form and keys[0] not in vocabulary.beside:
            keys = vocabulary.matcher.whole(" ".join(words))
        is_known = vocabulary.ids_beside(keys) or any(key in vocabulary.ignored for key in keys)
        return keys if is_known else None

    def _nearest(self, spelling: str) -> str:
        near = self.suggest(spelling, limit=3)
        if not near:
            return "nothing known is near it"
        names = [f"{each.text!r} ({' or '.join(each.nodes)})" for each in near]
        return f"nearest known names: {', '.join(names)}"
