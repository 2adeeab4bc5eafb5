"""Every known spelling by its key, and what it means alone and beside another name."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from marchpast.errors import TaxonomyError
from marchpast.taxonomy.inflection import inflected
from marchpast.taxonomy.matching import Matcher
from marchpast.taxonomy.nodes import Alias, Node
from marchpast.taxonomy.spelling import cyrillic_index, name_key
from marchpast.taxonomy.transliteration import latin_spellings
from marchpast.taxonomy.wording import Wording

# Kinds of names that are taken from an ordinary dictionary: one without a digit or a model mark
# means something else in most texts.
_DICTIONARY_KINDS = ("nato", "mistranslation")
_QUOTED = re.compile("«([^»]+)»")


class Vocabulary:
    """What every spelling means.

    Attributes:
        named: Key of a name to the nodes it names; several only where the data say so.
        written: Key of a name to the first way it is written in the data.
        beside: Key of a word beside a name to the nodes the name must lie under.
        ignored: Keys of words that say nothing beside a name.
        not_vehicles: Keys of wordings that hold a name and name something else.
    """

    def __init__(self, nodes: Mapping[str, Node], wording: Wording) -> None:
        """Index all spellings.

        Raises:
            TaxonomyError: If one key leads to two nodes and this is not declared.
        """
        self._nodes = nodes
        self._wording = wording
        self._spellings: dict[str, list[str]] = defaultdict(list)
        self.named: dict[str, tuple[str, ...]] = {}
        self.written: dict[str, str] = {}
        for shared in wording.shared:
            for spelling in shared.spellings:
                self._add(spelling, shared.nodes)
        for node in nodes.values():
            for spelling in spellings_of(node):
                self._add(spelling, (node.id,))
        self.beside = dict(self.named)
        for designator in wording.designators:
            for spelling in designator.spellings:
                self.beside[self._note(spelling)] = designator.nodes
        self.ignored = frozenset(map(self._note, wording.ignored_words))
        self.not_vehicles = frozenset(map(self._note, wording.not_vehicles))

    def ids(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the nodes that any of the keys names, also as a transliteration."""
        found = (self.named.get(key) or self.transliterated.get(key, ()) for key in keys)
        return tuple(dict.fromkeys(id_ for ids in found for id_ in ids))

    def ids_beside(self, keys: Iterable[str]) -> tuple[str, ...] | None:
        """Return under which nodes a word puts the name beside it; `None`: it does not say."""
        known = [key for key in keys if key not in self.ignored]
        found = (self.beside.get(key) or self.transliterated.get(key, ()) for key in known)
        return tuple(dict.fromkeys(id_ for ids in found for id_ in ids)) or None

    def is_type(self, id_: str) -> bool:
        """Return whether a node is a vehicle type and not a group."""
        return self._nodes[id_].is_type

    def is_abbreviation(self, keys: Iterable[str]) -> bool:
        """Return whether a name is written in capitals only, without a digit."""
        written = [self.written[key] for key in keys if key in self.written]
        return any(text.isupper() and text.isalpha() for text in written)

    def is_other_thing(self, key: str) -> bool:
        """Return whether a word in a text names something that is no vehicle."""
        return key in self._other_things

    @functools.cached_property
    def _other_things(self) -> frozenset[str]:
        words = self._wording.other_things
        return frozenset(name_key(form) for word in words for form in (word, *inflected(word)))

    @functools.cached_property
    def transliterated(self) -> Mapping[str, tuple[str, ...]]:
        """Latin key of a Russian or Ukrainian name to its nodes, where no name has that key."""
        return {key: tuple(ids) for key, (_, ids) in self._transliterations.items()}

    @functools.cached_property
    def _transliterations(self) -> Mapping[str, tuple[str, Mapping[str, None]]]:
        """Latin key to one way it is written, and its nodes."""
        found: dict[str, tuple[str, dict[str, None]]] = {}
        for spelling, is_ukrainian, ids in self._cyrillic_names():
            for written in latin_spellings(spelling, is_ukrainian=is_ukrainian):
                key = name_key(written)
                if key not in self.named:
                    found.setdefault(key, (written, {}))[1].update(dict.fromkeys(ids))
        return found

    def _cyrillic_names(self) -> Iterator[tuple[str, bool, tuple[str, ...]]]:
        """Yield the one-word names in Cyrillic, whether each is Ukrainian, and its nodes."""
        for node in self._nodes.values():
            names = [(node.name_ru, False), (node.name_uk, True)]
            names += [(a.text, a.kind == "uk") for a in node.aliases if a.kind in ("ru", "uk")]
            yield from ((text, is_uk, (node.id,)) for text, is_uk in names if " " not in text)
            for quoted in _QUOTED.findall(node.name_uk):
                if self.named.get(name_key(quoted)) == (node.id,):
                    yield quoted, True, (node.id,)
        for shared in self._wording.shared:
            yield from ((text, False, shared.nodes) for text in shared.spellings)

    @functools.cached_property
    def ordinary(self) -> frozenset[str]:
        """Keys of names that are also ordinary words, places or persons."""
        words = list(self._wording.ordinary_words)
        for node in self._nodes.values():
            words += [alias.text for alias in node.aliases if _is_from_a_dictionary(alias)]
        sounds = (spelling for word in words for spelling in latin_spellings(word))
        return frozenset(map(name_key, (*words, *sounds)))

    @functools.cached_property
    def matcher(self) -> Matcher:
        """Finds names, designators and ignored words among the words of a text."""
        latin = {key: [written] for key, (written, _) in self._transliterations.items()}
        return Matcher({**latin, **self._spellings}, self._wording.counting_words)

    def _add(self, spelling: str, ids: tuple[str, ...]) -> None:
        key = self._note(spelling)
        if not key:
            raise TaxonomyError(
                f"taxonomy data: a name of {', '.join(ids)} has no letter or digit: {spelling!r}"
            )
        known = self.named.setdefault(key, ids)
        if known != ids:
            raise TaxonomyError(
                f"taxonomy data: {spelling!r} names {', '.join(known)} and {', '.join(ids)}; "
                "declare it as ambiguous or drop one"
            )
        self.written.setdefault(key, spelling)

    def _note(self, spelling: str) -> str:
        key = name_key(spelling)
        self._spellings[key].append(spelling)
        return key


def spellings_of(node: Node) -> Iterator[str]:
    """Yield every spelling of the data that leads to a node, indexes in both alphabets."""
    yield from (name for name in (node.name, node.name_ru, node.name_uk) if name)
    yield from (alias.text for alias in node.aliases)
    yield from map(cyrillic_index, node.aliases_of("grau"))
    yield node.id


def _is_from_a_dictionary(alias: Alias) -> bool:
    return alias.kind in _DICTIONARY_KINDS and all(map(str.isalpha, alias.text.split()))
