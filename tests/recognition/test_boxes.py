"""Geometry of boxes against counting pixels, which knows nothing of formulas."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marchpast.recognition import area, clip, iou
from marchpast.recognition.boxes import is_at_edge
from marchpast.records import BoolArray, FloatArray

SIDE = 12
COORDINATE = st.integers(0, SIDE)


@st.composite
def whole_boxes(draw: st.DrawFn) -> FloatArray:
    rows = draw(st.lists(st.tuples(*[COORDINATE] * 4), max_size=4))
    boxes = np.array(rows, np.float32).reshape(-1, 4)
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    return np.concatenate([low, np.maximum(boxes[:, :2], boxes[:, 2:])], axis=1)


def pixels(box: FloatArray) -> BoolArray:
    mask = np.zeros((SIDE, SIDE), bool)
    x1, y1, x2, y2 = box.astype(int).tolist()
    mask[y1:y2, x1:x2] = True
    return mask


@given(whole_boxes(), whole_boxes())
def test_iou_and_area_count_pixels(boxes: FloatArray, others: FloatArray) -> None:
    overlap = iou(boxes, others)
    assert overlap.shape == (len(boxes), len(others))
    assert overlap.dtype == area(boxes).dtype == np.float32
    for i, box in enumerate(boxes):
        assert area(boxes)[i] == pixels(box).sum()
        for j, other in enumerate(others):
            either = (pixels(box) | pixels(other)).sum()
            expected = (pixels(box) & pixels(other)).sum() / either if either else 0.0
            assert overlap[i, j] == np.float32(expected)


@given(whole_boxes(), st.integers(1, SIDE), st.integers(1, SIDE))
def test_clip_keeps_the_pixels_inside(boxes: FloatArray, width: int, height: int) -> None:
    before = boxes.copy()
    clipped = clip(boxes, width=width, height=height)
    for box, inside in zip(boxes, clipped, strict=True):
        assert area(inside[None])[0] == pixels(box)[:height, :width].sum()
    assert np.array_equal(boxes, before)


def test_edges_are_found_on_all_four_sides() -> None:
    boxes = np.array(
        [[0, 5, 9, 9], [5, 1, 9, 9], [5, 5, 99, 9], [5, 5, 9, 50], [5, 5, 9, 9]], np.float32
    )
    at_edge = is_at_edge(boxes, width=100, height=50, within=2)
    assert at_edge.tolist() == [True, True, True, True, False]
