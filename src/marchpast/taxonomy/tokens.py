"""A text cut into the pieces that names are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from marchpast.taxonomy.spelling import name_key

Gap = Literal["tight", "space", "dash", "line", "wide"]
"""What stands between two tokens: nothing or a dash; a space; a dash with spaces; a line break;
something that no name has in it."""

# Letters and digits; inside, also what is invisible (soft hyphen, zero width) or marks a soft sign.
_TOKEN = re.compile(
    "[^\\W_](?:[^\\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]|['’ʹʼ](?=[^\\W\\d_]))*"
)
_DASHES = "-‐‑‒–—―−_/\u00ad"
_TIGHT = re.compile(f"[{_DASHES}.·]?[«„“”\"'‘’]*")
_JOINED = re.compile(f"[{_DASHES}\\s«„“”\"'‘’»]*")
_SHORTEST_PLURAL = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters and digits.

    Attributes:
        start: Of the text, in characters.
        end: Behind the last one.
        text: As written.
        key: As compared.
    """

    start: int
    end: int
    text: str
    key: str

    @property
    def singular_key(self) -> str:
        """The key without an English plural or possessive s, or the key itself."""
        is_long = len(self.text) >= _SHORTEST_PLURAL or self.begins_with_digit
        ends_in_s = self.text.endswith("s") and is_long
        return name_key(self.text[:-1]) if ends_in_s else self.key

    @property
    def is_letters(self) -> bool:
        """True when there is no digit in it."""
        return not any(c.isdigit() for c in self.text)  # not the key: its 3 may be a З

    @property
    def begins_with_digit(self) -> bool:
        """True when it goes on a number or is one."""
        return self.text[0].isdigit()


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text, in order; what lies between them belongs to none."""
    found = (
        Token(match.start(), match.end(), match.group(), name_key(match.group()))
        for match in _TOKEN.finditer(text)
    )
    return [token for token in found if token.key]


def gap_between(text: str, left: Token, right: Token) -> Gap:
    """Return what separates two neighbouring tokens."""
    between = text[left.end : right.start]
    if _TIGHT.fullmatch(between):
        return "tight"
    if not _JOINED.fullmatch(between):
        return "wide"
    if "\n" in between or "\r" in between:
        return "line"
    return "dash" if set(between) & set(_DASHES) else "space"


def scripts_of(text: str) -> frozenset[str]:
    """Return which of the alphabets `latin` and `cyrillic` a text uses."""
    letters = [c for c in text if c.isalpha()]
    cyrillic = {"cyrillic" for c in letters if "\u0400" <= c <= "\u052f"}
    return frozenset(cyrillic | {"latin" for c in letters if c < "\u0250"})
