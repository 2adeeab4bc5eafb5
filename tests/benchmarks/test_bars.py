"""Bars say met or missed by the value, and README's rows are among them."""

from __future__ import annotations

from benchmarks.bars import Bar, bars, held_out_open_set

from benchmarks import figures

SPEED = {
    "stages_ms": {
        "preprocess": {"median": 0.5},
        "detect": {"median": 20.0},
        "classify one crop": {"median": 12.0},
    }
}


def test_a_bar_is_met_from_its_bound_on() -> None:
    assert verdict(0.70) == "floor met"
    assert verdict(0.69) == "missed"
    assert verdict(0.95) == "aim met"
    low = Bar("", 0.05, 0.02, "at most", {"value": 0.03})
    assert low.verdict == "floor met"
    assert low.asked == ("≤ 0.05", "≤ 0.02")
    assert Bar("", 0.7, 0.95, "at least", None).verdict == "not measured"


def test_what_was_not_measured_is_said() -> None:
    rows = {bar.name: bar for bar in bars({}, SPEED, None)}
    assert rows["detector, one frame on one core"].verdict == "aim met"
    assert rows["classifier, one crop on one core"].verdict == "floor met"
    measured = [bar for bar in rows.values() if bar.verdict != "not measured"]
    assert len(measured) == 2
    assert len(rows) == 26


def test_every_row_of_readme_is_a_bar() -> None:
    names = {bar.name for bar in bars({}, SPEED, None)}
    assert figures._README_ROWS.keys() <= names


def test_the_best_method_over_folds_is_taken() -> None:
    rows = [
        {"method": name, "fold": fold, "auroc": value, "low": value - 0.1, "high": value + 0.1}
        | {"known": 50, "unknown": 20}
        for name, fold, value in [
            ("energy", "a", 0.9),
            ("energy", "b", 0.5),
            ("distance", "a", 0.8),
            ("distance", "b", 0.8),
        ]
    ]
    entry = held_out_open_set({"open_set": rows})
    assert entry is not None
    assert (entry["method"], entry["value"], entry["n"]) == ("distance", 0.8, 140)
    assert held_out_open_set({}) is None


def verdict(value: float) -> str:
    return Bar("", 0.7, 0.95, "at least", {"value": value}).verdict
