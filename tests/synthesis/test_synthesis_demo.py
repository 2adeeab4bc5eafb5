"""The files of the demonstration clip: the writer, and what it does not replace."""

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.errors import OutputExistsError
from marchpast.synthesis import load_blueprint
from marchpast.synthesis.clips_writing import write_clip
from marchpast.synthesis.demo import COLUMN, FRAMES, HEIGHT, WIDTH, main, write_demo

BUNDLED = Path(__file__).resolve().parents[2] / "datasets" / "demo"


def test_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 255, (64, 96, 3), dtype=np.uint8) for _ in range(5)]
    for name in ("a.mp4", "b.mp4"):
        write_clip(tmp_path / name, images, width=96, height=64, fps=Fraction(25, 2), crf=26)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [round(float(frame.time or 0), 3) for frame in frames] == [0.0, 0.08, 0.16, 0.24, 0.32]


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


def test_the_bundled_truth_is_of_the_bundled_clip_and_of_this_column() -> None:
    truth = json.loads((BUNDLED / "convoy.truth.json").read_text("utf-8"))
    nodes = [load_blueprint(name).node for name in COLUMN]
    assert [track["node"] for track in truth["tracks"]] == nodes
    assert all(track["is_clear"] for track in truth["tracks"][1:]), "all but the first are clear"
    assert truth["count"]["vehicles"] == len(COLUMN)
    with av.open(str(BUNDLED / "convoy.mp4")) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == len(truth["images"]) == FRAMES
    assert (frames[0].width, frames[0].height) == (WIDTH, HEIGHT)
    times = [row["time_s"] for row in truth["images"]]
    assert [float(frame.time or 0) for frame in frames] == pytest.approx(times, abs=1e-3)
