"""Colours, blur, noise, compression of training views: the only place with albumentations."""

from __future__ import annotations

import os
from typing import Any

import cv2

_SMALLEST_VIEW_PX = 24
_LARGEST_SMALL_VIEW_PX = 96


def photo_pixels(side: int, seed: int) -> Any:
    """Return what may happen to the pixels of a photo on the way to a viewer.

    Args:
        side: Of the views, pixels.
        seed: Of every random choice.

    Returns:
        A callable: `pipeline(image=rgb)["image"]`, `(side, side, 3)` uint8 RGB to the same.
    """
    al = _albumentations()
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
        _made_small(al, side, p=0.3),
        al.GaussNoise(std_range=(0.02, 0.1), p=0.15),
        al.ImageCompression(quality_range=(25, 90), p=0.4),
        _holes(al),
    ]
    return al.Compose(steps, seed=seed)


def rendered_pixels(side: int, seed: int) -> Any:
    """Return the same for rendered crops, more often and more strongly.

    A renderer's edges, noise and colours are alike in all its pictures; what is left of them after
    this is no mark to learn by (domain randomisation, Tobin et al. 2017).
    """
    al = _albumentations()
    steps = [
        al.ColorJitter(
            brightness=(0.6, 1.4),
            contrast=(0.65, 1.4),
            saturation=(0.2, 1.8),
            hue=(-0.08, 0.08),
            p=0.9,
        ),
        al.RandomGamma(gamma_limit=(65, 150), p=0.3),
        al.ToGray(p=0.15),
        al.OneOf(
            [
                al.MotionBlur(blur_limit=(3, 9)),
                al.GaussianBlur(blur_limit=(3, 7)),
                al.Sharpen(alpha=(0.1, 0.3)),
            ],
            p=0.45,
        ),
        _made_small(al, side, p=0.45),
        al.GaussNoise(std_range=(0.02, 0.08), p=0.35),
        al.ImageCompression(quality_range=(15, 85), p=0.6),
        _holes(al),
    ]
    return al.Compose(steps, seed=seed)


def _albumentations() -> Any:
    # Set before the import: the library would otherwise ask the network for a newer version.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations

    return albumentations


def _made_small(al: Any, side: int, *, p: float) -> Any:
    small = (_SMALLEST_VIEW_PX / side, min(1.0, _LARGEST_SMALL_VIEW_PX / side))
    pair = {"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR}
    return al.Downscale(scale_range=small, interpolation_pair=pair, p=p)


def _holes(al: Any) -> Any:
    return al.CoarseDropout(
        num_holes_range=(1, 4),
        hole_height_range=(0.08, 0.3),
        hole_width_range=(0.08, 0.3),
        fill="random_uniform",
        p=0.3,
    )
