"""What a camera or a program wrote into an EXIF block, as text.

`ifd.py` reads integers of a TIFF file of any size, for the pixels' sake; this reads every kind of
value, and the directories inside, for people to look at. A broken block costs what is broken and
never the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from marchpast.media.exif_tags import (
    EXIF_NAMES,
    EXIF_POINTER,
    GPS_NAMES,
    GPS_POINTER,
    INTEROP_POINTER,
)

# A camera writes about a hundred tags; what claims more is not a camera's.
_MAX_ENTRIES: Final = 500
_MAX_DIRECTORIES: Final = 8
_MAX_VALUES: Final = 64
_MAX_TEXT_BYTES: Final = 4096
_MAX_HEX_BYTES: Final = 32
# Type number -> struct code of one value (TIFF 6.0, section 2); 129 is UTF-8 (EXIF 3.0).
_CODES: Final = {
    1: "B",
    2: "s",
    3: "H",
    4: "I",
    5: "II",
    6: "b",
    7: "s",
    8: "h",
    9: "i",
    10: "ii",
    11: "f",
    12: "d",
    13: "I",
    129: "s",
}
_TEXT_TYPES: Final = {2, 129}
_VERSIONS: Final = {0x9000, 0xA000}
_USER_COMMENT: Final = 0x9286
# Windows writes these as UTF-16.
_WINDOWS_TEXTS: Final = range(0x9C9B, 0x9CA0)


def exif_values(stream: BinaryIO) -> Iterator[tuple[str, str, str]]:
    """Yield group (`exif` or `gps`), name and value of every tag of a TIFF structure.

    Numbers are written as stored: a fraction is `1/250`, several values stand side by side. Bytes
    are hexadecimal, or their number where there are many.

    Args:
        stream: Seekable; offsets count from its beginning.
    """
    stream.seek(0)
    head = stream.read(8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 8:
        return
    waiting = [("exif", struct.unpack(f"{order}I", head[4:])[0])]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_DIRECTORIES:
        group, offset = waiting.pop(0)
        # A directory that points at itself is a way to keep a reader busy.
        if offset in seen:
            continue
        seen.add(offset)
        for tag, kind, count, inline in _entries(stream, order, offset):
            if tag in (EXIF_POINTER, GPS_POINTER, INTEROP_POINTER) and group == "exif":
                inner = "gps" if tag == GPS_POINTER else "exif"
                waiting.append((inner, struct.unpack(f"{order}I", inline)[0]))
                continue
            names = GPS_NAMES if group == "gps" else EXIF_NAMES
            yield (
                group,
                names.get(tag, f"0x{tag:04x}"),
                _value(stream, order, (tag, kind, count, inline)),
            )


def _entries(stream: BinaryIO, order: str, offset: int) -> Iterator[tuple[int, int, int, bytes]]:
    stream.seek(offset)
    head = stream.read(2)
    count = struct.unpack(f"{order}H", head)[0] if len(head) == 2 else 0
    table = stream.read(12 * min(count, _MAX_ENTRIES))
    # Tags of a directory that is cut short are read as far as they are whole.
    yield from struct.iter_unpack(f"{order}HHI4s", table[: len(table) // 12 * 12])


def _value(stream: BinaryIO, order: str, entry: tuple[int, int, int, bytes]) -> str:
    tag, kind, count, inline = entry
    code = _CODES.get(kind)
    if code is None:
        return f"{count} values of an unknown type"
    width = struct.calcsize(f"{order}{code}")
    limit = _MAX_TEXT_BYTES if code == "s" else _MAX_VALUES
    if count > limit:
        return f"{count} {'bytes' if width == 1 else 'values'}"
    content = inline
    if count * width > len(inline):
        stream.seek(struct.unpack(f"{order}I", inline)[0])
        content = stream.read(count * width)
        if len(content) < count * width:
            return "cut off"
    content = content[: count * width]
    if code == "s":
        return _text(tag, kind, content, order)
    if kind == 1 and tag in _WINDOWS_TEXTS:
        return _until_nul(content.decode("utf-16-le", "replace"))
    numbers = struct.unpack(order + code * count, content)
    if len(code) == 2:
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return " ".join(f"{above}/{below}" for above, below in pairs)
    return " ".join(map(str, numbers))


def _text(tag: int, kind: int, content: bytes, order: str) -> str:
    if kind in _TEXT_TYPES or tag in _VERSIONS:
        return _until_nul(content.decode("utf-8", "backslashreplace"))
    if tag == _USER_COMMENT and content[:8] == b"UNICODE\0":
        return _until_nul(content[8:].decode(f"utf-16-{'le' if order == '<' else 'be'}", "replace"))
    if tag == _USER_COMMENT and content[:8] in (b"ASCII\0\0\0", bytes(8)):
        return _until_nul(content[8:].decode("utf-8", "backslashreplace"))
    return content.hex(" ") if len(content) <= _MAX_HEX_BYTES else f"{len(content)} bytes"


def _until_nul(text: str) -> str:
    return text.partition("\0")[0].strip()
