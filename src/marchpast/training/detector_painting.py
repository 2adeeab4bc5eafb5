"""Setting vehicles that were cut out on the ground of another picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from marchpast.records import BgrImage, FloatArray, IntArray
from marchpast.training.detector_cutouts import Cutout
from marchpast.training.detector_layouts import Place
from marchpast.training.detector_loss import IGNORED
from marchpast.training.detector_scenes import FEWEST_PIXELS, Scene

_LEAST_VISIBLE = 0.3
_HEIGHT_OF_LENGTH = 0.5
"""Seen from the end or from above a vehicle takes at most this share of its length in height."""

_SHADOW_REACH = (0.6, 0.16)
_LEAST_HALF_PX, _LEAST_TALL_PX = 1.5, 2.0
_MOST_COVERED = 0.25


@dataclass(frozen=True, slots=True)
class PasteLight:
    """How pasted things fit in: alike for all of one picture.

    Attributes:
        gain: On their colours.
        towards_ground: How far their mean colour goes towards that of the ground around them.
        shadow: How much darker the ground under them is.
        sharpness: Share of their pixels that is really seen: a picture that was blown up is soft.
    """

    gain: float
    towards_ground: float
    shadow: float
    sharpness: float


def set_down(
    background: Scene,
    cutouts: Sequence[Cutout],
    places: Sequence[Place],
    *,
    light: PasteLight,
    generator: np.random.Generator,
) -> Scene:
    """Set vehicles on a scene, each boxed by what is seen of it.

    A vehicle that would lie on a vehicle of the scene is left out. One that ends up hidden by
    nearer ones, or tiny, is not judged.

    Args:
        background: Not changed.
        cutouts: One a place.
        places: The farthest first.
        light: How they fit in.
        generator: Draws small differences between them.
    """
    image = background.image.copy()
    owner = np.zeros(image.shape[:2], np.int64)
    areas: list[float] = []
    classes: list[int] = []
    for cutout, place in zip(cutouts, places, strict=True):
        box = box_at(cutout, place)
        if not lies_on(box, background.xyxy):
            gain = light.gain * generator.uniform(0.9, 1.1)
            areas.append(paint(image, owner, cutout, box, light, gain=gain, number=len(areas) + 1))
            classes.append(cutout.class_id)
    boxes, class_id = _judged(owner, areas, classes)
    return Scene(
        image,
        np.concatenate([background.xyxy, boxes]),
        np.concatenate([background.class_id, class_id]).astype(np.int64),
        background.civil_unjudged,
    )


def box_at(cutout: Cutout, place: Place) -> FloatArray:
    """Return the box `(4,)` xyxy that a cutout takes at a place, pixels, not clipped."""
    height, width = cutout.alpha.shape
    scale = place.length / max(width, height / _HEIGHT_OF_LENGTH)
    half, tall = max(_LEAST_HALF_PX, scale * width / 2), max(_LEAST_TALL_PX, scale * height)
    return np.array([place.x - half, place.bottom - tall, place.x + half, place.bottom], np.float32)


def lies_on(box: FloatArray, others: FloatArray) -> bool:
    """Whether a box covers a good part of one of others, or they of it."""
    if not len(others):
        return False
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    own = float((box[2:] - box[:2]).prod())
    return bool((shared > _MOST_COVERED * np.clip(areas, 1.0, own)).any())


def _judged(
    owner: IntArray, areas: Sequence[float], classes: Sequence[int]
) -> tuple[FloatArray, IntArray]:
    """Return the boxes of what is seen of each pasted vehicle, and what is judged of them."""
    boxes, class_id = [], []
    for number, (area, own_class) in enumerate(zip(areas, classes, strict=True), 1):
        seen = owner == number
        left, top, width, height = cv2.boundingRect(seen.astype(np.uint8))
        if min(width, height) == 0:
            continue
        judged = seen.sum() >= _LEAST_VISIBLE * area and min(width, height) >= FEWEST_PIXELS
        boxes.append([left, top, left + width, top + height])
        class_id.append(own_class if judged else IGNORED)
    return np.array(boxes, np.float32).reshape(-1, 4), np.array(class_id, np.int64)


def paint(
    image: BgrImage,
    owner: IntArray,
    cutout: Cutout,
    box: FloatArray,
    light: PasteLight,
    *,
    gain: float,
    number: int,
) -> float:
    """Blend a cutout into `image` in place, mark its pixels in `owner`; return their count.

    The count includes what lies outside of the picture.
    """
    height, width = image.shape[:2]
    x1, y1, x2, y2 = (int(value) for value in np.round(box))
    size = (max(x2 - x1, 1), max(y2 - y1, 1))
    colour = _resized(cutout.image, size, sharpness=light.sharpness)
    alpha = _resized(cutout.alpha, size, sharpness=light.sharpness).astype(np.float32)
    area = float((alpha > 0.5).sum())
    left, right = (int(side) for side in np.clip([x1, x1 + size[0]], 0, width))
    top, bottom = (int(side) for side in np.clip([y1, y1 + size[1]], 0, height))
    if left >= right or top >= bottom:
        return area
    _shade(image, box, light.shadow)
    inside = np.s_[top - y1 : bottom - y1, left - x1 : right - x1]
    window = np.s_[top:bottom, left:right]
    weight = alpha[inside][..., None]
    ground = image[window].reshape(-1, 3).mean(axis=0)
    own = np.maximum(colour.reshape(-1, 3).mean(axis=0), 1.0)
    toned = colour[inside] * (gain * (1.0 + light.towards_ground * (ground / own - 1.0)))
    mixed = weight * np.clip(toned, 0, 255) + (1 - weight) * image[window]
    image[window] = mixed.astype(np.uint8)
    owner[window][weight[..., 0] > 0.5] = number
    return area


def _resized(
    image: npt.NDArray[Any], size: tuple[int, int], *, sharpness: float
) -> npt.NDArray[Any]:
    """Resize to width and height, by way of fewer pixels where less is seen."""
    fewer = (max(2, round(sharpness * size[0])), max(2, round(sharpness * size[1])))
    seen = cv2.resize(image, fewer, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR))


def _shade(image: BgrImage, box: FloatArray, strength: float) -> None:
    """Darken the ground around the foot of a box, in place, most in its middle."""
    reach_x = _SHADOW_REACH[0] * float(box[2] - box[0])
    reach_y = max(1.0, _SHADOW_REACH[1] * float(box[3] - box[1]))
    middle_x, middle_y = 0.5 * float(box[0] + box[2]), float(box[3]) - 0.3 * reach_y
    left, right = np.clip([middle_x - reach_x, middle_x + reach_x], 0, image.shape[1]).astype(int)
    top, low = np.clip([middle_y - reach_y, middle_y + reach_y], 0, image.shape[0]).astype(int)
    rows, columns = np.mgrid[top:low, left:right]
    apart = ((columns - middle_x) / reach_x) ** 2 + ((rows - middle_y) / reach_y) ** 2
    darker = 1.0 - strength * np.clip(1.0 - apart, 0.0, None)
    image[top:low, left:right] = (image[top:low, left:right] * darker[..., None]).astype(np.uint8)
