"""Do the rows of `detections.jsonl` agree with the result they belong to?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from marchpast.report.reading import iter_lines, problems_of
from marchpast.report.schema import DETECTIONS_FILE, DetectionRow, Result, SourceEntry
from marchpast.report.sighted import SightingEntry

_BOX_TOLERANCE_PX = 0.01


def rows_or_problems(folder: Path) -> Iterator[tuple[DetectionRow | None, str]]:
    """Yield each row with its place in the file, or what is wrong with the line."""
    for number, line in iter_lines(folder / DETECTIONS_FILE):
        try:
            yield DetectionRow.model_validate_json(line), f":{number}"
        except ValidationError as error:
            yield None, f":{number}: {problems_of(error)[0]}"


@dataclass(slots=True)
class _Followed:
    """What the rows say about one track."""

    frame_count: int
    first_time_s: float
    last_time_s: float
    node: str | None


def check_detections(folder: Path, result: Result) -> Iterator[str]:
    """Yield what is wrong with the rows of a result, one at a time."""
    sources = {source.name: source for source in result.sources}
    last_frame: dict[str, int] = {}
    rows: Counter[str] = Counter()
    followed: dict[tuple[str, int], _Followed] = {}
    known = {(sighting.source, sighting.track_id): sighting for sighting in result.sightings}
    for row, where in rows_or_problems(folder):
        if row is None:
            yield where
            continue
        source = sources.get(row.source)
        if source is None:
            yield f"{where}: source {row.source!r} is not among the sources"
            continue
        if row.frame_index <= last_frame.get(row.source, -1):
            yield f"{where}: frame {row.frame_index} does not follow {last_frame[row.source]}"
        last_frame[row.source] = row.frame_index
        rows[row.source] += 1
        yield from _check_row(row, where, source, known)
        _follow(row, followed)
    for name, count in rows.items():
        if count > sources[name].frames_used:
            yield f": {name!r} has {count} rows, but {sources[name].frames_used} frames were used"
    for key, sighting in known.items():
        yield from _check_track(sighting, followed.get(key))


def _check_row(
    row: DetectionRow,
    where: str,
    source: SourceEntry,
    known: dict[tuple[str, int], SightingEntry],
) -> Iterator[str]:
    if row.frame_index >= source.frames_decoded:
        yield f"{where}: frame {row.frame_index}, but {source.frames_decoded} were decoded"
    tracks = [found.track_id for found in row.detections if found.track_id is not None]
    yield from (f"{where}: track {track} is there twice" for track in repeated(tracks))
    for detection in row.detections:
        x1, y1, x2, y2 = detection.xyxy
        room = (source.width + _BOX_TOLERANCE_PX, source.height + _BOX_TOLERANCE_PX)
        if not (-_BOX_TOLERANCE_PX <= x1 <= x2 <= room[0]):
            yield f"{where}: box {detection.xyxy} is not within the width {source.width}"
        elif not (-_BOX_TOLERANCE_PX <= y1 <= y2 <= room[1]):
            yield f"{where}: box {detection.xyxy} is not within the height {source.height}"
        if detection.track_id is None:
            continue
        sighting = known.get((row.source, detection.track_id))
        if sighting is None:
            yield f"{where}: track {detection.track_id} is no sighting"
        elif detection.node != sighting.node:
            yield f"{where}: node {detection.node!r}, but its sighting is {sighting.node!r}"


def _follow(row: DetectionRow, followed: dict[tuple[str, int], _Followed]) -> None:
    for detection in row.detections:
        if detection.track_id is None:
            continue
        key = (row.source, detection.track_id)
        track = followed.setdefault(key, _Followed(0, row.time_s, row.time_s, detection.node))
        track.frame_count += 1
        track.last_time_s = row.time_s


def _check_track(sighting: SightingEntry, followed: _Followed | None) -> Iterator[str]:
    where = f": sighting {sighting.id!r}"
    if followed is None:
        yield f"{where} has no detection"
        return
    if followed.frame_count != sighting.frame_count:
        yield f"{where}: {sighting.frame_count} frames, but {followed.frame_count} detections"
    stated = (sighting.first_time_s, sighting.last_time_s)
    if stated != (followed.first_time_s, followed.last_time_s):
        yield (
            f"{where}: from {stated[0]} to {stated[1]} s, but detected from "
            f"{followed.first_time_s} to {followed.last_time_s} s"
        )


def repeated(values: Iterable[str | int]) -> list[str | int]:
    """Return the values that are there more than once."""
    return [value for value, count in Counter(values).items() if count > 1]
