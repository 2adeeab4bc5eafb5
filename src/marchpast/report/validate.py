"""Does a result folder hold what its format promises?"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from marchpast.errors import ResultError
from marchpast.identity import NOT_A_VEHICLE
from marchpast.report.pictures import read_crop
from marchpast.report.reading import iter_lines, problems_of, unreadable
from marchpast.report.schema import (
    CROP_FOLDER,
    DETECTIONS_FILE,
    PAGE_FILE,
    RESULT_FILE,
    TABLE_FILE,
    DetectionRow,
    Result,
    SightingEntry,
    SourceEntry,
)
from marchpast.report.text import printable
from marchpast.report.writing import TABLE_COLUMNS

PROBLEM_LIMIT: Final = 100
"""Per file: who has a hundred problems needs another file, not a longer list."""

_BOX_TOLERANCE_PX = 0.01


def validate_result(folder: Path) -> list[str]:
    """Return what is wrong with a result folder, one line per problem; empty when it is fine.

    Each line starts with the file, and the line number where there is one. Checked are the
    schema of every file, that the crops open, and that the files agree with each other.

    Raises:
        ResultError: If the folder, or a file that every result has, is missing or unreadable.
    """
    _require_files(folder)
    problems = _Problems()
    result = _parsed_result(folder, problems)
    if result is None:
        problems.add(
            DETECTIONS_FILE, (text for row, text in _rows_or_problems(folder) if row is None)
        )
        return problems.lines
    problems.add(RESULT_FILE, _check_sightings(result))
    problems.add(RESULT_FILE, _check_counts(result))
    problems.add(CROP_FOLDER, _check_crops(folder, result))
    problems.add(DETECTIONS_FILE, _check_detections(folder, result))
    problems.add(TABLE_FILE, _check_table(folder, result))
    return problems.lines


@dataclass(slots=True)
class _Problems:
    """The lines found so far."""

    lines: list[str] = field(default_factory=list)

    def add(self, file: str, found: Iterable[str]) -> None:
        lines = iter(found)
        self.lines += [printable(f"{file}{text}") for text in islice(lines, PROBLEM_LIMIT)]
        if more := sum(1 for _ in lines):
            self.lines.append(f"{file}: and {more} more problems of this kind")


def _require_files(folder: Path) -> None:
    for name in (RESULT_FILE, DETECTIONS_FILE, TABLE_FILE, PAGE_FILE):
        if not (folder / name).is_file():
            raise ResultError(
                f"{folder / name}: missing; give the folder of a finished run, which holds "
                f"{RESULT_FILE}, {DETECTIONS_FILE}, {TABLE_FILE} and {PAGE_FILE}"
            )


def _parsed_result(folder: Path, problems: _Problems) -> Result | None:
    path = folder / RESULT_FILE
    try:
        return Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error) from error
    except ValidationError as error:
        problems.add(RESULT_FILE, (f": {problem}" for problem in problems_of(error)))
        return None


def _check_sightings(result: Result) -> Iterator[str]:
    sources = [source.name for source in result.sources]
    yield from (f": sources: {name!r} is listed twice" for name in _repeated(sources))
    ids = [sighting.id for sighting in result.sightings]
    yield from (f": sightings: id {id_!r} is used twice" for id_ in _repeated(ids))
    for place, sighting in enumerate(result.sightings):
        where = f": sightings.{place}"
        if sighting.id != f"{sighting.source}#{sighting.track_id}":
            yield f"{where}.id: must be '<source>#<track_id>', got {sighting.id!r}"
        if sighting.source not in sources:
            yield f"{where}.source: {sighting.source!r} is not among the sources"
        if sighting.last_time_s < sighting.first_time_s:
            yield f"{where}: ends at {sighting.last_time_s} s, before its start"
        shares = [candidate.probability for candidate in sighting.candidates]
        if shares != sorted(shares, reverse=True):
            yield f"{where}.candidates: must be likeliest first, got {shares}"


def _check_counts(result: Result) -> Iterator[str]:
    nodes = (sighting.node for sighting in result.sightings)
    answered = Counter(node for node in nodes if node != NOT_A_VEHICLE)
    yield from (
        f": counts: {node!r} is counted twice"
        for node in _repeated([count.node for count in result.counts])
    )
    for count in result.counts:
        where = f": counts: {count.node!r}"
        if count.at_once > count.tracks:
            yield f"{where}: {count.at_once} at once are more than {count.tracks} tracks"
        if count.tracks != answered[count.node]:
            yield f"{where}: {count.tracks} tracks, but {answered[count.node]} sightings"
    for node in answered.keys() - {count.node for count in result.counts}:
        yield f": counts: {node!r} is missing, but {answered[node]} sightings are answered so"


def _check_crops(folder: Path, result: Result) -> Iterator[str]:
    expected = {sighting.best.crop for sighting in result.sightings}
    for crop in _repeated([sighting.best.crop for sighting in result.sightings]):
        yield f": {crop} belongs to more than one sighting"
    for crop in sorted(expected):
        try:
            read_crop(folder / crop)
        except ResultError as error:
            yield f": {error}"
    found = {f"{CROP_FOLDER}/{path.name}" for path in (folder / CROP_FOLDER).glob("*")}
    yield from (f": {crop} belongs to no sighting" for crop in sorted(found - expected))


def _rows_or_problems(folder: Path) -> Iterator[tuple[DetectionRow | None, str]]:
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


def _check_detections(folder: Path, result: Result) -> Iterator[str]:
    sources = {source.name: source for source in result.sources}
    last_frame: dict[str, int] = {}
    rows: Counter[str] = Counter()
    followed: dict[tuple[str, int], _Followed] = {}
    known = {(sighting.source, sighting.track_id): sighting for sighting in result.sightings}
    for row, where in _rows_or_problems(folder):
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
    yield from (f"{where}: track {track} is there twice" for track in _repeated(tracks))
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


def _check_table(folder: Path, result: Result) -> Iterator[str]:
    path = folder / TABLE_FILE
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except OSError as error:
        raise unreadable(path, error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        yield f": no table in UTF-8: {error}"
        return
    if not rows or tuple(rows[0]) != TABLE_COLUMNS:
        yield ": the header is not the one of the format"
        return
    if len(rows) - 1 != len(result.sightings):
        yield f": {len(rows) - 1} rows, but {len(result.sightings)} sightings"
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(TABLE_COLUMNS):
            yield f": row {number} has {len(row)} cells, not {len(TABLE_COLUMNS)}"


def _repeated(values: Iterable[str | int]) -> list[str | int]:
    return [value for value, count in Counter(values).items() if count > 1]
