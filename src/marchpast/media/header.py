"""What a picture's header says, read before a single pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from marchpast.errors import SourceError
from marchpast.media.orientation import UPRIGHT


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """The facts needed to refuse or to place a picture.

    Attributes:
        width: As stored, pixels.
        height: As stored, pixels.
        orientation: EXIF orientation, 1 to 8.
        note: What will not be looked at (later pages, later frames), or empty.
    """

    width: int
    height: int
    orientation: int = UPRIGHT
    note: str = ""


def read_exactly(stream: BinaryIO, count: int) -> bytes:
    """Return the next `count` bytes of `stream`.

    Raises:
        SourceError: If the stream ends before; the message is a clause without the name.
    """
    content = stream.read(count)
    if len(content) < count:
        raise SourceError("the file ends inside its header")
    return content
