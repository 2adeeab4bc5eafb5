"""One key for every way to write a name."""

from __future__ import annotations

import unicodedata

# Letters that look alike in print, Cyrillic to Latin, after casefolding: the capital decides
# (В is drawn as B), because vehicle names are written in capitals. З is drawn as the digit 3.
_LOOKALIKE_LETTERS = str.maketrans("авекмнорстухіјѕз", "abekmhopctyxijs3")

# How Latin letters of an index are written in Russian documents: 5P85S is 5П85С.
_TO_CYRILLIC = str.maketrans(
    {
        "a": "а",
        "b": "б",
        "c": "ц",
        "d": "д",
        "e": "е",
        "f": "ф",
        "g": "г",
        "h": "х",
        "i": "и",
        "j": "й",
        "k": "к",
        "l": "л",
        "m": "м",
        "n": "н",
        "o": "о",
        "p": "п",
        "r": "р",
        "s": "с",
        "t": "т",
        "u": "у",
        "v": "в",
        "y": "ы",
        "z": "з",
    }
)


def name_key(spelling: str) -> str:
    """Return what all ways to write one name have in common.

    Compatibility forms, letter case, ё, every dash, space, dot and quote disappear; Cyrillic
    letters that look like Latin ones (and З, which looks like 3) become these. The result is
    for comparing only.

    >>> name_key("С-300") == name_key("C 300")  # Cyrillic Es, Latin C
    True
    >>> name_key("«Бал»") == name_key("бал")
    True
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", spelling).casefold())
    letters = "".join(character for character in folded if character.isalnum())
    return letters.replace("ё", "е").translate(_LOOKALIKE_LETTERS)


def cyrillic_index(index: str) -> str:
    """Return an index as Russian documents write it.

    >>> cyrillic_index("5P85S")
    '5п85с'
    """
    return index.casefold().replace("object", "объект").translate(_TO_CYRILLIC)
