"""The card's tables on a handful of invented answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from marchpast.evaluation.box_scores import Found
from marchpast.records import Detections
from marchpast.training.datasets import LabelledBox, Picture
from marchpast.training.detector_evaluate import Examined
from marchpast.training.detector_figures import figures

pytestmark = pytest.mark.train

Square = tuple[float, float, float, float]
LARGE, MIDDLE, SMALL = (0, 0, 60, 60), (70, 0, 90, 20), (0, 90, 8, 98)
NOTHING = (30, 70, 50, 90)


def examined(
    truth: list[Square],
    found: list[tuple[Square, float, int]],
    *,
    collection: str = "vehicles",
    source: str = "somebody",
) -> Examined:
    """A picture of 100 x 100 pixels; found are box, confidence and class."""
    boxes = np.array([row[0] for row in found], np.float32).reshape(-1, 4)
    confidence = np.array([row[1] for row in found], np.float32)
    class_id = np.array([row[2] for row in found], np.int64)
    picture = Picture(
        path=Path("picture.png"),
        collection=collection,
        event="event",
        split="val",
        source=source,
        width=100,
        height=100,
        boxes=tuple(LabelledBox(None, box, "tank", "high") for box in truth),
        civil_labelled=False,
        is_boxed=True,
    )
    military = class_id == 0
    result = Found(
        boxes[military],
        confidence[military],
        np.array(truth, np.float32).reshape(-1, 4),
        picture.event,
    )
    return Examined(picture, Detections(boxes, confidence, class_id), result)


ROWS = [
    examined([LARGE, MIDDLE, SMALL], [(LARGE, 0.9, 0), (MIDDLE, 0.4, 0)]),
    examined([LARGE], [(LARGE, 0.8, 1)], collection="clean"),
    examined([], [(NOTHING, 0.7, 0), (LARGE, 0.6, 0), (LARGE, 0.9, 1)]),
    examined([], [(NOTHING, 0.2, 0)], source="somebody else"),
]


def test_recall_is_told_by_size_collection_and_number_of_vehicles() -> None:
    table = figures(ROWS, min_confidence=0.5)
    assert table["recall_by_size"] == {
        "under_10_percent": {"boxes": 1, "recall": 0.0},
        "10_to_30": {"boxes": 1, "recall": 0.0},
        "over_30": {"boxes": 2, "recall": 0.5},
    }
    assert table["recall_by_vehicles_in_picture"] == {
        "1": {"pictures": 1, "boxes": 1, "recall": 0.0},
        "3_or_more": {"pictures": 1, "boxes": 3, "recall": 0.3333},
    }
    assert list(table["by_collection"]) == ["clean", "vehicles"]
    assert table["by_collection"]["vehicles"]["recall_at_min_confidence"] == 0.3333
    assert (table["military"]["pictures"], table["military"]["boxes"]) == (2, 4)


def test_a_lower_threshold_finds_more_of_what_was_there() -> None:
    low, high = (figures(ROWS, min_confidence=value) for value in (0.3, 0.5))
    assert low["recall_by_size"]["10_to_30"]["recall"] == 1.0
    assert low["military"]["recall_at_min_confidence"] == 0.5
    assert high["military"]["recall_at_min_confidence"] == 0.25


def test_a_vehicle_called_civil_is_told_from_one_that_is_missed() -> None:
    assert figures(ROWS, min_confidence=0.5)["military"]["called_civil"] == 0.25


def test_false_alarms_are_counted_by_box_and_by_picture() -> None:
    table = figures(ROWS, min_confidence=0.5)
    assert table["without_military"] == {
        "pictures": 2,
        "false_boxes_per_100_pictures": 100.0,
        "pictures_with_a_false_box_per_100": 50.0,
    }
    assert table["false_boxes_per_100_by_source"] == {"somebody": 200.0, "somebody else": 0.0}
