"""The words by which an announcement is read, from `data/wording.yaml`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from typing import Any

import yaml

# Signs that print alike and are written for one another; each stays one character long.
_ALIKE = str.maketrans({"ё": "е", "\u2010": "-", "\u2011": "-", "\u2019": "'", "\u02bc": "'"})
_BETWEEN = r"[\s./]{1,3}"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Compiled phrases; each matches in text that went through `plain`.

    Attributes:
        kinds: Phrases by what they mean for a number or a name near them, in order of precedence
            among equally long ones.
        before: Qualifiers that end where a number begins.
        after: Qualifiers that begin where a number ends.
        months: By number, 1 to 12.
        month: Any month.
        places: By English name.
        measures: Behind a number that counts no vehicle.
        parade: Words of a sentence that is about the parade itself.
        limiting: Words of a clause that does not speak of all equipment.
        this_year: Words for the year of the announcement.
        anniversary: Words behind the number of an anniversary of the Victory.
        number_words: What a word is worth, the multiplying ones apart.
        multipliers: What a number before the word is multiplied by.
        vague: Words that say no certain number when none stands before them.
        few: Words before a number that take its certainty away (`several hundred`).
    """

    kinds: Mapping[str, re.Pattern[str]]
    before: Mapping[str, re.Pattern[str]]
    after: Mapping[str, re.Pattern[str]]
    months: Mapping[int, re.Pattern[str]]
    month: str
    places: Mapping[str, re.Pattern[str]]
    measures: re.Pattern[str]
    parade: re.Pattern[str]
    limiting: re.Pattern[str]
    this_year: re.Pattern[str]
    anniversary: str
    number_words: Mapping[str, Fraction]
    multipliers: Mapping[str, int]
    vague: frozenset[str]
    few: re.Pattern[str]


def plain(text: str) -> str:
    """Return text of the same length in small letters, ё as е, one hyphen, one apostrophe.

    >>> plain("Её БТР\u201180")
    'ее бтр-80'
    """
    small = text.lower()
    if len(small) != len(text):  # a letter such as İ, whose small form is two signs
        small = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return small.translate(_ALIKE)


@functools.cache
def lexicon() -> Lexicon:
    """Return the phrases of the package; they are read once."""
    file = resources.files("marchpast.inventory") / "data" / "wording.yaml"
    # Every value is text: with any other loader `no` would be a flag.
    words: dict[str, Any] = yaml.load(file.read_bytes(), Loader=yaml.BaseLoader)
    kinds = {
        **words["markers"],
        **words["counted"],
        "historic_word": words["historic"],
        "narrowing": words["narrowing"],
        "filler": words["fillers"],
        "continuation": words["continuations"],
    }
    months = {int(number): _any_of(names) for number, names in words["months"].items()}
    return Lexicon(
        kinds={kind: _phrase(phrases) for kind, phrases in kinds.items()},
        before=_each(words["qualifiers"], r"(?<![\w-])(?:{})\s*$"),
        after=_each(words["qualifiers_after"], r"\s*(?:{})(?![\w-])"),
        months={number: re.compile(names) for number, names in months.items()},
        month="|".join(months.values()),
        places={name: _phrase(phrases) for name, phrases in words["places"].items()},
        measures=re.compile(rf"[\s-]*(?:{_any_of(words['measures'])})(?![\w])"),
        parade=_phrase(words["parade"]),
        limiting=_phrase(words["limiting"]),
        this_year=_phrase(words["this_year"]),
        anniversary=_any_of(words["anniversary"]),
        number_words={
            plain(word): Fraction(value)
            for value, forms in words["number_words"].items()
            for word in forms
        },
        multipliers={
            word: int(value) for value, forms in words["multipliers"].items() for word in forms
        },
        vague=frozenset(words["vague"]),
        few=re.compile(rf"(?<![\w-])(?:{_any_of(words['few'])})\s+$"),
    )


def _each(words: Mapping[str, Iterable[str]], pattern: str) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern.format(_any_of(phrases))) for name, phrases in words.items()}


def _phrase(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{_any_of(phrases)})(?![\w-])")


def _any_of(phrases: Iterable[str]) -> str:
    """Return the alternatives of an expression, longest first, so that the longest wins."""
    ordered = sorted(map(plain, phrases), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(
        _BETWEEN.join(
            re.escape(word.removesuffix("*")) + (r"[\w-]*" if word.endswith("*") else "")
            for word in re.split(r"[\s./]+", phrase)
        )
        for phrase in ordered
    )
