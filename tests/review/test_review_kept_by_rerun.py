"""A run into a folder with a review keeps it, and shows it on the new page."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.drawn import convoy, recognizer, write_clip

from marchpast.errors import ReviewError
from marchpast.media import open_source
from marchpast.report import EditEntry, Review, load_result, result_sha256
from marchpast.run import Run, Settings


def run(folder: Path, clip: Path, *, every: float = 0.2, overwrite: bool = False) -> None:
    settings = Settings(every=every)
    with Run(folder, recognizer=recognizer(), settings=settings, overwrite=overwrite) as made:
        list(made.sightings(open_source(clip)))
        made.save()


def reviewed(folder: Path, *, node: str) -> bytes:
    """Write a review of every sighting, all named alike."""
    result = load_result(folder)
    edits = tuple(
        EditEntry(
            sighting=entry.id,
            source=entry.source,
            source_sha256=result.sources[0].sha256,
            kind="video",
            frame_index=entry.best.frame_index,
            time_s=entry.best.time_s,
            xyxy=entry.best.xyxy,
            suggested=entry.node,
            probability=entry.probability,
            reviewer="Ann",
            decision="corrected",
            node=node,
            note="",
            blind=True,
            time="2026-11-23T07:00:00Z",
        )
        for entry in result.sightings
    )
    review = Review(result_sha256=result_sha256(result), edits=edits)
    (folder / "review.json").write_text(review.model_dump_json(), "utf-8")
    return (folder / "review.json").read_bytes()


def test_a_second_run_keeps_what_people_said(tmp_path: Path) -> None:
    clip, folder = write_clip(tmp_path / "convoy.mp4", convoy()), tmp_path / "result"
    run(folder, clip)
    review = reviewed(folder, node="tor")
    sightings = len(load_result(folder).sightings)
    first = (folder / "result.json").read_bytes()
    # Other frames are looked at, so best looks and boxes are others; the file has another name.
    renamed = clip.rename(tmp_path / "renamed.mp4")
    run(folder, renamed, every=0.3, overwrite=True)
    assert (folder / "result.json").read_bytes() != first
    assert (folder / "review.json").read_bytes() == review
    page = (folder / "report.html").read_text("utf-8")
    assert page.count('says: <bdi lang="en">Tor-M1/M2</bdi>') == sightings
    assert "Edits that fit no sighting" not in page


def test_a_broken_review_stops_the_run_before_its_work(tmp_path: Path) -> None:
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / "review.json").write_text("{}", "utf-8")
    with pytest.raises(ReviewError, match="no review"):
        Run(folder, recognizer=recognizer())
    assert [path.name for path in folder.iterdir()] == ["review.json"]
