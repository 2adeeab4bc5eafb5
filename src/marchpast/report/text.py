"""Text that came from outside: file names, error messages, what people wrote.

:func:`storable` keeps everything and only makes it valid Unicode, for files that programs
read; :func:`printable` also removes what could deceive or damage a reader's eye, for pages
and tables that people read.
"""

from __future__ import annotations

import re
import unicodedata

_SPACE_LIKE = {"Zl", "Zp"}
_STRIPPED = {"Cc", "Cf", "Cs"}
_WHITESPACE = str.maketrans(dict.fromkeys("\t\n\v\f\r\x85", " "))
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSAFE_IN_FILE_NAME = re.compile(r"[^a-z0-9]+")


def storable(text: str) -> str:
    r"""Return the text with bytes that are no Unicode written out as `\xNN` or `\uNNNN`.

    File names may hold any bytes; Python carries those that are not UTF-8 as lone
    surrogates (PEP 383), which no UTF-8 file can store.

    >>> storable("parade\udcff.mp4")
    'parade\\xff.mp4'
    """
    return _LONE_SURROGATE.sub(_written_out, text)


def printable(text: str) -> str:
    r"""Return one line without control, zero-width and direction-changing characters.

    Line ends and tabs become spaces. Letters of every script stay.

    >>> printable("evil\u202egpj.exe\x1b[31m\nnext")
    'evilgpj.exe[31m next'
    """
    kept = []
    for character in storable(text).translate(_WHITESPACE):
        category = unicodedata.category(character)
        if category in _SPACE_LIKE:
            kept.append(" ")
        elif category not in _STRIPPED:
            kept.append(character)
    return "".join(kept)


def file_stem(text: str, *, limit: int = 40) -> str:
    """Return lower-case ASCII letters, digits and `_` only: safe in any file name.

    Different texts may give the same stem, so it is for the eye, never for identity.

    >>> file_stem("../2017/Парад 9 May.MP4")
    '2017_9_may_mp4'
    """
    ascii_only = unicodedata.normalize("NFKD", storable(text)).encode("ascii", "ignore").decode()
    return _UNSAFE_IN_FILE_NAME.sub("_", ascii_only.lower()).strip("_")[:limit] or "source"


def ascii_label(text: str) -> str:
    """Return the text in printable ASCII, `?` for what has no plain form.

    OpenCV's vector fonts before version 5 hold nothing else.

    >>> ascii_label("BTR-82А\N{EN DASH}ok")
    'BTR-82?-ok'
    """
    dashed = re.sub("[\u2010-\u2015\u2212]", "-", printable(text))
    plain = unicodedata.normalize("NFKD", dashed)
    return "".join(
        character if " " <= character <= "~" else "?"
        for character in plain
        if not unicodedata.combining(character)
    )


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
