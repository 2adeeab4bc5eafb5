"""What the project set out to reach, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure with what is asked of it.

    Attributes:
        name: What is measured.
        floor: The least that is asked.
        aim: What is hoped for.
        direction: Which side of a bound is good.
        entry: `{"value", "n", "interval_95"}` as measured, `None` where nothing was.
        unit: Shown after the value.
    """

    name: str
    floor: float
    aim: float
    direction: Direction
    entry: Mapping[str, Any] | None
    unit: str = ""

    @property
    def verdict(self) -> str:
        """Return `aim met`, `floor met`, `missed` or `not measured`, by the value alone."""
        value = None if self.entry is None else self.entry["value"]
        if value is None:
            return "not measured"
        sign = 1 if self.direction == "at least" else -1
        if sign * value >= sign * self.aim:
            return "aim met"
        return "floor met" if sign * value >= sign * self.floor else "missed"

    @property
    def asked(self) -> tuple[str, str]:
        """Return floor and aim as text."""
        sign = "≥" if self.direction == "at least" else "≤"
        return f"{sign} {self.floor:g}{self.unit}", f"{sign} {self.aim:g}{self.unit}"


def bars(
    accuracy: Mapping[str, Any], speed: Mapping[str, Any], open_set: Mapping[str, Any] | None
) -> list[Bar]:
    """Return every bar of the issue "Models that deserve trust", in its order.

    Args:
        accuracy: What `benchmarks.accuracy` wrote.
        speed: What `benchmarks.speed` wrote.
        open_set: The figure of types left out of training, from the classifier's own figures.
    """
    field, clean, every = ("field photos", "clean photos of other sources", "all")
    at_least: list[tuple[str, float, float, Mapping[str, Any] | None]] = [
        ("military vehicles found, AP50", 0.85, 0.93, _at(accuracy, "detector", "ap50")),
        ("military vehicles found, AP50:95", 0.55, 0.70, _at(accuracy, "detector", "ap50_95")),
        ("… field photos alone, AP50", 0.85, 0.93, _kind(accuracy, field, "ap50")),
        ("… field photos alone, AP50:95", 0.55, 0.70, _kind(accuracy, field, "ap50_95")),
        (
            "recall at 0.1 false boxes a picture, military pictures",
            0.80,
            0.92,
            _at(accuracy, "detector", "recall_at_0.1_false", "military_pictures"),
        ),
        (
            "… field photos alone, recall at 0.1",
            0.80,
            0.92,
            _kind(accuracy, field, "recall_at_0.1_false"),
        ),
        (
            "recall at 0.1 false boxes a picture, civil pictures too",
            0.80,
            0.92,
            _at(accuracy, "detector", "recall_at_0.1_false", "all_pictures"),
        ),
        *(
            (f"… by one look, as in a video: {name}", floor, aim, _one_look(accuracy, key))
            for name, key, floor, aim in (
                ("AP50", "ap50", 0.85, 0.93),
                ("AP50:95", "ap50_95", 0.55, 0.70),
                ("recall at 0.1", "recall_at_0.1_false", 0.80, 0.92),
            )
        ),
        (
            "formations of 5 to 15, rendered: exact count",
            0.7,
            0.95,
            _at(accuracy, "formations", "rendered", "exact_count"),
        ),
        (
            "formations of 5 to 15, pasted: exact count",
            0.7,
            0.95,
            _at(accuracy, "formations", "pasted", "exact_count"),
        ),
        ("type, field photos, top-1", 0.72, 0.90, _type(accuracy, field, "top_1")),
        ("type, field photos, top-3", 0.92, 0.98, _type(accuracy, field, "top_3")),
        (
            "type, clean photos of other sources, top-1",
            0.65,
            0.90,
            _type(accuracy, clean, "top_1"),
        ),
        ("category, top-1", 0.90, 0.98, _naming(accuracy, every, "coarse", "category_top_1")),
        (
            "answers that are right, any level",
            0.95,
            0.98,
            _naming(accuracy, every, "answers", "right_at_any_level"),
        ),
        (
            "… field photos alone",
            0.95,
            0.98,
            _naming(accuracy, field, "answers", "right_at_any_level"),
        ),
        (
            "answered as a type, of all military vehicles",
            0.4,
            0.7,
            _naming(accuracy, every, "answers", "type_level_of_all"),
        ),
        (
            "answered as a type, of those of a listed type",
            0.4,
            0.7,
            _naming(accuracy, every, "answers", "type_level_of_listed_types"),
        ),
        ("types left out of training against known ones, AUROC", 0.85, 0.95, open_set),
        (
            "… types that are no label against known ones, shipped files, AUROC",
            0.85,
            0.95,
            _at(accuracy, "open_set", "as shipped: doubt and novelty"),
        ),
    ]
    silence = _at(accuracy, "civil_pictures", "sources_left_out_of_training")
    at_most = [
        Bar(
            "civil pictures of new sources with a military answer",
            0.03,
            0.005,
            "at most",
            silence,
        ),
        Bar(
            "expected calibration error of the answers",
            0.05,
            0.02,
            "at most",
            _naming(accuracy, every, "calibration", "answers"),
        ),
        Bar("detector, one frame on one core", 60, 25, "at most", _finding_ms(speed), " ms"),
        Bar("classifier, one crop on one core", 20, 9, "at most", _naming_ms(speed), " ms"),
    ]
    rows = [Bar(name, floor, aim, "at least", entry) for name, floor, aim, entry in at_least]
    return [*rows[:10], at_most[0], *rows[10:], *at_most[1:]]


def held_out_open_set(figures: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the open-set figure of the classifier's own file as a bar's entry.

    Folds leave out different types; the shipped method is the one with the highest mean, and its
    value is the mean over folds, its interval from the lowest to the highest bound of a fold.
    """
    by_method: dict[str, list[Mapping[str, Any]]] = {}
    for row in figures.get("open_set", ()):
        by_method.setdefault(row["method"], []).append(row)
    if not by_method:
        return None
    chosen = next(
        (name for name, rows in by_method.items() if any(row.get("shipped") for row in rows)),
        max(by_method, key=lambda name: _mean([row["auroc"] for row in by_method[name]])),
    )
    rows = by_method[chosen]
    return {
        "value": round(_mean([row["auroc"] for row in rows]), 4),
        "n": sum(row["known"] + row["unknown"] for row in rows),
        "interval_95": [min(row["low"] for row in rows), max(row["high"] for row in rows)],
        "method": chosen,
        "folds": len(rows),
    }


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _at(content: Mapping[str, Any], *keys: str) -> Mapping[str, Any] | None:
    for key in keys:
        if key not in content:
            return None
        content = content[key]
    return content


def _naming(accuracy: Mapping[str, Any], *keys: str) -> Mapping[str, Any] | None:
    return _at(accuracy, "classifier_on_true_boxes", *keys)


def _kind(accuracy: Mapping[str, Any], world: str, key: str) -> Mapping[str, Any] | None:
    return _at(accuracy, "detector", "by_kind_of_picture", world, key)


def _one_look(accuracy: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    return _at(accuracy, "detector", "by_one_look", key)


def _type(accuracy: Mapping[str, Any], world: str, key: str) -> Mapping[str, Any] | None:
    return _naming(accuracy, world, "types_with_10_training_crops", key)


def _finding_ms(speed: Mapping[str, Any]) -> Mapping[str, Any] | None:
    stages = speed["stages_ms"]
    return {"value": round(stages["preprocess"]["median"] + stages["detect"]["median"], 2)}


def _naming_ms(speed: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return {"value": round(speed["stages_ms"]["classify one crop"]["median"], 2)}
