"""The files of the demonstration clip: the bundled truth, and the writer."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.errors import OutputExistsError
from marchpast.synthesis.demo import main, truth_document, write_clip, write_demo
from marchpast.synthesis.scene import TruthBox

BOX = (10.04, 20.0, 110.0, 70.0)


def test_truth_names_every_track_once_and_counts_the_military() -> None:
    frames = [
        [TruthBox(1, "osa", BOX, 1.0)],
        [TruthBox(1, "osa", BOX, 0.5), TruthBox(2, "civilian_vehicle", BOX, 0.25)],
        [],
    ]
    document = truth_document(frames, seed=3)
    assert document["count"] == {"vehicles": 2, "military": 1}
    assert document["tracks"] == [
        {"track_id": 1, "node": "osa"},
        {"track_id": 2, "node": "civilian_vehicle"},
    ]
    annotations = document["annotations"]
    assert isinstance(annotations, list)
    assert [(a["image_id"], a["track_id"]) for a in annotations] == [(0, 1), (1, 1), (1, 2)]
    assert annotations[0]["xyxy"] == [10.0, 20.0, 110.0, 70.0]
    json.dumps(document)


def test_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 255, (64, 96, 3), dtype=np.uint8) for _ in range(5)]
    for name in ("a.mp4", "b.mp4"):
        write_clip(tmp_path / name, iter(images), width=96, height=64)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [round(float(frame.time or 0), 3) for frame in frames] == [0.0, 0.04, 0.08, 0.12, 0.16]


def test_an_existing_clip_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "convoy.mp4").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        write_demo(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["--out", str(tmp_path)])
    assert stopped.value.code == 2
    assert "convoy.mp4 exists" in capsys.readouterr().err
    assert (tmp_path / "convoy.mp4").read_bytes() == b"mine"
