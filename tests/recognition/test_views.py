"""Several looks at one picture, fused: agreement, sizes, mirrors, doubles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.recognition import OnnxDetector, View, ViewsDetector, fused
from marchpast.records import BgrImage, Detections

_TANK = (100.0, 100.0, 200.0, 160.0)


def test_what_all_looks_see_keeps_its_confidence_and_lies_between_the_boxes() -> None:
    first = _found([((100, 100, 200, 160), 0.9, 0)])
    second = _found([((106, 100, 206, 160), 0.3, 0)])
    found = fused([first, second], [View(768), View(512)], longest_px=768)
    assert found.confidence.tolist() == pytest.approx([0.6])
    # Weighted by confidence: three parts of the first, one of the second.
    assert found.xyxy[0].tolist() == pytest.approx([101.5, 100, 201.5, 160])


def test_what_one_of_three_looks_sees_counts_a_third() -> None:
    looks = [_found([(_TANK, 0.9, 0)]), Detections.empty(), Detections.empty()]
    found = fused(looks, [View(768), View(512), View(1024)], longest_px=768)
    assert found.confidence.tolist() == pytest.approx([0.3])


def test_a_look_that_is_too_close_has_no_say() -> None:
    whole = (0.0, 0.0, 700.0, 400.0)
    views = [View(768), View(1280, judges=(24, 400))]
    found = fused([_found([(whole, 0.8, 0)]), Detections.empty()], views, longest_px=768)
    assert found.confidence.tolist() == pytest.approx([0.8])
    # Nor do its boxes: 700 px of the picture are 1167 px of that look.
    none = fused([Detections.empty(), _found([(whole, 0.8, 0)])], views, longest_px=768)
    assert len(none) == 0


def test_small_boxes_of_the_close_look_count_where_it_is_at_home() -> None:
    small = (10.0, 10.0, 40.0, 30.0)
    views = [View(768, judges=(31, 999)), View(1536, judges=(24, 400))]
    found = fused([Detections.empty(), _found([(small, 0.7, 0)])], views, longest_px=768)
    assert found.confidence.tolist() == pytest.approx([0.7])


def test_kinds_are_not_mixed_and_doubles_are_left_out() -> None:
    looks = [
        _found([(_TANK, 0.9, 0), (_TANK, 0.5, 1)]),
        # Two boxes of one look that overlap: the weaker one is the same vehicle.
        _found([(_TANK, 0.9, 0), ((100, 100, 200, 150), 0.4, 0)]),
    ]
    found = fused(looks, [View(768), View(512)], longest_px=768)
    assert found.class_id.tolist() == [0, 1]
    assert found.confidence.tolist() == pytest.approx([0.9, 0.25])


def test_neighbours_stay_apart() -> None:
    row = [((40.0 * k, 50.0, 40.0 * k + 36, 70.0), 0.8, 0) for k in range(12)]
    found = fused([_found(row), _found(row[::-1])], [View(768), View(512)], longest_px=768)
    assert len(found) == 12


def test_nothing_seen_gives_nothing() -> None:
    assert len(fused([Detections.empty()], [View(768)], longest_px=10)) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 5), st.floats(0.07, 1.0), st.integers(0, 1)),
        max_size=12,
    ),
    st.permutations(range(3)),
)
def test_the_order_of_the_looks_changes_nothing(
    cells: list[tuple[int, int, float, int]], order: list[int]
) -> None:
    boxes = [
        ((60.0 * x, 60.0 * y, 60.0 * x + 50, 60.0 * y + 50), sure + 1e-4 * k, kind)
        for k, (x, y, sure, kind) in enumerate(cells)
    ]
    looks = [_found(boxes[k::3]) for k in range(3)]
    views = [View(768), View(512), View(1024, judges=(10, 999))]
    one = fused(looks, views, longest_px=768)
    other = fused([looks[k] for k in order], [views[k] for k in order], longest_px=768)
    assert np.allclose(one.confidence, other.confidence, atol=1e-6)
    assert (np.diff(one.confidence) <= 0).all()
    assert (one.confidence <= 1.0 + 1e-6).all()


def test_a_mirrored_look_is_turned_back() -> None:
    seen = _Eye()
    detector = ViewsDetector(
        [(View(768), _as_detector(seen)), (View(768, is_mirrored=True), _as_detector(seen))],
        min_confidence=0.5,
    )
    image = np.zeros((60, 100, 3), np.uint8)
    image[10:30, 5:25] = 255
    found = detector.detect(image)
    assert found.xyxy.tolist() == [[5.0, 10.0, 25.0, 30.0]]
    assert found.confidence.tolist() == pytest.approx([0.8])
    assert len(detector.detect(image, min_confidence=0.9)) == 0


def test_no_view_or_other_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="one view at least"):
        ViewsDetector([], min_confidence=0.5)
    other = _Eye()
    other.labels = ("ship",)
    with pytest.raises(ValueError, match="same labels"):
        ViewsDetector(
            [(View(768), _as_detector(_Eye())), (View(512), _as_detector(other))],
            min_confidence=0.5,
        )


class _Eye:
    """Finds the white rectangle."""

    labels: tuple[str, ...] = ("military_vehicle", "civilian_vehicle")

    def detect(self, image: BgrImage, *, min_confidence: float | None = None) -> Detections:
        rows, columns = np.nonzero(image[..., 0])
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return _found([(tuple(map(float, box)), 0.8, 0)])


def _as_detector(eye: _Eye) -> OnnxDetector:
    return cast(OnnxDetector, eye)


def _found(rows: Sequence[tuple[tuple[float, ...], float, int]]) -> Detections:
    return Detections(
        np.array([box for box, _, _ in rows], np.float32).reshape(-1, 4),
        np.array([sure for _, sure, _ in rows], np.float32),
        np.array([kind for _, _, kind in rows], np.int64),
    )
