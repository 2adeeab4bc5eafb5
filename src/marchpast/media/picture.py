"""Pictures: refused by their header, decoded by OpenCV, checked by their own structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

import cv2
import numpy as np

from marchpast.errors import SourceError
from marchpast.media import bmp, jpeg, png, tiff, webp
from marchpast.media.decoder_log import listening, weigh
from marchpast.media.finding import Finding, join_notes
from marchpast.media.header import PictureHeader
from marchpast.media.orientation import is_sideways, upright
from marchpast.media.sampling import Sampling
from marchpast.media.sniff import PictureFormat
from marchpast.media.source import Source, Tally, unreadable
from marchpast.records import BgrImage, Frame, SourceKind

MAX_PIXELS: Final = 100_000_000
"""A larger picture is refused before it is decoded: 100 Mpx take 300 MB as BGR."""
MAX_SIDE: Final = 65_535
MAX_FILE_BYTES: Final = 256 * 1024 * 1024

_HEADERS: Final[dict[PictureFormat, Callable[[BinaryIO], PictureHeader]]] = {
    "jpeg": jpeg.read_header,
    "png": png.read_header,
    "webp": webp.read_header,
    "bmp": bmp.read_header,
    "tiff": tiff.read_header,
}
# Each returns what is handed to the decoder, and what the file's structure tells.
_CHECKS: Final[dict[PictureFormat, Callable[[bytes], tuple[bytes, Finding]]]] = {
    "jpeg": jpeg.check,
    "png": png.check,
    "webp": webp.check,
    "bmp": bmp.check,
    "tiff": tiff.check,
}


class PictureSource(Source):
    """A single picture; later pages and later frames of an animation are not looked at.

    Grey, palette, 16-bit and CMYK pictures come out as 8-bit BGR. Transparency is dropped:
    the colour stored under it is shown, since it may be evidence.
    """

    kind: ClassVar[SourceKind] = "picture"

    def __init__(self, path: Path, *, name: str, picture_format: PictureFormat) -> None:
        header = _checked_header(path, name, picture_format)
        width, height = header.width, header.height
        if is_sideways(header.orientation):
            width, height = height, width
        super().__init__(
            path, name=name, width=width, height=height, frames_expected=1, duration_s=None
        )
        self._format = picture_format
        self._header = header

    def _decode(self, sampling: Sampling, tally: Tally) -> Iterator[Frame]:
        # A picture has one frame, and every sampling takes the first.
        content = self._content()
        try:
            content, finding = _CHECKS[self._format](content)
        except SourceError as error:
            raise _damaged_beyond_use(self.name, str(error)) from error
        image, heard = _decode_bgr(content)
        if image is None:
            raise _damaged_beyond_use(self.name, finding.note)
        if image.shape[:2] != (self._header.height, self._header.width):
            raise SourceError(
                f"{self.name}: decodes to {image.shape[1]}x{image.shape[0]}, its header says "
                f"{self._header.width}x{self._header.height}; save it again with another program"
            )
        tally.status = heard.status if finding.status == "complete" else finding.status
        tally.note = join_notes([finding.note or heard.note, self._header.note])
        tally.errors = int(tally.status != "complete")
        tally.used = 1
        yield Frame(tally.count(0.0), 0.0, upright(image, self._header.orientation))

    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise unreadable(self.name, error) from error


def _checked_header(path: Path, name: str, picture_format: PictureFormat) -> PictureHeader:
    try:
        with path.open("rb") as stream:
            header = _HEADERS[picture_format](stream)
            size_bytes = stream.seek(0, 2)
    except SourceError as error:
        raise SourceError(f"{name}: {error}; it cannot be opened, get another copy") from error
    except OSError as error:
        raise unreadable(name, error) from error
    size = f"{header.width}x{header.height}"
    if header.width < 1 or header.height < 1:
        raise SourceError(f"{name}: the header declares {size} pixels; it cannot be opened")
    if header.width * header.height > MAX_PIXELS or max(header.width, header.height) > MAX_SIDE:
        raise SourceError(
            f"{name}: the header declares {size} pixels, allowed are {MAX_PIXELS // 10**6} "
            f"megapixels and {MAX_SIDE} a side; scale it down or cut it"
        )
    if size_bytes > MAX_FILE_BYTES:
        raise SourceError(
            f"{name}: the picture file has {size_bytes} bytes, allowed are {MAX_FILE_BYTES}; "
            "save it compressed or scale it down"
        )
    return header


def _decode_bgr(content: bytes) -> tuple[BgrImage | None, Finding]:
    """Return `(H, W, 3)` uint8 as stored, or `None` when OpenCV finds no picture in it."""
    coded = np.frombuffer(content, np.uint8)
    with listening() as complaints:
        try:
            # The orientation is ours to apply: OpenCV honours it in some formats only.
            image: object = cv2.imdecode(coded, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error:
            image = None
    finding = weigh(complaints)
    # OpenCV's types promise an array; what it returns for a broken file is None.
    return (np.asarray(image, np.uint8) if isinstance(image, np.ndarray) else None), finding


def _damaged_beyond_use(name: str, reason: str) -> SourceError:
    because = f" ({reason})" if reason else ""
    return SourceError(f"{name}: the picture does not decode{because}; get another copy")
