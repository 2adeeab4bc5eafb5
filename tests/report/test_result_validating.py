"""The validator finds every kind of damage, and nothing in a sound result."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from marchpast.errors import ResultError
from marchpast.report import Result, validate, validate_result

Damage = Callable[[Any], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sound") / "run"


@pytest.fixture
def run(sound: Path, tmp_path: Path, write_run: Callable[..., Result]) -> Path:
    """A fresh copy of a sound result."""
    if not sound.exists():
        write_run(sound)
    return Path(shutil.copytree(sound, tmp_path / "run"))


def change_result(run: Path, damage: Damage) -> None:
    path = run / "result.json"
    content = json.loads(path.read_text("utf-8"))
    damage(content)
    path.write_text(json.dumps(content), "utf-8")


def change_line(run: Path, number: int, damage: Damage) -> None:
    path = run / "detections.jsonl"
    lines = path.read_text("utf-8").splitlines()
    row = json.loads(lines[number - 1])
    damage(row)
    lines[number - 1] = json.dumps(row)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def put(*keys: str | int, value: object) -> Damage:
    def damage(content: Any) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return damage


def drop(*keys: str | int) -> Damage:
    def damage(content: Any) -> None:
        for key in keys[:-1]:
            content = content[key]
        del content[keys[-1]]

    return damage


def test_a_sound_result_has_no_problem(run: Path) -> None:
    assert validate_result(run) == []


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (put("format", value="marchpast-result/1"), "format: Input should be 'marchpast-result/3'"),
        (put("sightings", 0, "answer", "rate", value=1.5), "from 0 to 1, got 1.5"),
        (put("sightings", 0, "answer", "nodes", value=["osa", "osa"]), "'osa' is there twice"),
        (put("sightings", 0, "answer", "nodes", value=[]), "an empty set holds nothing"),
        (put("sightings", 0, "attributes", 0, "origin", value="press"), "attributes.0.origin"),
        (put("count_intervals", 0, "at_once", value=99), "must be at_once <= low <= high"),
        (put("count_intervals", 1, "node", value="military_vehicle"), "is there twice"),
        (put("links", 0, "sources", 0, value="other.mp4"), "'other.mp4' is not among the sources"),
        (put("comparison", "lines", 0, "covered_least", value=9), "covered_least is above"),
        (put("comparison", "lines", 0, "covered_least", value=None), "belong to announced lines"),
        (put("comparison", "lines", 0, "over", value=1), "over and shown_at belong together"),
        (put("comparison", "prior", "origins", 0, value="test-2017"), "which was compared with"),
        (put("comparison", "prior", "rankings", 0, "sighting", value="x#1"), "'x#1' is not among"),
        (
            put("comparison", "prior", "rankings", 0, "candidates", 0, "with_prior", value=0.0),
            "must be likeliest with the prior first",
        ),
        (drop("comparison", "prior"), "comparison.prior: Field required"),
        (put("extra", value=1), "extra: Extra inputs are not permitted"),
        (drop("comparison"), "comparison: Field required"),
        (put("sightings", 0, "probability", value=1.5), "from 0 to 1, got 1.5"),
        (put("sightings", 0, "probability", value="0.9"), "sightings.0.probability"),
        (put("sightings", 0, "probability", value=float("nan")), "sightings.0.probability"),
        (put("sightings", 0, "level", value="sure"), "sightings.0.level"),
        (put("sightings", 0, "best", "crop", value="../x.jpg"), "sightings.0.best.crop"),
        (put("sightings", 0, "frame_count", value=0), "sightings.0.frame_count"),
        (put("sources", 0, "sha256", value="XY"), "sources.0.sha256"),
        (put("sources", 0, "status", value="fine"), "sources.0.status"),
        (put("comparison", "overall", value="confirmed"), "comparison.overall"),
        (put("sightings", 1, "id", value="parade/clip.mp4#1"), "is used twice"),
        (put("sightings", 1, "id", value="x"), "must be '<source>#<track_id>', got 'x'"),
        (put("sightings", 0, "source", value="other.mp4"), "'other.mp4' is not among the sources"),
        (put("sightings", 0, "last_time_s", value=-1), "before its start"),
        (put("sightings", 0, "candidates", 1, "probability", value=0.95), "likeliest first"),
        (put("sightings", 0, "frame_count", value=4), "4 frames, but 5 detections"),
        (put("sightings", 0, "first_time_s", value=0.04), "but detected from 0.0"),
        (put("sightings", 0, "node", value="tor"), "node 'osa', but its sighting is 'tor'"),
        (drop("sightings", 6), "track 1 is no sighting"),
        (drop("sightings", 6), "belongs to no sighting"),
        (drop("sightings", 6), "7 rows, but 6 sightings"),
        (put("sources", 1, "name", value="parade/clip.mp4"), "'parade/clip.mp4' is listed twice"),
        (put("sources", 0, "frames_decoded", value=20), "but 20 were decoded"),
        (put("sources", 0, "frames_used", value=3), "but 3 frames were used"),
        (put("sources", 0, "width", value=64), "is not within the width 64"),
        (put("sources", 0, "height", value=64), "is not within the height 64"),
        (put("counts", 0, "tracks", value=9), "9 tracks, but"),
        (put("counts", 0, "at_once", value=9), "9 at once are more than"),
        (drop("counts", 0), "is missing, but"),
        (lambda c: c["counts"].append(c["counts"][0]), "is counted twice"),
    ],
)
def test_damage_to_the_result_is_found(run: Path, damage: Damage, problem: str) -> None:
    change_result(run, damage)
    assert any(problem in line for line in validate_result(run))


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (drop("time_s"), "detections.jsonl:2: time_s: Field required"),
        (put("time_s", value="now"), "detections.jsonl:2: time_s"),
        (put("frame_index", value=-1), "detections.jsonl:2: frame_index"),
        (put("more", value=1), "detections.jsonl:2: more: Extra inputs"),
        (put("source", value="x"), "detections.jsonl:2: source 'x' is not among the sources"),
        (put("frame_index", value=0), "detections.jsonl:2: frame 0 does not follow 0"),
        (put("frame_index", value=99), "detections.jsonl:2: frame 99, but 50 were decoded"),
        (put("detections", 0, "track_id", value=77), "detections.jsonl:2: track 77 is no sighting"),
        (put("detections", 0, "node", value=None), "detections.jsonl:2: node None"),
        (put("detections", 0, "xyxy", value=[1, 2, 3]), "detections.jsonl:2: detections.0.xyxy"),
        (put("detections", 0, "xyxy", value=[5, 2, 3, 4]), "detections.jsonl:2: box"),
        (put("detections", 0, "confidence", value=2), "detections.jsonl:2: detections.0.confid"),
        (lambda r: r["detections"].append(r["detections"][0]), ":2: track 1 is there twice"),
        (put("detections", value=[]), "5 frames, but 4 detections"),
    ],
)
def test_damage_to_a_row_is_found_with_its_line(run: Path, damage: Damage, problem: str) -> None:
    lines = (run / "detections.jsonl").read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if '"parade/clip.mp4"' in line)
    # The rows of the first source come second in the file; move them to the top.
    moved = lines[first:] + lines[:first]
    (run / "detections.jsonl").write_text("\n".join(moved) + "\n", "utf-8")
    assert validate_result(run) == []
    change_line(run, 2, damage)
    assert any(problem in line for line in validate_result(run))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"format": "\\ud800"}'])
def test_what_is_no_result_is_said_in_lines(run: Path, content: bytes) -> None:
    (run / "result.json").write_bytes(content)
    problems = validate_result(run)
    assert problems
    assert all(line.startswith("result.json: ") and "\n" not in line for line in problems)


def test_rows_are_checked_even_without_a_result(run: Path) -> None:
    (run / "result.json").write_bytes(b"{}")
    change_line(run, 1, drop("source"))
    assert any(line.startswith("detections.jsonl:1: source") for line in validate_result(run))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the header is not the one of the format"),
        (b"id,source\r\n", "the header is not the one of the format"),
        (b"\xff\xfe\x00", "no table in UTF-8"),
        (b'"id', "no table in UTF-8"),
    ],
)
def test_damage_to_the_table_is_found(run: Path, content: bytes, problem: str) -> None:
    (run / "sightings.csv").write_bytes(content)
    assert [line for line in validate_result(run) if problem in line]


def test_a_lost_and_a_short_row_are_found(run: Path) -> None:
    path = run / "sightings.csv"
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([*lines[:3], b"only,two", *lines[5:]]))
    assert validate_result(run) == [
        "sightings.csv: 6 rows, but 7 sightings",
        "sightings.csv: row 3 has 2 cells, not 37",
    ]


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_a_crop_that_does_not_open_is_found(run: Path, content: bytes | None) -> None:
    crop = sorted((run / "crops").iterdir())[0]
    if content is None:
        crop.unlink()
    else:
        crop.write_bytes(content)
    problems = validate_result(run)
    assert len(problems) == 1
    assert crop.name in problems[0]


def test_a_crop_too_many_is_found(run: Path) -> None:
    (run / "crops" / "stray.jpg").write_bytes(b"")
    assert validate_result(run) == ["crops: crops/stray.jpg belongs to no sighting"]


@pytest.mark.parametrize(
    "name", ["result.json", "detections.jsonl", "sightings.csv", "report.html"]
)
def test_a_missing_file_is_an_error(run: Path, name: str) -> None:
    (run / name).unlink()
    with pytest.raises(ResultError, match=f"{name}: missing; give the folder"):
        validate_result(run)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="missing; give the folder"):
        validate_result(tmp_path / "nowhere")


def test_many_problems_are_summed_up(run: Path) -> None:
    (run / "detections.jsonl").write_text("x\n" * (validate.PROBLEM_LIMIT + 50), "utf-8")
    problems = [line for line in validate_result(run) if line.startswith("detections.jsonl")]
    assert len(problems) == validate.PROBLEM_LIMIT + 1
    # 50 more lines, and 7 sightings without a detection.
    assert problems[-1] == "detections.jsonl: and 57 more problems of this kind"


def test_problems_are_plain_lines(run: Path) -> None:
    change_result(run, put("sightings", 0, "source", value="a\x1b[31m\nb"))
    problems = validate_result(run)
    assert problems
    assert all(line.isprintable() for line in problems)
