"""A small result made by the real writers, for cases and packages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from marchpast.inventory import count_intervals, count_seen
from marchpast.media import open_source
from marchpast.records import BgrImage, Candidate, Crop, Detections, Identity, Sighting, Track
from marchpast.report import (
    CountEntry,
    DetectionJournal,
    IntervalEntry,
    ModelEntry,
    Provenance,
    Result,
    SourceEntry,
    save_sighting,
    write_result,
)
from marchpast.taxonomy import load_taxonomy


class Made(NamedTuple):
    """A result folder, and the folder of the footage it is about."""

    folder: Path
    footage: Path
    result: Result


def draw(seed: int) -> BgrImage:
    """Return a picture of `(120, 160)`, another one for every seed."""
    image = np.full((120, 160, 3), (200, 190, 170), np.uint8)
    image[80:] = 90
    image[40:80, 30:110] = (60, (80 + 37 * seed) % 256, 50)
    return image


def make_result(
    root: Path, *, pictures: Mapping[str, bytes] | None = None, frame_index: int = 0
) -> Made:
    """Write footage to `root/footage` and a result, a vehicle in each file, to `root/result`."""
    if pictures is None:
        drawn = {name: draw(seed) for seed, name in enumerate(("convoy/a.png", "b.png"))}
        pictures = {name: cv2.imencode(".png", drawn[name])[1].tobytes() for name in drawn}
    folder, footage = root / "result", root / "footage"
    folder.mkdir(parents=True)
    sightings, reports = [], []
    taxonomy = load_taxonomy()
    for name, content in pictures.items():
        path = footage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        source = open_source(path, name=name)
        frame = list(source.frames())[frame_index]
        reports.append(source.report())
        crop = Crop(
            frame.index, frame.time_s, (30.0, 40.0, 110.0, 80.0), frame.image[40:80, 30:110], 1.0
        )
        track = Track(
            1,
            0,
            np.array([frame.index], np.int64),
            np.array([frame.time_s]),
            np.array([crop.xyxy], np.float32),
            np.array([0.8], np.float32),
            (crop,),
        )
        identity = Identity(
            "osa",
            "type",
            0.9,
            "Osa holds 0.90",
            (Candidate("osa", 0.9),),
            masses=(Candidate("osa", 0.9),),
            answer=None,
            attributes=(),
            conflicts=(),
        )
        sightings.append(Sighting(name, track, identity))
    with DetectionJournal(folder) as journal:
        for sighting in sightings:
            boxes = Detections(
                sighting.track.xyxy, sighting.track.confidence, np.zeros(1, np.int64)
            )
            best = sighting.track.crops[0]
            journal.append(
                sighting.source,
                frame_index=best.frame_index,
                time_s=best.time_s,
                detections=boxes,
                track_ids=[1],
            )
        journal.finish({(sighting.source, 1): (1, "osa") for sighting in sightings})
    model = ModelEntry(
        name="detector",
        version="1.0",
        sha256=hashlib.sha256(b"model").hexdigest(),
        task="detect",
        provider="CPUExecutionProvider",
    )
    result = Result(
        provenance=Provenance(marchpast_version="0.1.0", inventory_sha256=None),
        models=(model,),
        settings={"every_s": None, "stride": 1},
        sources=tuple(map(SourceEntry.from_report, reports)),
        failures=(),
        sightings=tuple(save_sighting(folder, sighting) for sighting in sightings),
        counts=tuple(map(CountEntry.from_count, count_seen(sightings, taxonomy))),
        count_intervals=tuple(
            map(IntervalEntry.from_interval, count_intervals(sightings, taxonomy))
        ),
        links=(),
        comparison=None,
    )
    write_result(folder, result, taxonomy=taxonomy)
    return Made(folder, footage, result)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_result(tmp_path)
