"""Keeping a review beside a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from marchpast import files
from marchpast.errors import ReviewError
from marchpast.report import (
    REVIEW_FILE,
    EditEntry,
    MatchedEdits,
    Review,
    load_result,
    load_review,
    match_edits,
    read_review,
    rebuild_page,
    result_sha256,
)
from marchpast.taxonomy import load_taxonomy

Look = tuple[str, str, int, tuple[float, float, float, float]]
Vehicle = tuple[str, str | Look]
"""A person, and the sighting that an edit fits or else its very look."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a review.

    Attributes:
        path: The review beside the result, with all edits there are.
        taken: How many edits of the file are now kept: new ones, and later ones than were there.
        older: How many were left out because the same person said something later.
        matched: How many edits in all fit a sighting.
        unmatched: Those that fit none; they are kept, and shown on the page in a list.
    """

    path: Path
    taken: int
    older: int
    matched: int
    unmatched: tuple[EditEntry, ...]


def apply_review(folder: Path, review: Path) -> Applied:
    """Put the edits of a review file with those beside a result, and render the page again.

    `result.json` does not change. Of two edits by one person of one vehicle the later counts; other
    people's edits stay beside each other. An edit that took an earlier one back removes it.

    Args:
        folder: A result folder.
        review: What the page exported, of this result or of another run of the same footage.

    Raises:
        ReviewError: If the file, or the one in the folder, is malformed, or none of its footage is
            in the result.
        ResultError: If the folder is no result.
        OSError: If the folder is not writable or the disk is full.
    """
    taxonomy, result = load_taxonomy(), load_result(folder)
    given = read_review(review, taxonomy)
    there = load_review(folder, taxonomy)
    digests = {source.sha256 for source in result.sources}
    if given.edits and not any(edit.source_sha256 in digests for edit in given.edits):
        names = ", ".join(sorted({edit.source for edit in given.edits})[:3])
        raise ReviewError(
            f"{review}: is of other footage ({names}): none of its hashes is among the "
            f"{len(result.sources)} sources of {folder}; give the result that was reviewed"
        )
    old = there.edits if there else ()
    # Each by itself: one person's earlier and later edit are of one sighting.
    parts = [match_edits(edits, result, folder=folder) for edits in (old, given.edits)]
    kept, taken = _merged(old, given.edits, _sightings(parts))
    whole = Review(result_sha256=result_sha256(result), edits=kept)
    files.write_text(folder / REVIEW_FILE, whole.model_dump_json(indent=1) + "\n")
    rebuild_page(folder)
    matched = match_edits(kept, result, folder=folder)
    return Applied(
        path=folder / REVIEW_FILE,
        taken=taken,
        older=len(given.edits) - taken,
        matched=len(kept) - len(matched.unmatched),
        unmatched=matched.unmatched,
    )


def _sightings(parts: Iterable[MatchedEdits]) -> dict[EditEntry, str]:
    return {edit: id_ for part in parts for id_, rows in part.by_sighting.items() for edit in rows}


def _merged(
    old: Iterable[EditEntry], new: Iterable[EditEntry], sightings: Mapping[EditEntry, str]
) -> tuple[tuple[EditEntry, ...], int]:
    """Return all edits in a settled order, and how many of the new ones counted."""

    def vehicle(edit: EditEntry) -> Vehicle:
        return edit.reviewer, sightings.get(edit) or _look(edit)

    rows = {vehicle(edit): edit for edit in old}
    taken = 0
    for edit in new:
        before = rows.get(vehicle(edit))
        if before is None or before.time <= edit.time:
            rows[vehicle(edit)] = edit
            taken += 1
    # Two that fit different sightings may yet be of one look, which a file holds once.
    looks = {(edit.reviewer, _look(edit)): edit for edit in rows.values()}
    kept = (edit for edit in looks.values() if not edit.is_taken_back)
    order = sorted(kept, key=lambda edit: (edit.source, edit.time_s, edit.xyxy, edit.reviewer))
    return tuple(order), taken


def _look(edit: EditEntry) -> Look:
    return edit.source, edit.source_sha256, edit.frame_index, edit.xyxy
