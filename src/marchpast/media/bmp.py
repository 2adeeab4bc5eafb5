"""BMP: the header and the length of the pixel data."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from marchpast.media.finding import Finding, counted
from marchpast.media.header import PictureHeader, read_exactly

_HEAD_BYTES: Final = 34
_UNCOMPRESSED: Final = frozenset({0, 3, 6})


def read_header(stream: BinaryIO) -> PictureHeader:
    """Return the size; a negative height only means that rows run downwards.

    Raises:
        SourceError: If the file ends inside the header; a clause without the name.
    """
    stream.seek(0)
    width, height, _ = _shape(read_exactly(stream, _HEAD_BYTES))
    return PictureHeader(width, height)


def check(content: bytes) -> tuple[bytes, Finding]:
    """Return the file padded to its declared pixels, and whether it was complete."""
    width, height, bits = _shape(content[:_HEAD_BYTES])
    compression = int.from_bytes(content[30:34], "little")
    if int.from_bytes(content[14:18], "little") > 12 and compression not in _UNCOMPRESSED:
        return content, Finding()
    (offset,) = struct.unpack_from("<I", content, 10)
    missing = offset + (width * bits + 31) // 32 * 4 * height - len(content)
    if missing <= 0:
        return content, Finding()
    truncated = Finding("truncated", f"{counted(missing, 'byte')} missing at the end")
    if offset >= len(content) or bits > 32:
        return content, truncated
    return content + bytes(missing), truncated


def _shape(head: bytes) -> tuple[int, int, int]:
    """Return width, height and bits a pixel."""
    if int.from_bytes(head[14:18], "little") == 12:
        width, height, _planes, bits = struct.unpack_from("<HHHH", head, 18)
    else:
        width, height, _planes, bits = struct.unpack_from("<iiHH", head, 18)
    return abs(width), abs(height), bits
