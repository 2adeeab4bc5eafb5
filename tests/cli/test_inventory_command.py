"""`marchpast inventory`: what goes to which stream, and with which exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from marchpast.cli.main import main
from marchpast.inventory import Amount, load_inventory

Run = Callable[..., tuple[int, str, str]]

TEXT = "Более 50 единиц техники, включая «Осы», пройдут во Владивостоке 9 мая 2017 года. Салют.\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main(["inventory", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "announcement.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_draft_is_data_and_what_is_left_is_said(run: Run, text: Path) -> None:
    code, out, err = run("draft", text)
    assert code == 0
    assert "draft: true\nid: vladivostok-2017\n" in out
    assert err == (
        "a draft with 1 lines: 1 of 2 sentences gave nothing, 0 names or numbers were not placed; "
        "a person has to confirm it\n"
    )


def test_a_draft_goes_to_a_file_that_is_not_there(run: Run, text: Path, tmp_path: Path) -> None:
    out_file = tmp_path / "parade.yaml"
    assert run("draft", text, "--out", out_file)[:2] == (0, f"{out_file}\n")
    inventory = load_inventory(out_file)
    assert inventory.is_draft
    assert inventory.total == Amount(50, "at_least")
    code, out, err = run("draft", text, "--out", out_file)
    assert (code, out) == (2, "")
    assert "parade.yaml exists; replace it (--overwrite)" in err
    assert run("draft", text, "--out", out_file, "--overwrite")[0] == 0


def test_a_text_that_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    code, out, err = run("draft", tmp_path / "none.txt")
    assert (code, out) == (2, "")
    assert "none.txt: cannot read this text" in err


def test_the_library_is_listed_whole_and_by_place(run: Run) -> None:
    code, out, _ = run("list")
    assert code == 0
    assert len(out.splitlines()) == 31
    code, out, _ = run("list", "--place", "vladivostok")
    rows = [line.split("\t") for line in out.splitlines()]
    assert {row[1] for row in rows} == {"Vladivostok"}
    assert rows[3] == ["vladivostok-2017", "Vladivostok", "2017-05-09", "announced at least 50"]
    code, out, err = run("list", "--place", "Atlantis")
    assert (code, out) == (2, "")
    assert "no bundled inventory is of 'Atlantis'; there are Khabarovsk, Moscow" in err


def test_one_inventory_is_shown_whole(run: Run) -> None:
    code, out, _ = run("show", "moscow-2023")
    assert code == 0
    lines = out.splitlines()
    assert lines[:2] == ["moscow-2023: Moscow, 2023-05-09", "announced: 125 vehicles"]
    assert any(line.startswith("counted by Oliver Alexander: 51 (https://") for line in lines)
    assert "  RS-24 Yars (yars): 3" in lines
    assert "confidence: high" in lines


def test_a_draft_is_shown_with_what_it_left_out(run: Run, text: Path, tmp_path: Path) -> None:
    run("draft", text, "--out", tmp_path / "parade.yaml")
    _, out, _ = run("show", tmp_path / "parade.yaml")
    assert "DRAFT: read by a program from a text, confirmed by nobody" in out
    assert "sentence 2 gave nothing: Салют." in out


def test_files_are_checked_one_by_one(run: Run, text: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    run("draft", text, "--out", good)
    bad.write_text("format: marchpast-inventory/2\n", encoding="utf-8")
    code, out, err = run("validate", good)
    assert (code, out) == (0, "")
    assert err == f"{good} is a draft that nobody has confirmed\nvalid\n"
    code, out, err = run("validate", bad, good)
    assert code == 3
    assert out.startswith(f"{bad}:1:1: an inventory needs the key")
    assert err.endswith("1 of 2 refused\n")
