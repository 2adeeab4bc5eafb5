"""Random training views of a crop: the only place that uses albumentations.

Geometry is one perspective warp of ours, because the box must move inside its surroundings;
albumentations does what happens to the pixels afterwards.
"""

from __future__ import annotations

import os
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.records import BgrImage
from marchpast.training.classifier_crops import LabelledCrop

_JITTER = 0.06
_LARGEST_JITTER = 0.16
# Only the photos without boxes, most of them foreign tanks, are framed loosely; unless others
# sometimes are, loose framing itself speaks for a foreign tank.
_WIDE_SHARE = 0.35
_WIDEST = 0.2
_PARTIAL_SHARE = 0.15
_LARGEST_CUT = 0.35
_LOOSE_INSET = 0.2
_ROTATION_DEGREES = 7.0
_PERSPECTIVE = 0.04
_SMALLEST_VIEW_PX = 24
_LARGEST_SMALL_VIEW_PX = 96


class Augment:
    """Makes training views; every random choice comes from one seed."""

    def __init__(self, *, side: int, seed: int) -> None:
        self._side = side
        self._generator = np.random.default_rng(seed)
        self._pixels = _pixel_pipeline(side, seed)

    def __call__(self, crop: LabelledCrop) -> BgrImage:
        """Return a `(side, side, 3)` uint8 BGR view of the crop."""
        corners = self._corners(crop)
        target = np.array(
            [[0, 0], [self._side, 0], [self._side, self._side], [0, self._side]], np.float32
        )
        if self._generator.random() < 0.5:
            target = target[[1, 0, 3, 2]]
        warped = cv2.warpPerspective(
            crop.image,
            cv2.getPerspectiveTransform(corners, target),
            (self._side, self._side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        rgb = np.ascontiguousarray(warped[:, :, ::-1])
        view: BgrImage = self._pixels(image=rgb)["image"][:, :, ::-1]
        return view

    def _corners(self, crop: LabelledCrop) -> npt.NDArray[np.float32]:
        """Corners of the box after jitter, rotation and perspective, clockwise from upper left."""
        draw = self._generator
        x1, y1, x2, y2 = crop.xyxy
        if crop.is_loose:
            moves = draw.uniform(0, _LOOSE_INSET, 4)
        else:
            moves = np.clip(draw.normal(0, _JITTER, 4), -_LARGEST_JITTER, _LARGEST_JITTER)
            if draw.random() < _WIDE_SHARE:
                moves = draw.uniform(-_WIDEST, 0, 4)
        if draw.random() < _PARTIAL_SHARE:
            moves[draw.integers(4)] = draw.uniform(0, _LARGEST_CUT)
        wide, tall = x2 - x1, y2 - y1
        left, top = x1 + moves[0] * wide, y1 + moves[1] * tall
        right, bottom = x2 - moves[2] * wide, y2 - moves[3] * tall
        wide, tall = right - left, bottom - top
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        corners += draw.uniform(-_PERSPECTIVE, _PERSPECTIVE, (4, 2)) * (wide, tall)
        angle = np.deg2rad(draw.normal(0, _ROTATION_DEGREES / 2))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = corners.mean(axis=0)
        return np.asarray((corners - middle) @ turn.T + middle, np.float32)


def _pixel_pipeline(side: int, seed: int) -> Any:
    # Set before the import: the library would otherwise ask the network for a newer version.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations as al

    small = (_SMALLEST_VIEW_PX / side, min(1.0, _LARGEST_SMALL_VIEW_PX / side))
    steps = [
        al.ColorJitter(
            brightness=(0.65, 1.35),
            contrast=(0.65, 1.35),
            saturation=(0.3, 1.5),
            hue=(-0.05, 0.05),
            p=0.7,
        ),
        al.ToGray(p=0.1),
        # Night: dark and flat, headlamps are left to real pictures.
        al.RandomBrightnessContrast(
            brightness_limit=(-0.35, -0.15), contrast_limit=(-0.4, 0.0), p=0.08
        ),
        al.OneOf([al.MotionBlur(blur_limit=(3, 9)), al.GaussianBlur(blur_limit=(3, 7))], p=0.15),
        al.Downscale(
            scale_range=small,
            interpolation_pair={"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR},
            p=0.3,
        ),
        al.GaussNoise(std_range=(0.02, 0.1), p=0.15),
        al.ImageCompression(quality_range=(25, 90), p=0.4),
        al.CoarseDropout(
            num_holes_range=(1, 4),
            hole_height_range=(0.08, 0.3),
            hole_width_range=(0.08, 0.3),
            fill="random_uniform",
            p=0.3,
        ),
    ]
    return al.Compose(steps, seed=seed)
