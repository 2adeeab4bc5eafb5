import logging
import os
import socket
from pathlib import Path

import pytest

from marchpast.errors import SourceError
from marchpast.media import FoundSource, find_sources, open_source


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path


def _names(*paths: Path) -> list[str]:
    return [source.name for source in find_sources(paths)]


def test_a_folder_is_searched_and_sorted_by_name(tmp_path: Path) -> None:
    for name in ("b.MP4", "a/z.jpg", "a/c/1.mkv", "10.png"):
        _touch(tmp_path / "clips" / name)
    found = find_sources([tmp_path / "clips"])
    assert found == [
        FoundSource(tmp_path / "clips/10.png", "clips/10.png"),
        FoundSource(tmp_path / "clips/a/c/1.mkv", "clips/a/c/1.mkv"),
        FoundSource(tmp_path / "clips/a/z.jpg", "clips/a/z.jpg"),
        FoundSource(tmp_path / "clips/b.MP4", "clips/b.MP4"),
    ]


def test_hidden_and_foreign_files_are_passed_over_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.mp4", ".b.mp4", ".git/c.mp4", "notes.txt", "d.flv"):
        _touch(tmp_path / "clips" / name)
    with caplog.at_level(logging.WARNING):
        assert _names(tmp_path / "clips") == ["clips/a.mp4"]
    assert [record.getMessage() for record in caplog.records] == [
        "2 files in clips are no pictures or videos by their suffix and were left out: "
        "clips/d.flv, clips/notes.txt"
    ]


def test_a_named_file_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    assert _names(_touch(tmp_path / ".hidden.dat")) == [".hidden.dat"]


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [_touch(tmp_path / folder / "a.b.mp4") for folder in ("x", "y", "z")]
    taken = _touch(tmp_path / "w" / "a.b (2).mp4")
    found = {source.name: source.path for source in find_sources([taken, *paths])}
    assert found == {
        "a.b (2).mp4": taken,
        "a.b.mp4": paths[0],
        "a.b (3).mp4": paths[1],
        "a.b (4).mp4": paths[2],
    }


def test_a_file_reached_twice_is_taken_once(tmp_path: Path) -> None:
    clip = _touch(tmp_path / "clips" / "a.mp4")
    (tmp_path / "clips" / "link.mp4").symlink_to(clip)
    assert _names(tmp_path / "clips", clip, clip) == ["clips/a.mp4"]


def test_the_current_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path / "clips" / "a.mp4")
    monkeypatch.chdir(tmp_path / "clips")
    assert _names(Path()) == ["clips/a.mp4"]


def test_a_link_loop_ends(tmp_path: Path) -> None:
    _touch(tmp_path / "clips" / "a" / "1.mp4")
    (tmp_path / "clips" / "a" / "up").symlink_to(tmp_path / "clips", target_is_directory=True)
    (tmp_path / "clips" / "self.mp4").symlink_to(tmp_path / "clips" / "self.mp4")
    assert _names(tmp_path / "clips") == ["clips/a/1.mp4"]


def test_a_name_that_is_no_utf8_is_spelt_out(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9\n.mp4"
    Path(os.fsdecode(raw)).write_bytes(b"plain words")
    (source,) = find_sources([tmp_path])
    assert source.name == f"{tmp_path.name}/caf\\xe9\\n.mp4"
    with pytest.raises(SourceError, match="is plain text") as caught:
        open_source(source.path, name=source.name)
    assert "\n" not in str(caught.value)
    assert str(caught.value).encode()


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert find_sources([tmp_path]) == []


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.mp4: cannot be read .No such file"):
        find_sources([tmp_path / "nowhere.mp4"])


def test_a_fifo_is_refused_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(SourceError, match="is a FIFO"):
        find_sources([tmp_path / "pipe.mp4"])
    with pytest.raises(SourceError, match="is a FIFO"):
        open_source(tmp_path / "pipe.mp4")
    assert find_sources([tmp_path]) == []


def test_devices_sockets_and_folders_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.mp4")
        with pytest.raises(SourceError, match="is a socket"):
            find_sources([Path("s.mp4")])
    with pytest.raises(SourceError, match="is a character device"):
        find_sources([Path(os.devnull)])
    with pytest.raises(SourceError, match="is a folder"):
        open_source(tmp_path)
