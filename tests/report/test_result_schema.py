"""The format `marchpast-result/3`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from marchpast.records import AnswerSet, SeenAttribute, Sighting
from marchpast.report import (
    CandidateEntry,
    DetectionEntry,
    Result,
    SightingEntry,
    json_schemas,
    load_result,
)

CROP = "crops/clip-0123456789-0001.jpg"


def test_numbers_are_rounded_as_they_enter() -> None:
    candidate = CandidateEntry(node="osa", probability=0.123456)
    box = DetectionEntry(xyxy=(1.005, 2.3456, 1e6, -0.0001), confidence=1, node=None, track_id=None)
    assert candidate.probability == 0.1235
    assert box.xyxy[1:] == (2.35, 1e6, 0.0)
    assert math.copysign(1, box.xyxy[3]) == 1


def test_probabilities_may_overshoot_by_float_error_only() -> None:
    assert CandidateEntry(node="osa", probability=1.0000001).probability == 1.0
    with pytest.raises(ValidationError, match="from 0 to 1"):
        CandidateEntry(node="osa", probability=1.001)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "0.5", None])
def test_only_finite_numbers_are_numbers(value: object) -> None:
    with pytest.raises(ValidationError):
        CandidateEntry.model_validate({"node": "osa", "probability": value})


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        CandidateEntry.model_validate({"node": "osa", "probability": 0.5, "rank": 1})


@pytest.mark.parametrize(
    "crop", ["/etc/passwd", "crops/../x.jpg", "crops/a.png", "crops/.jpg", "http://x/a.jpg", ""]
)
def test_crops_lie_in_their_folder(make_sighting: Callable[..., Sighting], crop: str) -> None:
    with pytest.raises(ValidationError, match="crop"):
        SightingEntry.from_sighting(make_sighting("clip.mp4", 1, "osa"), crop=crop)


def test_a_sighting_becomes_plain_values(make_sighting: Callable[..., Sighting]) -> None:
    sighting = make_sighting(
        "clip.mp4",
        3,
        "btr_8x8",
        start=10,
        frames=4,
        answer=AnswerSet(("btr_8x8", "tigr"), 0.97, 0.9, "a look-alike", ("the number of axles",)),
        attributes=(
            SeenAttribute("drive", "wheels", "model", 0.98765),
            SeenAttribute("axles", "4", "user"),
        ),
        conflicts=("they contradict each other",),
    )
    entry = SightingEntry.from_sighting(sighting, crop=CROP, flags=("caution",))
    assert json.loads(entry.model_dump_json()) == {
        "id": "clip.mp4#3",
        "source": "clip.mp4",
        "track_id": 3,
        "node": "btr_8x8",
        "level": "family",
        "probability": 0.9,
        "reason": "it holds enough",
        "answer": {
            "nodes": ["btr_8x8", "tigr"],
            "probability": 0.97,
            "rate": 0.9,
            "reason": "a look-alike",
            "narrows": ["the number of axles"],
        },
        "candidates": [
            {"node": "osa", "probability": 0.9},
            {"node": "btr80", "probability": 0.05},
        ],
        "masses": [{"node": "btr_8x8", "probability": 0.9}],
        "attributes": [
            {"name": "drive", "value": "wheels", "origin": "model", "probability": 0.9877},
            {"name": "axles", "value": "4", "origin": "user", "probability": None},
        ],
        "conflicts": ["they contradict each other"],
        "first_time_s": 0.4,
        "last_time_s": 0.64,
        "frame_count": 4,
        "best": {
            "frame_index": 10,
            "time_s": 0.4,
            "xyxy": [70.0, 100.0, 166.0, 160.0],
            "crop": CROP,
        },
        "flags": ["caution"],
    }


def test_an_identity_comes_back_from_its_entry(make_sighting: Callable[..., Sighting]) -> None:
    sighting = make_sighting(
        "clip.mp4",
        1,
        "osa",
        probability=0.5,
        answer=AnswerSet((), 0.0, 0.9, "unlike everything learnt"),
        attributes=(SeenAttribute("axles", "3", "user"),),
        conflicts=("one",),
    )
    for each in (sighting, make_sighting("clip.mp4", 2, "unknown", probability=0.5)):
        assert SightingEntry.from_sighting(each, crop=CROP).to_identity() == each.identity


def test_a_result_equals_its_file(tmp_path: Path, write_run: Callable[..., Result]) -> None:
    written = write_run(tmp_path)
    assert load_result(tmp_path) == written


def test_settings_are_in_one_order(tmp_path: Path, write_run: Callable[..., Result]) -> None:
    content = write_run(tmp_path).model_dump()
    first, second = (
        Result.model_validate({**content, "settings": dict(settings)}).model_dump_json()
        for settings in ([("b", 1), ("a", 2.5)], [("a", 2.5), ("b", 1)])
    )
    assert first == second


def test_schemas_describe_what_is_written(tmp_path: Path, write_run: Callable[..., Result]) -> None:
    write_run(tmp_path)
    schemas = json_schemas()
    written = json.loads((tmp_path / "result.json").read_text("utf-8"))
    row = json.loads((tmp_path / "detections.jsonl").read_text("utf-8").splitlines()[0])
    assert list(schemas["result.json"]["properties"]) == list(written)
    assert list(schemas["detections.jsonl"]["properties"]) == list(row)
    json.dumps(schemas)


def test_numpy_rows_are_made_plain(make_sighting: Callable[..., Sighting]) -> None:
    entry = SightingEntry.from_sighting(make_sighting("clip.mp4", 1, "osa"), crop=CROP)
    assert not any(isinstance(value, np.generic) for value in entry.best.xyxy)
