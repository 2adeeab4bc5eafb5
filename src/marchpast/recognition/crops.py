"""The best looks at a vehicle: what the classifier sees and a person finds in the report."""

from __future__ import annotations

import math

import cv2
import numpy as np

from marchpast.recognition.boxes import is_at_edge
from marchpast.records import BgrImage, Box, Crop, FloatArray, Frame

# Longer side of a kept look, pixels: three looks a track stay below 4 MB.
_LARGEST_SIDE = 640
# Sharpness is judged at one scale, or every small crop would look sharp.
_JUDGED_SIDE = 128
# Variance of the Laplacian (Pech-Pacheco 2000) at which sharpness is one half.
_HALF_SHARP = 150.0
# What a look is worth that the edge of the picture may cut off.
_CUT_OFF = 0.5
_EDGE_PX = 2.0
# A look must be this much better to displace one, or an approaching vehicle is copied in
# every frame.
_GAIN = 1.1


def cut(image: BgrImage, xyxy: Box | FloatArray) -> BgrImage:
    """Cut a box out of a picture, without any margin: the classifier was trained on tight boxes.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        xyxy: `(4,)` pixels of the picture; rounded to whole pixels and clipped to it.

    Returns:
        `(h, w, 3)` uint8 BGR, a copy of at least one pixel.
    """
    x1, y1, x2, y2 = _whole_pixels(image, xyxy)
    return image[y1:y2, x1:x2].copy()


def sharpness(image: BgrImage) -> float:
    """Return how sharp a crop is, from 0 (flat or blurred) towards 1.

    Args:
        image: `(h, w, 3)` uint8 BGR.
    """
    scale = min(1.0, _JUDGED_SIDE / max(image.shape[:2]))
    extent = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    # Bilinear reads four pixels where averaging would read them all: a tenth of the time, and
    # blur is told as well.
    small = cv2.resize(image, extent, interpolation=cv2.INTER_LINEAR) if scale < 1 else image
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_32F))
    variance = float(deviation[0, 0]) ** 2
    return variance / (variance + _HALF_SHARP)


class BestLooks:
    """Keeps the few best looks at one track, spread over time; memory does not grow with it.

    Quality is confidence x square root of the area x sharpness, halved at the edge of the
    picture. The track's time is divided into windows of `apart_s`, and a window gives at most
    one look: neighbouring frames show the same side in the same light.
    """

    def __init__(self, *, count: int = 3, apart_s: float = 0.4) -> None:
        if count < 1 or apart_s <= 0:
            raise ValueError(f"count >= 1 and apart_s > 0 are needed, got {count} and {apart_s}")
        self._count = count
        self._apart_s = apart_s
        self._began_s: float | None = None
        self._kept: dict[int, Crop] = {}

    def add(self, frame: Frame, xyxy: FloatArray, confidence: float) -> None:
        """Keep a copy of this look if it is better than one that is kept.

        Args:
            frame: Its pixels are read only.
            xyxy: `(4,)` float32, the detected box, pixels of the frame.
            confidence: Of the detection.
        """
        if self._began_s is None:
            self._began_s = frame.time_s
        window = math.floor((frame.time_s - self._began_s) / self._apart_s)
        rival = self._rival(window)
        promise = confidence * _size(frame.image, xyxy)
        if rival is not None and promise <= _GAIN * self._kept[rival].quality:
            # Sharpness is at most 1, so there is no need to look at the pixels.
            return
        look = cut(frame.image, xyxy)
        quality = promise * sharpness(look)
        if rival is not None:
            if quality <= _GAIN * self._kept[rival].quality:
                return
            del self._kept[rival]
        x1, y1, x2, y2 = _whole_pixels(frame.image, xyxy)
        self._kept[window] = Crop(
            frame_index=frame.index,
            time_s=frame.time_s,
            xyxy=(float(x1), float(y1), float(x2), float(y2)),
            image=_limited(look),
            quality=quality,
        )

    def crops(self) -> tuple[Crop, ...]:
        """Return the kept looks, best first, the earlier of equals first."""
        return tuple(sorted(self._kept.values(), key=lambda crop: (-crop.quality, crop.time_s)))

    def _rival(self, window: int) -> int | None:
        """Return the window whose look a new one in `window` must beat, if any."""
        if window in self._kept:
            return window
        if len(self._kept) < self._count:
            return None
        return min(self._kept, key=lambda kept: self._kept[kept].quality)


def _whole_pixels(image: BgrImage, xyxy: Box | FloatArray) -> tuple[int, int, int, int]:
    """Return the box in whole pixels, inside the picture and not empty."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = (round(float(value)) for value in xyxy)
    x1, y1 = min(max(x1, 0), width - 1), min(max(y1, 0), height - 1)
    return x1, y1, max(x1 + 1, min(x2, width)), max(y1 + 1, min(y2, height))


def _size(image: BgrImage, xyxy: FloatArray) -> float:
    """Return the square root of the box's area in pixels, less at the edge of the picture."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = _whole_pixels(image, xyxy)
    side = math.sqrt((x2 - x1) * (y2 - y1))
    boxes = np.asarray(xyxy, np.float32)[None]
    is_cut = is_at_edge(boxes, width=width, height=height, within=_EDGE_PX)[0]
    return side * _CUT_OFF if is_cut else side


def _limited(look: BgrImage) -> BgrImage:
    """Return the look with its longer side at most `_LARGEST_SIDE`."""
    height, width = look.shape[:2]
    scale = _LARGEST_SIDE / max(height, width)
    if scale >= 1:
        return look
    extent = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(look, extent, interpolation=cv2.INTER_AREA), np.uint8)
