"""The format of what people said of a result, `marchpast-review/1`: the file `review.json`.

The page exports it, `marchpast review apply` keeps it beside a result, and the page shows it.
It never changes `result.json`. An edit holds what is needed to find its vehicle in another run of
the same footage: the source's hash, the frame, its time and the box.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from marchpast.errors import ReviewError
from marchpast.records import SourceKind
from marchpast.report.fields import (
    Count,
    Node,
    Pixels,
    Probability,
    Seconds,
    Sha256,
    StrictModel,
    Text,
)
from marchpast.report.reading import problems_of
from marchpast.report.schema import Result
from marchpast.taxonomy import Taxonomy

REVIEW_FORMAT: Final = "marchpast-review/1"
REVIEW_FILE: Final = "review.json"

Decision = Literal["confirmed", "corrected", "unsure", "no_vehicle"]
"""The answer is right; another node is; it cannot be told; no vehicle is there."""

_SIZE_LIMIT_BYTES = 32 << 20
"""About 60,000 edits; a larger file is not ours, and is not read into memory."""
_NOTE_LIMIT = 4000


class EditEntry(StrictModel):
    """What one person said of one sighting.

    Attributes:
        sighting: Its id in the result that the person looked at.
        source: Name of the source, there.
        source_sha256: Of the source file's bytes.
        kind: `picture` or `video`.
        frame_index: Of the best look, in decode order, from 0.
        time_s: Of the best look, presentation time in seconds.
        xyxy: Of the best look, pixels of the upright source frame.
        suggested: The answer of the model, there; a node, or `unknown`.
        probability: Of that answer.
        reviewer: Who said it, as that person wrote the name.
        decision: `None` for a note alone; with an empty note the edit takes an earlier one back.
        node: The taxonomy node where the decision is `confirmed` or `corrected`, else `None`.
        note: Anything; may be empty.
        blind: Whether the page hid the answer until the person had decided.
        time: When it was decided, by the clock of the person's computer: `2026-11-23T07:15:00Z`.
    """

    sighting: Text
    source: Text
    source_sha256: Sha256
    kind: SourceKind
    frame_index: Count
    time_s: Seconds
    xyxy: tuple[Pixels, Pixels, Pixels, Pixels]
    suggested: Node
    probability: Probability
    reviewer: Annotated[Text, Field(min_length=1, max_length=200, pattern=r"\S")]
    decision: Decision | None
    node: Node | None
    note: Annotated[Text, Field(max_length=_NOTE_LIMIT)]
    blind: bool
    time: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]

    @property
    def is_taken_back(self) -> bool:
        """Whether it says nothing any more."""
        return self.decision is None and not self.note

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.decision in ("confirmed", "corrected")) != (self.node is not None):
            raise ValueError(f"the decision {self.decision!r} does not go with node {self.node!r}")
        if self.node is not None and (self.decision == "confirmed") != (
            self.node == self.suggested
        ):
            raise ValueError(
                f"{self.decision!r} with node {self.node!r} and suggested {self.suggested!r}: "
                "confirmed means that they are the same, corrected that not"
            )
        if not (self.xyxy[0] <= self.xyxy[2] and self.xyxy[1] <= self.xyxy[3]):
            raise ValueError(f"a box is x1, y1, x2, y2, got {self.xyxy}")
        return self


class Review(StrictModel):
    """The content of `review.json`.

    Attributes:
        format: Always `marchpast-review/1`.
        result_sha256: Of the `result.json` that was looked at last.
        edits: At most one by each person of each vehicle.
    """

    format: Literal["marchpast-review/1"] = REVIEW_FORMAT
    result_sha256: Sha256
    edits: tuple[EditEntry, ...]

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Who takes part, sorted by name."""
        return tuple(sorted({edit.reviewer for edit in self.edits}))


def result_text(result: Result) -> str:
    """Return the text of `result.json`."""
    return result.model_dump_json(indent=2) + "\n"


def result_sha256(result: Result) -> str:
    """Return the hex SHA-256 of `result.json`, which attachments name to say what they are of."""
    return hashlib.sha256(result_text(result).encode()).hexdigest()


def load_review(folder: Path, taxonomy: Taxonomy) -> Review | None:
    """Return the edits that are kept beside a result, `None` where there are none.

    Raises:
        ReviewError: See `read_review`.
    """
    path = folder / REVIEW_FILE
    return read_review(path, taxonomy) if path.is_file() else None


def read_review(path: Path, taxonomy: Taxonomy) -> Review:
    """Return the content of a review file.

    Args:
        path: What the page exported.
        taxonomy: What its nodes must be in.

    Raises:
        ReviewError: If it cannot be read, is of another form or contradicts itself. One line, with
            the first problem.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        raise ReviewError(
            f"{path}: cannot be read ({error.strerror}); give the file that the report exported"
        ) from error
    if len(content) > _SIZE_LIMIT_BYTES:
        raise ReviewError(
            f"{path}: over {_SIZE_LIMIT_BYTES >> 20} MiB; give the file that the report exported"
        )
    try:
        review = Review.model_validate_json(content)
    except ValidationError as error:
        raise ReviewError(
            f"{path}: no review ({REVIEW_FORMAT}): {problems_of(error)[0]}; export it again from "
            "the report"
        ) from error
    for problem in problems_of_review(review, taxonomy):
        raise ReviewError(f"{path}: {problem}")
    return review


def problems_of_review(review: Review, taxonomy: Taxonomy) -> list[str]:
    """Return what is wrong with a review that has the right form, one line each."""
    problems = []
    seen: set[tuple[object, ...]] = set()
    for number, edit in enumerate(review.edits):
        if edit.node is not None and edit.node not in taxonomy.nodes:
            problems.append(
                f"edits.{number}.node: {edit.node!r} is not in this version's taxonomy; give one "
                "of its ids (marchpast lookup NAME)"
            )
        place = (edit.reviewer, edit.source, edit.source_sha256, edit.frame_index, edit.xyxy)
        if place in seen:
            problems.append(f"edits.{number}: {edit.reviewer!r} has another edit of this vehicle")
        seen.add(place)
    return problems
