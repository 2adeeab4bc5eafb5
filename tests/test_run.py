"""A whole run on the drawn world: files, order, failures, what is kept and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from marchpast.errors import OutputExistsError, SourceError
from marchpast.media import open_source
from marchpast.pipeline import Recognizer
from marchpast.report import validate_result
from marchpast.run import Run, Settings
from tests.drawn import convoy, draw, recognizer, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("run") / "convoy.mp4", convoy(), seconds=2)


def make(
    out: Path,
    *paths: Path,
    inventory: str | None = None,
    prior: str | None = None,
    annotate: bool = False,
    **how: object,
) -> dict[str, object]:
    settings = Settings(**how)  # type: ignore[arg-type]
    with Run(out, settings=settings, recognizer=recognizer()) as run:
        for path in paths:
            for _ in run.sightings(open_source(path)):
                pass
        if inventory:
            run.compare(inventory, prior=prior)
        run.save(annotate=annotate)
    content: dict[str, object] = json.loads((out / "result.json").read_text("utf-8"))
    return content


def test_a_result_is_whole_and_valid(clip: Path, tmp_path: Path) -> None:
    result = make(tmp_path / "out", clip, inventory="vladivostok-2017")
    assert validate_result(tmp_path / "out") == []
    assert set(result) >= {"provenance", "models", "settings", "sources", "sightings", "comparison"}
    nodes = sorted(row["node"] for row in result["sightings"])  # type: ignore[attr-defined]
    assert nodes == ["bm21_grad", "civilian_vehicle", "osa", "osa"]
    lines = (tmp_path / "out" / "detections.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == result["sources"][0]["frames_used"]  # type: ignore[index]
    first = json.loads(lines[0])
    assert {row["node"] for row in first["detections"]} == set(nodes)
    assert [entry.name for entry in (tmp_path / "out").glob(".run-*")] == []


def test_a_prior_is_shown_beside_the_picture_and_changes_nothing_else(
    clip: Path, tmp_path: Path
) -> None:
    alone = make(tmp_path / "alone", clip, inventory="vladivostok-2017")
    beside = make(tmp_path / "beside", clip, inventory="vladivostok-2017", prior="vladivostok")
    assert validate_result(tmp_path / "beside") == []
    prior = beside["comparison"].pop("prior")  # type: ignore[attr-defined]
    assert alone["comparison"].pop("prior") is None  # type: ignore[attr-defined]
    assert prior["origins"] == ["vladivostok-2011", "vladivostok-2015", "vladivostok-2016"]
    assert [row["sighting"] for row in prior["rankings"]] == [
        row["id"]
        for row in beside["sightings"]  # type: ignore[attr-defined]
    ]
    assert alone == beside
    page = (tmp_path / "beside" / "report.html").read_text("utf-8")
    assert "parades in Vladivostok before 2017: 2011, 2015, 2016" in page
    assert "parades in" not in (tmp_path / "alone" / "report.html").read_text("utf-8")


def test_a_type_learnt_from_rendered_pictures_alone_is_flagged(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recognizer, "rendered_only", ("osa",))
    result = make(tmp_path / "out", clip)
    rows = result["sightings"]
    flags = {row["node"]: row["flags"] for row in rows}  # type: ignore[attr-defined]
    assert flags["osa"] == [
        "learnt from rendered pictures only: no photo of this type was learnt from"
    ]
    assert flags["bm21_grad"] == []
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("learnt from rendered pictures only") == 2


def test_the_number_of_workers_leaves_no_trace(clip: Path, tmp_path: Path) -> None:
    written = {}
    for workers in (1, 2, 4):
        out = tmp_path / str(workers)
        make(out, clip, workers=workers, inventory="vladivostok-2017")
        written[workers] = {
            path.relative_to(out).as_posix(): path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }
    assert written[1] == written[2] == written[4]
    assert {"result.json", "detections.jsonl", "sightings.csv", "report.html"} <= set(written[1])


def test_nothing_of_this_machine_is_in_the_result(clip: Path, tmp_path: Path) -> None:
    make(tmp_path / "out", clip)
    for name in ("result.json", "detections.jsonl", "sightings.csv", "report.html"):
        assert str(tmp_path) not in (tmp_path / "out" / name).read_text("utf-8")
        assert str(clip.parent) not in (tmp_path / "out" / name).read_text("utf-8")


def test_a_result_is_not_replaced_unasked(clip: Path, tmp_path: Path) -> None:
    make(tmp_path / "out", clip)
    before = (tmp_path / "out" / "result.json").read_bytes()
    with pytest.raises(OutputExistsError, match="--overwrite"):
        Run(tmp_path / "out", recognizer=recognizer())
    assert (tmp_path / "out" / "result.json").read_bytes() == before


def test_an_abandoned_run_leaves_the_old_result(clip: Path, tmp_path: Path) -> None:
    make(tmp_path / "out", clip)
    before = sorted(path.name for path in (tmp_path / "out").iterdir())
    with (
        pytest.raises(RuntimeError, match="power"),
        Run(tmp_path / "out", recognizer=recognizer(), overwrite=True) as run,
    ):
        next(run.sightings(open_source(clip)))
        raise RuntimeError("power")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == before
    assert validate_result(tmp_path / "out") == []


def test_overwriting_leaves_nothing_of_the_old_result(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(out, clip, annotate=True)
    assert (out / "annotated").is_dir()
    still = tmp_path / "still.png"
    cv2.imwrite(str(still), draw(convoy()[:1], 0.0))
    with Run(out, recognizer=recognizer(), overwrite=True) as run:
        list(run.sightings(open_source(still)))
        run.save()
    assert not (out / "annotated").exists()
    assert len(list((out / "crops").iterdir())) == 1
    assert validate_result(out) == []


def test_other_files_in_the_folder_stay(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    make(tmp_path, clip)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputExistsError, match="is a file"):
        Run(tmp_path / "out", recognizer=recognizer())


def test_half_a_source_is_no_result(clip: Path, tmp_path: Path) -> None:
    with Run(tmp_path / "out", recognizer=recognizer()) as run:
        next(run.sightings(open_source(clip)))
        with pytest.raises(ValueError, match="not read to the end"):
            run.save()
        run.fail(clip.name, SourceError("the disk went away"))
        run.save()
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    assert result["sightings"] == result["sources"] == []
    assert result["failures"][0]["message"] == "the disk went away"


def test_the_same_name_twice_is_refused(clip: Path, tmp_path: Path) -> None:
    with Run(tmp_path / "out", recognizer=recognizer()) as run:
        list(run.sightings(open_source(clip)))
        with pytest.raises(ValueError, match="part of this run already"):
            next(run.sightings(open_source(clip)))


def test_labels_list_less(clip: Path, tmp_path: Path) -> None:
    result = make(tmp_path / "out", clip, labels=("SA-8 Gecko",))
    assert {row["node"] for row in result["sightings"]} == {"osa"}  # type: ignore[attr-defined]
    assert validate_result(tmp_path / "out") == []


def test_annotated_footage_has_every_frame(clip: Path, tmp_path: Path) -> None:
    make(tmp_path / "out", clip, annotate=True)
    (annotated,) = (tmp_path / "out" / "annotated").iterdir()
    source = open_source(annotated)
    assert sum(1 for _ in source.frames()) == 50


def military(result: dict[str, object]) -> dict[str, int]:
    rows = result["count_intervals"]
    return next(row for row in rows if row["node"] == "military_vehicle")  # type: ignore[attr-defined]


def test_clips_are_added_only_when_the_user_says_so(clip: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(clip.read_bytes())
    names = ((clip.name, other.name),)
    alone, same, disjoint = (
        make(tmp_path / name, clip, other, inventory="moscow-2023", **how)  # type: ignore[arg-type]
        for name, how in (
            ("alone", {}),
            ("same", {"same_convoy": names}),
            ("disjoint", {"disjoint": names}),
        )
    )
    assert military(alone)["at_once"] == military(same)["at_once"] == 3
    assert military(disjoint)["at_once"] == 6
    assert military(same)["high"] < military(alone)["high"]
    assert military(alone)["expected"] is None
    assert alone["links"] == []
    assert disjoint["links"] == [{"kind": "disjoint", "sources": list(names[0])}]
    for name in ("alone", "same", "disjoint"):
        assert validate_result(tmp_path / name) == []
    page = (tmp_path / "disjoint" / "report.html").read_text("utf-8")
    assert "show different vehicles" in page


def test_a_source_without_a_vehicle_breaks_no_link(clip: Path, tmp_path: Path) -> None:
    empty = write_clip(tmp_path / "empty.mp4", [], seconds=1)
    result = make(tmp_path / "out", clip, empty, disjoint=((clip.name, empty.name),))
    assert military(result)["at_once"] == 3
    assert validate_result(tmp_path / "out") == []


def test_a_link_to_no_source_of_the_run_is_refused(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no source of this run is called 'other\.mp4'"):
        make(tmp_path / "out", clip, disjoint=((clip.name, "other.mp4"),))


def test_labels_hide_vehicles_but_not_their_weight_in_a_count(clip: Path, tmp_path: Path) -> None:
    result = make(tmp_path / "out", clip, labels=("SA-8 Gecko",))
    whole = make(tmp_path / "whole", clip)
    kinds = {row["node"]: row for row in whole["count_intervals"]}  # type: ignore[attr-defined]
    assert result["count_intervals"] == [kinds["osa"]]


def test_vehicles_are_named_in_the_readers_language(clip: Path, tmp_path: Path) -> None:
    result = make(tmp_path / "out", clip, language="ru")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert '<bdi lang="ru">9К33 «Оса»</bdi>' in page
    assert result["settings"]["language"] == "ru"  # type: ignore[index]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"same_convoy": (("a.mp4",),)}, "two or more"),
        ({"disjoint": (("a.mp4", "a.mp4"),)}, "two or more different"),
        ({"language": "de"}, "en, ru, uk"),
        ({"stride": 0}, "stride"),
        ({"every": -1.0}, "every"),
        ({"every": 0.5, "stride": 2}, "exclude"),
        ({"workers": 0}, "workers"),
        ({"long_side": 100}, "multiple of 32"),
        ({"min_confidence": 1.5}, "min_confidence"),
        ({"device": "tpu"}, "auto, cpu, cuda"),
        ({"labels": ("osa",), "inventory": "vladivostok-2017"}, "labels"),
        ({"prior": "Vladivostok"}, "prior gives a second order"),
    ],
)
def test_impossible_settings(how: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Settings(**how)  # type: ignore[arg-type]
