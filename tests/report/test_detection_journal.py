"""`detections.jsonl` in two passes."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marchpast import files
from marchpast.errors import ResultError
from marchpast.records import Detections
from marchpast.report import DetectionJournal, read_rows


def boxes(count: int) -> Detections:
    xyxy = np.arange(4 * count, dtype=np.float32).reshape(count, 4) + np.float32(0.125)
    return Detections(xyxy, np.full(count, 0.75, np.float32), np.zeros(count, np.int64))


def written(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "detections.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_answers_reach_the_first_rows(tmp_path: Path) -> None:
    with DetectionJournal(tmp_path) as journal:
        journal.append("a", frame_index=0, time_s=0.0, detections=boxes(3), track_ids=[7, 0, 8])
        journal.append("a", frame_index=5, time_s=0.2, detections=boxes(0), track_ids=[])
        journal.append("b", frame_index=0, time_s=0.0, detections=boxes(1), track_ids=[7])
        path = journal.finish({("a", 7): (1, "osa"), ("a", 8): (None, None), ("b", 7): (2, "tor")})
    assert path == tmp_path / "detections.jsonl"
    first, empty, other = written(tmp_path)
    assert first["detections"][0] == {
        "xyxy": [0.12, 1.12, 2.12, 3.12],
        "confidence": 0.75,
        "node": "osa",
        "track_id": 1,
    }
    assert [(d["track_id"], d["node"]) for d in first["detections"][1:]] == [(None, None)] * 2
    assert empty == {"source": "a", "frame_index": 5, "time_s": 0.2, "detections": []}
    assert (other["source"], other["detections"][0]["node"]) == ("b", "tor")


def test_a_track_without_an_answer_was_dropped(tmp_path: Path) -> None:
    with DetectionJournal(tmp_path) as journal:
        journal.append("a", frame_index=0, time_s=0.0, detections=boxes(1), track_ids=[1])
        journal.finish({})
    assert written(tmp_path)[0]["detections"][0]["track_id"] is None


def test_names_that_are_no_unicode_find_their_answers(tmp_path: Path) -> None:
    name = "clip\udcff.mp4"
    with DetectionJournal(tmp_path) as journal:
        journal.append(name, frame_index=0, time_s=0.0, detections=boxes(1), track_ids=[1])
        journal.finish({(name, 1): (1, "osa")})
    assert [row.detections[0].node for row in read_rows(tmp_path, source=name)] == ["osa"]


def test_the_journal_is_gone_afterwards(tmp_path: Path) -> None:
    with DetectionJournal(tmp_path) as journal:
        journal.append("a", frame_index=0, time_s=0.0, detections=boxes(1), track_ids=[1])
        assert len(list(tmp_path.iterdir())) == 1
        journal.finish({})
    assert [path.name for path in tmp_path.iterdir()] == ["detections.jsonl"]


def test_an_interrupted_run_leaves_the_old_file(tmp_path: Path) -> None:
    files.write_text(tmp_path / "detections.jsonl", "old\n")
    with pytest.raises(KeyboardInterrupt), DetectionJournal(tmp_path) as journal:
        journal.append("a", frame_index=0, time_s=0.0, detections=boxes(1), track_ids=[1])
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["detections.jsonl"]
    assert (tmp_path / "detections.jsonl").read_text() == "old\n"


def test_a_failure_in_the_second_pass_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_text(tmp_path / "detections.jsonl", "old\n")

    def full(path: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"), DetectionJournal(tmp_path) as journal:
        journal.append("a", frame_index=0, time_s=0.0, detections=boxes(1), track_ids=[1])
        monkeypatch.setattr(Path, "replace", full)
        journal.finish({})
    assert [path.name for path in tmp_path.iterdir()] == ["detections.jsonl"]
    assert (tmp_path / "detections.jsonl").read_text() == "old\n"


def test_every_box_needs_a_track_id(tmp_path: Path) -> None:
    with (
        DetectionJournal(tmp_path) as journal,
        pytest.raises(ValueError, match="2 boxes and 1 track ids"),
    ):
        journal.append("a", frame_index=0, time_s=0.0, detections=boxes(2), track_ids=[1])


def test_reading_names_the_broken_line(tmp_path: Path) -> None:
    good = '{"source":"a","frame_index":0,"time_s":0.0,"detections":[]}\n'
    (tmp_path / "detections.jsonl").write_text(good + good.replace("0.0", '"x"'))
    with pytest.raises(ResultError, match=r"detections\.jsonl:2: not a row: time_s"):
        list(read_rows(tmp_path))
