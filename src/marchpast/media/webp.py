"""WebP: the RIFF chunks, size, orientation and animation (RFC 9649)."""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from marchpast.errors import SourceError
from marchpast.media.finding import Finding, counted
from marchpast.media.header import PictureHeader, read_exactly
from marchpast.media.ifd import exif_orientation
from marchpast.media.orientation import UPRIGHT

_MAX_CHUNKS: Final = 100_000
_MAX_EXIF_BYTES: Final = 1 << 20
_EXIF_PREFIX: Final = b"Exif\0\0"


def read_header(stream: BinaryIO) -> PictureHeader:
    """Return size, orientation and whether it is animated, from the chunk headers.

    Raises:
        SourceError: If no chunk states a size; the message is a clause without the name.
    """
    stream.seek(12)
    sizes: list[tuple[int, int]] = []
    orientation, note = UPRIGHT, ""
    for _ in range(_MAX_CHUNKS):
        head = stream.read(8)
        if len(head) < 8:
            break
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        start = stream.tell()
        if kind == b"VP8X":
            sizes.append(_canvas_size(read_exactly(stream, 10)))
        elif kind == b"VP8 ":
            sizes.append(_lossy_size(read_exactly(stream, 10)))
        elif kind == b"VP8L":
            sizes.append(_lossless_size(read_exactly(stream, 5)))
        elif kind == b"ANIM":
            note = "animated: only the first picture is looked at"
        elif kind == b"EXIF" and length <= _MAX_EXIF_BYTES:
            orientation = exif_orientation(stream.read(length).removeprefix(_EXIF_PREFIX))
        stream.seek(start + length + length % 2, os.SEEK_SET)
    if not sizes:
        raise SourceError("the WebP has no picture chunk")
    # The canvas comes first; a picture inside that claims more must not slip past the cap.
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return PictureHeader(width, height, orientation, note)


def check(content: bytes) -> tuple[bytes, Finding]:
    """Compare the lengths in the RIFF and chunk headers with the file.

    The coded pixels carry no checksum, so bits flipped inside them leave no trace here.

    Returns:
        The file, or its whole chunks where the end is missing, and the verdict.
    """
    declared = 8 + int.from_bytes(content[4:8], "little")
    position = whole = 12
    while position + 8 <= min(declared, len(content)):
        length = int.from_bytes(content[position + 4 : position + 8], "little")
        position += 8 + length + length % 2
        if position <= len(content):
            whole = position
    if declared > len(content):
        missing = counted(declared - len(content), "byte")
        closed = b"RIFF" + (whole - 8).to_bytes(4, "little") + content[8:whole]
        return closed, Finding("truncated", f"{missing} missing at the end")
    if position != declared:
        return content, Finding("damaged", "the chunks do not fill the file")
    return content, Finding()


def _canvas_size(payload: bytes) -> tuple[int, int]:
    width = 1 + int.from_bytes(payload[4:7], "little")
    return width, 1 + int.from_bytes(payload[7:10], "little")


def _lossy_size(payload: bytes) -> tuple[int, int]:
    if payload[3:6] != b"\x9d\x01\x2a":
        raise SourceError("the WebP picture has no start code")
    width = int.from_bytes(payload[6:8], "little") & 0x3FFF
    return width, int.from_bytes(payload[8:10], "little") & 0x3FFF


def _lossless_size(payload: bytes) -> tuple[int, int]:
    if payload[0] != 0x2F:
        raise SourceError("the WebP picture has no signature")
    bits = int.from_bytes(payload[1:5], "little")
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
