"""Names of files as text that any table, page or terminal can carry."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return `text` with bytes that are no UTF-8 and control characters as escapes.

    >>> printable("caf\udce9\n.mp4")
    'caf\\xe9\\n.mp4'
    >>> printable("Парад.mp4")
    'Парад.mp4'
    """
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    # PEP 383: an undecodable byte of a file name is kept as a lone low surrogate.
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
