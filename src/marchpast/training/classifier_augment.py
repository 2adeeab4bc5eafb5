"""Random training views of a crop.

Geometry is one perspective warp of ours, because the box must move inside its surroundings; what
happens to the pixels afterwards is in `classifier_pixels`.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.records import BgrImage
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import BACKGROUND, NO_MILITARY
from marchpast.training.classifier_pixels import photo_pixels, rendered_pixels

_WITHOUT_VEHICLE = (BACKGROUND, NO_MILITARY)
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
_FOREIGN_COLOUR_SHARE = 0.3
_SPREAD_FACTORS = (0.5, 2.0)
_MEAN_LEVELS = (60.0, 195.0)
_FOREIGN_SURROUNDINGS_SHARE = 0.15
# A renderer has its own colours in every picture: they are changed more often.
_FOREIGN_COLOUR_SHARE_RENDERED = 0.6
_EDGE_BLUR_PX = 1.2
"""Of an outline set before another background; a hard edge would be a mark of its own."""


class Augment:
    """Makes training views; every random choice comes from one seed.

    Args:
        side: Of the views, pixels.
        seed: Of every random choice.
        donors: Crops that lend their colours and their surroundings to others. Most types come
            from few sources, so what is typical of a source (its light, its sky, its mud) would
            otherwise be taken for a mark of the type. Only photos lend. Empty: nothing is lent.
        pasted_share: Share of the rendered vehicles that are set before a photo without a vehicle,
            where their outline is known and a donor shows one.
    """

    def __init__(
        self,
        *,
        side: int,
        seed: int,
        donors: Sequence[LabelledCrop] = (),
        pasted_share: float = 0.0,
    ) -> None:
        self._side = side
        self._donors = tuple(crop for crop in donors if not crop.is_rendered)
        self._places = tuple(crop for crop in self._donors if crop.node in _WITHOUT_VEHICLE)
        self._pasted_share = pasted_share
        self._generator = np.random.default_rng(seed)
        self._pixels = photo_pixels(side, seed)
        self._rendered_pixels = rendered_pixels(side, seed)

    def __call__(self, crop: LabelledCrop) -> BgrImage:
        """Return a `(side, side, 3)` uint8 BGR view of the crop."""
        image, is_wide = self._surrounded(crop)
        corners = self._corners(crop, is_wide=is_wide)
        target = np.array(
            [[0, 0], [self._side, 0], [self._side, self._side], [0, self._side]], np.float32
        )
        if self._generator.random() < 0.5:
            target = target[[1, 0, 3, 2]]
        warped = cv2.warpPerspective(
            image,
            cv2.getPerspectiveTransform(corners, target),
            (self._side, self._side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        share = _FOREIGN_COLOUR_SHARE_RENDERED if crop.is_rendered else _FOREIGN_COLOUR_SHARE
        warped = self._coloured(np.asarray(warped, np.uint8), share=share)
        rgb = np.ascontiguousarray(warped[:, :, ::-1])
        pixels = self._rendered_pixels if crop.is_rendered else self._pixels
        view: BgrImage = pixels(image=rgb)["image"][:, :, ::-1]
        return view

    def _surrounded(self, crop: LabelledCrop) -> tuple[BgrImage, bool]:
        """Return the picture of the crop, sometimes with what is around the box of another one."""
        mask = crop.rendered.mask if crop.rendered is not None and self._places else None
        if mask is not None and self._generator.random() < self._pasted_share:
            return self._pasted(crop.image, mask), False
        if (
            not self._donors
            or crop.is_loose
            or self._generator.random() >= _FOREIGN_SURROUNDINGS_SHARE
        ):
            return crop.image, False
        height, width = crop.image.shape[:2]
        around = self._donor().image
        image = cv2.resize(around, (width, height), interpolation=cv2.INTER_LINEAR)
        x1, y1, x2, y2 = (round(value) for value in crop.xyxy)
        image[y1:y2, x1:x2] = crop.image[y1:y2, x1:x2]
        return np.asarray(image, np.uint8), True

    def _pasted(self, image: BgrImage, mask: BgrImage) -> BgrImage:
        """Set a rendered vehicle before a photo in which there is none."""
        place = self._places[int(self._generator.integers(len(self._places)))].image
        height, width = image.shape[:2]
        behind = cv2.resize(place, (width, height), interpolation=cv2.INTER_LINEAR)
        edge = cv2.GaussianBlur(mask, (0, 0), _EDGE_BLUR_PX).astype(np.float32)[:, :, None] / 255
        return np.asarray(image * edge + behind * (1 - edge), np.float32).round().astype(np.uint8)

    def _coloured(self, view: BgrImage, *, share: float) -> BgrImage:
        """Sometimes move mean and spread of every channel towards those of another crop."""
        if not self._donors or self._generator.random() >= share:
            return view
        mean, spread = (value.ravel() for value in cv2.meanStdDev(view))
        other_mean, other_spread = (value.ravel() for value in cv2.meanStdDev(self._donor().image))
        strength = self._generator.uniform(0.3, 1.0)
        factor = np.clip(other_spread / np.maximum(spread, 1.0), *_SPREAD_FACTORS)
        levels = np.arange(256.0)[:, None]
        moved = (levels - mean) * factor + np.clip(other_mean, *_MEAN_LEVELS)
        table = np.clip(levels + strength * (moved - levels), 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(view, table[None]), np.uint8)

    def _donor(self) -> LabelledCrop:
        return self._donors[int(self._generator.integers(len(self._donors)))]

    def _corners(self, crop: LabelledCrop, *, is_wide: bool) -> npt.NDArray[np.float32]:
        """Corners of the box after jitter, rotation and perspective, clockwise from upper left."""
        draw = self._generator
        x1, y1, x2, y2 = crop.xyxy
        if crop.is_loose:
            moves = draw.uniform(0, _LOOSE_INSET, 4)
        else:
            moves = np.clip(draw.normal(0, _JITTER, 4), -_LARGEST_JITTER, _LARGEST_JITTER)
            if is_wide or draw.random() < _WIDE_SHARE:
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
