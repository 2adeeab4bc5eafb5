"""A made-up run with known truth: two videos and a picture, drawn vehicles, a comparison."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from marchpast.inventory import (
    Amount,
    AnnouncedLine,
    ClipLink,
    Counted,
    Figures,
    Inventory,
    InventorySource,
    count_intervals,
    count_seen,
    prior_of,
    reconcile,
)
from marchpast.records import (
    AnswerSet,
    BgrImage,
    Box,
    Candidate,
    Crop,
    Detections,
    Identity,
    SeenAttribute,
    Sighting,
    SourceReport,
    Track,
)
from marchpast.report import (
    ComparisonEntry,
    CountEntry,
    DetectionJournal,
    FailureEntry,
    IntervalEntry,
    LinkEntry,
    ModelEntry,
    Provenance,
    Result,
    SourceEntry,
    save_sighting,
    write_result,
)
from marchpast.taxonomy import Taxonomy, load_taxonomy

WIDTH, HEIGHT = 640, 360

NASTY = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "<iframe src=javascript:alert(1)>",
    "javascript:alert(1)",
    "<a href='https://example.org/'>click</a>",
    "https://example.org/tracker.gif",
    "//example.org/x.js",
    "data:text/html,<script>alert(1)</script>",
    "<link rel=stylesheet href=//example.org>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<base href='//example.org/'>",
    "<style>@import '//example.org';</style>",
    "<form action=//example.org><input name=q>",
    "<!-- comment -->",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "{{ 7 * 7 }}",
    "{% include '/etc/passwd' %}",
    "{# comment #}",
    "${7*7}",
    "%(name)s %d %s",
    "=1+1",
    '=HYPERLINK("http://example.org","click")',
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "a,b;c|d",
    'quote " quote',
    "quote ' quote",
    "line one\nline two\r\nline three",
    "nul \x00 byte",
    "\x1b[31mred\x1b[0m \x07",
    "right\u202eot tfel",
    "\u2066isolate\u2069 \u200fmark\u200e",
    "zero\u200bwidth\ufeff",
    "line\u2028paragraph\u2029",
    "lone \udcff surrogate \ud800",
    "../../../etc/passwd",
    "C:\\Windows\\con.jpg",
    "Колонна «Оса» — 9К33 🚀 日本語 e\u0301",
    "x" * 400,
)
"""Strings that have broken pages, tables, terminals or file names."""


@pytest.fixture(scope="session")
def nasty() -> tuple[str, ...]:
    return NASTY


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def draw_crop(seed: int, *, width: int = 96, height: int = 60) -> BgrImage:
    """Return a drawn vehicle: a body on a road, different for every seed."""
    image = np.full((height, width, 3), (190, 180, 160), np.uint8)
    image[height * 3 // 4 :] = (90, 90, 90)
    image[height // 3 : height * 3 // 4, 8 : width - 8] = (60, (70 + 13 * seed) % 256, 50)
    return image


def follow(
    source: str,
    track_id: int,
    node: str,
    *,
    taxonomy: Taxonomy,
    start: int = 0,
    frames: int = 5,
    reason: str = "it holds enough",
    probability: float = 0.9,
    answer: AnswerSet | None = None,
    attributes: tuple[SeenAttribute, ...] = (),
    conflicts: tuple[str, ...] = (),
) -> Sighting:
    """Return a vehicle that moves 4 px a frame to the right, seen in every second frame."""
    index = np.arange(start, start + 2 * frames, 2)
    left = 10.0 + 4.0 * (index - start) + 20.0 * track_id
    xyxy = np.stack([left, left * 0 + 100, left + 96, left * 0 + 160], axis=1).astype(np.float32)
    box: Box = (float(xyxy[0, 0]), 100.0, float(xyxy[0, 2]), 160.0)
    time_s = index / 25.0
    crop = Crop(int(index[0]), float(time_s[0]), box, draw_crop(track_id), 1.0)
    level = "unknown" if node in ("unknown", "background") else taxonomy.level(node)
    candidates = (Candidate("osa", probability), Candidate("btr80", (1 - probability) / 2))
    return Sighting(
        source,
        Track(
            track_id,
            0,
            index.astype(np.int64),
            time_s,
            xyxy,
            np.full(frames, 0.8, np.float32),
            (crop,),
        ),
        Identity(
            node,
            level,
            probability,
            reason,
            candidates,
            masses=(Candidate(node, probability),) if level != "unknown" else (),
            answer=answer,
            attributes=attributes,
            conflicts=conflicts,
        ),
    )


def report_of(name: str, **changes: object) -> SourceReport:
    """Return the report of a video of 50 frames that was read to its end."""
    facts: dict[str, object] = {
        "name": name,
        "kind": "video",
        "sha256": hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest(),
        "size_bytes": 123_456,
        "width": WIDTH,
        "height": HEIGHT,
        "frames_expected": 50,
        "frames_decoded": 50,
        "frames_used": 25,
        "first_time_s": 0.0,
        "last_time_s": 1.96,
        "duration_s": 2.0,
        "decode_errors": 0,
        "status": "complete",
        "note": "",
    }
    return SourceReport(**(facts | changes))  # type: ignore[arg-type]


def journal(folder: Path, sightings: list[Sighting]) -> None:
    """Write `detections.jsonl` from the tracks, with one box that nobody followed."""
    rows: dict[tuple[str, int], list[tuple[float, Box, int]]] = {}
    for sighting in sightings:
        track = sighting.track
        for index, time_s, box in zip(track.frame_index, track.time_s, track.xyxy, strict=True):
            row = rows.setdefault((sighting.source, int(index)), [])
            row.append((float(time_s), tuple(box), track.track_id))
    for row in rows.values():
        row.append((row[0][0], (300.0, 10.0, 320.0, 20.0), 0))
    with DetectionJournal(folder) as writer:
        for (source, index), row in sorted(rows.items()):
            detections = Detections(
                np.array([box for _, box, _ in row], np.float32),
                np.full(len(row), 0.8, np.float32),
                np.zeros(len(row), np.int64),
            )
            writer.append(
                source,
                frame_index=index,
                time_s=row[0][0],
                detections=detections,
                track_ids=[track_id for _, _, track_id in row],
            )
        writer.finish(
            {
                (sighting.source, sighting.track.track_id): (
                    sighting.track.track_id,
                    sighting.identity.node,
                )
                for sighting in sightings
            }
        )


def build_run(folder: Path, *, taxonomy: Taxonomy, text: str | None = None) -> Result:
    """Write a complete, consistent result; `text` replaces every free text in it.

    Returns:
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def free(usual: str) -> str:
        return usual if text is None else text

    clip, night = free("parade/clip.mp4"), free("night") + ".mp4"
    photo = free("photo") + ".jpg"
    either = AnswerSet(
        ("osa", "s300_family"), 0.93, 0.9, free("without Osa it would hold 0.40"), (free("axles"),)
    )
    nothing = AnswerSet((), 0.0, 0.9, free("unlike everything learnt"))
    sightings = [
        follow(
            clip,
            1,
            "osa",
            taxonomy=taxonomy,
            reason=free("Osa holds 0.90"),
            answer=either,
            attributes=(
                SeenAttribute("drive", "tracks", "model", 0.97),
                SeenAttribute(free("cab"), free("flat"), "user"),
            ),
            conflicts=(free("tracks are seen, but Osa has wheels"),),
        ),
        follow(clip, 2, "osa", taxonomy=taxonomy, start=4, reason=free("Osa holds 0.90")),
        follow(clip, 3, "btr_8x8", taxonomy=taxonomy, start=6, reason=free("BTR only")),
        follow(clip, 4, "civilian_vehicle", taxonomy=taxonomy, start=20, reason=free("civil")),
        follow(night, 1, "air_defence", taxonomy=taxonomy, reason=free("dark")),
        follow(
            night,
            2,
            "unknown",
            taxonomy=taxonomy,
            probability=0.4,
            reason=free("too dark"),
            answer=nothing,
        ),
        follow(photo, 1, "military_vehicle", taxonomy=taxonomy, frames=1, reason=free("small")),
    ]
    inventory = Inventory(
        id=free("test-2017"),
        place=free("Vladivostok"),
        date=free("2017-05-09"),
        total=Amount(50, "at_least"),
        lines=(AnnouncedLine("osa", Amount(8, "exact")), AnnouncedLine("bal", None)),
        is_partial=True,
        sources=(InventorySource(url=free("https://example.org/a"), publisher=free("A paper")),),
        confidence="high",
        note=free("The list ends in 'and more'."),
        sha256="cd" * 32,
        published=free("2017-04-18"),
        personnel=Amount(1500, "about"),
        reported=Figures(total=Amount(43, "exact")),
        counted=(
            Counted(
                free("A counter"),
                Amount(41, "at_most"),
                (AnnouncedLine("tor", Amount(4, "exact")), AnnouncedLine("bal", None)),
                free("https://example.org/count"),
                free("counted from the stands"),
            ),
        ),
    )
    link = ClipLink("disjoint", (clip, night))
    journal(folder, sightings)
    earlier = dataclasses.replace(
        inventory, id="test-2016", date="2016-05-09", sha256="ab" * 32, sources=()
    )
    prior = prior_of([earlier], about=free("parades in Vladivostok before 2017: 2016"))
    comparison = reconcile(sightings, inventory, taxonomy, links=(link,), prior=prior)
    result = Result(
        provenance=Provenance(marchpast_version=free("0.1.0"), inventory_sha256=inventory.sha256),
        models=(
            ModelEntry(
                name=free("detector"),
                version=free("1.0"),
                sha256="ef" * 32,
                task="detect",
                provider=free("CPUExecutionProvider"),
                limits=(free("trained in part on rendered pictures"),),
            ),
        ),
        settings={free("every_s"): free("auto"), "stride": 2, "annotate": False, "x": None},
        sources=(
            SourceEntry.from_report(report_of(clip)),
            SourceEntry.from_report(
                report_of(night, status="truncated", note=free("ends early"), decode_errors=3)
            ),
            SourceEntry.from_report(
                report_of(
                    photo,
                    kind="picture",
                    frames_expected=1,
                    frames_decoded=1,
                    frames_used=1,
                    last_time_s=0.0,
                    duration_s=None,
                )
            ),
        ),
        failures=(
            FailureEntry(source=free("bad.mp4"), error="SourceError", message=free("no frames")),
        ),
        sightings=tuple(
            save_sighting(folder, sighting, flags=(free("type never validated"),))
            for sighting in sightings
        ),
        counts=tuple(CountEntry.from_count(c) for c in count_seen(sightings, taxonomy)),
        count_intervals=tuple(
            IntervalEntry.from_interval(row)
            for row in count_intervals(sightings, taxonomy, links=(link,))
        ),
        links=(LinkEntry.from_link(link),),
        comparison=ComparisonEntry.from_comparison(comparison, inventory),
    )
    write_result(folder, result, taxonomy=taxonomy)
    return result


