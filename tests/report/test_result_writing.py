"""What a finished run leaves in its folder."""

from __future__ import annotations

import csv
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.errors import ResultError
from marchpast.records import Sighting
from marchpast.report import Result, load_result, save_sighting, validate_result, write_result
from marchpast.report.text import storable
from marchpast.report.writing import TABLE_COLUMNS
from marchpast.taxonomy import Taxonomy

WRITTEN_LAST = ("sightings.csv", "result.json", "report.html")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def read_table(folder: Path) -> list[dict[str, str]]:
    with (folder / "sightings.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_a_run_leaves_these_files_and_no_other(
    tmp_path: Path, write_run: Callable[..., Result]
) -> None:
    write_run(tmp_path)
    names = sorted(digests(tmp_path))
    assert [name for name in names if not name.startswith("crops/")] == [
        "detections.jsonl",
        "report.html",
        "result.json",
        "sightings.csv",
    ]
    crops = [name for name in names if name.startswith("crops/")]
    assert len(crops) == 7
    assert all(re.fullmatch(r"crops/[a-z0-9_]+-[0-9a-f]{10}-\d{4}\.jpg", name) for name in crops)


def test_the_same_run_gives_the_same_bytes(
    tmp_path: Path, write_run: Callable[..., Result]
) -> None:
    write_run(tmp_path / "a")
    write_run(tmp_path / "b")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_nothing_tells_where_the_folder_was(
    tmp_path: Path, write_run: Callable[..., Result]
) -> None:
    write_run(tmp_path)
    for path in tmp_path.rglob("*.*"):
        assert str(tmp_path).encode() not in path.read_bytes()


def test_the_table_says_what_the_result_says(
    tmp_path: Path, write_run: Callable[..., Result]
) -> None:
    result = write_run(tmp_path)
    rows = read_table(tmp_path)
    assert tuple(rows[0]) == TABLE_COLUMNS
    assert [row["id"] for row in rows] == [sighting.id for sighting in result.sightings]
    assert rows[0]["name"] == "9K33 Osa"
    assert rows[0]["name_ru"] == "9К33 «Оса»"
    assert rows[0]["candidate_1"] == "osa"
    assert rows[0]["candidate_3"] == ""
    assert rows[5]["name"] == "unknown vehicle"
    assert rows[0]["set"] == "osa; s300_family"
    assert rows[0]["set_names"] == "9K33 Osa or S-300 family"
    assert (rows[0]["set_probability"], rows[0]["set_rate"]) == ("0.93", "0.9")
    assert rows[0]["conflicts"] == "tracks are seen, but Osa has wheels"
    assert (rows[1]["set"], rows[1]["set_probability"]) == ("", "")
    assert (rows[5]["set"], rows[5]["set_probability"]) == ("", "0.0")
    assert float(rows[1]["first_time_s"]) == 0.16
    assert rows[0]["likeliest_with_prior"] == "osa"
    assert 0 < float(rows[0]["likeliest_with_prior_share"]) <= 1


def test_table_lines_end_as_rfc_4180_says(tmp_path: Path, write_run: Callable[..., Result]) -> None:
    write_run(tmp_path)
    content = (tmp_path / "sightings.csv").read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") == 8


def test_no_cell_is_a_formula(nasty_runs: tuple[tuple[str, Path], ...]) -> None:
    for text, folder in nasty_runs:
        rows = read_table(folder)
        assert len(rows) == 7
        for row in rows:
            for cell in row.values():
                assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", cell), (text, cell)


def test_negative_numbers_stay_numbers(
    tmp_path: Path, make_sighting: Callable[..., Sighting], taxonomy: Taxonomy
) -> None:
    entry = save_sighting(tmp_path, make_sighting("clip.mp4", 1, "osa"))
    result = minimal(entry.model_copy(update={"first_time_s": -0.5}))
    write_result(tmp_path, result, taxonomy=taxonomy)
    assert read_table(tmp_path)[0]["first_time_s"] == "-0.5"


def minimal(*entries: object) -> Result:
    return Result.model_validate(
        {
            "provenance": {"marchpast_version": "1", "inventory_sha256": None},
            "models": (),
            "settings": {},
            "sources": (),
            "failures": (),
            "sightings": entries,
            "counts": (),
            "count_intervals": (),
            "links": (),
            "comparison": None,
        }
    )


def test_crop_names_hold_nothing_from_outside(
    tmp_path: Path, make_sighting: Callable[..., Sighting], nasty: tuple[str, ...]
) -> None:
    crops = {save_sighting(tmp_path, make_sighting(text, 1, "osa")).best.crop for text in nasty}
    assert len(crops) == len(nasty)
    assert {path.parent for path in tmp_path.rglob("*.jpg")} == {tmp_path / "crops"}
    assert {f"crops/{path.name}" for path in tmp_path.rglob("*.jpg")} == crops


def test_a_crop_shows_what_was_cut(tmp_path: Path, make_sighting: Callable[..., Sighting]) -> None:
    sighting = make_sighting("clip.mp4", 2, "osa")
    entry = save_sighting(tmp_path, sighting)
    image = cv2.imread(str(tmp_path / entry.best.crop))
    assert image is not None
    difference = np.abs(image.astype(int) - sighting.track.crops[0].image.astype(int))
    assert difference.mean() < 3


@pytest.mark.parametrize("name", WRITTEN_LAST)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path,
    write_run: Callable[..., Result],
    taxonomy: Taxonomy,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    call: str,
) -> None:
    result = write_run(tmp_path)
    before = digests(tmp_path)
    changed = result.model_copy(update={"failures": (), "sightings": result.sightings[:2]})
    # The n-th file fails; those before it are new, it and those after it are old.
    first_old = WRITTEN_LAST.index(name)

    def failing(path: Path, target: Path) -> Path:
        if call == "replace" and Path(target).name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_replace(path, target)

    def failing_sync(descriptor: int) -> None:
        opened = Path(f"/proc/self/fd/{descriptor}").readlink().name
        if call == "fsync" and f".{name}." in opened:
            raise OSError(errno.ENOSPC, "No space left on device")
        real_sync(descriptor)

    real_replace, real_sync = Path.replace, os.fsync
    monkeypatch.setattr(Path, "replace", failing)
    monkeypatch.setattr(os, "fsync", failing_sync)
    with pytest.raises(OSError, match="No space left"):
        write_result(tmp_path, changed, taxonomy=taxonomy)
    after = digests(tmp_path)
    assert after.keys() == before.keys()
    unchanged = [file for file in WRITTEN_LAST if after[file] == before[file]]
    assert unchanged == list(WRITTEN_LAST[first_old:])


def test_a_missing_crop_stops_before_anything_is_written(
    tmp_path: Path, write_run: Callable[..., Result], taxonomy: Taxonomy
) -> None:
    result = write_run(tmp_path)
    shutil.rmtree(tmp_path / "crops")
    before = digests(tmp_path)
    with pytest.raises(ResultError, match="crops before the page"):
        write_result(tmp_path, result.model_copy(update={"failures": ()}), taxonomy=taxonomy)
    assert digests(tmp_path) == before


def test_every_nasty_text_comes_back_from_the_result(
    nasty_runs: tuple[tuple[str, Path], ...],
) -> None:
    for text, folder in nasty_runs:
        assert validate_result(folder) == []
        assert load_result(folder).failures[0].source == storable(text)
