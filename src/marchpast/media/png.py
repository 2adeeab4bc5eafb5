"""PNG: chunks, checksums, and what can be saved of a damaged file (ISO/IEC 15948)."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from marchpast.errors import SourceError
from marchpast.media.finding import Finding
from marchpast.media.header import PictureHeader, read_exactly
from marchpast.media.ifd import exif_orientation
from marchpast.media.orientation import UPRIGHT

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MAX_CHUNKS: Final = 100_000
_MAX_EXIF_BYTES: Final = 1 << 20
_MAX_SALVAGE_BYTES: Final = 1 << 28
# Column and row where each Adam7 pass starts, and its steps (section 8.2).
_ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


@dataclass(frozen=True, slots=True)
class _ImageHeader:
    """The fields of IHDR."""

    width: int
    height: int
    depth: int
    colour_type: int
    is_interlaced: bool

    @classmethod
    def parse(cls, payload: bytes) -> _ImageHeader:
        width, height, depth, colour_type, _, _, interlace = struct.unpack(">IIBBBBB", payload)
        return cls(width, height, depth, colour_type, interlace == 1)

    def passes(self) -> Iterator[tuple[int, int]]:
        """Yield bytes a scanline (its filter byte included) and scanlines of each pass."""
        bits = _CHANNELS.get(self.colour_type, 4) * self.depth
        for left, top, step_x, step_y in _ADAM7 if self.is_interlaced else ((0, 0, 1, 1),):
            columns = -(-(self.width - left) // step_x)
            lines = -(-(self.height - top) // step_y)
            if columns > 0 and lines > 0:
                yield 1 + (columns * bits + 7) // 8, lines


def read_header(stream: BinaryIO) -> PictureHeader:
    """Return size, orientation and whether it is animated, from the chunk headers.

    Raises:
        SourceError: If IHDR is not first; the message is a clause without the name.
    """
    stream.seek(len(_SIGNATURE))
    length, kind = struct.unpack(">I4s", read_exactly(stream, 8))
    if kind != b"IHDR" or length != 13:
        raise SourceError("the PNG does not begin with its header")
    header = _ImageHeader.parse(read_exactly(stream, 13))
    orientation, note = UPRIGHT, ""
    stream.seek(4, os.SEEK_CUR)
    for _ in range(_MAX_CHUNKS):
        chunk_head = stream.read(8)
        if len(chunk_head) < 8:
            break
        length, kind = struct.unpack(">I4s", chunk_head)
        if kind == b"IEND":
            break
        if kind == b"acTL":
            note = "animated: only the first picture is looked at"
        if kind == b"eXIf" and length <= _MAX_EXIF_BYTES:
            orientation = exif_orientation(stream.read(length))
            length = 0
        stream.seek(length + 4, os.SEEK_CUR)
    return PictureHeader(header.width, header.height, orientation, note)


def check(content: bytes) -> tuple[bytes, Finding]:
    """Verify chunks and checksums; return a PNG that is safe to decode, and the verdict.

    What is returned has only the chunks that make pixels: colour profiles, texts, animation
    and transparency are left out, so the decoder has nothing to warn about. If the coded data
    is cut or corrupt, what inflates of it is kept and the rest of the picture is black.

    Raises:
        SourceError: If not one scanline can be saved.
    """
    chunks, finding = _walk(content)
    kept = [(kind, data) for kind, data in chunks if kind in (b"IHDR", b"PLTE", b"IDAT")]
    if finding.status != "complete":
        coded = b"".join(data for kind, data in kept if kind == b"IDAT")
        header = _ImageHeader.parse(kept[0][1])
        saved = [(kind, data) for kind, data in kept if kind != b"IDAT"]
        kept = [*saved, (b"IDAT", _salvage(coded, header))]
    parts = [_SIGNATURE]
    for kind, data in [*kept, (b"IEND", b"")]:
        parts += [struct.pack(">I", len(data)), kind, data]
        parts.append(struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
    return b"".join(parts), finding


def _walk(content: bytes) -> tuple[list[tuple[bytes, bytes]], Finding]:
    """Return the chunks up to IEND (the last one cut at the end of the file) and the verdict."""
    chunks: list[tuple[bytes, bytes]] = []
    position = len(_SIGNATURE)
    wrong = ""
    while position + 8 <= len(content) and len(chunks) < _MAX_CHUNKS:
        length, kind = struct.unpack_from(">I4s", content, position)
        data = content[position + 8 : position + 8 + length]
        checksum = content[position + 8 + length : position + 12 + length]
        if len(checksum) < 4:
            chunks.append((kind, data))
            break
        if int.from_bytes(checksum, "big") != zlib.crc32(data, zlib.crc32(kind)):
            wrong = wrong or f"wrong checksum in chunk {kind.decode('latin-1')!r}"
        if kind == b"IEND":
            status = Finding("damaged", wrong) if wrong else Finding()
            return chunks, status
        chunks.append((kind, data))
        position += 12 + length
    if not wrong:
        return chunks, Finding("truncated", "the end of the image is missing")
    # A corrupt length field also leads past the end; the bad checksum came first.
    return chunks, Finding("damaged", f"{wrong}, the end of the image is missing")


def _salvage(coded: bytes, header: _ImageHeader) -> bytes:
    """Return coded data of full length: the scanlines that inflate, then black ones."""
    total = sum(size * lines for size, lines in header.passes())
    if total > _MAX_SALVAGE_BYTES:
        raise SourceError(f"the PNG is damaged and too large to save ({total} bytes of pixels)")
    pixels = _inflate(coded, total)
    good = 0
    for size in (size for size, lines in header.passes() for _ in range(lines)):
        # A filter type above 4 does not exist: from here on the data is noise.
        if good + size > len(pixels) or pixels[good] > 4:
            break
        good += size
    if good == 0:
        raise SourceError("no scanline of the PNG can be read")
    return zlib.compress(pixels[:good] + bytes(total - good), level=1)


def _inflate(coded: bytes, limit: int) -> bytes:
    """Return at most `limit` inflated bytes, as many as come before the first error."""
    inflater = zlib.decompressobj()
    pixels = bytearray()
    step = 1 << 12
    for start in range(0, len(coded), step):
        try:
            pixels += inflater.decompress(coded[start : start + step], max(1, limit - len(pixels)))
        except zlib.error:
            break
        if len(pixels) >= limit or inflater.eof:
            break
    return bytes(pixels[:limit])
