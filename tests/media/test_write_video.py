from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from marchpast.media import open_source, write_video, writing

Image = npt.NDArray[np.uint8]
TIMES_S = [0.0, 0.04, 0.08, 1.0, 1.001, 5.5]


def _frames(
    numbered: Callable[..., Image], width: int = 160, height: int = 96
) -> Iterator[tuple[Image, float]]:
    for number, time_s in enumerate(TIMES_S):
        yield numbered(number, width, height), time_s


@pytest.mark.parametrize("encoder", ["libx264", "mpeg4"])
@pytest.mark.parametrize(("width", "height"), [(160, 96), (161, 97)])
def test_frames_and_times_come_back(
    encoder: str,
    width: int,
    height: int,
    tmp_path: Path,
    numbered: Callable[..., Image],
    number_in: Callable[[Image], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = tuple(choice for choice in writing._ENCODERS if choice[0] == encoder)
    monkeypatch.setattr(writing, "_ENCODERS", (("no such encoder", {}), *kept))
    path = tmp_path / "out.mp4"
    count = write_video(path, _frames(numbered, width, height), width=width, height=height)
    assert count == len(TIMES_S)
    source = open_source(path)
    assert (source.width, source.height) == (width + width % 2, height + height % 2)
    frames = list(source.frames())
    assert [number_in(frame.image) for frame in frames] == list(range(len(TIMES_S)))
    assert [frame.time_s for frame in frames] == pytest.approx(TIMES_S, abs=1e-5)
    assert source.report().status == "complete"


def test_the_same_frames_give_the_same_bytes(
    tmp_path: Path, numbered: Callable[..., Image]
) -> None:
    contents = set()
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, _frames(numbered), width=160, height=96)
        contents.add((tmp_path / name).read_bytes())
    assert len(contents) == 1


def test_a_time_that_stands_still_is_moved_by_the_smallest_step(
    tmp_path: Path, numbered: Callable[..., Image]
) -> None:
    path = tmp_path / "a.mp4"
    frames = [(numbered(number), time_s) for number, time_s in enumerate([0.0, 0.5, 0.5, 0.4])]
    assert write_video(path, frames, width=160, height=96) == 4
    times_s = [frame.time_s for frame in open_source(path).frames()]
    assert times_s == pytest.approx([0.0, 0.5, 0.5, 0.5], abs=1e-4)
    assert len(set(times_s)) == 4


def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, numbered: Callable[..., Image]
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")

    def broken() -> Iterator[tuple[Image, float]]:
        yield numbered(0), 0.0
        raise KeyError("drawing failed")

    with pytest.raises(KeyError, match="drawing failed"):
        write_video(path, broken(), width=160, height=96)
    with pytest.raises(ValueError, match="at least one frame"):
        write_video(path, [], width=160, height=96)
    with pytest.raises(ValueError, match=r"every frame must have shape \(96, 160, 3\)"):
        write_video(path, [(numbered(0, 80, 48), 0.0)], width=160, height=96)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]


def test_a_missing_folder_is_an_error(tmp_path: Path, numbered: Callable[..., Image]) -> None:
    with pytest.raises(FileNotFoundError):
        write_video(tmp_path / "no" / "a.mp4", _frames(numbered), width=160, height=96)
