"""`marchpast convert` and `marchpast import`: data on stdout, what is lost on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.exchange.archives import build_archive, write_sheet
from tests.report.conftest import build_run

from marchpast import exchange
from marchpast.cli import exchange as command
from marchpast.cli.main import main
from marchpast.taxonomy import load_taxonomy


def test_the_command_knows_every_format() -> None:
    assert command.FORMATS == exchange.FORMATS


def test_convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_run(tmp_path / "result", taxonomy=load_taxonomy())
    out = tmp_path / "boxes.csv"
    call = ["convert", str(tmp_path / "result"), "--to", "csv", "--out", str(out)]
    assert main(call) == 0
    said = capsys.readouterr()
    assert said.out == f"{out}\n"
    assert "not in csv: counts, count intervals" in said.err
    assert out.read_bytes().count(b"\r\n") > 1
    assert main(call) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main([*call, "--overwrite", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_convert_without_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["convert", str(tmp_path), "--to", "yolo", "--out", str(tmp_path / "yolo")]
    assert main(call) == 3
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "yolo").exists()


def test_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = build_archive(tmp_path / "archive")
    out = tmp_path / "sources.json"
    call = ["import", "auto-archiver", str(write_sheet(archive)), "--out", str(out)]
    assert main(call) == 0
    said = capsys.readouterr()
    assert said.out == f"{archive.media}\n"
    assert "2 items, 4 files, 1 of them footage" in said.err
    assert json.loads(out.read_text("utf-8"))["format"] == exchange.SOURCES_FORMAT
    assert main(call) == 2


def test_import_of_a_changed_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = build_archive(tmp_path / "archive")
    sheet = write_sheet(archive)
    archive.media.write_bytes(archive.shot.read_bytes())
    out = tmp_path / "sources.json"
    assert main(["import", "auto-archiver", str(sheet), "--out", str(out)]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "row 3: " in said.err
    assert "the file was changed or replaced" in said.err
    assert out.exists()
