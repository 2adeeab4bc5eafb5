"""What an assessment takes from a result."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from marchpast.errors import ResultError
from marchpast.explaining import ReuseMatch, ReuseSearch, SeenKind
from marchpast.report import Result, explain, facts_of
from marchpast.reuse import (
    REUSE_FILE,
    ArchiveEntry,
    ClipEntry,
    MatchEntry,
    MeasuredEntry,
    Reuse,
)

WORDS: dict[str, Any] = {
    "claim": "mobilisation",
    "place": "Vladivostok",
    "date": "2017-04-16",
    "provenance": "posted by a driver",
}


@pytest.fixture
def folder(tmp_path: Path, write_run: Callable[..., Result]) -> Path:
    write_run(tmp_path / "result")
    return tmp_path / "result"


def test_the_facts_of_a_result(folder: Path) -> None:
    facts = facts_of(folder, **WORDS)
    # Civil, unnamed and empty answers are left out; sets are in the order of the tree.
    assert facts.seen == (
        SeenKind(("military_vehicle",), 1),
        SeenKind(("btr_8x8",), 1),
        SeenKind(("air_defence",), 1),
        SeenKind(("s300_family", "osa"), 1),
        SeenKind(("osa",), 1),
    )
    assert facts.date == datetime.date(2017, 4, 16)
    assert facts.fit is not None
    assert (facts.fit.inventory, facts.fit.place) == ("test-2017", "Vladivostok")
    assert facts.fit.event_date == datetime.date(2017, 5, 9)
    content = (folder / "result.json").read_bytes()
    assert facts.result_sha256 == hashlib.sha256(content).hexdigest()


def test_the_comparison_is_all_that_is_known_of_the_inventory(folder: Path) -> None:
    came = explain(folder, **WORDS)
    fits = [item for item in came.evidence if item.kind.startswith("fit")]
    assert len(fits) == 1
    assert fits[0].text.startswith("test-2017 (Vladivostok): consistent, but does not prove it.")
    # Its note, and what others counted, are no evidence.
    assert "A counter" not in came.to_json() and "and more" not in came.to_json()


def test_the_announcement_may_be_of_an_exercise(folder: Path) -> None:
    came = explain(folder, **WORDS, announcement_of="exercise")
    assert came.explanation("exercise").evidence_for == ("E1",)


def test_a_day_may_be_given_as_a_date(folder: Path) -> None:
    as_date = explain(folder, **{**WORDS, "date": datetime.date(2017, 4, 16)})
    assert as_date == explain(folder, **WORDS)
    with pytest.raises(ValueError, match="isoformat"):
        explain(folder, **{**WORDS, "date": "spring 2017"})


def reuse_of(folder: Path, *, date: datetime.date | None, for_this: bool = True) -> None:
    """Write a `reuse.json` with one match and one that only looks alike."""
    digest = hashlib.sha256((folder / "result.json").read_bytes()).hexdigest()
    match = MatchEntry(
        file="2016/rehearsal.mp4",
        file_sha256="ab" * 32,
        file_date=date,
        verdict="same_footage",
        sentence="The same footage.",
        clip_from_s=1.0,
        clip_to_s=9.5,
        file_from_s=31.0,
        file_to_s=39.5,
        speed=1.0,
        speed_from=0.99,
        speed_to=1.01,
        is_mirrored=True,
        is_cropped=False,
        part=(0.0, 0.0, 1.0, 1.0),
        borders_removed=False,
        covered=(),
        frames_compared=17,
        frames_alike=17,
        looks=0.95,
        moves=0.9,
        is_time_certain=True,
        picture=None,
    )
    alike = match.model_copy(update={"file": "1990/alike.mp4", "verdict": "nothing_moves"})
    clips = tuple(
        ClipEntry(
            source=source,
            sha256="cd" * 32,
            seconds=10.0,
            frames_used=20,
            frames_usable=20,
            same_file=None,
            statement=("found",),
            matches=matches,
            alike=(alike,),
        )
        for source, matches in (("clip.mp4", (match,)), ("night.mp4", ()))
    )
    reuse = Reuse(
        marchpast_version="0.1.0",
        result_sha256=digest if for_this else "ef" * 32,
        archive=ArchiveEntry(name="a.sqlite", files=3, hours=2.0, sha256="ab" * 32),
        clips=clips,
        measured=MeasuredEntry(
            sentence="Measured: none of 1,000 unrelated clips had a match.",
            unrelated_clips=1000,
            false_matches=0,
            upper_95=0.003,
            hours=1.0,
        ),
        cannot_find=(),
    )
    (folder / REUSE_FILE).write_text(reuse.model_dump_json(), "utf-8")


def test_the_search_beside_the_result_is_taken(folder: Path) -> None:
    reuse_of(folder, date=datetime.date(2016, 5, 3))
    facts = facts_of(folder, **WORDS)
    # What only looks alike is no match.
    match = ReuseMatch("2016/rehearsal.mp4", datetime.date(2016, 5, 3), 8.5, clip="clip.mp4")
    assert facts.reuse is not None
    assert (facts.reuse.hours, facts.reuse.matches) == (2.0, (match,))
    (item,) = [i for i in explain(folder, **WORDS).evidence if i.kind == "reuse_earlier"]
    assert item.text == (
        "8.5 s of clip.mp4 match 2016/rehearsal.mp4 in your archive of 2 hours, which you dated "
        "3 May 2016, before the date given. Measured: none of 1,000 unrelated clips had a match."
    )


def test_a_search_given_by_hand_is_taken_instead(folder: Path) -> None:
    reuse_of(folder, date=None)
    assert facts_of(folder, **WORDS, reuse=ReuseSearch(7.0)).reuse == ReuseSearch(7.0)


def test_a_search_for_an_earlier_result_is_left_out_and_told(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reuse_of(folder, date=None, for_this=False)
    assert facts_of(folder, **WORDS).reuse is None
    assert "reuse.json was left out: it is of another result" in caplog.text


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError):
        explain(tmp_path, **WORDS)


def test_an_event_without_a_real_date_is_refused(folder: Path) -> None:
    content = json.loads((folder / "result.json").read_text("utf-8"))
    content["comparison"]["inventory"]["date"] = "spring"
    (folder / "result.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(ResultError, match=r"comparison.inventory.date: must be YYYY-MM-DD"):
        explain(folder, **WORDS)


def test_nasty_texts_come_out_on_one_line(nasty_runs: tuple[tuple[str, Path], ...]) -> None:
    for text, folder in nasty_runs[:12]:
        with pytest.raises(ResultError, match=r"comparison\.inventory\.date"):
            explain(folder, **{**WORDS, "claim": f"claim {text}"})
