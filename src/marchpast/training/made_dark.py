"""Photos by day as a camera would take them at night, for want of labelled photos by night."""

from __future__ import annotations

import cv2
import numpy as np

from marchpast.records import BgrImage

NIGHT_LEVEL = 30.0
"""Median grey level of what is made: that of lit streets in night video."""
_GAMMA = 2.2
_PHOTON_NOISE = 8e-4
_READ_NOISE = 2e-5
"""Variances in linear light, of a shot at high gain: the first for each unit of light."""


def made_dark(image: BgrImage, generator: np.random.Generator) -> BgrImage:
    """Return a picture with less light and the noise of a camera that wants more.

    Args:
        image: `(h, w, 3)` uint8 BGR.
        generator: Of the noise.

    Returns:
        The same shape; its median grey level is about `NIGHT_LEVEL`, or its own where that is
        lower.
    """
    light = (image.astype(np.float32) / 255) ** _GAMMA
    middle = float(np.median(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)))
    light *= min(1.0, (NIGHT_LEVEL / max(middle, 1.0)) ** _GAMMA)
    deviation = np.sqrt(_PHOTON_NOISE * light + _READ_NOISE)
    light += deviation * generator.standard_normal(light.shape, dtype=np.float32)
    return np.asarray(np.clip(light, 0, 1) ** (1 / _GAMMA) * 255, np.uint8)
