"""Which photos the detector learns from, and what is judged in them."""

from __future__ import annotations

import cv2
import numpy as np

from marchpast.errors import SourceError
from marchpast.records import BgrImage, FloatArray
from marchpast.training.datasets import CIVIL_NODE, Picture
from marchpast.training.detector_loss import CIVIL, MILITARY
from marchpast.training.detector_scenes import Scene

_LONGEST_SIDE = 1024


def to_scene(picture: Picture) -> Scene:
    """Decode a picture; boxes that are only "the whole picture" are left out.

    Raises:
        SourceError: If it does not decode.
    """
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise SourceError(f"{picture.path}: the picture does not decode; restore it")
    scale = min(1.0, _LONGEST_SIDE / max(image.shape[:2]))
    if scale < 1.0:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    pixels = np.asarray(image, np.uint8)
    boxes = picture.boxes if picture.is_boxed else ()
    return Scene(
        pixels,
        np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4) * np.float32(scale),
        np.array([CIVIL if box.node == CIVIL_NODE else MILITARY for box in boxes], np.int64),
        _civil_unjudged(picture, pixels),
    )


def is_for_detector(picture: Picture) -> bool:
    """Whether the truth about military boxes is complete: all boxed, or none there."""
    if all(box.node == CIVIL_NODE for box in picture.boxes):
        return True
    return picture.is_boxed and picture.all_boxed


def _civil_unjudged(picture: Picture, image: BgrImage) -> FloatArray:
    """The whole of a street picture without boxes.

    Pictures of military vehicles count as labelled: civil vehicles are rare in them, and
    where nothing said otherwise the network learnt to call whole such pictures civil.
    """
    if picture.civil_labelled or any(box.node != CIVIL_NODE for box in picture.boxes):
        return np.zeros((0, 4), np.float32)
    return np.array([[0, 0, image.shape[1], image.shape[0]]], np.float32)
