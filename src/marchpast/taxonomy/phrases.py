"""Names in a text, each together with the words beside it that say the same vehicle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marchpast.taxonomy.matching import Match
from marchpast.taxonomy.names import NameIndex
from marchpast.taxonomy.tokens import Token, gap_between, tokens_of
from marchpast.taxonomy.vocabulary import Vocabulary

_MOST_PARTS = 5
_FEWEST_TO_AGREE = 2
_BRACKET = re.compile(r"[»”\"'’]?\s*\(\s*[«„“\"'‘]?")
_PAIRS = {"«": "»", "(": ")", "„": "“", "“": "”"}


@dataclass(frozen=True, slots=True)
class Part:
    """A known name or helping word.

    Attributes:
        match: Which tokens.
        nodes: What it names alone; empty for a word that only helps.
        beside: Under which nodes it puts a name beside it; `None` when it does not say.
        is_kind: True for a word for a sort of vehicles (`ЗРК`, `howitzer`).
        is_ordinary: True for a name that is also an ordinary word.
        is_abbreviation: True for a name of capitals only (`SAM`).
    """

    match: Match
    nodes: tuple[str, ...]
    beside: tuple[str, ...] | None
    is_kind: bool
    is_ordinary: bool
    is_abbreviation: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """Parts that stand together and agree on what they name.

    Attributes:
        parts: In the order of the text; at least one names something.
        nodes: What they agree on.
        start: Of the text, in characters.
        end: Behind the last one, with a quote or bracket that was opened inside.
    """

    parts: tuple[Part, ...]
    nodes: tuple[str, ...]
    start: int
    end: int

    @property
    def first_token(self) -> int:
        """Index of its first token."""
        return self.parts[0].match.first

    @property
    def end_token(self) -> int:
        """Index behind its last token."""
        return self.parts[-1].match.end


class PhraseReader:
    """Reads one text."""

    def __init__(self, text: str, *, vocabulary: Vocabulary, index: NameIndex) -> None:
        """Cut the text into tokens and find the known words among them."""
        self.text = text
        self.tokens: Sequence[Token] = tokens_of(text)
        self._index = index
        self.parts: Sequence[Part] = list(self._find_parts(vocabulary))
        self.phrases: Sequence[Phrase] = list(self._find_phrases())

    def touches(self, left: int, right: int) -> bool:
        """Return whether two tokens stand side by side on one line, without a comma."""
        if not 0 <= left < right < len(self.tokens):
            return False
        return gap_between(self.text, self.tokens[left], self.tokens[right]) in ("tight", "space")

    def _find_parts(self, vocabulary: Vocabulary) -> Iterator[Part]:
        at = 0
        while at < len(self.tokens):
            match = vocabulary.matcher.longest(self.text, self.tokens, at)
            if match is None or not vocabulary.not_vehicles.isdisjoint(match.keys):
                at = match.end if match else at + 1
                continue
            beside = vocabulary.ids_beside(match.keys)
            # `С 300` is as much "with 300": the word before the number counts too.
            first_word = [self.tokens[at].key] if match.is_word_and_number else []
            name = self.text[self.tokens[at].start : self.tokens[match.end - 1].end]
            is_abbreviation = vocabulary.is_abbreviation(match.keys)
            is_in_capitals = is_abbreviation and name.removesuffix("s").isupper()
            is_ordinary = any(key in vocabulary.ordinary for key in (*match.keys, *first_word))
            yield Part(
                match,
                nodes=vocabulary.ids(match.keys),
                beside=beside,
                is_kind=beside is not None and not any(map(vocabulary.is_type, beside)),
                is_ordinary=is_ordinary and not is_in_capitals,
                is_abbreviation=is_abbreviation,
            )
            at = match.end

    def _find_phrases(self) -> Iterator[Phrase]:
        at = 0
        while at < len(self.parts):
            end = self._end_of_run(at)
            while end > at + 1 and not self._agreed(at, end):
                end -= 1
            nodes = self._agreed(at, end)
            if nodes:
                end = self._with_bracket(end, nodes)
                yield self._phrase(at, end, nodes)
            at = end

    def _end_of_run(self, at: int) -> int:
        end = at + 1
        while (
            end < min(len(self.parts), at + _MOST_PARTS)
            and self.parts[end].match.first == self.parts[end - 1].match.end
            and self.touches(self.parts[end].match.first - 1, self.parts[end].match.first)
        ):
            end += 1
        return end

    def _agreed(self, at: int, end: int) -> tuple[str, ...]:
        parts = self.parts[at:end]
        if not any(part.nodes for part in parts):
            return ()
        if len(parts) == 1:
            return parts[0].nodes
        saying = [part for part in parts if part.beside is not None]
        if len(saying) < _FEWEST_TO_AGREE:
            return next(part.nodes for part in [*saying, *parts] if part.nodes)
        own = [part.nodes or part.beside or () for part in saying]
        return self._index.agreed(own) or self._index.agreed([p.beside or () for p in saying])

    def _with_bracket(self, end: int, nodes: tuple[str, ...]) -> int:
        """Take in another name of the same vehicle in brackets: `9К33 «Оса» (SA-8)`."""
        if end == len(self.parts) or self.parts[end].nodes != nodes:
            return end
        left = self.tokens[self.parts[end - 1].match.end - 1]
        right = self.tokens[self.parts[end].match.first]
        return end + 1 if _BRACKET.fullmatch(self.text[left.end : right.start]) else end

    def _phrase(self, at: int, end: int, nodes: tuple[str, ...]) -> Phrase:
        parts = tuple(self.parts[at:end])
        start = self.tokens[parts[0].match.first].start
        stop = self.tokens[parts[-1].match.end - 1].end
        while closing := _closing(self.text[start:stop], self.text[stop : stop + 1]):
            stop += len(closing)
        return Phrase(parts, nodes, start, stop)


def _closing(inside: str, following: str) -> str:
    """Return the following character when it closes what was opened inside, or nothing."""
    for opening, closing in _PAIRS.items():
        if following == closing and inside.count(opening) > inside.count(closing):
            return closing
    return following if following == '"' and inside.count('"') % 2 else ""
