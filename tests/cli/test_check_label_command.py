"""`marchpast check-label`: lines and JSON, exit codes, refusals before anything is loaded."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.cli.main import build_parser, main
from marchpast.identity import attributes

Answer = tuple[int, str, str]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    def call(*arguments: object) -> Answer:
        code = main(["check-label", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def osa_of(result: Path) -> str:
    rows = json.loads((result / "result.json").read_text("utf-8"))["sightings"]
    return str(next(row["id"] for row in rows if row["node"] == "osa"))


def test_every_vehicle_of_a_result_gets_a_verdict(
    check: Callable[..., Answer], result: Path
) -> None:
    code, out, _ = check(result, "Оса")
    assert code == 0
    assert re.findall(r"^pair\.mp4#\d+: Оса \(9K33 Osa\): (\w+)$", out, re.M).count("possible") == 1
    assert out.count("  why: ") == 2
    assert "  look at: " in out


def test_the_file_of_a_result_will_do(check: Callable[..., Answer], result: Path) -> None:
    assert check(result / "result.json", "Osa") == check(result, "Osa")


def test_what_a_person_sees_excludes(check: Callable[..., Answer], result: Path) -> None:
    seen = ("--attribute", "canisters=6", "--attribute", "turret=yes")
    arguments = (result, "S-400", "--sighting", osa_of(result), *seen, "--json")
    code, out, _ = check(*arguments)
    assert code == 0
    (row,) = json.loads(out)
    assert (row["sighting"], row["node"]) == (osa_of(result), "s400")
    assert (row["verdict"], row["basis"]) == ("excluded", "seen")
    assert "a person saw 6 canisters or tubes, but S-400 Triumf" in row["reason"]
    assert check(*arguments, "--fail-on-difference")[0] == 5


def test_what_is_not_excluded_does_not_fail(check: Callable[..., Answer], result: Path) -> None:
    assert check(result, "Osa", "--fail-on-difference")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("Flying Dutchman",), "no vehicle is called"),
        (("Armata",), "names several"),
        (("Osa", "--attribute", "drive=legs"), "one of wheels, tracks"),
        (("Osa", "--attribute", "colour=green"), "the names are drive, axles"),
        (("Osa", "--attribute", "axles=3"), "name it with --sighting"),
        (("Osa", "--sighting", "pair.mp4#9"), "there are pair.mp4#1, pair.mp4#2"),
    ],
)
def test_what_makes_no_sense_is_refused(
    check: Callable[..., Answer], result: Path, arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = check(result, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert told in err


def test_a_folder_without_a_result_is_refused(check: Callable[..., Answer], tmp_path: Path) -> None:
    code, out, err = check(tmp_path, "Osa")
    assert (code, out) == (3, "")
    assert "run classify-frames" in err


def test_a_picture_of_nothing_decides_nothing(check: Callable[..., Answer], tmp_path: Path) -> None:
    """With the shipped models: nothing is found, so all of it is looked at as one vehicle."""
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((120, 160, 3), 128, np.uint8))
    code, out, _ = check(tmp_path / "grey.png", "S-400")
    assert (code, out.splitlines()[0]) == (0, "grey.png#1: S-400 (S-400 Triumf): undecidable")
    assert check(tmp_path / "grey.png", "S-400", "--attribute", "drive=tracks")[1].startswith(
        "grey.png#1: S-400 (S-400 Triumf): excluded\n  why: a person saw tracks"
    )


def test_the_help_teaches_by_example_and_lists_every_attribute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["check-label", "--help"])
    shown = capsys.readouterr().out
    examples = re.findall(r"^  marchpast (check-label .*)$", shown, re.M)
    assert len(examples) == 3
    for example in examples:
        build_parser().parse_args(shlex.split(example))
    listed = dict(re.findall(r"^  (\w+)=((?:[\w+]+, )*[\w+]+(?: to \d+)?)", shown, re.M))
    assert list(listed) == list(attributes())
    for name, attribute in attributes().items():
        values = list(attribute.values)
        is_range = attribute.is_count and len(values) > 2
        expected = f"{values[0]} to {values[-1]}" if is_range else ", ".join(values)
        assert listed[name] == expected
