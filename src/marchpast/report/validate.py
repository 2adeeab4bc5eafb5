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

from marchpast.errors import MarchpastError, ResultError
from marchpast.identity import NOT_A_VEHICLE
from marchpast.report.attachments import ATTACHMENT_READERS
from marchpast.report.check_rows import check_detections, repeated, rows_or_problems
from marchpast.report.pictures import read_crop
from marchpast.report.reading import problems_of, unreadable
from marchpast.report.schema import (
    CROP_FOLDER,
    DETECTIONS_FILE,
    PAGE_FILE,
    RESULT_FILE,
    TABLE_FILE,
    Result,
)
from marchpast.report.sighted import SightingEntry
from marchpast.report.text import printable
from marchpast.report.writing import TABLE_COLUMNS

PROBLEM_LIMIT: Final = 100
"""Per file: who has a hundred problems needs another file, not a longer list."""


def validate_result(folder: Path) -> list[str]:
    """Return what is wrong with a result folder, one line per problem; empty when it is fine.

    Each line starts with the file, and the line number where there is one. Checked are the
    schema of every file, that the crops open, that the files agree with each other, and the form
    of what was put beside the result.

    Raises:
        ResultError: If the folder, or a file that every result has, is missing or unreadable.
    """
    _require_files(folder)
    problems = _Problems()
    result = _parsed_result(folder, problems)
    if result is None:
        problems.add(
            DETECTIONS_FILE, (text for row, text in rows_or_problems(folder) if row is None)
        )
        return problems.lines
    problems.add(RESULT_FILE, _check_sightings(result))
    problems.add(RESULT_FILE, _check_counts(result))
    problems.add(RESULT_FILE, _check_intervals(result))
    problems.add(RESULT_FILE, _check_links(result))
    problems.add(RESULT_FILE, _check_comparison(result))
    problems.add(CROP_FOLDER, _check_crops(folder, result))
    problems.add(DETECTIONS_FILE, check_detections(folder, result))
    problems.add(TABLE_FILE, _check_table(folder, result))
    problems.lines += _attachment_problems(folder)
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


def _attachment_problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with each file that somebody put beside the result."""
    for read in ATTACHMENT_READERS:
        try:
            read(folder)
        except MarchpastError as error:
            yield printable(str(error).removeprefix(f"{folder}/"))


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
    yield from (f": sources: {name!r} is listed twice" for name in repeated(sources))
    ids = [sighting.id for sighting in result.sightings]
    yield from (f": sightings: id {id_!r} is used twice" for id_ in repeated(ids))
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
        yield from (f"{where}{problem}" for problem in _check_answer(sighting))


def _check_answer(sighting: SightingEntry) -> Iterator[str]:
    masses = [mass.node for mass in sighting.masses]
    yield from (f".masses: {node!r} is there twice" for node in repeated(masses))
    if (answer := sighting.answer) is None:
        return
    yield from (f".answer.nodes: {node!r} is there twice" for node in repeated(answer.nodes))
    if not answer.nodes and (answer.probability or answer.narrows):
        yield ".answer: an empty set holds nothing, and nothing makes it smaller"


def _check_counts(result: Result) -> Iterator[str]:
    nodes = (sighting.node for sighting in result.sightings)
    answered = Counter(node for node in nodes if node != NOT_A_VEHICLE)
    yield from (
        f": counts: {node!r} is counted twice"
        for node in repeated([count.node for count in result.counts])
    )
    for count in result.counts:
        where = f": counts: {count.node!r}"
        if count.at_once > count.tracks:
            yield f"{where}: {count.at_once} at once are more than {count.tracks} tracks"
        if count.tracks != answered[count.node]:
            yield f"{where}: {count.tracks} tracks, but {answered[count.node]} sightings"
    for node in answered.keys() - {count.node for count in result.counts}:
        yield f": counts: {node!r} is missing, but {answered[node]} sightings are answered so"


def _check_intervals(result: Result) -> Iterator[str]:
    nodes = [interval.node for interval in result.count_intervals]
    yield from (f": count_intervals: {node!r} is there twice" for node in repeated(nodes))
    for interval in result.count_intervals:
        if not interval.at_once <= interval.low <= interval.high:
            yield (
                f": count_intervals: {interval.node!r}: must be at_once <= low <= high, got "
                f"{interval.at_once}, {interval.low}, {interval.high}"
            )


def _check_links(result: Result) -> Iterator[str]:
    known = {entry.name for entry in result.sources} | {entry.source for entry in result.failures}
    for link in result.links:
        for name in link.sources:
            if name not in known:
                yield f": links: {name!r} is not among the sources"


def _check_comparison(result: Result) -> Iterator[str]:
    for place, line in enumerate(result.comparison.lines if result.comparison else ()):
        where, ends = f": comparison.lines.{place}", (line.covered_least, line.covered_most)
        if (None in ends) != (line.announced is None) or ends.count(None) == 1:
            yield f"{where}: covered_least and covered_most belong to announced lines, got {ends}"
        elif (line.covered_least or 0) > (line.covered_most or 0):
            yield f"{where}: covered_least is above covered_most, got {ends}"
        if (line.over > 0) != bool(line.shown_at):
            yield f"{where}: over and shown_at belong together, got {line.over}"
    yield from _check_prior(result)


def _check_prior(result: Result) -> Iterator[str]:
    comparison = result.comparison
    if comparison is None or (prior := comparison.prior) is None:
        return
    if comparison.inventory.id in prior.origins:
        yield f": comparison.prior: made of {comparison.inventory.id!r}, which was compared with"
    known = {sighting.id for sighting in result.sightings}
    for place, ranking in enumerate(prior.rankings):
        where = f": comparison.prior.rankings.{place}"
        if ranking.sighting not in known:
            yield f"{where}.sighting: {ranking.sighting!r} is not among the sightings"
        shares = [row.with_prior for row in ranking.candidates]
        if shares != sorted(shares, reverse=True):
            yield f"{where}.candidates: must be likeliest with the prior first, got {shares}"


def _check_crops(folder: Path, result: Result) -> Iterator[str]:
    expected = {sighting.best.crop for sighting in result.sightings}
    for crop in repeated([sighting.best.crop for sighting in result.sightings]):
        yield f": {crop} belongs to more than one sighting"
    for crop in sorted(expected):
        try:
            read_crop(folder / crop)
        except ResultError as error:
            yield f": {error}"
    found = {f"{CROP_FOLDER}/{path.name}" for path in (folder / CROP_FOLDER).glob("*")}
    yield from (f": {crop} belongs to no sighting" for crop in sorted(found - expected))


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
