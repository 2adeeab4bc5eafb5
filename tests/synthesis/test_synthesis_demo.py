"""The files of the demonstration clip: the writer, and what it does not replace."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.errors import OutputExistsError
from marchpast.synthesis.clips_writing import write_clip
from marchpast.synthesis.demo import main, write_demo


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
