"""Atomic writing: the old file survives every failure."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast import files


@given(st.binary(max_size=3000))
def test_the_hash_is_that_of_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("hash") / "file"
    files.write_bytes(path, content)
    assert path.read_bytes() == content
    assert files.sha256_of(path) == hashlib.sha256(content).hexdigest()


def test_a_failure_midway_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    files.write_text(path, "old")
    with pytest.raises(RuntimeError), files.replacing(path) as stream:
        stream.write(b"half of the new")
        raise RuntimeError("power")
    assert [entry.name for entry in tmp_path.iterdir()] == ["result.json"]
    assert path.read_text() == "old"


def test_a_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write_text(tmp_path / "absent" / "file", "x")


def test_a_result_is_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "file"
    plain = tmp_path / "plain"
    plain.touch()
    files.write_text(path, "x")
    assert path.stat().st_mode == plain.stat().st_mode
