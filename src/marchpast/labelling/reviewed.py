"""Labels from a review: what people said of a result, ready for a training collection."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from marchpast.errors import LabelError
from marchpast.files import write_text
from marchpast.labelling.labels import LABELS_FORMAT, Label, LabelStatus
from marchpast.report import (
    REVIEW_FILE,
    EditEntry,
    Result,
    SightingEntry,
    load_result,
    load_review,
    match_edits,
)
from marchpast.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class ReviewedLabels:
    """Labels of every sighting of a result.

    Attributes:
        labels: In the order of the result.
        differing: Ids of sightings that reviewers named differently; they are labelled `unsure`.
    """

    labels: tuple[Label, ...]
    differing: tuple[str, ...]


def labels_of_review(
    folder: Path, *, taxonomy: Taxonomy, reviewer: str | None = None
) -> ReviewedLabels:
    """Turn the review beside a result into labels.

    Where several people decided, they must agree: a label that one of them contradicts would teach
    an error as likely as not.

    Args:
        folder: A result folder with a `review.json`.
        taxonomy: Where names are looked up.
        reviewer: Only what this person said.

    Raises:
        LabelError: If there is no review, or nothing in it is by that person.
        ReviewError: If the review is malformed.
        ResultError: If the folder is no result.
    """
    result, review = load_result(folder), load_review(folder, taxonomy)
    if review is None:
        raise LabelError(
            f"{folder}: has no {REVIEW_FILE}; put a review beside it first (marchpast review apply)"
        )
    edits = [edit for edit in review.edits if reviewer in (None, edit.reviewer)]
    if not edits:
        known = ", ".join(map(repr, review.reviewers)) or "nobody"
        raise LabelError(f"{folder}: no edit is by {reviewer!r}; there are edits by {known}")
    matched = match_edits(edits, result, folder=folder)
    labels, differing = [], []
    for entry in result.sightings:
        said = [e for e in matched.by_sighting.get(entry.id, ()) if e.decision is not None]
        answers = {(edit.node, edit.decision if edit.node is None else "") for edit in said}
        if len(answers) > 1:
            differing.append(entry.id)
        labels.append(_label(entry, said, result, agree=len(answers) == 1, taxonomy=taxonomy))
    return ReviewedLabels(tuple(labels), tuple(differing))


def write_labels(labels: Sequence[Label], *, out: Path, title: str) -> Path:
    """Write a label file, as the label page saves one.

    Args:
        labels: Each with its reviewer.
        out: The file; replaced if it is there.
        title: Of the file.

    Returns:
        `out`.

    Raises:
        OSError: If it cannot be written.
    """
    content = {
        "format": LABELS_FORMAT,
        "title": title,
        "reviewer": "",
        "labels": [label.model_dump(mode="json") for label in labels],
    }
    write_text(out, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return out


def _label(
    entry: SightingEntry,
    said: Sequence[EditEntry],
    result: Result,
    *,
    agree: bool,
    taxonomy: Taxonomy,
) -> Label:
    """Return the label of one sighting: the model's present answer is what was suggested."""
    source = next(source for source in result.sources if source.name == entry.source)
    suggested = entry.node if entry.node in taxonomy.nodes else None
    node = said[0].node if agree else None
    status: LabelStatus = "unreviewed" if not said else "unsure"
    if node is not None:
        status = "confirmed" if node == suggested else "corrected"
    elif agree and said[0].decision == "no_vehicle":
        status = "no_vehicle"
    return Label(
        id=entry.id,
        source=entry.source,
        source_sha256=source.sha256,
        kind=source.kind,
        frame_index=entry.best.frame_index,
        time_s=entry.best.time_s,
        xyxy=entry.best.xyxy,
        frame_width=source.width,
        frame_height=source.height,
        suggested=suggested,
        mass=entry.probability,
        status=status,
        node=node,
        reviewer=", ".join(edit.reviewer for edit in said),
    )
