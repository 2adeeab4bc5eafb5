"""Small pictures inside the page itself."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from marchpast.errors import ResultError
from marchpast.records import BgrImage

THUMBNAIL_SIDE_PX: Final = 320
_JPEG_QUALITY: Final = 80


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture as a data URI, with its size in pixels so that the page does not jump."""

    uri: str
    width: int
    height: int


def encode_jpeg(image: BgrImage, *, quality: int) -> bytes:
    """Return the picture, `(H, W, 3)` uint8 BGR, as the bytes of a JPEG file.

    Raises:
        ValueError: If the picture has no pixels.
    """
    if image.size == 0:
        raise ValueError(f"a picture needs at least one pixel, got shape {image.shape}")
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes()


def read_crop(path: Path) -> BgrImage:
    """Return a crop of the result folder, `(H, W, 3)` uint8 BGR.

    Raises:
        ResultError: If the file is missing or is no picture.
    """
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ResultError(
            f"{path}: cannot be read ({error.strerror}); every sighting needs its crop, so "
            "write the crops before the page"
        ) from error
    image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if image is None:
        raise ResultError(f"{path}: is no picture ({content.size} bytes); write the crop again")
    return np.asarray(image, np.uint8)


def thumbnail(image: BgrImage, *, side: int = THUMBNAIL_SIDE_PX) -> Thumbnail:
    """Return the picture reduced to `side` pixels on its long side; never enlarged."""
    height, width = image.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    jpeg = encode_jpeg(image, quality=_JPEG_QUALITY)
    content = base64.b64encode(jpeg).decode("ascii")
    return Thumbnail(f"data:image/jpeg;base64,{content}", image.shape[1], image.shape[0])
