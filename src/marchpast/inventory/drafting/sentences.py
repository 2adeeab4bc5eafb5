"""Cut a text into sentences without losing a character."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

from marchpast.inventory.strict_yaml import MAX_TEXT

# A paragraph ends, a list item begins, or a sentence sign is followed by white space.
_END = re.compile(
    r"\n[^\S\n]*\n\s*"
    r"|(?<=[.!?…;:])[^\S\n]*\n\s*"
    r"|(?<![^\S\n])[^\S\n]*\n\s*(?=[-–—•*·▪]\s|\d{1,2}[.)]\s)"
    r"|(?<=[.!?…])[»”\")]*\s+(?=[«“\"(\[]?[^\W_])"
)
# What is written with a full stop and goes on; a capital behind `г.` may be a town.
_GOES_ON = re.compile(
    r"(?:\b(?:ед|тыс|чел|шт|г|гг|гор|им|ул|св|ст|руб|см|т|д|п|пр|др|кв|обр|ок|прим|млн|No|Nos|Gen|Col|"
    r"Lt|Maj|Capt|Adm|Mr|Mrs|Ms|Dr|St|approx|ca|vs|e\.g|i\.e|[A-ZА-ЯЁ])\.)$",
)
_ENDS_ALL_THE_SAME = re.compile(r"(?:\b(?:\d{4}\s*(?:г|гг)|т\.\s?[дп]|др|пр)\.)$")
# Soft hyphen, zero-width space, word joiner, zero-width no-break space.
_BREAKS = re.compile("[\u00ad\u200b\u2060\ufeff]")
_CAPITAL = re.compile(r"[«“\"(\[]?[A-ZА-ЯЁ]")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, each with the white space behind it.

    Put together they are the text again, whatever the text is.

    >>> sentences("Более 50 ед. техники. Начало 9 мая 2017 г. в 10.00.")
    ('Более 50 ед. техники. ', 'Начало 9 мая 2017 г. в 10.00.')
    """
    cuts = [0, *_cuts(text), len(text)]
    pieces = (text[start:end] for start, end in itertools.pairwise(cuts) if end > start)
    return tuple(part for piece in pieces for part in _held(piece))


def as_read(text: str) -> str:
    """Return text with letters composed and without the signs that only say where a word may break.

    >>> as_read("тех\u00adники и\u0306")
    'техники й'
    """
    return _BREAKS.sub("", unicodedata.normalize("NFC", text))


def printable(text: str) -> str:
    """Return text on one line, what does not print written out as `<U+200E>`."""
    return " ".join(
        "".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in word)
        for word in text.split()
    )


def _held(piece: str) -> Iterator[str]:
    """Yield a piece whole, or cut so that a file holds each part however much is written out."""
    whole = len(printable(piece)) <= MAX_TEXT
    step = len(piece) if whole else MAX_TEXT // len("<U+10FFFF>")
    yield from (piece[at : at + step] for at in range(0, len(piece), step))


def _cuts(text: str) -> Iterator[int]:
    for end in _END.finditer(text):
        before = text[: end.start()][-12:]
        if "\n" not in end[0] and _GOES_ON.search(before):
            next_is_capital = _CAPITAL.match(text, end.end())
            if not (next_is_capital and _ENDS_ALL_THE_SAME.search(before)):
                continue
        yield end.end()
