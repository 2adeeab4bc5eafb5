"""Rendered crops with less to see in them: what a row learns from is in what was taken away."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from marchpast.records import FloatArray
from marchpast.training.classifier_crops import LabelledCrop

DETAILS = ("no_place", "smooth", "outline")
"""No place: the vehicle before even grey. Smooth: what is finer than a twelfth of the vehicle's
longer side is gone from it. Outline: the vehicle in its mean colour."""
_GREY = 128
_FINEST = 1 / 12


def reduced(crop: LabelledCrop, kind: str) -> LabelledCrop:
    """Return a rendered crop with less detail; one without a mask stays as it is.

    Args:
        crop: Rendered.
        kind: Of `DETAILS`.
    """
    mask = crop.rendered.mask if crop.rendered is not None else None
    if mask is None or not mask.any():
        return crop
    # A mask reduced with its crop has grey borders.
    share: FloatArray = (mask.astype(np.float32) / np.float32(255))[..., None]
    image: FloatArray = crop.image.astype(np.float32)
    base = np.full_like(image, _GREY) if kind == "no_place" else image
    own = image if kind == "no_place" else _vehicle(image, share, kind)
    changed = base * (1 - share) + own * share
    return replace(crop, image=np.clip(np.rint(changed), 0, 255).astype(np.uint8))


def _vehicle(image: FloatArray, share: FloatArray, kind: str) -> FloatArray:
    """Return colours that the vehicle's pixels get; means are over the vehicle alone."""
    if kind == "outline":
        return np.asarray((image * share).sum(axis=(0, 1)) / share.sum(), np.float32)
    rows, columns = np.nonzero(share[..., 0])
    sigma = _FINEST / 2 * max(np.ptp(rows) + 1, np.ptp(columns) + 1)
    blurred = cv2.GaussianBlur(image * share, (0, 0), sigma)
    weight = cv2.GaussianBlur(share, (0, 0), sigma)[..., None]
    return np.asarray(blurred / np.maximum(weight, 1e-6), np.float32)
