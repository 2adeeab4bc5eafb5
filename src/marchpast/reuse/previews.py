"""The small pictures that an archive keeps beside the hashes, to compare and to show."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from marchpast.errors import ArchiveError
from marchpast.records import BgrImage

_PREVIEW_LONG_SIDE: Final = 256
_PREVIEW_QUALITY: Final = 70


def preview_of(image: BgrImage) -> bytes:
    """Return a JPEG of a frame, its longer side 256 pixels at most."""
    height, width = image.shape[:2]
    scale = min(1.0, _PREVIEW_LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    _, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _PREVIEW_QUALITY])
    return packed.tobytes()


def decoded(jpeg: bytes) -> BgrImage:
    """Return a small picture again, `(H, W, 3)` uint8 BGR.

    Raises:
        ArchiveError: If it is damaged.
    """
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if jpeg else None
    if image is None:
        raise ArchiveError("a small picture of the archive is damaged; make the archive anew")
    return np.asarray(image, np.uint8)
