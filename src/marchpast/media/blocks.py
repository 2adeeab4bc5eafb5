"""The parts of a picture file that are not pixels: EXIF, XMP, IPTC, comments, texts."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, Literal, NamedTuple

from marchpast.media.sniff import PictureFormat

BlockKind = Literal["exif", "xmp", "iptc", "text"]

_MAX_BLOCKS: Final = 10_000
_MAX_BLOCK_BYTES: Final = 1 << 20
_MAX_TEXT_BYTES: Final = 1 << 16
_EXIF: Final = b"Exif\0\0"
# Beginning of a JPEG segment's content -> what it is; 0xE1 and 0xED are APP1 and APP13.
_JPEG_BLOCKS: Final[tuple[tuple[int, bytes, BlockKind], ...]] = (
    (0xE1, _EXIF, "exif"),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0", "xmp"),
    (0xED, b"Photoshop 3.0\0", "iptc"),
)
_WITHOUT_LENGTH: Final = {0x00, 0x01, *range(0xD0, 0xD9)}


class Block(NamedTuple):
    """One part: what it is, what it calls itself (texts only), and its bytes."""

    kind: BlockKind
    name: str
    content: bytes


def picture_blocks(stream: BinaryIO, picture_format: PictureFormat) -> Iterator[Block]:
    """Yield the parts in the order of the file; what is broken ends the search.

    A TIFF file is its own EXIF block, which is not copied: there is none to yield.
    """
    if picture_format == "jpeg":
        yield from _jpeg(stream)
    elif picture_format == "png":
        yield from _png(stream)
    elif picture_format == "webp":
        yield from _webp(stream)


def _jpeg(stream: BinaryIO) -> Iterator[Block]:
    """Follow the markers up to the first scan (ITU-T T.81, annex B)."""
    stream.seek(2)
    for _ in range(_MAX_BLOCKS):
        head = stream.read(2)
        if len(head) < 2 or head[0] != 0xFF:
            return
        marker = head[1]
        if marker == 0xFF:
            # A fill byte: the marker begins one later.
            stream.seek(-1, os.SEEK_CUR)
            continue
        if marker in (0xD9, 0xDA):
            return
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(stream.read(2), "big") - 2
        content = stream.read(max(length, 0))
        if marker == 0xFE:
            yield Block("text", "comment", content)
        for wanted, prefix, kind in _JPEG_BLOCKS:
            if marker == wanted and content.startswith(prefix):
                yield Block(kind, "", content[len(prefix) :])


def _png(stream: BinaryIO) -> Iterator[Block]:
    """Follow the chunks (ISO/IEC 15948, 5.3 and 11.3.4)."""
    stream.seek(8)
    for _ in range(_MAX_BLOCKS):
        head = stream.read(8)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IEND":
            return
        start = stream.tell()
        if kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt") and length <= _MAX_BLOCK_BYTES:
            content = stream.read(length)
            yield Block("exif", "", content) if kind == b"eXIf" else _png_text(kind, content)
        stream.seek(start + length + 4)


def _png_text(kind: bytes, content: bytes) -> Block:
    keyword, _, rest = content.partition(b"\0")
    name = keyword.decode("latin-1")
    is_packed = kind == b"zTXt"
    if is_packed:
        rest = rest[1:]
    elif kind == b"iTXt":
        is_packed = rest[:1] == b"\1"
        # Behind the two flags stand a language and a translated keyword.
        rest = rest[2:].split(b"\0", 2)[-1]
    if is_packed:
        rest = _inflated(rest)
    if name == "XML:com.adobe.xmp":
        return Block("xmp", "", rest)
    if kind != b"iTXt":
        rest = rest.decode("latin-1").encode()
    return Block("text", name, rest)


def _inflated(content: bytes) -> bytes:
    """Return at most :data:`_MAX_TEXT_BYTES`: a small chunk may inflate to gigabytes."""
    try:
        return zlib.decompressobj().decompress(content, _MAX_TEXT_BYTES)
    except zlib.error:
        return b""


def _webp(stream: BinaryIO) -> Iterator[Block]:
    """Follow the RIFF chunks (RFC 9649)."""
    stream.seek(12)
    kinds: dict[bytes, BlockKind] = {b"EXIF": "exif", b"XMP ": "xmp"}
    for _ in range(_MAX_BLOCKS):
        head = stream.read(8)
        if len(head) < 8:
            return
        length, start = int.from_bytes(head[4:], "little"), stream.tell()
        kind = kinds.get(head[:4])
        if kind is not None and length <= _MAX_BLOCK_BYTES:
            yield Block(kind, "", stream.read(length).removeprefix(_EXIF))
        stream.seek(start + length + length % 2)
