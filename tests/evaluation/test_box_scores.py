"""Average precision and recall where the truth is known, and against another implementation."""

from __future__ import annotations

import numpy as np
import pytest

from marchpast.evaluation.box_scores import (
    IOU_THRESHOLDS,
    Found,
    average_precision,
    match,
    precision_figures,
    ranked,
    recall_at,
    recall_figure,
)
from marchpast.training import metrics

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


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("threshold", IOU_THRESHOLDS)
def test_it_agrees_with_the_figures_of_training(seed: int, threshold: float) -> None:
    pictures = random_pictures(seed)
    others = [metrics.PictureResult(row.xyxy, row.confidence, row.truth) for row in pictures]
    theirs = metrics.rank(others, threshold)
    rows = ranked(pictures, threshold)
    assert average_precision(rows) == pytest.approx(metrics.average_precision(theirs), abs=1e-9)
    for allowed in (0.1, 1.0):
        assert recall_at(rows, false_per_picture=allowed) == pytest.approx(
            metrics.recall_at(theirs, false_per_picture=allowed)
        )


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
