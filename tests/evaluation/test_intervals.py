"""Intervals know about events, and the area under the curve is the chance it says it is."""

from __future__ import annotations

import numpy as np
import pytest

from marchpast.evaluation.calibration import calibration_error, calibration_figure, reliability
from marchpast.evaluation.intervals import area_under_curve, event_weights, share_of
from marchpast.evaluation.shares import wilson


def test_weights_draw_whole_events() -> None:
    weights = event_weights(["a", "a", "b", "c"])
    assert (weights[:, 0] == weights[:, 1]).all()
    np.testing.assert_array_equal(weights[:, 1:].sum(axis=1), 3)
    assert weights.mean() == pytest.approx(1.0, abs=0.05)


def test_alike_pictures_widen_the_interval() -> None:
    hits = [True] * 30 + [False] * 20
    apart = share_of(hits, [str(index) for index in range(50)])
    alike = share_of(hits, [str(index // 10) for index in range(50)])
    assert apart["value"] == alike["value"] == 0.6
    assert alike["events"] == 5
    assert width(alike) > 1.5 * width(apart)


def test_no_interval_is_narrower_than_wilson() -> None:
    entry = share_of([True] * 12, ["one"] * 12)
    assert entry["interval_95"] == [round(bound, 4) for bound in wilson(12, 12)]


def test_a_share_of_nothing_has_no_value() -> None:
    assert share_of([], []) == {"value": None, "n": 0, "events": 0, "interval_95": [0.0, 1.0]}


@pytest.mark.parametrize(
    ("known", "unknown", "area"),
    [([0, 1], [2, 3], 1.0), ([2, 3], [0, 1], 0.0), ([1, 1], [1, 1], 0.5), ([0, 2], [1, 3], 0.75)],
)
def test_area_by_counting_pairs(known: list[float], unknown: list[float], area: float) -> None:
    entry = area_under_curve(known, unknown, known_events="ab", unknown_events="cd")
    assert entry is not None
    assert entry["value"] == area
    assert (entry["known"], entry["unknown"]) == (2, 2)


def test_area_needs_both_kinds() -> None:
    assert area_under_curve([], [1.0], known_events=[], unknown_events=["a"]) is None


def test_area_and_its_interval_on_known_distributions() -> None:
    # Two unit normals a distance of 1 apart: the area is the normal integral of 1/sqrt(2).
    rng = np.random.default_rng(4)
    known, unknown = rng.normal(0, 1, 400), rng.normal(1, 1, 400)
    names = [str(index) for index in range(400)]
    entry = area_under_curve(
        known.tolist(), unknown.tolist(), known_events=names, unknown_events=names
    )
    assert entry is not None
    assert entry["value"] == pytest.approx(0.760, abs=0.03)
    assert entry["interval_95"][0] < 0.760 < entry["interval_95"][1]


def test_calibrated_answers_have_no_error_and_boasts_have() -> None:
    rng = np.random.default_rng(5)
    sure = rng.uniform(0.5, 1.0, 20000)
    honest = rng.random(20000) < sure
    boast = rng.random(20000) < sure - 0.2
    assert calibration_error(sure, honest.astype(float), bins=15) < 0.015
    assert calibration_error(sure, boast.astype(float), bins=15) == pytest.approx(0.2, abs=0.015)


def test_bins_hold_equal_mass_and_name_their_borders() -> None:
    rows = reliability([0.1, 0.9, 0.5, 0.7], [False, True, False, True], bins=2)
    assert [(row["low"], row["high"], row["n"], row["right"]) for row in rows] == [
        (0.1, 0.5, 2, 0.0),
        (0.7, 0.9, 2, 1.0),
    ]


def test_a_calibration_figure_counts_its_answers() -> None:
    entry = calibration_figure([0.9] * 60, [True] * 54 + [False] * 6, ["a", "b", "c"] * 20)
    assert entry is not None
    # Bins of 20: all right, all right, 14 right.
    assert (entry["value"], entry["n"], entry["events"], len(entry["bins"])) == (
        0.1333,
        60,
        3,
        3,
    )
    assert calibration_figure([], [], []) is None


def width(entry: dict[str, list[float]]) -> float:
    low, high = entry["interval_95"]
    return high - low
