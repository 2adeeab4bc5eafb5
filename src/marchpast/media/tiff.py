"""TIFF: the first page's size and orientation, and whether its pixel data lies in the file."""

from __future__ import annotations

import io
from typing import BinaryIO, Final

from marchpast.errors import SourceError
from marchpast.media.finding import Finding, counted
from marchpast.media.header import PictureHeader
from marchpast.media.ifd import ORIENTATION_TAG, read_directory

_WIDTH, _HEIGHT = 256, 257
# Where strips or tiles begin, and how long each is.
_STRIPS: Final = (273, 279)
_TILES: Final = (324, 325)
_UNKNOWN_TAG: Final = 65_000


def read_header(stream: BinaryIO) -> PictureHeader:
    """Return size and orientation of the first page.

    Raises:
        SourceError: If the directory cannot be read; a clause without the name.
    """
    directory = read_directory(stream, only=frozenset({_WIDTH, _HEIGHT, ORIENTATION_TAG}))
    width, height = directory.first(_WIDTH, 0), directory.first(_HEIGHT, 0)
    note = "several pages: only the first is looked at" if directory.has_next else ""
    return PictureHeader(width, height, directory.orientation, note)


def check(content: bytes) -> tuple[bytes, Finding]:
    """Return the file with its orientation removed, and whether its pixel data lies in it.

    OpenCV turns some kinds of TIFF upright whatever it is told; without the tag it turns none.
    """
    try:
        directory = read_directory(
            io.BytesIO(content), only=frozenset((*_STRIPS, *_TILES, ORIENTATION_TAG))
        )
    except SourceError as error:
        return content, Finding("truncated", str(error))
    end = 0
    for offsets, lengths in (_STRIPS, _TILES):
        pairs = zip(
            directory.values.get(offsets, ()), directory.values.get(lengths, ()), strict=False
        )
        end = max([end, *(offset + length for offset, length in pairs)])
    entry = directory.entries.get(ORIENTATION_TAG)
    if entry is not None:
        # A private tag number that no reader knows takes the place of the orientation.
        number = _UNKNOWN_TAG.to_bytes(2, "little" if content[:2] == b"II" else "big")
        content = content[:entry] + number + content[entry + 2 :]
    if end > len(content):
        missing = counted(end - len(content), "byte")
        return content, Finding("truncated", f"{missing} of the pixels missing")
    return content, Finding()
