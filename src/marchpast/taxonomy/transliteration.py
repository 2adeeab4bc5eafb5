"""Cyrillic names in Latin letters, by every common system at once."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

from marchpast.taxonomy.spelling import name_key

# What a letter becomes in BGN/PCGN, ISO 9, ALA-LC, the passports of Russia and Ukraine, and in the
# English, German, French, Polish and Czech press. Letters with marks are left out: `without_marks`
# takes the marks off what was written (Smerč, Solntsepëk).
_LATIN = {
    **{"а": "a", "б": "b", "в": "v w", "г": "g", "ґ": "g", "д": "d", "е": "e ye je ie"},
    **{"ё": "e yo jo io", "є": "ye ie je", "ж": "zh j z", "з": "z s", "и": "i y", "і": "i"},
    **{"ї": "i yi ji", "й": "i y j", "к": "k c", "л": "l", "м": "m", "н": "n", "о": "o"},
    **{"п": "p", "р": "r", "с": "s", "т": "t", "у": "u ou", "ф": "f ph", "х": "kh h ch x"},
    **{"ц": "ts tz c z", "ч": "ch tch tsch cz c", "ш": "sh sch ch sz s"},
    **{"щ": "shch sch sc szcz", "ъ": "", "ы": "y i", "ь": "", "э": "e"},
    **{"ю": "yu ju iu iou u", "я": "ya ja ia"},
    # Pairs of letters that a system writes as one sound.
    **{"ия": "iya iia ija ia ya ja", "ія": "iia iya ija ia", "ьо": "yo io o"},
}
_UKRAINIAN_G = "g h"
_UNITS = re.compile("ия|ія|ьо|.")
_MOST_LETTERS = 40
_SUFFIX_LENGTH = 2


def latin_spellings(name: str, *, is_ukrainian: bool = False) -> Iterator[str]:
    """Yield a Cyrillic name in small Latin letters, plainest first; parts joined by hyphens.

    Args:
        name: A name as people write it: `Панцирь-С1`. One without a word of more than two
            Cyrillic letters yields nothing: an index is not transliterated but looked up.
            Abbreviations are taken letter by letter, in the plainest way only.
        is_ukrainian: True where `г` may become `h`.

    A part of one or two letters keeps its look as well as its sound, because it is often copied
    by eye: С1 becomes S1 and C1.

    >>> spellings = set(latin_spellings("Панцирь-С1"))
    >>> {"pantsir-s1", "pancyr-c1", "pantzyr-s1", "panzir-s1"} <= spellings
    True
    """
    parts = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name))
    has_word = any(len(part) > _SUFFIX_LENGTH and part.isalpha() for part in parts)
    if not has_word or len(name) > _MOST_LETTERS:
        return
    for combination in itertools.product(*(_latin_part(part, is_ukrainian) for part in parts)):
        yield "-".join(combination)


def without_marks(key: str) -> str:
    """Return a key with the marks of its Latin letters taken off.

    >>> without_marks("smerč"), without_marks("рубежй")
    ('smerc', 'рубежй')
    """
    return "".join(
        unicodedata.normalize("NFD", c)[0] if c > "\x7f" and c < "\u0250" else c for c in key
    )


def _latin_part(part: str, is_ukrainian: bool) -> list[str]:  # noqa: FBT001
    units = _UNITS.findall(part.casefold())
    choices = []
    for unit in units:
        written = _UKRAINIAN_G if unit == "г" and is_ukrainian else _LATIN.get(unit, unit)
        choices.append(written.split(" "))
    if part.isupper() and len(part) > _SUFFIX_LENGTH:
        return ["".join(letters[0] for letters in choices)]
    sounds = list(dict.fromkeys("".join(letters) for letters in itertools.product(*choices)))
    if sum(map(str.isalpha, part)) <= _SUFFIX_LENGTH:
        sounds.append(name_key(part))
    return list(dict.fromkeys(sounds))
