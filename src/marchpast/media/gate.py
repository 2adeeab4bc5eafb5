"""Telling a frozen frame from a new one."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.records import BgrImage

_GATE_WIDTH, _GATE_HEIGHT = 160, 90
# Every n-th pixel, down to twice the thumbnail, before averaging: reading all of a 1080p frame
# costs ten times as much and changes nothing that matters at this size.
_KEPT_WIDTH, _KEPT_HEIGHT = 2 * _GATE_WIDTH, 2 * _GATE_HEIGHT


class FrameGate:
    """Remembers the last frame that was new and says whether the next shows the same.

    Two frames are the same when the mean absolute difference of their 160x90 grey thumbnails
    is at most `max_difference`. The comparison is with the last *new* frame, not with the
    last frame, so a slow drift is not missed. One gate serves one source.

    Args:
        max_difference: Grey levels, 0 to 255. Zero accepts only equal thumbnails.

    Raises:
        ValueError: If `max_difference` is not a number from 0 to 255.
    """

    def __init__(self, *, max_difference: float) -> None:
        if not (math.isfinite(max_difference) and 0 <= max_difference <= 255):
            raise ValueError(f"max_difference must lie in 0..255, got {max_difference}")
        self._max_difference = max_difference
        self._last: npt.NDArray[np.uint8] | None = None

    def is_same(self, image: BgrImage) -> bool:
        """Return whether `image` shows what the last new frame showed; if not, remember it.

        Args:
            image: `(H, W, 3)` uint8 BGR, any size; not modified. The first is always new.
        """
        height, width = image.shape[:2]
        step = max(1, min(width // _KEPT_WIDTH, height // _KEPT_HEIGHT))
        small = cv2.resize(
            image[::step, ::step],
            (_GATE_WIDTH, _GATE_HEIGHT),
            interpolation=cv2.INTER_AREA,
        )
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        if self._last is not None:
            difference = cv2.norm(grey, self._last, cv2.NORM_L1) / grey.size
            if difference <= self._max_difference:
                return True
        self._last = grey
        return False
