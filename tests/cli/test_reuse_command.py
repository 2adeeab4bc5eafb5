"""`marchpast archive` and `marchpast reuse`: what goes to which stream, and with which code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reuse.conftest import write_film

from marchpast.cli.main import main
from marchpast.files import sha256_of
from marchpast.records import SourceReport
from marchpast.report import Provenance, Result, SourceEntry, write_result
from marchpast.reuse import load_reuse
from marchpast.taxonomy import load_taxonomy

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with footage, a clip of it, and another clip."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "footage").mkdir()
    write_film(folder / "footage" / "old.mp4", place=1, cars=10)
    write_film(folder / "clip.mp4", place=1, cars=10, first_s=2, length_s=4)
    write_film(folder / "other.mp4", place=50, cars=60, length_s=3)
    return folder


def test_from_a_folder_to_a_page(run: Run, place: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.sqlite"
    options = ("--archive", archive)
    code, out, err = run("archive", "add", place / "footage", *options, "--date", "2016-05-09")
    assert (code, out, err) == (0, f"{archive}\n", "1 added, 0 were in the archive already\n")
    code, out, err = run("archive", "list", *options)
    assert out.split("\t")[:4] == ["footage/old.mp4", "7.9 seconds", "2016-05-09", "complete"]
    assert (code, err) == (0, "1 files, 7.9 seconds\n")
    code, out, err = run("reuse", place / "clip.mp4", *options)
    assert code == 0
    assert out.startswith("0:00.")
    assert "of clip.mp4 show the same pictures as" in out
    assert "of footage/old.mp4 (which you dated 2016-05-09)" in out
    code, out, _ = run("reuse", place / "other.mp4", *options, "--out", tmp_path / "out")
    assert out.splitlines()[0] == "No match in 7.9 seconds of your archive (1 file)."
    assert out.splitlines()[-1] == str(tmp_path / "out" / "reuse.html")
    again = ("reuse", place / "other.mp4", *options, "--out", tmp_path / "out")
    assert run(*again)[0] == 2
    assert run(*again, "--overwrite")[0] == 0


def test_a_search_goes_into_a_result(run: Run, place: Path, tmp_path: Path) -> None:
    archive, result = tmp_path / "a.sqlite", tmp_path / "result"
    run("archive", "add", place / "footage", "--archive", archive)
    _write_result(result, place / "clip.mp4")
    command = ("reuse", place / "clip.mp4", "--archive", archive, "--result", result)
    code, out, err = run(*command)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == str(result / "reuse.json")
    reuse = load_reuse(result)
    assert reuse is not None
    assert reuse.clips[0].source == "footage/the clip.mp4"
    assert "of footage/the clip.mp4 show" in reuse.clips[0].statement[0]
    assert reuse.result_sha256 == sha256_of(result / "result.json")
    assert "old.mp4" in (result / "report.html").read_text("utf-8")
    code, _, err = run(*command)
    assert code == 2
    assert "replace it (--overwrite)" in err
    assert run(*command, "--overwrite")[0] == 0
    code, _, err = run("reuse", place / "other.mp4", "--archive", archive, "--result", result)
    assert code == 3
    assert "is no source of" in err


def _write_result(folder: Path, clip: Path) -> None:
    report = SourceReport(
        "footage/the clip.mp4", "video", sha256_of(clip), clip.stat().st_size, 256, 144,
        50, 50, 20, 0.0, 3.9, 4.0, 0, "complete", "",
    )  # fmt: skip
    folder.mkdir()
    (folder / "detections.jsonl").write_text("")
    write_result(
        folder,
        Result(
            provenance=Provenance(marchpast_version="0", inventory_sha256=None),
            models=(),
            settings={},
            sources=(SourceEntry.from_report(report),),
            failures=(),
            sightings=(),
            counts=(),
            count_intervals=(),
            links=(),
            comparison=None,
        ),
        taxonomy=load_taxonomy(),
    )


def test_what_cannot_be_done_is_one_line_and_a_code(run: Run, place: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    archive = tmp_path / "a.sqlite"
    code, out, err = run("archive", "add", bad, place / "footage", "--archive", archive)
    assert (code, out) == (3, f"{archive}\n")
    assert err.startswith("failed: bad.mp4: is plain text")
    for arguments, expected, words in (
        (("reuse", place / "clip.mp4", "--archive", tmp_path / "none"), 2, "no archive there"),
        (("reuse", bad, "--archive", archive), 3, "bad.mp4: is plain text"),
        (("archive", "list", "--archive", bad), 2, "cannot be used as an archive"),
        (("archive", "add", tmp_path / "nowhere", "--archive", archive), 3, "nowhere"),
    ):
        code, out, err = run(*arguments)
        assert (code, out, err.count("\n")) == (expected, "", 1), arguments
        assert words in err


def test_a_date_is_a_date(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run("archive", "add", "x", "--date", "9 May")
    assert stop.value.code == 2
    assert "'9 May' is no date such as 2016-05-09" in capsys.readouterr().err


def test_reuse_json_is_json(run: Run, place: Path, tmp_path: Path) -> None:
    run("archive", "add", place / "footage", "--archive", tmp_path / "a")
    run("reuse", place / "clip.mp4", "--archive", tmp_path / "a", "--out", tmp_path / "out")
    content = json.loads((tmp_path / "out" / "reuse.json").read_text("utf-8"))
    assert content["format"] == "marchpast-reuse/1"
    assert content["clips"][0]["matches"][0]["verdict"] == "same_footage"
