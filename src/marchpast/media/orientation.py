"""Turning a picture upright: EXIF orientations and the display matrices of videos.

Both name the same eight symmetries of the rectangle; the EXIF number (1 to 8, tag 274) is used
for both, so pictures and videos are turned by one function.
"""

from __future__ import annotations

import struct
from typing import Final

import cv2
import numpy as np

from marchpast.records import BgrImage

UPRIGHT: Final = 1

# (a, b, c, d) of x' = a x + c y, y' = b x + d y, with y down, for each EXIF orientation.
_MATRICES: Final = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}


def is_sideways(orientation: int) -> bool:
    """Return whether turning upright swaps width and height."""
    return orientation >= 5


def upright(image: BgrImage, orientation: int) -> BgrImage:
    """Return `image` turned upright, contiguous; the same object when it already is.

    Args:
        image: `(H, W, 3)` uint8 BGR as stored.
        orientation: EXIF orientation, 1 to 8.

    >>> stored = np.zeros((2, 3, 3), np.uint8)
    >>> upright(stored, 6).shape
    (3, 2, 3)
    """
    turned: cv2.typing.MatLike = image
    if is_sideways(orientation):
        turned = cv2.transpose(turned)
    if orientation in (2, 3, 6, 7):
        turned = cv2.flip(turned, 1)
    if orientation in (3, 4, 7, 8):
        turned = cv2.flip(turned, 0)
    return np.asarray(turned, dtype=np.uint8)


def from_display_matrix(matrix: bytes) -> int | None:
    """Return the EXIF orientation of an FFmpeg display matrix.

    Args:
        matrix: 36 bytes, nine native-endian int32 in the order a b u c d v x y w, with a to d
            in 16.16 fixed point (ISO/IEC 14496-12, 8.3.2).

    Returns:
        1 to 8, or `None` when it is no multiple of a quarter turn.
    """
    a, b, _u, c, d, _v, _x, _y, _w = struct.unpack("=9i", matrix)
    scale = max(abs(a), abs(b), abs(c), abs(d))
    if scale == 0:
        return None
    return _MATRICES.get((round(a / scale), round(b / scale), round(c / scale), round(d / scale)))
