"""What a sentence is made of: names, numbers, words that tell what a number counts, signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from marchpast.inventory.drafting.dates import asides
from marchpast.inventory.drafting.numbers import Number, numbers
from marchpast.inventory.drafting.words import lexicon, plain
from marchpast.taxonomy import FoundName, Taxonomy

# Letters with digits behind them or before: `Ми-8`, `ЗИС-3`, `2С9`.
_DESIGNATION = re.compile(r"(?<![\w-])(?:[^\W\d_]{1,6}-?\d[\w/-]*|\d{1,3}[^\W\d_]{1,3}-?\d[\w/-]*)")
_AIRCRAFT = re.compile(
    r"(?:су|su|миг|mig|ми|mi|ту|tu|ил|il|ан|an|ка|ka|як|yak|бе|be|a|а)-?\d{1,3}[\w/-]*"
)
# Self-propelled guns of the war that are written like the aircraft of Sukhoi.
_NO_AIRCRAFT = re.compile(r"(?:су|su)-?(?:76|85|100|122|152)")
_QUOTED = re.compile(r"«[^«»]{1,60}»|“[^“”]{1,60}”|„[^„“”]{1,60}[“”]|\"[^\"]{1,60}\"")
_MAX_QUOTED_WORDS = 4
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_SIGN = re.compile(r"[,;:()]|[–—]|(?<=\s)-(?=\s)|[×&/]|(?<=\s)[xх](?=\s)")
_SIGNS = {
    **{",": "comma", ";": "semicolon", ":": "colon", "(": "open", ")": "close"},
    **dict.fromkeys("–—-", "dash"),
    **dict.fromkeys("×xх", "times"),
    **dict.fromkeys("&/", "and"),
}
_AND = frozenset(("и", "или", "and", "or"))
_CLAUSE = re.compile(
    r"[;]|,?\s(?:но|однако|зато|but|whereas|while|however)(?!\w)|,\sа\s(?!также|еще|именно)"
)
# Nodes that are no kind of vehicle but all of them.
_ALL_OF_THEM = {"military_vehicle": "equipment", "vehicle": "vehicle", "civilian_vehicle": "other"}


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a sentence.

    Attributes:
        kind: `name`, `number`, `designation`, `aircraft`, `quoted`, `aside` (a date, a measure),
            a kind of the lexicon, a sign by its name, or `word` for any other word.
        start: First character.
        end: One past the last.
        clause: Which clause of the sentence, from 0.
        name: Of a `name`.
        number: Of a `number`.
    """

    kind: str
    start: int
    end: int
    clause: int
    name: FoundName | None = None
    number: Number | None = None


def scan(text: str, taxonomy: Taxonomy) -> tuple[Item, ...]:
    """Return the items of a sentence from left to right, none overlapping.

    What stands in a name is no number (`С-300`), and what stands in a date counts nothing.
    """
    rest = _Rest(plain(text))
    found = [*_names(text, rest, taxonomy)]
    found += [rest.take("aside", start, end) for start, end in asides(rest.text)]
    found += [
        rest.take(_designated(rest.text[match.start() : match.end()]), match.start(), match.end())
        for match in _DESIGNATION.finditer(rest.text)
    ]
    found += [*_numbers(rest)]
    found += [*_quoted(rest)]
    found += [*_words(rest)]
    return tuple(sorted(found, key=lambda item: item.start))


class _Rest:
    """What of a sentence is not taken yet; taken characters are blotted out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._clauses = [match.start() for match in _CLAUSE.finditer(text)]

    def take(
        self,
        kind: str,
        start: int,
        end: int,
        *,
        name: FoundName | None = None,
        number: Number | None = None,
    ) -> Item:
        self.text = self.text[:start] + "\0" * (end - start) + self.text[end:]
        clause = sum(start > at for at in self._clauses)
        return Item(kind, start, end, clause, name, number)


def _names(text: str, rest: _Rest, taxonomy: Taxonomy) -> Iterator[Item]:
    for name in taxonomy.find_all(text):
        kind = _ALL_OF_THEM.get(name.node or "", "name")
        yield rest.take(kind, name.start, name.end, name=name)


def _designated(written: str) -> str:
    is_aircraft = _AIRCRAFT.fullmatch(written) and not _NO_AIRCRAFT.match(written)
    return "aircraft" if is_aircraft else "designation"


def _numbers(rest: _Rest) -> Iterator[Item]:
    for number in tuple(numbers(rest.text)):
        measure = lexicon().measures.match(rest.text, number.end)
        if measure:
            yield rest.take("aside", number.start, measure.end())
        else:
            yield rest.take("number", number.start, number.end, number=number)


def _quoted(rest: _Rest) -> Iterator[Item]:
    for match in tuple(_QUOTED.finditer(rest.text)):
        if "\0" not in match[0] and len(_WORD.findall(match[0])) <= _MAX_QUOTED_WORDS:
            yield rest.take("quoted", match.start(), match.end())


def _words(rest: _Rest) -> Iterator[Item]:
    at = 0
    while at < len(rest.text):
        word, sign = _WORD.search(rest.text, at), _SIGN.search(rest.text, at)
        if sign and (word is None or sign.start() <= word.start()):
            yield rest.take(_SIGNS[sign[0]], sign.start(), sign.end())
            at = sign.end()
        elif word:
            kind, at = _meaning(rest.text, word)
            yield rest.take(kind, word.start(), at)
        else:
            return


def _meaning(text: str, word: re.Match[str]) -> tuple[str, int]:
    """Return what the longest phrase from a word on means, and where it ends."""
    best, end = ("and" if word[0] in _AND else "word"), word.end()
    reached = end if best == "and" else -1
    for kind, phrases in lexicon().kinds.items():
        if (match := phrases.match(text, word.start())) and match.end() > reached:
            best, end = kind, match.end()
            reached = end
    return best, end
