"""Cut vehicles out of photos, and set them into others so that they look as if they stood there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from marchpast.records import BgrImage, BoolArray, Box, FloatArray, IntArray

_LONGEST_PX = 200
"""Cutouts are set small; GrabCut takes seconds on large ones."""
_ROUNDS = 3
_MARGIN = 0.15
_TOWARDS_PLACE = 0.55
"""How far the mean colour of a vehicle goes towards that of the ground it is set on."""
_SHADOW = 0.45
_HEIGHT_OF_LENGTH = 0.4
"""A vehicle of 6.5 m is 2.6 m high: seen from the end it is as high as from the side."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A vehicle without its background.

    Attributes:
        image: `(h, w, 3)` uint8 BGR.
        alpha: `(h, w)` float32 in [0, 1]; the vehicle touches all four borders.
        node: Its label.
    """

    image: BgrImage
    alpha: FloatArray
    node: str


def cut_out(image: BgrImage, xyxy: Box, *, node: str) -> Cutout | None:
    """Cut the vehicle out of its box (GrabCut, Rother et al. 2004).

    The largest connected piece without its holes is taken.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        xyxy: Tight box, pixels.
        node: Its label.

    Returns:
        `None` where GrabCut finds nothing in the box.
    """
    box = np.asarray(xyxy, np.float64)
    margin = _MARGIN * (box[2:] - box[:2])
    low = np.maximum(np.floor(box[:2] - margin), 0).astype(int)
    high = np.minimum(np.ceil(box[2:] + margin), image.shape[1::-1]).astype(int)
    scale = min(1.0, _LONGEST_PX / float((high - low).max()))
    region = image[low[1] : high[1], low[0] : high[0]]
    patch = cv2.resize(region, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    inner = np.round(np.concatenate([box[:2] - low, box[2:] - low]) * scale).astype(int)
    x1, y1, x2, y2 = (int(value) for value in inner)
    mask = np.zeros(patch.shape[:2], np.uint8)
    # GrabCut clusters colours by chance: the same box must always give the same mask.
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    rectangle = (x1, y1, x2 - x1, y2 - y1)
    cv2.grabCut(patch, mask, rectangle, *models, _ROUNDS, cv2.GC_INIT_WITH_RECT)
    vehicle = _one_piece(np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)))
    if not vehicle.any():
        return None
    left, top, width, height = cv2.boundingRect(vehicle.astype(np.uint8))
    window = np.s_[top : top + height, left : left + width]
    alpha = cv2.GaussianBlur(vehicle.astype(np.float32), (3, 3), 0)
    return Cutout(
        np.ascontiguousarray(patch[window], np.uint8), np.asarray(alpha[window], np.float32), node
    )


def set_down(
    image: BgrImage, cutouts: Sequence[Cutout], places: Sequence[tuple[float, float, float]]
) -> tuple[BgrImage, list[tuple[Box, float]]]:
    """Set vehicles on the ground, the far ones first, each with a shadow under it.

    Args:
        image: The background; not changed.
        cutouts: The vehicles.
        places: Of each, middle x and bottom y in pixels, and how many pixels long it would be
            seen from the side; from any side it is as high as that makes it.

    Returns:
        The picture, and for every vehicle the box of what is visible of it and its visible
        share; a vehicle that is wholly hidden or outside has an empty box.
    """
    canvas = image.astype(np.float32)
    owner = np.zeros(image.shape[:2], np.int64)
    whole = np.zeros(len(cutouts) + 1)
    for index in sorted(range(len(cutouts)), key=lambda i: places[i][1]):
        whole[index + 1] = _set_one(canvas, owner, cutouts[index], places[index], index + 1)
    seen = np.bincount(owner.ravel(), minlength=len(cutouts) + 1)
    rows = []
    for number in range(1, len(cutouts) + 1):
        left, top, width, height = cv2.boundingRect((owner == number).astype(np.uint8))
        box = (float(left), float(top), float(left + width), float(top + height))
        rows.append((box, float(seen[number] / max(1.0, whole[number]))))
    return np.clip(canvas, 0, 255).astype(np.uint8), rows


def _one_piece(vehicle: BoolArray) -> BoolArray:
    opened = cv2.morphologyEx(vehicle.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return np.zeros(vehicle.shape, np.bool_)
    largest = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    padded = cv2.copyMakeBorder(largest, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    cv2.floodFill(padded, None, (0, 0), 2)
    return np.asarray(padded[1:-1, 1:-1] != 2, np.bool_)


def _set_one(
    canvas: FloatArray,
    owner: IntArray,
    cutout: Cutout,
    place: tuple[float, float, float],
    number: int,
) -> float:
    """Blend one vehicle into `canvas` and `owner`, in place; return its pixels, seen or not."""
    x, bottom, length = place
    height, width = cutout.alpha.shape
    scale = _HEIGHT_OF_LENGTH * length / height
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    colour = cv2.resize(cutout.image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    alpha = np.asarray(cv2.resize(cutout.alpha, size, interpolation=cv2.INTER_AREA), np.float32)
    x1, y1 = round(x - size[0] / 2), round(bottom) - size[1]
    _shade(canvas, x, bottom, size)
    left, right = np.clip([x1, x1 + size[0]], 0, canvas.shape[1])
    top, low = np.clip([y1, y1 + size[1]], 0, canvas.shape[0])
    area = float((alpha > 0.5).sum())
    if left >= right or top >= low:
        return area
    window = np.s_[top:low, left:right]
    inside = np.s_[top - y1 : low - y1, left - x1 : right - x1]
    toned = _toned(colour, alpha, canvas[window].reshape(-1, 3).mean(axis=0))
    weight = alpha[inside][..., None]
    canvas[window] = weight * toned[inside] + (1 - weight) * canvas[window]
    owner[window][weight[..., 0] > 0.5] = number
    return area


def _shade(canvas: FloatArray, x: float, bottom: float, size: tuple[int, int]) -> None:
    """Darken the ground under a vehicle, most in the middle."""
    reach_x, reach_y = 0.56 * size[0], max(1.5, 0.13 * size[1])
    middle = bottom - 0.35 * reach_y
    left, right = np.clip([int(x - 2 * reach_x), int(x + 2 * reach_x) + 1], 0, canvas.shape[1])
    top, low = np.clip([int(middle - 3 * reach_y), int(middle + 3 * reach_y)], 0, canvas.shape[0])
    rows, columns = np.mgrid[top:low, left:right]
    apart = ((columns - x) / reach_x) ** 4 + ((rows - middle) / reach_y) ** 2
    canvas[top:low, left:right] *= (1 - _SHADOW * np.exp(-apart))[..., None]


def _toned(colour: FloatArray, alpha: FloatArray, ground: FloatArray) -> FloatArray:
    """Move a vehicle's mean colour towards the ground's: the same light, the same camera."""
    own = np.average(colour.reshape(-1, 3), axis=0, weights=alpha.reshape(-1) + 1e-6)
    # Vehicles are darker than the ground they stand on.
    wanted = own + _TOWARDS_PLACE * (0.7 * ground - own)
    return np.asarray(np.clip(colour * (wanted / np.maximum(own, 1.0)), 0, 255), np.float32)
