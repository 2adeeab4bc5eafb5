"""`marchpast compare`: sheets of pictures and of results, marks, refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from tests.drawn import Vehicle, recognizer, write_clip

from marchpast.cli import compare as command
from marchpast.cli.main import build_parser, main
from marchpast.media import open_source
from marchpast.pipeline import Recognizer
from marchpast.sheets import ViewName

Answer = tuple[int, str, str]


@pytest.fixture
def crop(tmp_path: Path) -> Path:
    path = tmp_path / "crop.png"
    cv2.imwrite(str(path), np.full((60, 90, 3), 128, np.uint8))
    return path


@pytest.fixture
def compare(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    def call(*arguments: object) -> Answer:
        code = main(["compare", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def osa_of(result: Path) -> tuple[str, str]:
    rows = json.loads((result / "result.json").read_text("utf-8"))["sightings"]
    row = next(row for row in rows if row["node"] == "osa")
    return str(row["id"]), Path(row["best"]["crop"]).stem


def test_marks_and_what_follows(compare: Callable[..., Answer], crop: Path) -> None:
    out = crop.with_name("sheet.html")
    code, said, _ = compare(
        crop, "--no-models", "--candidates", "Оса", "tochka_u", "BTR-80",
        "--attribute", "axles=3", "--tell", "radar=hidden", "--out", out,
    )  # fmt: skip
    assert code == 0
    assert said.splitlines() == [
        "Excluded: BTR-80. Still possible: 9K33 Osa and 9K79-1 Tochka-U.",
        "osa\tpossible\t",
        "tochka_u\tpossible\t",
        "btr80\texcluded\ta person saw 3 axles, but BTR-80 has 4 axles",
        "look at: whether it has a turret: a turret would exclude 9K79-1 Tochka-U",
        "look at: the number of canisters, tubes or missiles on it: 3 to 6 or 12 canisters or "
        "tubes would exclude 9K79-1 Tochka-U",
    ]
    page = out.read_text("utf-8")
    assert "9K33 Osa, 9K79-1 Tochka-U or BTR-80?" in page
    assert "--attribute axles=3 --tell radar=hidden" in page
    assert compare(crop, "--no-models", "--candidates", "osa", "--out", out)[0] == 2


def test_the_models_look_unless_they_are_told_not_to(
    compare: Callable[..., Answer], crop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawn = recognizer()
    monkeypatch.setattr(Recognizer, "load", lambda **_named: drawn)
    clip = write_clip(tmp_path / "one.mp4", [Vehicle("osa", 10, 20, 40)], seconds=0.6)
    frame = next(iter(open_source(clip).frames())).image
    scene = tmp_path / "scene.png"
    cv2.imwrite(str(scene), frame)
    out = tmp_path / "sheet.html"
    code, said, error = compare(scene, "--out", out)
    assert (code, said.splitlines()[1].split("\t")[0]) == (0, "osa"), error
    page = out.read_text("utf-8")
    assert "The models answer 9K33 Osa" in page
    assert "the box marks what is shown above" in page
    # A crop in which the detector finds nothing is one vehicle.
    assert compare(crop, "--candidates", "osa", "--out", out, "--overwrite")[0] == 0
    assert re.search(r"The models (answer|give|take)", out.read_text("utf-8"))


def test_a_sighting_of_a_result_is_attached_to_it(
    compare: Callable[..., Answer], result: Path
) -> None:
    id_, stem = osa_of(result)
    arguments = (result, "--sighting", id_, "--attach", "--language", "ru")
    code, said, error = compare(*arguments)
    assert code == 0, error
    assert said.splitlines()[1].startswith("osa\t")
    sheet = (result / "sheets" / f"{stem}.html").read_text("utf-8")
    assert id_ in sheet and "9К33 «Оса»" in sheet
    page = (result / "report.html").read_text("utf-8")
    assert page.count(f'href="sheets/{stem}.html"') == 2, "of its card, and of the list"
    assert "made for another result" not in page
    code, _, error = compare(*arguments)
    assert code == 2 and "exists" in error
    assert compare(*arguments, "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--no-models"], 2, "no candidates are named"),
        (["--no-models", "--candidates", "nonsense"], 2, "no vehicle is called 'nonsense'"),
        (["--no-models", "--candidates", "osa", "--attribute", "axles=99"], 2, "axles cannot be"),
        (["--no-models", "--candidates", "osa", "--tell", "osa.7=present"], 2, "no tell of this"),
        (["--no-models", "--candidates", "osa", "--out", "sheet.gif"], 2, "written as .html or"),
        (["--no-models", "--candidates", "osa", "--attach"], 2, "into a result's folder"),
        (["--no-models", "--candidates", "osa", "--store", "none"], 2, "no store of references"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_a_code(
    compare: Callable[..., Answer], crop: Path, arguments: list[str], code: int, message: str
) -> None:
    got, said, error = compare(crop, *arguments)
    assert (got, said) == (code, "")
    assert message in error and error.count("\n") == 1


def test_a_result_needs_the_name_of_a_vehicle(
    compare: Callable[..., Answer], result: Path, tmp_path: Path
) -> None:
    code, _, error = compare(result)
    assert code == 2 and "here are 2" in error and "--sighting" in error
    code, _, error = compare(result / "result.json", "--sighting", "x#1")
    assert code == 2 and "no vehicle is called 'x#1'" in error
    code, _, error = compare(tmp_path)
    assert code == 3 and "is no result" in error


def test_the_views_are_those_of_the_library() -> None:
    assert get_args(ViewName) == command._VIEWS


def test_every_option_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["compare", "--help"])
    told = capsys.readouterr().out
    for option in ("--candidates", "--sighting", "--attribute", "--tell", "--store", "--view",
                   "--language", "--no-models", "--out", "--attach", "--overwrite"):  # fmt: skip
        assert re.search(rf"^  {option}\b", told, re.M), option
