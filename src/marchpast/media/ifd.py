"""Reading the first directory of a TIFF file, which is also the format of an EXIF block."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

from marchpast.errors import SourceError
from marchpast.media.header import read_exactly
from marchpast.media.orientation import UPRIGHT

ORIENTATION_TAG: Final = 274

# Type number -> struct code of one value; other types are not needed here.
_CODES: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_MAX_ENTRIES: Final = 4096
_MAX_VALUES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Directory:
    """The integer tags of one image file directory.

    Attributes:
        values: Tag to values.
        entries: Tag to where its entry begins in the stream, bytes.
        has_next: Another directory follows.
    """

    values: dict[int, tuple[int, ...]]
    entries: dict[int, int]
    has_next: bool

    def first(self, tag: int, default: int) -> int:
        """Return the first value of `tag`, or `default` when it is absent or empty."""
        values = self.values.get(tag, ())
        return values[0] if values else default

    @property
    def orientation(self) -> int:
        """The EXIF orientation, upright when it is absent or out of range."""
        orientation = self.first(ORIENTATION_TAG, UPRIGHT)
        return orientation if 1 <= orientation <= 8 else UPRIGHT


def read_directory(stream: BinaryIO, *, only: frozenset[int]) -> Directory:
    """Return the first directory of the TIFF structure that begins at the stream's start.

    Classic and Big TIFF, both byte orders (TIFF 6.0, section 2).

    Args:
        stream: Seekable; offsets count from its beginning.
        only: The tags whose values are read; others are skipped.

    Raises:
        SourceError: If the structure is cut short or absurd.
    """
    stream.seek(0)
    head = read_exactly(stream, 8)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None:
        raise SourceError("the TIFF header names no byte order")
    is_big = struct.unpack(order + "H", head[2:4])[0] == 43
    word, entry_code = ("Q", "HHQ8s") if is_big else ("I", "HHI4s")
    if is_big:
        (offset,) = struct.unpack(order + "Q", read_exactly(stream, 8))
    else:
        (offset,) = struct.unpack(order + "I", head[4:8])
    if offset >= 1 << 62:
        raise SourceError("the TIFF directory lies outside any file")
    stream.seek(offset)
    count_code = order + ("Q" if is_big else "H")
    (count,) = struct.unpack(count_code, read_exactly(stream, struct.calcsize(count_code)))
    if count > _MAX_ENTRIES:
        raise SourceError(f"the TIFF directory claims {count} entries")
    entry_size = struct.calcsize(order + entry_code)
    start = stream.tell()
    table = read_exactly(stream, count * entry_size)
    next_bytes = stream.read(struct.calcsize(order + word))
    values, entries = {}, {}
    for row, (tag, kind, length, inline) in enumerate(
        struct.iter_unpack(order + entry_code, table)
    ):
        if tag in only and kind in _CODES:
            values[tag] = _values(stream, order, _CODES[kind], length, inline)
            entries[tag] = start + row * entry_size
    return Directory(values, entries, has_next=any(next_bytes))


def exif_orientation(block: bytes) -> int:
    """Return the orientation in an EXIF block (without its `Exif` prefix); 1 if unreadable."""
    try:
        directory = read_directory(io.BytesIO(block), only=frozenset({ORIENTATION_TAG}))
    except SourceError:
        # A broken EXIF block says nothing about the pixels; viewers ignore it as well.
        return UPRIGHT
    return directory.orientation


def _values(stream: BinaryIO, order: str, code: str, length: int, inline: bytes) -> tuple[int, ...]:
    size = length * struct.calcsize(order + code)
    if length > _MAX_VALUES:
        raise SourceError(f"a TIFF tag claims {length} values")
    if size > len(inline):
        (offset,) = struct.unpack(order + ("Q" if len(inline) == 8 else "I"), inline)
        if offset >= 1 << 62:
            raise SourceError("a TIFF tag lies outside any file")
        stream.seek(offset)
        inline = read_exactly(stream, size)
    return struct.unpack(f"{order}{length}{code}", inline[:size])
