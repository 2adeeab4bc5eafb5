"""`marchpast references`: add, list, remove, and what is refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.cli.main import main
from marchpast.references import open_store

Answer = tuple[int, str, str]
TERMS = ("--credit", "A. Author", "--licence", "CC BY 4.0")


@pytest.fixture
def call(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Answer]:
    monkeypatch.chdir(tmp_path)
    for number in range(2):
        cv2.imwrite(f"p{number}.png", np.full((50, 80, 3), 60 + number, np.uint8))

    def run(*arguments: str) -> Answer:
        code = main(["references", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_what_is_added_is_listed_and_removed(call: Callable[..., Answer], tmp_path: Path) -> None:
    code, out, err = call("add", "К-300П Бастион-П", "p0.png", "p1.png", "--box", "whole", *TERMS)
    assert code == 0
    assert "2 added, 2 of bastion_p now" in err
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[1:5] for row in rows] == [["bastion_p", "whole", "A. Author", "CC BY 4.0"]] * 2
    store = open_store(tmp_path / "marchpast-references")
    assert [entry.id for entry in store.entries] == [row[0] for row in rows]
    assert call("list")[:2] == (0, out)
    code, out, _ = call("remove", rows[0][0])
    assert (code, out.split("\t")[0]) == (0, rows[0][0])
    assert [entry.id for entry in open_store(store.folder).entries] == [rows[1][0]]


def test_a_box_is_kept(call: Callable[..., Answer], tmp_path: Path) -> None:
    code, out, _ = call("add", "osa", "p0.png", "--box", "5,6,70,40", "--store", "mine", *TERMS)
    assert (code, out.split("\t")[2]) == (0, "5,6,70,40")
    assert open_store(tmp_path / "mine").entries[0].box == (5, 6, 70, 40)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "Bastoin", "p0.png", "--box", "whole", *TERMS), "Bastion"),
        (("add", "tank", "p0.png", "--box", "whole", *TERMS), "one type of military vehicle"),
        (("add", "osa", "p0.png", "--box", "1,2,3", *TERMS), "four whole pixels"),
        (("add", "osa", "p0.png", "--box", "0,0,900,20", *TERMS), "not within the picture"),
        (("add", "osa", "p0.png", "p1.png", "--box", "0,0,40,40", *TERMS), "one by one"),
        (("list",), "no store of references"),
        (("remove", "osa-000000000000"), "no store of references"),
    ],
)
def test_bad_input_is_one_line_and_leaves_no_store(
    call: Callable[..., Answer], tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    store = tmp_path / "marchpast-references"
    assert not store.exists() or open_store(store).entries == ()


def test_a_duplicate_is_told(call: Callable[..., Answer]) -> None:
    call("add", "osa", "p0.png", "--box", "whole", *TERMS)
    code, _, err = call("add", "tor", "p0.png", "--box", "whole", *TERMS)
    assert code == 2
    assert "is there already as osa-" in err
