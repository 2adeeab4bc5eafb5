"""Numbers in running text: digits and words, Russian and English, with how they are meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from marchpast.inventory.announced import Amount, Qualifier
from marchpast.inventory.drafting.words import lexicon
from marchpast.inventory.strict_yaml import MAX_NUMBER

# Thousands set apart by a space, thin or wide, or the English way by a comma; else one number
# with a decimal comma or point. A case ending may hang on: `50-ти`.
_DIGITS = re.compile(
    r"(?<![\w.,])(?<![^\W\d_]-)"
    r"(?:(\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+)|(\d{1,3}(?:,\d{3})+)|(\d{1,7}(?:[.,]\d{1,3})?))"
    r"(?:-?(?:ти|тью|мя|ми|х))?(?:\s?(\+))?(?!\w|[.,]\d)"
)
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_GAP = re.compile(r"[\s-]{1,3}|\.\s?")
_RANGE = re.compile(r"\s*[-–—]\s*|\s+(до|to|and)\s+")
_FROM = re.compile(r"(?:(?<!\w)(?:от|from|between)\s+)$")
_REST = re.compile(r"(?:\s(\d{1,3})|\.\s(\d{3}))(?![\w.,-])")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in a text.

    Attributes:
        start: First character, the qualifier included.
        end: One past the last.
        amount: `None` when it says no certain number (`dozens`), or one that a file cannot hold.
        looks_like_year: True for four plain digits from 1900 to 2099.
        is_range: True when the amount is the upper end of two that were given.
    """

    start: int
    end: int
    amount: Amount | None
    looks_like_year: bool = False
    is_range: bool = False


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text that went through `plain`, from left to right.

    >>> [str(number.amount) for number in numbers("более 50 единиц, 1,5 тысячи человек, сорок два")]
    ['at least 50', '1500', '42']
    """
    at = 0
    while found := _next(text, at):
        start, end, value = found
        opening = _FROM.search(text, at, start)
        if second := _second_of_range(text, end, is_opened=opening is not None):
            end, value = second
            start = opening.start() if opening else start
            yield Number(start, end, _amount(value, "at_most"), is_range=True)
        else:
            is_year = end - start == 4 and text[start:end].isdigit() and 1900 <= value < 2100
            start, end, qualifier = _qualified(text, at, start, end)
            is_few = lexicon().few.search(text, at, start) is not None
            is_vague = is_few or (value < 0 and qualifier is None)
            amount = None if is_vague else _amount(abs(value), qualifier or "exact")
            yield Number(start, end, amount, looks_like_year=is_year and qualifier is None)
        at = end


def _amount(value: Fraction, qualifier: Qualifier) -> Amount | None:
    fits = value.denominator == 1 and value <= MAX_NUMBER
    return Amount(int(value), qualifier) if fits else None


def _next(text: str, at: int) -> tuple[int, int, Fraction] | None:
    """Return start, end and value of the first number; a vague one (`hundreds`) is negative."""
    digits = _DIGITS.search(text, at)
    for word in _WORD.finditer(text, at, digits.start() if digits else len(text)):
        is_whole = not (word.start() and text[word.start() - 1] in "-_0123456789")
        if is_whole and (found := _in_words(text, word.start())):
            return word.start(), *found
    if not digits:
        return None
    return digits.start(), *_in_digits(text, digits)


def _in_digits(text: str, digits: re.Match[str]) -> tuple[int, Fraction]:
    spaced, english, plain_digits, _plus = digits.groups()
    if plain_digits is not None:
        value = Fraction(plain_digits.replace(",", "."))
    else:
        value = Fraction(re.sub(r"\D", "", spaced or english))
    end = digits.end()
    gap = _GAP.match(text, end)
    word = _WORD.match(text, gap.end()) if gap else None
    if word and (times := lexicon().multipliers.get(word[0])):
        value, end = value * times, word.end()
        if times == 1000 and (rest := _REST.match(text, end)):
            value, end = value + int(rest[1] or rest[2]), rest.end()
    return end, value


def _in_words(text: str, start: int) -> tuple[int, Fraction] | None:
    """Return the end and the value of the number words that begin here."""
    words = lexicon()
    thousands, group, step, end = Fraction(0), Fraction(0), Fraction(10**9), -1
    is_begun, at = False, start
    while word := _WORD.match(text, at):
        if (value := words.number_words.get(word[0])) is not None:
            if is_begun and value >= step:
                break
            group += value
            step = Fraction(100 if value >= 100 else 10 if value >= 20 else 0)
        elif (times := words.multipliers.get(word[0])) is not None:
            if not is_begun and word[0] in words.vague:
                return word.end(), Fraction(-times)
            group = (group or Fraction(1)) * times
            step = Fraction(times if times >= 100 else 0)
            if times == 1000:
                thousands, group = thousands + group, Fraction(0)
        elif not is_begun and word[0] in words.vague:
            return word.end(), Fraction(-1)
        elif not (word[0] == "and" and is_begun and step >= 100):
            break
        if word[0] != "and":
            is_begun, end = True, word.end()
        gap = _GAP.match(text, word.end())
        if not gap:
            break
        at = gap.end()
    is_part_of_a_word = re.match(r"-[^\W\d_]", text[end : end + 2])  # "eight-wheeled"
    return (end, thousands + group) if is_begun and not is_part_of_a_word else None


def _second_of_range(text: str, end: int, *, is_opened: bool) -> tuple[int, Fraction] | None:
    """Return end and value of what follows a dash, or "to" behind "from"."""
    between = _RANGE.match(text, end)
    if between is None or (between[1] and not is_opened):
        return None
    found = _next(text, between.end())
    return (found[1], found[2]) if found and found[0] == between.end() and found[2] > 0 else None


def _qualified(text: str, at: int, start: int, end: int) -> tuple[int, int, Qualifier | None]:
    words = lexicon()
    best: tuple[int, Qualifier] | None = None
    for qualifier, phrases in words.before.items():
        if (found := phrases.search(text, at, start)) and (best is None or found.start() < best[0]):
            best = found.start(), cast(Qualifier, qualifier)
    if best:
        return best[0], end, best[1]
    if text[end - 1] == "+":
        return start, end, "at_least"
    for qualifier, phrases in words.after.items():
        if found := phrases.match(text, end):
            return start, found.end(), cast(Qualifier, qualifier)
    return start, end, None
