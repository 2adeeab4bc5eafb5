from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.records import FloatArray
from marchpast.training.metrics import (
    PictureResult,
    average_precision,
    box_figures,
    confidence_at,
    match,
    rank,
    recall_at,
)


def boxes(*rows: tuple[float, float, float, float]) -> FloatArray:
    return np.array(rows, np.float32).reshape(-1, 4)


def result(found: FloatArray, confidence: list[float], truth: FloatArray) -> PictureResult:
    return PictureResult(found, np.array(confidence, np.float32), truth)


LEFT, RIGHT, AWAY = (0, 0, 10, 10), (20, 0, 30, 10), (50, 50, 60, 60)


def test_each_truth_is_taken_once_by_the_most_confident_box() -> None:
    shifted = (1, 0, 11, 10)
    picture = result(boxes(shifted, LEFT), [0.6, 0.9], boxes(LEFT))
    assert match(picture, 0.5).tolist() == [False, True]


def test_a_box_takes_the_truth_it_overlaps_most() -> None:
    near, far = (0, 0, 10, 10), (4, 0, 14, 10)
    picture = result(boxes((1, 0, 11, 10), (4, 0, 14, 10)), [0.9, 0.8], boxes(far, near))
    assert match(picture, 0.4).tolist() == [True, True]


def test_average_precision_of_a_hand_made_ranking() -> None:
    # true, false, true of 2 truths: precision 1 up to recall 0.5, then 2/3.
    picture = result(boxes(LEFT, AWAY, RIGHT), [0.9, 0.8, 0.7], boxes(LEFT, RIGHT))
    expected = (51 * 1.0 + 50 * (2 / 3)) / 101
    assert average_precision(rank([picture], 0.5)) == pytest.approx(expected)


def test_missed_truths_keep_average_precision_down() -> None:
    picture = result(boxes(LEFT), [0.9], boxes(LEFT, RIGHT))
    assert average_precision(rank([picture], 0.5)) == pytest.approx(51 / 101)


def test_nothing_found_and_nothing_there() -> None:
    nothing = result(boxes(), [], boxes())
    missed = result(boxes(), [], boxes(LEFT))
    assert average_precision(rank([nothing], 0.5)) == 0.0
    figures = box_figures([missed, nothing])
    assert (figures.pictures, figures.boxes, figures.ap50, figures.recall_at_1) == (2, 1, 0, 0)


def test_recall_and_confidence_at_a_rate_of_false_boxes() -> None:
    first = result(boxes(LEFT, AWAY), [0.9, 0.8], boxes(LEFT))
    second = result(boxes(RIGHT, AWAY), [0.7, 0.6], boxes(RIGHT))
    ranking = rank([first, second], 0.5)
    assert recall_at(ranking, false_per_picture=0.0) == 0.5
    assert recall_at(ranking, false_per_picture=0.5) == 1.0
    assert confidence_at(ranking, false_per_picture=0.0) == pytest.approx(0.9)
    assert confidence_at(ranking, false_per_picture=0.5) == pytest.approx(0.7)


def test_no_confidence_is_low_enough_when_the_first_box_is_false() -> None:
    ranking = rank([result(boxes(AWAY), [0.9], boxes(LEFT))], 0.5)
    assert confidence_at(ranking, false_per_picture=0.0) == 1.0


def test_strict_overlaps_count_less() -> None:
    # Overlap 9 / 11 = 0.82: true up to 0.8, false above: 7 of 10 thresholds.
    picture = result(boxes((1, 0, 11, 10)), [0.9], boxes(LEFT))
    figures = box_figures([picture])
    assert figures.ap50 == pytest.approx(1.0)
    assert figures.ap50_95 == pytest.approx(0.7)


@given(st.lists(st.booleans(), max_size=12))
def test_figures_stay_in_range_and_a_perfect_detector_scores_one(hits: list[bool]) -> None:
    pictures = [
        result(boxes(LEFT if hit else AWAY), [1.0 - 0.01 * index], boxes(LEFT))
        for index, hit in enumerate(hits)
    ]
    figures = box_figures(pictures)
    assert 0.0 <= figures.recall_at_01 <= figures.recall_at_1 <= 1.0
    assert figures.ap50 == pytest.approx(1.0 if hits and all(hits) else figures.ap50)
    assert figures.ap50 <= 1.0
