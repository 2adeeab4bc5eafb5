"""How sure it is that a word in a text is a vehicle's name and not an ordinary word."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from marchpast.taxonomy.phrases import Part, Phrase, PhraseReader

Certainty = Literal["certain", "likely", "doubtful"]
Judgement = tuple[Certainty, str]

_SENTENCE_END = re.compile(r"[.!?…]+[»”\"')]*\s+|\n\s*\n")
_OPENING, _CLOSING = frozenset("«„“\"'‘"), frozenset("»”“\"'’")
_AND = re.compile(
    r"[»”\"'’)\s]*(?:,|и|й|та|і|а также|and|or|или|або|&|/)?[\s(«„“\"'‘]*", re.IGNORECASE
)
_NUMBER_BEFORE = re.compile(r"\d\s?[«„“\"'‘]?$")
_NUMBER_AFTER = re.compile(r"[»”\"'’]?\s*[—–:-]\s*\d")
_SHORTEST_TITLE_WORD = 4
_FEWEST_CAPITAL_WORDS, _FEWEST_TITLE_WORDS = 2, 4
_MOST_CAPITALISED = 0.7


class CertaintyJudge:
    """Judges the phrases of one text.

    A name with a digit or an unusual word is certain. One that is also an ordinary word needs
    support: a word beside it that says what vehicle it is, quotes, a capital where the sentence
    alone does not ask for one, a number, other vehicles in the same sentence. The word of
    another thing beside it (`корвет «Град»`), or of a vehicle that it is not (`танк «Тигр»`),
    makes it doubtful.
    """

    def __init__(self, reader: PhraseReader, *, is_other_thing: Callable[[str], bool]) -> None:
        """Take a text that was read; `is_other_thing` tells by the key of a word."""
        self._reader = reader
        self._is_other_thing = is_other_thing
        self._ends = [match.end() for match in _SENTENCE_END.finditer(reader.text)]
        self._ends.append(len(reader.text))
        self._sentences = self._by_sentence()
        self._shouting = self._shouting_sentences()
        self._kinds = {part.match.end: part for part in reader.parts if part.is_kind}
        self._alone = [self._judged_alone(phrase) for phrase in reader.phrases]

    def judgements(self) -> list[Judgement]:
        """Return how sure each phrase is, and why it is not certain."""
        return [alone or self._judged(at) for at, alone in enumerate(self._alone)]

    def _judged_alone(self, phrase: Phrase) -> Judgement | None:
        """Return what the phrase and its neighbours settle; `None`: the sentence must help."""
        name = repr(self._reader.text[phrase.start : phrase.end])
        naming = [part for part in phrase.parts if part.nodes]
        plain = [part for part in naming if part.is_ordinary]
        others = [part for part in phrase.parts if not part.is_ordinary]
        if against := self._contradiction(phrase):
            return ("doubtful" if plain else "likely"), f"{name} stands beside {against}"
        if not plain:
            if any(part.match.is_word_and_number for part in naming):
                return "likely", f"{name} is written with a space before the number"
            return "certain", ""
        if not any(part.beside is not None for part in others):
            is_cut = any(part.match.is_word_and_number for part in plain)
            if is_cut and not self._is_quoted(plain[0]):
                return "doubtful", f"{name} may be a word before a number"
            if (others or is_cut) and self._is_quoted(plain[0]):
                return "certain", ""
            if others and self._is_written_as_name(plain[0]):
                return "likely", f"{name} has an ordinary word in it, here with a capital"
            return None
        if self._is_quoted(plain[0]) or self._is_written_as_name(plain[0]):
            return "certain", ""
        return "likely", f"{name} has an ordinary word in it, here beside one for a vehicle"

    def _judged(self, at: int) -> Judgement:
        """Judge an ordinary word by the sentence it stands in."""
        phrase = self._reader.phrases[at]
        part = next(part for part in phrase.parts if part.is_ordinary)
        word = f"{self._reader.text[phrase.start : phrase.end]!r} is also an ordinary word"
        among = [other for other in self._sentences[self._number(phrase.start)] if other != at]
        has_vehicle = any(
            judged is not None and judged[0] != "doubtful"
            for judged in (self._alone[other] for other in among)
        )
        if self._is_quoted(part):
            return ("certain", "") if has_vehicle else ("likely", f"{word}, here in quotes")
        if not self._has_capital(part):
            return "doubtful", f"{word}, here not written as a name"
        has_company = has_vehicle or any(map(self._looks_like_name, among))
        if self._is_written_as_name(part):
            is_named = has_company or self._has_number(phrase)
        else:
            is_named = has_company and (self._has_number(phrase) or self._is_listed(at))
        if is_named:
            return "likely", f"{word}, here with a capital among vehicles or behind a number"
        return "doubtful", f"{word}, and nothing beside it tells of a vehicle"

    def _contradiction(self, phrase: Phrase) -> str:
        """Return the word beside a phrase that speaks against it, or nothing."""
        reader = self._reader
        first, end = phrase.first_token, phrase.end_token
        kind = self._kinds.get(first)
        if kind is not None and reader.touches(first - 1, first):
            start = reader.tokens[kind.match.first].start
            return repr(reader.text[start : reader.tokens[first - 1].end])
        for inside, outside in ((first, first - 1), (end - 1, end)):
            if reader.touches(*sorted((inside, outside))):
                word = reader.tokens[outside]
                if self._is_other_thing(word.key):
                    return repr(word.text)
        return ""

    def _is_quoted(self, part: Part) -> bool:
        tokens, text = self._reader.tokens, self._reader.text
        start, end = tokens[part.match.first].start, tokens[part.match.end - 1].end
        return text[max(0, start - 1) : start] in _OPENING and text[end : end + 1] in _CLOSING

    def _has_capital(self, part: Part) -> bool:
        is_abbreviation = part.is_abbreviation  # in capitals it would be no ordinary word: `Sam`
        return not is_abbreviation and self._reader.tokens[part.match.first].text[0].isupper()

    def _is_written_as_name(self, part: Part) -> bool:
        """Whether there is a capital that neither the sentence nor its style explains."""
        token = self._reader.tokens[part.match.first]
        if not self._has_capital(part) or self._number(token.start) in self._shouting:
            return False
        in_capitals = token.text.isupper() and len(token.text) > 1
        return in_capitals or not self._begins_sentence(token.start)

    def _looks_like_name(self, at: int) -> bool:
        part = next((p for p in self._reader.phrases[at].parts if p.is_ordinary), None)
        is_doubtful = self._alone[at] is not None
        if part is None or is_doubtful:
            return False
        return self._is_quoted(part) or self._is_written_as_name(part)

    def _has_number(self, phrase: Phrase) -> bool:
        text = self._reader.text
        before = text[max(0, phrase.start - 4) : phrase.start]
        return bool(_NUMBER_BEFORE.search(before) or _NUMBER_AFTER.match(text, phrase.end))

    def _is_listed(self, at: int) -> bool:
        """Whether `,` or `and` joins the phrase to the one before or behind it."""
        phrases, text = self._reader.phrases, self._reader.text
        return any(
            _AND.fullmatch(text[left.end : right.start])
            for left, right in zip(
                phrases[max(0, at - 1) : at + 1], phrases[max(0, at - 1) + 1 : at + 2], strict=False
            )
        )

    def _number(self, place: int) -> int:
        """Return the number of the sentence that holds a character."""
        return min(bisect.bisect_right(self._ends, place), len(self._ends) - 1)

    def _by_sentence(self) -> Mapping[int, Sequence[int]]:
        """Return the phrases that begin in each sentence."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, phrase in enumerate(self._reader.phrases):
            found[self._number(phrase.start)].append(at)
        return found

    def _begins_sentence(self, place: int) -> bool:
        number = self._number(place)
        begin = self._ends[number - 1] if number else 0
        return not any(c.isalnum() for c in self._reader.text[begin:place])

    def _shouting_sentences(self) -> frozenset[int]:
        """Return in which sentences capitals tell nothing, as in headlines.

        There, outside of names, all words are in capitals or most begin with one.
        """
        named = {
            at
            for phrase in self._reader.phrases
            for at in range(phrase.first_token, phrase.end_token)
        }
        words: dict[int, list[str]] = defaultdict(list)
        for at, token in enumerate(self._reader.tokens):
            if at not in named and token.is_letters and len(token.text) >= _SHORTEST_TITLE_WORD:
                words[self._number(token.start)].append(token.text)
        return frozenset(number for number, written in words.items() if _is_shouting(written))


def _is_shouting(words: Sequence[str]) -> bool:
    if all(map(str.isupper, words)):
        return len(words) >= _FEWEST_CAPITAL_WORDS
    capitalised = sum(word[0].isupper() for word in words)
    return len(words) >= _FEWEST_TITLE_WORDS and capitalised > _MOST_CAPITALISED * len(words)
