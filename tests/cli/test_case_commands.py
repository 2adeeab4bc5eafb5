"""`marchpast case` and `marchpast evidence`: what goes to which stream, with which exit code."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.casefile.conftest import Made, make_result

from marchpast.casefile import open_case
from marchpast.cli.main import main
from marchpast.files import sha256_of

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_result(tmp_path)


@pytest.fixture
def case(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "c.case"
    assert run("case", "new", path, "--title", "Колонна") == (0, f"{path}\n", "")
    return path


def test_a_case_is_made_filled_and_shown(run: Run, case: Path, made: Made) -> None:
    result = made.folder / "result.json"
    code, out, _ = run("case", "add", case, made.folder, made.footage / "b.png", made.footage)
    assert code == 0
    hashes = [sha256_of(made.footage / source.name) for source in made.result.sources]
    assert out.splitlines() == [
        f"{sha256_of(result)}  result",
        f"{hashes[1]}  b.png",
        f"{hashes[1]}  b.png",
        f"{hashes[0]}  convoy/a.png",
    ]
    note = ("case", "note", case, "first\nsecond\x1b[31m", "--author", "A. B.")
    assert run(*note, "--date", "2026-05-01") == (0, "", "")
    code, out, _ = run("case", "show", case)
    assert code == 0
    assert out.startswith("c.case: Колонна (made 20")
    assert "sources (2), by SHA-256:\n" in out
    assert f"  {hashes[0][:12]}  convoy/a.png  " in out
    assert f"\nresults (1):\n  {sha256_of(result)[:12]}  result (unchanged)  2 sources, " in out
    assert "\nnotes (1):\n  2026-05-01  A. B.:\n    first\n    second[31m\n" in out
    assert out.endswith("predictions (0):\n")
    result.write_text("{}")
    assert "result (changed)" in run("case", "show", case)[1]
    result.unlink()
    assert "result (not there)" in run("case", "show", case)[1]
    facts = json.loads(run("case", "show", case, "--json")[1])
    assert facts["format"] == "marchpast-case/1"
    assert [source["sha256"] for source in facts["sources"]] == hashes
    assert [entry["action"] for entry in facts["log"]][-1] == "add note"


def test_a_note_is_read_from_stdin(run: Run, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("from a pipe\n"))
    assert run("case", "note", case, "-", "--author", "A")[0] == 0
    with open_case(case) as opened:
        assert [note.text for note in opened.notes()] == ["from a pipe"]


def test_what_is_wrong_with_a_case_is_one_line(run: Run, case: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (("case", "new", case), "a case is never replaced"),
        (("case", "show", tmp_path / "none"), "make one: marchpast case new none"),
        (("case", "note", case, " ", "--author", "A"), "needs a text and an author"),
    ):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert words in err
        assert err.count("\n") == 1
    code, _, err = run("case", "add", case, tmp_path / "none.mp4")
    assert (code, err.count("\n")) == (3, 1)
    (tmp_path / "empty").mkdir()
    code, _, err = run("case", "add", case, tmp_path / "empty")
    assert code == 3
    assert "holds no result, no picture and no video" in err


def test_a_package_is_made_and_checked(run: Run, made: Made, tmp_path: Path) -> None:
    out_file = tmp_path / "package.zip"
    code, out, err = run("evidence", "pack", made.folder, "--out", out_file)
    sha256 = sha256_of(out_file)
    assert (code, out) == (0, f"{sha256}  {out_file}\n")
    assert err.endswith(" files\n")
    code, out, err = run("evidence", "verify", out_file)
    assert (code, out) == (0, f"{sha256}  {out_file}\n")
    assert "hold its SHA-256 against the one that was published" in err
    code, _, err = run("evidence", "verify", out_file, "--sha256", sha256)
    assert code == 0
    assert "it is the package with that SHA-256" in err
    code, out, err = run("evidence", "verify", out_file, "--sha256", "0" * 64)
    assert code == 3
    assert out == f"the package is another one: its SHA-256 is {sha256}\n"
    assert err == "differs: 1 findings\n"


def test_what_is_wrong_with_a_package_is_one_line(run: Run, made: Made, tmp_path: Path) -> None:
    out_file = tmp_path / "package.zip"
    code, _, err = run("evidence", "pack", made.folder, "--out", out_file, "--include-originals")
    assert code == 2
    assert "give its folder with --originals DIR" in err
    code, _, err = run("evidence", "pack", made.folder, "--out", out_file, "--originals", tmp_path)
    assert code == 0
    code, _, err = run("evidence", "pack", made.folder, "--out", out_file)
    assert code == 2
    assert "replace it (--overwrite)" in err
    assert run("evidence", "pack", made.folder, "--out", out_file, "--overwrite")[0] == 0
    code, _, err = run("evidence", "verify", tmp_path / "none.zip")
    assert (code, err.count("\n")) == (3, 1)
