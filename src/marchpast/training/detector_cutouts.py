"""Vehicles without their background, to be set down on other pictures.

Photos are cut with GrabCut (Rother et al. 2004) from the vehicle's box; rendered vehicles come with
exact masks. What is kept is small: a pasted vehicle is seen small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from marchpast.records import BgrImage, BoolArray, FloatArray
from marchpast.training.detector_scenes import Scene

_LONGEST_PX = 160
_MARGIN = 0.15
_ROUNDS = 2
_FEWEST_PX = 20
_SHARES_OF_BOX = (0.35, 0.92)
_TURN_THAT_SHOWS_DEG = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A vehicle without its background.

    Attributes:
        image: `(h, w, 3)` uint8 BGR; the vehicle's box is the whole of it.
        alpha: `(h, w)` float32 in [0, 1].
        class_id: 0 military, 1 civil.
        azimuth_deg: From where it is seen: 0 front, 90 its left side; `None` where nobody knows.
        elevation_deg: How far from above it is seen; `None` where nobody knows.
    """

    image: BgrImage
    alpha: FloatArray
    class_id: int
    azimuth_deg: float | None = None
    elevation_deg: float | None = None

    def uncut(self) -> Cutout:
        """Return the vehicle with what is behind it in its box."""
        return replace(self, alpha=np.ones_like(self.alpha))

    def mirrored(self) -> Cutout:
        """Return the vehicle as seen in a mirror."""
        return Cutout(
            np.ascontiguousarray(self.image[:, ::-1]),
            np.ascontiguousarray(self.alpha[:, ::-1]),
            self.class_id,
            None if self.azimuth_deg is None else -self.azimuth_deg % 360.0,
            self.elevation_deg,
        )

    def is_seen_like(self, other: Cutout) -> bool:
        """Whether both could stand in one row: nobody knows better, or they are seen alike."""
        if self.azimuth_deg is None or other.azimuth_deg is None:
            return self.azimuth_deg is other.azimuth_deg
        turn = abs((self.azimuth_deg - other.azimuth_deg + 180.0) % 360.0 - 180.0)
        lift = abs((self.elevation_deg or 0.0) - (other.elevation_deg or 0.0))
        return turn < _TURN_THAT_SHOWS_DEG and lift < _TURN_THAT_SHOWS_DEG


def cut_out(image: BgrImage, box: FloatArray, *, class_id: int) -> Cutout | None:
    """Cut a vehicle out of its picture (GrabCut from its box), or `None` if that fails.

    The largest piece without its holes is taken. A failure is one that is a small part of the box
    or nearly all of it.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        box: `(4,)` xyxy, pixels.
        class_id: What the vehicle is.
    """
    height, width = image.shape[:2]
    margin = _MARGIN * (box[2:] - box[:2])
    low = np.maximum(np.floor(box[:2] - margin), 0).astype(int)
    high = np.minimum(np.ceil(box[2:] + margin), [width, height]).astype(int)
    scale = min(1.0, _LONGEST_PX / float((high - low).max()))
    patch = cv2.resize(
        image[low[1] : high[1], low[0] : high[0]],
        None,
        fx=scale,
        fy=scale,
        interpolation=cv2.INTER_AREA,
    )
    inner = np.round(np.concatenate([box[:2] - low, box[2:] - low]) * scale).astype(int)
    x1, y1, x2, y2 = (int(value) for value in inner)
    if min(x2 - x1, y2 - y1) < _FEWEST_PX:
        return None
    mask = np.zeros(patch.shape[:2], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    # GrabCut clusters colours by chance: the same box must always give the same mask.
    cv2.setRNGSeed(0)
    cv2.grabCut(patch, mask, (x1, y1, x2 - x1, y2 - y1), *models, _ROUNDS, cv2.GC_INIT_WITH_RECT)
    vehicle = _one_piece(np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)))
    least, most = _SHARES_OF_BOX
    if not least < vehicle[y1:y2, x1:x2].mean() < most:
        return None
    return cut_by_mask(np.asarray(patch, np.uint8), vehicle, class_id=class_id)


def cut_by_mask(
    image: BgrImage,
    mask: BoolArray,
    *,
    class_id: int,
    azimuth_deg: float | None = None,
    elevation_deg: float | None = None,
) -> Cutout:
    """Cut out what a mask shows, shrunk to the size that cutouts are kept at.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        mask: `(H, W)`, true somewhere.
        class_id: What the vehicle is.
        azimuth_deg: See `Cutout`.
        elevation_deg: See `Cutout`.
    """
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    window = np.s_[top : top + height, left : left + width]
    alpha = mask[window].astype(np.float32)
    colour = image[window]
    scale = min(1.0, _LONGEST_PX / max(width, height))
    if scale < 1.0:
        size = (max(2, round(width * scale)), max(2, round(height * scale)))
        colour = np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), np.uint8)
        alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.float32)
    else:
        alpha = np.asarray(cv2.GaussianBlur(alpha, (3, 3), 0), np.float32)
    return Cutout(np.array(colour, np.uint8), alpha, class_id, azimuth_deg, elevation_deg)


def cutouts_of(
    scenes: Sequence[Scene], limit: int, class_id: int, generator: np.random.Generator
) -> list[Cutout]:
    """Cut out vehicles of one class, of scenes drawn at random, until there are enough.

    Args:
        scenes: To cut from.
        limit: The largest number of cutouts.
        class_id: Of the vehicles.
        generator: Chooses the order of the scenes.
    """
    found: list[Cutout] = []
    for index in generator.permutation(len(scenes)):
        scene = scenes[int(index)]
        for box in scene.xyxy[scene.class_id == class_id]:
            if _is_whole(box, scene.image):
                cutout = cut_out(scene.image, box, class_id=class_id)
                found += [cutout] if cutout else []
        if len(found) >= limit:
            break
    return found[:limit]


def _is_whole(box: FloatArray, image: BgrImage) -> bool:
    """Whether a vehicle is large enough and not cut off by the picture's border."""
    height, width = image.shape[:2]
    clear = box[0] > 2 and box[1] > 2 and box[2] < width - 2 and box[3] < height - 2
    return bool(clear and min(box[2] - box[0], box[3] - box[1]) >= 2 * _FEWEST_PX)


def _one_piece(mask: BoolArray) -> BoolArray:
    """Return the largest connected piece, its holes filled; all false where there is none."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    piece = np.zeros(mask.shape, np.uint8)
    if contours:
        cv2.drawContours(piece, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return np.asarray(piece > 0, np.bool_)
