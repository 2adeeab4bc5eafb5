"""The forms a Russian or Ukrainian noun or adjective takes in a sentence."""

from __future__ import annotations

import functools
from collections.abc import Iterable

# Endings of all cases of both numbers, by the ending of the dictionary form. Both languages and
# all declensions of one ending are put together: a form that does not exist does no harm, because
# forms are only ever compared with what somebody wrote. Written with е for ё, as `name_key` does.
_HARD = (
    *("а", "у", "ом", "ем", "е", "ы", "и", "ов", "ев", "ей", "ам", "ами", "ах"),
    *("і", "ів", "ові", "еві"),  # the Ukrainian ones
)
_SOFT = ("я", "ю", "ем", "е", "и", "ей", "ев", "ям", "ями", "ях", "ью", "і", "ів", "єм", "еві")
_FEMININE = (
    *("ы", "и", "е", "у", "ой", "ою", "ам", "ами", "ах"),
    *("і", "ої", "ій", "их", "им", "ими"),  # the Ukrainian ones, of adjectives too
)
_SOFT_FEMININE = ("и", "ю", "е", "ей", "ею", "й", "ь", "ям", "ями", "ях", "ї", "є", "єю")
_NEUTER = ("я", "ю", "ем", "и", "й", "ям", "ями", "ях")
_ADJECTIVE = (
    *("ый", "ий", "ой", "ого", "его", "ому", "ему", "ым", "им", "ом", "ем", "ая", "яя"),
    *("ую", "юю", "ей", "ое", "ее", "ые", "ие", "ых", "их", "ыми", "ими"),
    *("а", "у", "ої", "ій", "ою", "е", "і"),  # the Ukrainian ones
)
_ADJECTIVE_ENDINGS = ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые")
_VOWELS = "аеёиіїоуыэюяє"
_SHORTEST = 3


@functools.lru_cache(maxsize=4096)
def inflected(word: str) -> frozenset[str]:
    """Return the forms that a word may take, itself left out.

    Args:
        word: Nominative, Cyrillic letters. Others, and words that do not change (ПВО), have none.

    The rules follow the regular declensions of school grammars, with the vowel that comes and
    goes before the last consonant (`Точка`, `точек`; `Курганец`, `Курганца`).

    >>> sorted(inflected("Оса"))[:8]
    ['ос', 'осам', 'осами', 'осах', 'осе', 'оси', 'осим', 'осими']
    >>> "курганцев" in inflected("Курганец"), inflected("T-72")
    (True, frozenset())
    """
    lower = word.casefold().replace("ё", "е")
    if len(lower) < _SHORTEST or not all("а" <= c <= "я" or c in "іїєґ" for c in lower):
        return frozenset()
    if lower[-1] in _VOWELS and word.isupper():
        return frozenset()  # ПВО, САУ, РСЗО: abbreviations that end in a vowel do not change
    return frozenset(_forms(lower)) - {lower}


def _forms(word: str) -> set[str]:
    stem, last = word[:-1], word[-1]
    if word.endswith(_ADJECTIVE_ENDINGS):
        return _with(word[:-2], _ADJECTIVE)
    if last == "а":
        return _with(stem, [*_FEMININE, ""]) | _with_fleeting_vowel(stem)
    if last == "я":
        return _with(stem, _SOFT_FEMININE)
    if last == "о":
        return _with(stem, [*_HARD, ""])
    if last == "е":
        return _with(stem, _NEUTER)
    if last == "ь":
        forms = _with(stem, _SOFT)
        return forms | _with(stem[:-2] + "ц", _SOFT) if stem.endswith("ец") else forms
    if last in _VOWELS or last == "й":
        return set()
    forms = _with(word, _HARD)
    if word.endswith("ец"):
        forms |= _with(word[:-2] + "ц", _HARD)
    elif word.endswith("ок"):
        forms |= _with(word[:-2] + "к", _HARD)
    return forms


def _with(stem: str, endings: Iterable[str]) -> set[str]:
    return {stem + ending for ending in endings}


def _with_fleeting_vowel(stem: str) -> set[str]:
    """`точк` -> `точек`, `точок`; nothing for a stem that needs no vowel."""
    if len(stem) < _SHORTEST or stem[-1] != "к" or stem[-2] in _VOWELS:
        return set()
    before = stem[:-2] if stem[-2] == "ь" else stem[:-1]
    return {before + vowel + "к" for vowel in "ео"}
