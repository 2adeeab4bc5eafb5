"""Geometry of boxes: `xyxy` in pixels, x to the right and y down, vectorised over rows."""

from __future__ import annotations

import numpy as np

from marchpast.records import BoolArray, FloatArray


def area(boxes: FloatArray) -> FloatArray:
    """Return the area of every box.

    Args:
        boxes: `(N, 4)` xyxy, pixels. A box whose corners are swapped is empty.

    Returns:
        `(N,)` float32, square pixels.

    >>> area(np.array([[0, 0, 4, 3], [5, 5, 2, 9]], np.float32)).tolist()
    [12.0, 0.0]
    """
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


def iou(boxes: FloatArray, others: FloatArray) -> FloatArray:
    """Return the overlap (intersection over union) of every pair of boxes.

    Args:
        boxes: `(N, 4)` xyxy, pixels.
        others: `(M, 4)`, same frame of reference.

    Returns:
        `(N, M)` float32 in [0, 1]; a pair of which both are empty overlaps by 0.

    >>> box = np.array([[0, 0, 2, 2]], np.float32)
    >>> iou(box, np.array([[1, 0, 3, 2], [2, 0, 4, 2]], np.float32)).round(3).tolist()
    [[0.3330000042915344, 0.0]]
    """
    top_left = np.maximum(boxes[:, None, :2], others[None, :, :2])
    bottom_right = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    sides = np.maximum(bottom_right - top_left, 0)
    shared = sides[..., 0] * sides[..., 1]
    union = area(boxes)[:, None] + area(others)[None, :] - shared
    return np.asarray(shared / np.where(union > 0, union, 1), np.float32)


def clip(boxes: FloatArray, *, width: int, height: int) -> FloatArray:
    """Return the boxes cut off at the edges of a picture.

    Args:
        boxes: `(N, 4)` xyxy, pixels.
        width: Of the picture, pixels.
        height: Of the picture, pixels.

    Returns:
        `(N, 4)` float32, a copy; a box outside the picture becomes empty.
    """
    limits = np.array([width, height, width, height], np.float32)
    return np.asarray(np.clip(boxes, 0, limits), np.float32)


def is_at_edge(boxes: FloatArray, *, width: int, height: int, within: float) -> BoolArray:
    """Say which boxes reach the edge of the picture, so that the vehicle may be cut off.

    Args:
        boxes: `(N, 4)` xyxy, pixels.
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        within: How near counts as the edge, pixels.

    Returns:
        `(N,)` bool.
    """
    before = (boxes[:, :2] <= within).any(axis=1)
    after = (boxes[:, 2:] >= np.array([width, height]) - within).any(axis=1)
    return np.asarray(before | after)