@pytest.fixture
def write_run(taxonomy: Taxonomy) -> Callable[..., Result]:
    """Write a run into a folder: `write_run(folder, text=None) -> Result`."""

    def write(folder: Path, *, text: str | None = None) -> Result:
        return build_run(folder, taxonomy=taxonomy, text=text)

    return write


@pytest.fixture
def make_sighting(taxonomy: Taxonomy) -> Callable[..., Sighting]:
    """Return a vehicle that moves 4 px a frame: `make_sighting(source, track_id, node, ...)`."""

    def make(source: str, track_id: int, node: str, **changes: object) -> Sighting:
        return follow(source, track_id, node, taxonomy=taxonomy, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def nasty_runs(
    tmp_path_factory: pytest.TempPathFactory, taxonomy: Taxonomy
) -> tuple[tuple[str, Path], ...]:
    """One run per nasty text, the text in every field: `(text, folder)`; read only."""
    root = tmp_path_factory.mktemp("nasty")
    runs = tuple((text, root / str(number)) for number, text in enumerate(NASTY))
    with pytest.MonkeyPatch.context() as patch:
        # Six hundred files of a test need not survive a power cut.
        patch.setattr(os, "fsync", lambda descriptor: None)
        for text, folder in runs:
            build_run(folder, taxonomy=taxonomy, text=text)
    return runs
