"""The only preprocessing there is: training, inference and evaluation share it.

The networks take uint8 BGR and scale and reorder the channels themselves, so all that is left
is to bring pixels to the right size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from marchpast.records import BgrImage, FloatArray


def fitted_size(
    height: int, width: int, *, long_side: int, multiple_of: int = 32
) -> tuple[int, int]:
    """Return the smallest network input whose longer side is `long_side` and that holds a picture.

    Args:
        height: Of the picture, pixels.
        width: Of the picture, pixels.
        long_side: Longer side of the input, pixels, a multiple of `multiple_of`.
        multiple_of: The network's total stride.

    Returns:
        `(height, width)` of the input.

    >>> fitted_size(1080, 1920, long_side=640)
    (384, 640)
    >>> fitted_size(1920, 1080, long_side=640)
    (640, 384)
    """
    if long_side % multiple_of:
        raise ValueError(f"long_side must be a multiple of {multiple_of}, got {long_side}")
    scale = long_side / max(height, width)
    sides = [
        max(1, -(-max(1, round(side * scale)) // multiple_of)) * multiple_of
        for side in (height, width)
    ]
    return sides[0], sides[1]


class Letterbox:
    """Fits pictures into one network input, keeping their aspect ratio.

    The picture lies at the upper left, grey padding to the right and below. The padded buffer
    is reused from call to call, so an instance belongs to one thread and the returned array is
    valid until the next call.
    """

    def __init__(self, size: tuple[int, int], *, pad_value: int = 114) -> None:
        self._buffer = np.full((1, *size, 3), pad_value, np.uint8)
        self._pad_value = pad_value
        self._filled = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the input, pixels."""
        return self._buffer.shape[1], self._buffer.shape[2]

    def fit(self, image: BgrImage) -> tuple[BgrImage, FloatArray]:
        """Return the input and how to come back from it.

        Args:
            image: `(H, W, 3)` uint8 BGR; not changed.

        Returns:
            `(1, h, w, 3)` uint8 BGR, shared with later calls; and `(4,)` float32, the factors
            that turn `xyxy` of the input into `xyxy` of the picture.
        """
        height, width = image.shape[:2]
        input_height, input_width = self.size
        scale = min(input_height / height, input_width / width)
        fitted = (max(1, round(height * scale)), max(1, round(width * scale)))
        if fitted != self._filled:
            self._buffer[:] = self._pad_value
            self._filled = fitted
        target = self._buffer[0, : fitted[0], : fitted[1]]
        cv2.resize(image, (fitted[1], fitted[0]), dst=target, interpolation=cv2.INTER_LINEAR)
        back = (width / fitted[1], height / fitted[0])
        return self._buffer, np.array([*back, *back], np.float32)


def squash(images: Sequence[BgrImage], size: tuple[int, int]) -> BgrImage:
    """Resize every picture to one size, whatever its aspect ratio.

    Args:
        images: `(h, w, 3)` uint8 BGR each, any sizes; not changed.
        size: Height and width, pixels.

    Returns:
        `(N, height, width, 3)` uint8 BGR, a new array.
    """
    batch = np.empty((len(images), *size, 3), np.uint8)
    for row, image in zip(batch, images, strict=True):
        # Area averaging is the right filter for shrinking; it equals bilinear when growing.
        shrinks = image.shape[0] > size[0] and image.shape[1] > size[1]
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        cv2.resize(image, (size[1], size[0]), dst=row, interpolation=interpolation)
    return cast(BgrImage, batch)
