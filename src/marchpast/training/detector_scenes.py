"""Pictures with boxes, and the ways to show them: closer, farther, mirrored, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from marchpast.records import BgrImage, FloatArray, IntArray
from marchpast.training.detector_loss import IGNORED

PAD_VALUE = 114
"""Grey around a picture: the value the start weights and the letterbox of inference know."""

FEWEST_PIXELS = 4.0
"""Shorter side of a box under which nobody is asked to find it."""

_LEAST_VISIBLE = 0.35

_VEHICLE_SHARES = (0.035, 1.0)
"""How much of the picture's longer side a vehicle takes in a view made to its measure."""

_ZOOMS = (0.5, 3.5)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture with its boxes, as the detector's loss wants them.

    Attributes:
        image: `(H, W, 3)` uint8 BGR.
        xyxy: `(N, 4)` float32, pixels of `image`.
        class_id: `(N,)` int64: 0 military, 1 civil, -1 not judged.
        civil_unjudged: `(K, 4)` float32, parts of `image` whose civil vehicles have no boxes.
    """

    image: BgrImage
    xyxy: FloatArray
    class_id: IntArray
    civil_unjudged: FloatArray


def view(
    scene: Scene,
    *,
    size: tuple[int, int],
    zoom: float,
    stretch: float,
    generator: np.random.Generator,
    keeps_vehicle: bool = True,
) -> Scene:
    """Show a picture at `zoom` times the scale that fits it into `size`, placed at random.

    Args:
        scene: The picture.
        size: Height and width of the result.
        zoom: 1.0 fits the picture; less leaves padding, more cuts.
        stretch: Factor on the width alone.
        generator: Chooses the place.
        keeps_vehicle: Keep a vehicle in sight where there is one.
    """
    height, width = size
    source_height, source_width = scene.image.shape[:2]
    scale = zoom * min(height / source_height, width / source_width)
    scale_x, scale_y = scale * stretch, scale
    # Inference shrinks without a filter, users' pictures come shrunk with one: learn both.
    filtered = generator.random() < 0.5
    free_x, free_y = width - source_width * scale_x, height - source_height * scale_y
    for _ in range(6):
        left = generator.uniform(min(free_x, 0.0), max(free_x, 0.0))
        top = generator.uniform(min(free_y, 0.0), max(free_y, 0.0))
        shown = _placed(
            scene, size=size, scale=(scale_x, scale_y), corner=(left, top), filtered=filtered
        )
        if not keeps_vehicle or (shown.class_id >= 0).any() or not len(scene.xyxy):
            break
    return shown


def shown_to_measure(
    picture: Scene,
    size: tuple[int, int],
    generator: np.random.Generator,
    *,
    zooms: tuple[float, float],
    fits_vehicle: float,
) -> Scene:
    """Show a picture at a zoom within bounds, or so that a vehicle takes a drawn share of it."""
    if len(picture.xyxy) and generator.random() < fits_vehicle:
        zoom = _zoom_to_measure(picture, size, generator)
    else:
        zoom = log_uniform(zooms, generator)
    stretch = float(np.exp(generator.normal(0.0, 0.08)))
    return view(picture, size=size, zoom=zoom, stretch=stretch, generator=generator)


def _zoom_to_measure(
    picture: Scene, size: tuple[int, int], generator: np.random.Generator
) -> float:
    """Choose how closely to look so that one vehicle's longer side is a drawn share of the view."""
    height, width = picture.image.shape[:2]
    box = picture.xyxy[int(generator.integers(len(picture.xyxy)))]
    fitted = min(size[0] / height, size[1] / width)
    share = float((box[2:] - box[:2]).max()) * fitted / max(size)
    wanted = log_uniform(_VEHICLE_SHARES, generator)
    return float(np.clip(wanted / max(share, 1e-3), *_ZOOMS))


def log_uniform(bounds: tuple[float, float], generator: np.random.Generator) -> float:
    """Draw between two bounds, every factor as likely as another."""
    return float(np.exp(generator.uniform(*np.log(bounds))))


