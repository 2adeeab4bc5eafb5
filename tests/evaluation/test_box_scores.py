"""Average precision and recall where the truth is known, and against a slower way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.evaluation.box_scores import (
    IOU_THRESHOLDS,
    Found,
    average_precision,
    confidence_at,
    match,
    precision_figures,
    ranked,
    recall_at,
    recall_figure,
)

BOX = [0.0, 0.0, 10.0, 10.0]
FAR = [50.0, 50.0, 60.0, 60.0]


def found(
    boxes: list[list[float]], confidence: list[float], truth: list[list[float]], event: str = "e"
) -> Found:
    return Found(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(confidence, np.float32),
        np.array(truth, np.float32).reshape(-1, 4),
        event,
    )


def random_pictures(seed: int, count: int = 12) -> list[Found]:
    """True boxes, moved copies of most of them, and some nonsense."""
    rng = np.random.default_rng(seed)
    pictures = []
    for index in range(count):
        corner = rng.uniform(0, 200, (int(rng.integers(0, 5)), 2))
        truth = np.hstack([corner, corner + rng.uniform(20, 60, corner.shape)])
        moved = truth[rng.random(len(truth)) < 0.8]
        moved = moved + rng.normal(0, 5, moved.shape)
        nonsense = np.hstack([rng.uniform(300, 400, (2, 2)), rng.uniform(410, 450, (2, 2))])
        boxes = np.vstack([moved, nonsense])
        confidence = rng.permutation(np.linspace(0.1, 0.9, len(boxes)))
        pictures.append(
            found(boxes.tolist(), confidence.tolist(), truth.tolist(), event=f"event {index % 4}")
        )
    return pictures


def test_each_truth_is_matched_once_by_the_surest() -> None:
    picture = found([FAR, BOX, BOX], [0.9, 0.5, 0.8], [BOX])
    assert match(picture, 0.5).tolist() == [-1, -1, 0]


def test_precision_by_hand() -> None:
    # Of two truths the surest box finds one, the next box is false, the last finds the other.
    rows = ranked([found([BOX, [80, 80, 90, 90], FAR], [0.9, 0.8, 0.7], [BOX, FAR])], 0.5)
    # 51 recalls at precision 1, 50 at precision 2/3.
    assert average_precision(rows) == pytest.approx((51 + 50 * 2 / 3) / 101)


def slow_precision_and_recall(
    pictures: list[Found], threshold: float, allowed: float
) -> tuple[float, float]:
    """Average precision and recall, box by box and recall by recall."""
    rows = []
    for picture in pictures:
        taken: set[int] = set()
        for row in sorted(range(len(picture.xyxy)), key=lambda row: -picture.confidence[row]):
            overlaps = {
                index: overlap(picture.xyxy[row], picture.truth[index])
                for index in range(len(picture.truth))
                if index not in taken
            }
            best = max(overlaps, key=lambda index: overlaps[index], default=-1)
            hit = best >= 0 and overlaps[best] >= threshold
            taken |= {best} if hit else set()
            rows.append((float(picture.confidence[row]), hit))
    rows.sort(key=lambda row: -row[0])
    total = sum(len(picture.truth) for picture in pictures)
    points, recall, hits, false = [], 0.0, 0, 0
    for _, hit in rows:
        hits, false = hits + hit, false + (not hit)
        points.append((hits / total, hits / (hits + false)))
        if false <= allowed * len(pictures):
            recall = hits / total
    precisions = [
        max((precision for at, precision in points if at >= recall_wanted), default=0.0)
        for recall_wanted in np.linspace(0, 1, 101)
    ]
    return sum(precisions) / 101, recall


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return float(shared / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("threshold", IOU_THRESHOLDS[::3])
def test_it_agrees_with_a_slower_way(seed: int, threshold: float) -> None:
    pictures = random_pictures(seed)
    rows = ranked(pictures, threshold)
    for allowed in (0.1, 1.0):
        precision, recall = slow_precision_and_recall(pictures, threshold, allowed)
        assert average_precision(rows) == pytest.approx(precision, abs=1e-6)
        assert recall_at(rows, false_per_picture=allowed) == pytest.approx(recall)


def test_a_box_takes_the_truth_it_overlaps_most() -> None:
    near, far = [0.0, 0.0, 10.0, 10.0], [4.0, 0.0, 14.0, 10.0]
    picture = found([[1, 0, 11, 10], far], [0.9, 0.8], [far, near])
    assert match(picture, 0.4).tolist() == [1, 0]


def test_nothing_there_has_no_precision_and_nothing_found_has_none() -> None:
    nothing, missed = found([], [], []), found([], [], [BOX])
    assert math.isnan(average_precision(ranked([nothing], 0.5)))
    assert average_precision(ranked([missed, nothing], 0.5)) == 0.0


def test_confidence_at_a_rate_of_false_boxes() -> None:
    pictures = [found([BOX, FAR], [0.9, 0.8], [BOX]), found([FAR, BOX], [0.7, 0.6], [FAR])]
    rows = ranked(pictures, 0.5)
    assert rows.confidence.tolist() == pytest.approx([0.9, 0.8, 0.7, 0.6])
    assert recall_at(rows, false_per_picture=0.0) == 0.5
    assert confidence_at(rows, false_per_picture=0.0) == pytest.approx(0.9)
    assert recall_at(rows, false_per_picture=0.5) == 1.0
    assert confidence_at(rows, false_per_picture=0.5) == pytest.approx(0.7)
    false_first = ranked([found([FAR], [0.9], [BOX])], 0.5)
    assert confidence_at(false_first, false_per_picture=0.0) == 1.0


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_figures_stay_in_range_and_a_perfect_detector_scores_one(hits: list[bool]) -> None:
    pictures = [
        found([BOX if hit else FAR], [1.0 - 0.01 * index], [BOX]) for index, hit in enumerate(hits)
    ]
    rows = ranked(pictures, 0.5)
    assert 0.0 <= recall_at(rows, false_per_picture=0.1) <= recall_at(rows, false_per_picture=1.0)
    assert average_precision(rows) <= 1.0
    assert (average_precision(rows) == pytest.approx(1.0)) == all(hits)


def test_a_weight_is_a_copy() -> None:
    pictures = random_pictures(7)
    weights = np.random.default_rng(1).integers(0, 3, len(pictures)).astype(np.float64)
    copies = [
        row for row, weight in zip(pictures, weights, strict=True) for _ in range(int(weight))
    ]
    rows, copied = ranked(pictures, 0.5), ranked(copies, 0.5)
    assert average_precision(rows, weights) == pytest.approx(average_precision(copied), abs=0.01)
    assert recall_at(rows, false_per_picture=0.5, weights=weights) == pytest.approx(
        recall_at(copied, false_per_picture=0.5), abs=0.05
    )


def test_pictures_without_truth_spend_the_false_boxes() -> None:
    hit = found([BOX, FAR], [0.5, 0.4], [BOX, FAR])
    empty = found([BOX], [0.9], [])
    alone = recall_figure([hit], false_per_picture=0.0)
    both = recall_figure([hit, empty], false_per_picture=0.0)
    assert (alone["value"], alone["pictures"]) == (1.0, 1)
    assert (both["value"], both["pictures"], both["n"]) == (0.0, 2, 2)


def test_figures_have_intervals_that_hold_the_value() -> None:
    figures = precision_figures(random_pictures(3, count=40))
    for entry in figures.values():
        low, high = entry["interval_95"]
        assert low < entry["value"] < high
        assert entry["events"] == 4
    assert figures["ap50"]["value"] > figures["ap50_95"]["value"]


def test_nothing_found_is_nought() -> None:
    rows = ranked([found([], [], [BOX])], 0.5)
    assert average_precision(rows) == 0.0
    assert recall_at(rows, false_per_picture=1.0) == 0.0
