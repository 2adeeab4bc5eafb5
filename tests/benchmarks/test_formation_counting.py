"""Exact counts on formations whose truth is known, with a finder whose faults are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.cutouts import Cutout, cut_out, set_down
from benchmarks.formation_truth import Formation, TruthRow
from benchmarks.formations import Counted, flow, formation_figures, judge
from benchmarks.formations_pasted import covered
from tests.drawn import Vehicle, draw
from tests.evaluation.toy import recognizer

from marchpast.records import BgrImage


def formation(count: int, *, name: str = "a.png", layout: str = "rows") -> Formation:
    """Draw `count` small vehicles in a row."""
    vehicles = [Vehicle("osa", 8 + 34 * index, 60, 0, 20, 12) for index in range(count)]
    truth = tuple(
        TruthRow((v.x, v.y, v.x + v.width, v.y + v.height), 1.0, v.kind) for v in vehicles
    )
    return Formation(draw(vehicles, 0.0), name, layout, f"place {count}", truth)


def test_the_whole_flow_counts_what_it_can_see(tmp_path: Path) -> None:
    look = flow(recognizer(), tmp_path)
    outcomes = judge([formation(5), formation(8), formation(9)], look)
    assert [(row.truth, row.answered, row.found) for row in outcomes] == [
        (5, 5, 5),
        (8, 8, 8),
        (9, 9, 9),
    ]
    figures = formation_figures(outcomes)
    assert figures["exact_count"]["value"] == 1.0
    assert figures["mean_absolute_error"]["value"] == 0.0
    assert (figures["pictures"], figures["vehicles"]) == (3, 22)
    assert list(figures["by_number"]) == ["5 to 7", "8 to 11"]


def test_civil_vehicles_are_not_counted(tmp_path: Path) -> None:
    picture = formation(6)
    image = picture.image.copy()
    image[120:140, 40:90] = (0, 200, 200)
    counted = flow(recognizer(), tmp_path)(image)
    assert (len(counted.answered), counted.detected) == (6, 6)


def test_misses_and_doubles_are_told() -> None:
    pictures = [formation(5), formation(6), formation(7), formation(8)]
    truths = iter([np.array([row.xyxy for row in p.truth], np.float32) for p in pictures])

    def look(image: BgrImage) -> Counted:
        boxes = next(truths)
        if len(boxes) == 6:
            # One is missed, and a box stands where nothing is: the number alone is right.
            boxes = np.vstack([boxes[1:], [[200, 150, 220, 170]]]).astype(np.float32)
        if len(boxes) == 7:
            boxes = np.vstack([boxes, boxes[:1]]).astype(np.float32)
        return Counted(boxes, detected=len(boxes))

    figures = formation_figures(judge(pictures, look))
    assert figures["exact_count"]["value"] == 0.75
    assert figures["mean_absolute_error"]["value"] == 0.25
    assert figures["recall"]["value"] == round(25 / 26, 4)
    assert figures["false_a_picture"] == 0.5


def test_no_pictures_no_figures() -> None:
    assert formation_figures([]) == {"pictures": 0}


def test_a_vehicle_is_cut_out_and_stands_where_it_was_set() -> None:
    rng = np.random.default_rng(0)
    image = np.asarray(rng.normal(200, 4, (120, 160, 3)).clip(0, 255), np.uint8)
    image[40:80, 50:110] = np.asarray(rng.normal(40, 4, (40, 60, 3)).clip(0, 255), np.uint8)
    cutout = cut_out(image, (48.0, 38.0, 112.0, 82.0), node="osa")
    assert isinstance(cutout, Cutout)
    assert abs(cutout.alpha.shape[0] - 40) <= 2
    assert abs(cutout.alpha.shape[1] - 60) <= 2
    ground = np.full((200, 300, 3), 150, np.uint8)
    # 100 px long means 40 px high, whatever is seen of it.
    placed, rows = set_down(ground, [cutout], [(150.0, 120.0, 100.0)])
    (x1, y1, x2, y2), visible = rows[0]
    assert visible == pytest.approx(1.0)
    assert y2 == pytest.approx(120, abs=2)
    assert y2 - y1 == pytest.approx(40, abs=3)
    assert (x1 + x2) / 2 == pytest.approx(150, abs=2)
    assert placed[100, 150].mean() < 120
    assert placed[20, 20].tolist() == [150, 150, 150]


def test_the_nearer_vehicle_hides_the_farther_one() -> None:
    cutout = Cutout(np.full((40, 80, 3), 60, np.uint8), np.ones((40, 80), np.float32), "osa")
    ground = np.full((200, 300, 3), 150, np.uint8)
    _, rows = set_down(ground, [cutout, cutout], [(150.0, 100.0, 100.0), (150.0, 120.0, 100.0)])
    (far, far_share), (near, near_share) = rows
    assert near_share == pytest.approx(1.0)
    assert far_share == pytest.approx(0.5, abs=0.03)
    assert far[3] == near[1]


def test_a_covered_vehicle_is_gone() -> None:
    rng = np.random.default_rng(1)
    image = np.asarray(rng.normal(140, 5, (200, 300, 3)).clip(0, 255), np.uint8)
    image[90:120, 130:180] = 20
    plain = covered(image, (130.0, 90.0, 180.0, 120.0), [(130.0, 90.0, 180.0, 120.0)])
    assert plain[95:115, 135:175].mean() == pytest.approx(140, abs=8)
    assert plain[:60].mean() == pytest.approx(image[:60].mean(), abs=0.5)