def mosaic(tiles: Sequence[Scene], *, columns: int) -> Scene:
    """Set equally many scenes a row beside each other; a row's scenes share their height.

    Args:
        tiles: Scenes row by row; widths of a column agree, heights of a row agree.
        columns: Tiles a row.
    """
    rows, boxes, unjudged, top = [], [], [], 0.0
    for start in range(0, len(tiles), columns):
        row, left = tiles[start : start + columns], 0.0
        for tile in row:
            corner = np.array([left, top, left, top], np.float32)
            boxes.append(tile.xyxy + corner)
            unjudged.append(tile.civil_unjudged + corner)
            left += tile.image.shape[1]
        rows.append(np.concatenate([tile.image for tile in row], axis=1))
        top += row[0].image.shape[0]
    return Scene(
        np.concatenate(rows, axis=0),
        np.concatenate(boxes).astype(np.float32),
        np.concatenate([tile.class_id for tile in tiles]),
        np.concatenate(unjudged).astype(np.float32),
    )


def mirrored(scene: Scene) -> Scene:
    """Return the scene as seen in a mirror."""
    width = scene.image.shape[1]

    def mirror(boxes: FloatArray) -> FloatArray:
        return np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)

    return Scene(
        np.ascontiguousarray(scene.image[:, ::-1]),
        mirror(scene.xyxy),
        scene.class_id,
        mirror(scene.civil_unjudged),
    )


def _placed(
    scene: Scene,
    *,
    size: tuple[int, int],
    scale: tuple[float, float],
    corner: tuple[float, float],
    filtered: bool,
) -> Scene:
    """Resize a scene and lay it on grey with its corner at `corner`, whole pixels."""
    height, width = size
    source_height, source_width = scene.image.shape[:2]
    # Cut before resizing: only what will be seen is computed.
    x1, x2 = (np.array([0, width]) - corner[0]) / scale[0]
    y1, y2 = (np.array([0, height]) - corner[1]) / scale[1]
    x1, x2 = max(0, int(x1)), min(source_width, int(np.ceil(x2)))
    y1, y2 = max(0, int(y1)), min(source_height, int(np.ceil(y2)))
    left, top = round(corner[0] + x1 * scale[0]), round(corner[1] + y1 * scale[1])
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    right = min(width, max(left + 1, round(corner[0] + x2 * scale[0])))
    bottom = min(height, max(top + 1, round(corner[1] + y2 * scale[1])))
    canvas = np.full((height, width, 3), PAD_VALUE, np.uint8)
    canvas[top:bottom, left:right] = cv2.resize(
        scene.image[y1:y2, x1:x2],
        (right - left, bottom - top),
        interpolation=cv2.INTER_AREA if filtered and max(scale) < 1.0 else cv2.INTER_LINEAR,
    )
    factor = np.array([(right - left) / (x2 - x1), (bottom - top) / (y2 - y1)], np.float32)
    shift = np.array([left, top], np.float32) - np.array([x1, y1], np.float32) * factor
    moved = scene.xyxy * np.tile(factor, 2) + np.tile(shift, 2)
    unjudged = scene.civil_unjudged * np.tile(factor, 2) + np.tile(shift, 2)
    return _clipped(Scene(canvas, moved, scene.class_id, unjudged))


def _clipped(scene: Scene) -> Scene:
    """Clip boxes to the picture; what is mostly cut off or tiny is not judged."""
    height, width = scene.image.shape[:2]
    bounds = np.array([width, height, width, height], np.float32)
    inside = np.clip(scene.xyxy, 0, bounds)
    size = inside[:, 2:] - inside[:, :2]
    before = (scene.xyxy[:, 2:] - scene.xyxy[:, :2]).prod(axis=1)
    visible = size.prod(axis=1) / np.maximum(before, 1e-6)
    judged = (visible >= _LEAST_VISIBLE) & (size.min(axis=1) >= FEWEST_PIXELS)
    class_id = np.where(judged, scene.class_id, IGNORED).astype(np.int64)
    kept = size.min(axis=1) > 0
    return Scene(
        scene.image, inside[kept], class_id[kept], np.clip(scene.civil_unjudged, 0, bounds)
    )
