"""Small pictures inside the page itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from marchpast.errors import ResultError
from marchpast.records import BgrImage

PICTURE_LIMIT: Final = 400
"""Cards with a picture; the rest name theirs."""
PICTURE_BUDGET_BYTES: Final = 4_200_000
"""For the large pictures of a page together: 5.6 MB in base64, so that the page stays under 10."""
PICTURE_MOST_BYTES: Final = 60_000
"""For one: 640 pixels of a vehicle hardly ever take more."""
TINY_SIDE_PX: Final = 132
TINY_MOST_BYTES: Final = 2_000
"""For one picture of the contact sheet: 400 of them take 1.1 MB in base64."""

# Type marks are a few pixels high, so a picture is kept as large as its share of the page allows.
_STEPS: Final = (
    *((side, quality) for side in (960, 640, 512, 400, 320, 240) for quality in (85, 75)),
    *((side, quality) for side in (TINY_SIDE_PX, 96, 64, 48) for quality in (75, 55)),
)
_LAST_STEP: Final = (48, 30)


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


def share_of_page(pictures: int) -> int:
    """Return how many bytes each of so many pictures may take.

    >>> share_of_page(3), share_of_page(400)
    (60000, 10500)
    """
    return min(PICTURE_MOST_BYTES, PICTURE_BUDGET_BYTES // max(1, pictures))


def thumbnail(image: BgrImage, *, most_bytes: int, side: int = 640) -> Thumbnail:
    """Return the picture reduced until it fits; never enlarged.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        most_bytes: Of the JPEG; a picture of 48 pixels may take more.
        side: Most pixels on its long side.
    """
    for reduced, quality in _attempts(image, side):
        jpeg = encode_jpeg(reduced, quality=quality)
        if len(jpeg) <= most_bytes:
            break
    content = base64.b64encode(jpeg).decode("ascii")
    return Thumbnail(f"data:image/jpeg;base64,{content}", reduced.shape[1], reduced.shape[0])


def _attempts(image: BgrImage, side: int) -> Iterator[tuple[BgrImage, int]]:
    """Yield the picture with the quality to keep it at, larger first."""
    for limit, quality in (*_STEPS, _LAST_STEP):
        if limit <= side:
            yield _reduced(image, limit), quality


def _reduced(image: BgrImage, side: int) -> BgrImage:
    height, width = image.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale == 1.0:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
