"""The archive as a file: resumable, whole after any interruption, untouched by reading."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.errors import ArchiveError, SourceError
from marchpast.progress import Silence
from marchpast.reuse import Archive, ArchiveWriter, add_to_archive, archived_files
from marchpast.reuse.regions import REGIONS


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_added_is_there_with_its_hashes(archive: Path, footage: Path) -> None:
    opened = Archive(archive)
    assert [Path(file.name).name for file in opened.files] == ["alpha.mp4", "beta.mp4", "still.mp4"]
    assert [file.sha256 for file in opened.files] == [
        digest(footage / name) for name in ("alpha.mp4", "beta.mp4", "still.mp4")
    ]
    # Eight seconds, a frame each half.
    assert [file.frames for file in opened.files] == [16, 16, 16]
    assert opened.time_s[:4] == pytest.approx([0, 0.5, 1, 1.5], abs=0.081)
    assert opened.hashes.shape == (48, REGIONS, 32)
    assert opened.is_usable[:, 0].all()
    assert opened.hours == pytest.approx(3 * 7.92 / 3600)
    assert opened.file_of(np.array([0, 15, 16, 47])).tolist() == [0, 0, 1, 2]
    picture = cv2.imdecode(np.frombuffer(opened.previews(1, [3])[0], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (144, 256, 3)


def test_adding_again_adds_nothing(archive: Path, footage: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(archive, tmp_path / "copy.sqlite"))
    moved = tmp_path / "elsewhere"
    shutil.copytree(footage, moved)
    (moved / "alpha.mp4").rename(moved / "another name.mp4")
    before = digest(copy)
    added = add_to_archive([moved], copy)
    assert (added.new, len(added.known), added.failures) == ((), 3, ())
    assert digest(copy) == before


def test_a_bad_file_and_a_picture_do_not_stop_the_rest(footage: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    shutil.copy(footage / "beta.mp4", folder / "good.mp4")
    shutil.copy(footage / "beta.mp4", folder / "same again.mp4")
    (folder / "bad.mp4").write_text("no video")
    cv2.imwrite(str(folder / "photo.png"), np.zeros((9, 9, 3), np.uint8))
    added = add_to_archive([folder], tmp_path / "a.sqlite")
    assert added.new == ("mixed/good.mp4",)
    assert added.known == ("mixed/same again.mp4",)
    assert added.pictures == ("mixed/photo.png",)
    assert len(added.failures) == 1
    assert "bad.mp4" in added.failures[0]


class _Stop(Silence):
    """Interrupts in the middle of the second file."""

    def __init__(self) -> None:
        self.started = 0

    def start(self, name: str, steps: int | None) -> None:
        self.started += 1

    def advance(self, index: int) -> None:
        if self.started == 2 and index > 20:
            raise KeyboardInterrupt


def test_an_interrupted_addition_leaves_whole_files_and_goes_on(
    footage: Path, tmp_path: Path, archive: Path
) -> None:
    path = tmp_path / "a.sqlite"
    with pytest.raises(KeyboardInterrupt):
        add_to_archive([footage], path, progress=_Stop())
    assert [file.name for file in archived_files(path)] == ["reuse_footage/alpha.mp4"]
    assert len(Archive(path).time_s) == 16
    added = add_to_archive([footage], path)
    assert (len(added.new), len(added.known)) == (2, 1)
    assert np.array_equal(Archive(path).hashes, Archive(archive).hashes)


def test_a_kill_in_the_middle_of_writing_leaves_a_valid_archive(
    archive: Path, tmp_path: Path
) -> None:
    copy = shutil.copy(archive, tmp_path / "a.sqlite")
    # Dies inside of a transaction that has already reached the disk.
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA cache_size = 1')\n"
        "c.execute('BEGIN'); c.execute(\"UPDATE file SET hashes = x'00'\")\n"
        "c.executemany('INSERT INTO preview VALUES (9, ?, ?)',"
        " ((n, b'x' * 9000) for n in range(99)))\n"
        "os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(copy)], check=False).returncode == 9
    # Reading cannot roll back what it must not write, and says what does.
    with pytest.raises(ArchiveError, match="if an addition was interrupted, run it again"):
        Archive(copy)
    with ArchiveWriter(copy) as writer:
        assert writer.has(Archive(archive).files[0].sha256)
    assert np.array_equal(Archive(copy).hashes, Archive(archive).hashes)


def test_reading_writes_nothing(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "read only"
    folder.mkdir()
    copy = Path(shutil.copy(archive, folder / "a.sqlite"))
    before = digest(copy)
    copy.chmod(0o444)
    folder.chmod(0o555)
    opened = Archive(copy)
    _ = opened.index
    opened.previews(0, [0, 1])
    archived_files(copy)
    assert digest(copy) == before
    assert [path.name for path in folder.iterdir()] == ["a.sqlite"]
    folder.chmod(0o755)


def test_a_date_is_kept_and_may_be_given_later(footage: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add_to_archive([footage / "alpha.mp4"], path, date=datetime.date(2016, 5, 9))
    add_to_archive([footage / "beta.mp4"], path)
    assert [file.date for file in Archive(path).files] == [datetime.date(2016, 5, 9), None]
    add_to_archive([footage / "beta.mp4"], path, date=datetime.date(2017, 4, 16))
    assert archived_files(path)[1].date == datetime.date(2017, 4, 16)


def test_an_archive_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive there; make one with"):
        Archive(tmp_path / "none.sqlite")
    with pytest.raises(SourceError):
        add_to_archive([tmp_path / "none"], tmp_path / "a.sqlite")


@pytest.mark.parametrize("kind", ["text", "other database", "newer", "folder"])
def test_a_file_that_is_no_archive_is_refused_and_left_alone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    if kind == "text":
        path.write_text("not a database, but long enough to be looked at " * 40)
    elif kind == "folder":
        path.mkdir()
    else:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")
            if kind == "newer":
                connection.execute("INSERT INTO meta VALUES ('format', 'marchpast-archive/2')")
        connection.close()
    before = digest(path) if path.is_file() else ""
    with pytest.raises(ArchiveError, match=r"a\.sqlite"):
        Archive(path)
    with pytest.raises(ArchiveError, match=r"a\.sqlite"):
        ArchiveWriter(path)
    assert not path.is_file() or digest(path) == before


@pytest.mark.parametrize("column", ["time_s", "hashes", "rects", "usable", "date"])
def test_a_damaged_archive_is_said(column: str, archive: Path, tmp_path: Path) -> None:
    copy = shutil.copy(archive, tmp_path / "a.sqlite")
    connection = sqlite3.connect(copy)
    connection.execute(f"UPDATE file SET {column} = x'000102' WHERE id = 2")
    connection.commit()
    connection.close()
    with pytest.raises(ArchiveError):
        Archive(copy)


def test_missing_and_damaged_pictures_are_said(archive: Path, tmp_path: Path) -> None:
    copy = shutil.copy(archive, tmp_path / "a.sqlite")
    connection = sqlite3.connect(copy)
    connection.execute("DELETE FROM preview WHERE number = 3")
    connection.commit()
    connection.close()
    with pytest.raises(ArchiveError, match=r"pictures of reuse_footage/beta\.mp4 are missing"):
        Archive(copy).previews(1, [2, 3])
