"""Parades made of pictures of single vehicles: cut out, set in rows on another picture.

Training pictures mostly show one large vehicle; users bring a dozen small ones in a row (cut and
paste: Ghiasi et al., arXiv:2012.07177).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from marchpast.records import BgrImage, FloatArray, IntArray
from marchpast.training.detector_loss import IGNORED
from marchpast.training.detector_scenes import Scene

_LEAST_VISIBLE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A vehicle without its background.

    Attributes:
        image: `(h, w, 3)` uint8 BGR; the vehicle's box is the whole of it.
        alpha: `(h, w)` float32 in [0, 1].
        class_id: 0 military, 1 civil.
    """

    image: BgrImage
    alpha: FloatArray
    class_id: int

    def uncut(self) -> Cutout:
        """Return the vehicle with what is behind it in its box."""
        return Cutout(self.image, np.ones_like(self.alpha), self.class_id)


def cut_out(image: BgrImage, box: FloatArray, *, class_id: int) -> Cutout | None:
    """Cut a vehicle out of its picture (GrabCut from its box), or `None` if that fails.

    A failure is a mask that is nearly empty or nearly the whole box.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        box: `(4,)` xyxy, pixels.
        class_id: What the vehicle is.
    """
    height, width = image.shape[:2]
    margin = 0.15 * (box[2:] - box[:2])
    low = np.maximum(np.floor(box[:2] - margin), 0).astype(int)
    high = np.minimum(np.ceil(box[2:] + margin), [width, height]).astype(int)
    scale = min(1.0, 128.0 / float((high - low).max()))
    patch = cv2.resize(
        image[low[1] : high[1], low[0] : high[0]],
        None,
        fx=scale,
        fy=scale,
        interpolation=cv2.INTER_AREA,
    )
    inner = np.round(np.concatenate([box[:2] - low, box[2:] - low]) * scale).astype(int)
    x1, y1, x2, y2 = (int(value) for value in inner)
    if min(x2 - x1, y2 - y1) < 20:
        return None
    mask = np.zeros(patch.shape[:2], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(patch, mask, (x1, y1, x2 - x1, y2 - y1), *models, 2, cv2.GC_INIT_WITH_RECT)
    vehicle = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))[y1:y2, x1:x2]
    if not 0.35 < vehicle.mean() < 0.92:
        return None
    alpha = cv2.GaussianBlur(vehicle.astype(np.float32), (3, 3), 0)
    return Cutout(np.array(patch[y1:y2, x1:x2], np.uint8), np.asarray(alpha, np.float32), class_id)


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
    return bool(clear and min(box[2] - box[0], box[3] - box[1]) >= 40)


def formation(
    background: Scene, cutouts: Sequence[Cutout], *, generator: np.random.Generator
) -> Scene:
    """Set vehicles in one to three rows across a scene, the far ones smaller.

    A vehicle that would lie on a vehicle of the scene is left out. One that ends up hidden by
    nearer ones is not judged.

    Args:
        background: Where they are set; its own boxes stay.
        cutouts: The vehicles, in order of the row.
        generator: Chooses places and sizes.
    """
    height, width = background.image.shape[:2]
    image = background.image.copy()
    owner = np.zeros((height, width), np.int64)
    painted: list[float] = []
    boxes: list[FloatArray] = []
    classes: list[int] = []
    for cutout, place in zip(cutouts, _places(len(cutouts), height, width, generator), strict=True):
        box = _box_at(cutout, *place)
        if _lies_on(box, background.xyxy):
            continue
        area = _paint(image, owner, cutout, box, number=len(boxes) + 1, generator=generator)
        painted.append(area)
        boxes.append(np.clip(box, 0, np.array([width, height, width, height], np.float32)))
        classes.append(cutout.class_id)
    visible = np.bincount(owner.ravel(), minlength=len(boxes) + 1)[1:]
    hidden = visible < _LEAST_VISIBLE * np.maximum(painted, 1.0)
    class_id = np.where(hidden, IGNORED, np.asarray(classes, np.int64))
    new = np.asarray(boxes, np.float32).reshape(-1, 4)
    return Scene(
        image,
        np.concatenate([background.xyxy, new]),
        np.concatenate([background.class_id, class_id]).astype(np.int64),
        background.civil_unjudged,
    )


def _places(
    count: int, height: int, width: int, generator: np.random.Generator
) -> list[tuple[float, float, float]]:
    """Bottom centre x, bottom y and vehicle width for each, the farthest first."""
    rows = int(generator.integers(1, 4)) if count >= 6 else 1
    near = generator.uniform(0.06, 0.2) * width
    far = near * generator.uniform(0.35, 1.0)
    x_start, x_end = generator.uniform(-0.02, 0.35), generator.uniform(0.65, 1.02)
    if generator.random() < 0.5:
        x_start, x_end = x_end, x_start
    y_far = generator.uniform(0.25, 0.8)
    y_near = generator.uniform(y_far, 1.0)
    places = []
    for index in range(count):
        along = (index // rows + 0.5) / max(1.0, np.ceil(count / rows))
        size = far + (near - far) * along
        lane = (index % rows - (rows - 1) / 2) * size
        x = (x_start + (x_end - x_start) * along) * width + generator.normal(0, 0.08) * size
        y = (y_far + (y_near - y_far) * along) * height + generator.normal(0, 0.03) * size
        places.append((x + 0.5 * lane, y + 0.7 * lane, size * generator.uniform(0.9, 1.1)))
    return sorted(places, key=lambda place: place[1])


def _box_at(cutout: Cutout, x: float, bottom: float, width: float) -> FloatArray:
    height, original_width = cutout.alpha.shape
    # Seen from the end a vehicle is as tall as from the side: let size follow both.
    scale = width / max(original_width, 1.6 * height)
    half, tall = max(3.0, scale * original_width / 2), max(6.0, scale * height)
    return np.array([x - half, bottom - tall, x + half, bottom], np.float32)


def _lies_on(box: FloatArray, others: FloatArray) -> bool:
    if not len(others):
        return False
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    own = float((box[2:] - box[:2]).prod())
    return bool((shared > 0.25 * np.clip(areas, 1.0, own)).any())


def _paint(
    image: BgrImage,
    owner: IntArray,
    cutout: Cutout,
    box: FloatArray,
    *,
    number: int,
    generator: np.random.Generator,
) -> float:
    """Blend a cutout into `image` in place, mark its pixels in `owner`; return their count.

    The count includes what lies outside of the picture.
    """
    height, width = image.shape[:2]
    x1, y1, x2, y2 = (int(value) for value in np.round(box))
    size = (max(x2 - x1, 1), max(y2 - y1, 1))
    colour = cv2.resize(cutout.image, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(cutout.alpha, size, interpolation=cv2.INTER_AREA)
    if generator.random() < 0.5:
        colour, alpha = colour[:, ::-1], alpha[:, ::-1]
    area = float((alpha > 0.5).sum())
    left, right = np.clip([x1, x1 + size[0]], 0, width)
    top, bottom = np.clip([y1, y1 + size[1]], 0, height)
    if left >= right or top >= bottom:
        return area
    inside = np.s_[top - y1 : bottom - y1, left - x1 : right - x1]
    window = np.s_[top:bottom, left:right]
    weight = alpha[inside][..., None]
    toned = np.clip(colour[inside] * np.float32(generator.uniform(0.75, 1.25)), 0, 255)
    image[window] = (weight * toned + (1 - weight) * image[window]).astype(np.uint8)
    owner[window][weight[..., 0] > 0.5] = number
    return area
