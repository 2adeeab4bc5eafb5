"""A small result on which every format is tried, and one of a drawn clip with its footage."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.drawn import convoy, write_clip
from tests.report.conftest import build_run, follow, report_of

from marchpast.media import open_source
from marchpast.report import (
    DETECTIONS_FILE,
    RESULT_FILE,
    DetectionEntry,
    DetectionRow,
    Provenance,
    Result,
    SightingEntry,
    SourceEntry,
)
from marchpast.taxonomy import Taxonomy, load_taxonomy


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="session")
def result_folder(tmp_path_factory: pytest.TempPathFactory, taxonomy: Taxonomy) -> Path:
    """Two videos, one of them cut short, a picture, a failed file, a comparison; read only."""
    folder = tmp_path_factory.mktemp("exchange") / "result"
    build_run(folder, taxonomy=taxonomy)
    return folder


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn clip of 25 frames."""
    return write_clip(tmp_path_factory.mktemp("footage") / "convoy.mp4", convoy(), seconds=1.0)


@pytest.fixture(scope="session")
def clip_result(tmp_path_factory: pytest.TempPathFactory, clip: Path, taxonomy: Taxonomy) -> Path:
    """A result of the drawn clip: frames 0, 3 and 6, the last without a box; read only."""
    source = open_source(clip)
    times = {frame.index: frame.time_s for frame in source.frames()}
    seen = DetectionEntry(xyxy=(10.0, 20.0, 58.5, 44.25), confidence=0.9, node="osa", track_id=1)
    other = DetectionEntry(xyxy=(0, 0, 320, 180), confidence=0.5, node=None, track_id=None)
    rows = [
        DetectionRow(source=clip.name, frame_index=index, time_s=times[index], detections=boxes)
        for index, boxes in ((0, (seen, other)), (3, (seen,)), (6, ()))
    ]
    sighting = SightingEntry.from_sighting(
        follow(clip.name, 1, "osa", taxonomy=taxonomy, frames=2), crop="crops/a.jpg"
    )
    return write_result_of(
        tmp_path_factory.mktemp("clip") / "result",
        sources=[SourceEntry.from_report(source.report())],
        sightings=[sighting],
        rows=rows,
    )


@pytest.fixture
def odd_sources(tmp_path: Path) -> Path:
    """A picture called like a video, a video of one frame, a video without a suffix."""
    one = {"frames_expected": 1, "frames_decoded": 1, "frames_used": 1, "last_time_s": 0.0}
    reports = (
        report_of("still.mov", kind="picture", duration_s=None, **one),
        report_of("short.mp4", **one),
        report_of("footage"),
    )
    box = DetectionEntry(xyxy=(1, 2, 3, 4), confidence=1.0, node=None, track_id=None)
    rows = [
        DetectionRow(source=report.name, frame_index=0, time_s=0.0, detections=(box,))
        for report in reports
    ]
    sources = [SourceEntry.from_report(report) for report in reports]
    return write_result_of(tmp_path / "odd", sources=sources, rows=rows)


def write_result_of(
    folder: Path,
    *,
    sources: Iterable[SourceEntry],
    rows: Iterable[DetectionRow],
    sightings: Iterable[SightingEntry] = (),
) -> Path:
    """Write the two files that an export reads."""
    result = Result(
        provenance=Provenance(marchpast_version="0.1.0", inventory_sha256=None),
        models=(),
        settings={},
        sources=tuple(sources),
        failures=(),
        sightings=tuple(sightings),
        counts=(),
        count_intervals=(),
        links=(),
        comparison=None,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT_FILE).write_text(result.model_dump_json(), "utf-8")
    lines = "".join(f"{row.model_dump_json()}\n" for row in rows)
    (folder / DETECTIONS_FILE).write_text(lines, "utf-8")
    return folder


def block_of_the_page(number: int) -> str:
    """Return the Python code that docs/neighbours.md shows: it needs a result to be there."""
    page = Path(__file__).parents[2] / "docs" / "neighbours.md"
    return page.read_text("utf-8").split("```py\n")[number + 1].split("```")[0]
