"""Which sighting of a result an edit is about, when the result is not the one it was made on.

A second run may number its tracks anew, choose another best look, lose a vehicle or cut one in
two. So an edit is held against where the vehicles were, not against their numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from marchpast.recognition import assign, iou
from marchpast.records import TimeArray
from marchpast.report.reading import read_rows
from marchpast.report.reviewed import EditEntry
from marchpast.report.schema import Result
from marchpast.report.sighted import SightingEntry

LEAST_OVERLAP: Final = 0.5
"""Intersection over union, the usual bar for two boxes of one object (PASCAL VOC 2010)."""
_SLACK_S: Final = 0.5
"""A track of another run may begin a look later or end one sooner."""
_OTHER_NAME: Final = 1e-3
"""One file may be in a run twice: of two tracks alike, the one under the same name."""

Place = tuple[str, int, tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    """Where one sighting was: `looks` is `(N, 5)`, seconds and xyxy, ascending in time."""

    sighting: str
    source: str
    sha256: str
    looks: TimeArray


@dataclass(frozen=True, slots=True)
class MatchedEdits:
    """Edits with the sightings they are about.

    Attributes:
        by_sighting: The edits of each sighting that has some, by its id; one a reviewer.
        unmatched: Those that fit no sighting any more; they are kept.
    """

    by_sighting: Mapping[str, tuple[EditEntry, ...]]
    unmatched: tuple[EditEntry, ...]


def match_edits(edits: Sequence[EditEntry], result: Result, *, folder: Path) -> MatchedEdits:
    """Find the sighting of every edit.

    First by the very same look (source hash, frame, box). The rest are paired with tracks of
    sources with that hash, so that boxes overlap most in all, each by half at least.

    Args:
        edits: Of any number of reviewers.
        result: Of the folder.
        folder: A result folder; its `detections.jsonl` is read only where an edit needs it.

    Raises:
        ResultError: If `detections.jsonl` is needed and cannot be read.
    """
    found = _exact(edits, result)
    rest = [number for number in range(len(edits)) if number not in found]
    tracks = _tracks({edits[number].source_sha256 for number in rest}, result, folder)
    for reviewer in sorted({edits[number].reviewer for number in rest}):
        theirs = [number for number in rest if edits[number].reviewer == reviewer]
        taken = {id_ for number, id_ in found.items() if edits[number].reviewer == reviewer}
        free = [track for track in tracks if track.sighting not in taken]
        found |= _assigned(theirs, edits, free)
    by_sighting: dict[str, list[EditEntry]] = defaultdict(list)
    for number in sorted(found):
        by_sighting[found[number]].append(edits[number])
    return MatchedEdits(
        by_sighting={
            id_: tuple(sorted(rows, key=lambda edit: edit.reviewer))
            for id_, rows in by_sighting.items()
        },
        unmatched=tuple(edit for number, edit in enumerate(edits) if number not in found),
    )


def _exact(edits: Sequence[EditEntry], result: Result) -> dict[int, str]:
    """Return the sighting of each edit that was made on the very same look."""
    digest = {source.name: source.sha256 for source in result.sources}
    looks: dict[Place, list[SightingEntry]] = defaultdict(list)
    for entry in result.sightings:
        place = (digest.get(entry.source, ""), entry.best.frame_index, entry.best.xyxy)
        looks[place].append(entry)
    found: dict[int, str] = {}
    taken: set[tuple[str, str]] = set()
    for number, edit in enumerate(edits):
        same = looks.get((edit.source_sha256, edit.frame_index, edit.xyxy), [])
        # One file may be in a run twice, under two names.
        for entry in sorted(same, key=lambda entry: entry.source != edit.source):
            if (edit.reviewer, entry.id) not in taken:
                found[number] = entry.id
                taken.add((edit.reviewer, entry.id))
                break
    return found


def _tracks(digests: Collection[str], result: Result, folder: Path) -> list[_Track]:
    """Return where the sightings of the sources with these hashes were."""
    sources = {entry.name: entry.sha256 for entry in result.sources if entry.sha256 in digests}
    if not sources:
        return []
    looks: dict[tuple[str, int], list[tuple[float, ...]]] = defaultdict(list)
    for row in read_rows(folder):
        for detection in row.detections if row.source in sources else ():
            if detection.track_id is not None:
                looks[row.source, detection.track_id].append((row.time_s, *detection.xyxy))
    return [
        _Track(entry.id, entry.source, sources[entry.source], np.array(rows, np.float64))
        for entry in result.sightings
        if (rows := looks.get((entry.source, entry.track_id)))
    ]


def _assigned(
    numbers: Sequence[int], edits: Sequence[EditEntry], tracks: Sequence[_Track]
) -> dict[int, str]:
    """Pair one person's edits with tracks so that they overlap most in all."""
    cost = np.full((len(numbers), len(tracks)), np.inf)
    for row, number in enumerate(numbers):
        for column, track in enumerate(tracks):
            if track.sha256 == edits[number].source_sha256:
                other_name = _OTHER_NAME * (track.source != edits[number].source)
                cost[row, column] = 1 - _overlap(edits[number], track) + other_name
    limit = 1 - LEAST_OVERLAP + 2 * _OTHER_NAME
    rows, columns = assign(cost, limit=limit)
    return {
        numbers[row]: tracks[column].sighting for row, column in zip(rows, columns, strict=True)
    }


def _overlap(edit: EditEntry, track: _Track) -> float:
    """Return the intersection over union of the edit's box and the track's at that time."""
    times = track.looks[:, 0]
    if not times[0] - _SLACK_S <= edit.time_s <= times[-1] + _SLACK_S:
        return 0.0
    there = [np.interp(edit.time_s, times, track.looks[:, side]) for side in range(1, 5)]
    boxes = np.array([edit.xyxy, there], np.float32)
    return float(iou(boxes[:1], boxes[1:])[0, 0])
