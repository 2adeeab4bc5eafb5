"""The label file, `marchpast-labels/1`: what the page saves and training reads.

A JSON object with `format`, `title`, `reviewer` and `labels`, one for every crop of the page in its
order, decided or not. Keys and their meaning are those of :class:`Label`.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, ValidationError

from marchpast.errors import LabelError, TaxonomyError
from marchpast.records import SourceKind
from marchpast.taxonomy import Taxonomy

LABELS_FORMAT: Final = "marchpast-labels/1"

LabelStatus = Literal["confirmed", "corrected", "unsure", "no_vehicle", "unreviewed"]
"""The suggestion is right; another node is; it cannot be told; no vehicle is there; not looked."""

_NAMED = ("confirmed", "corrected")
_Number = StrictFloat | StrictInt
_Positive = Annotated[int, Field(ge=1, strict=True)]


class Label(BaseModel):
    """What a person said about one crop.

    Attributes:
        id: Of the crop, unique in the file.
        source: Name of the picture or video it was cut from.
        source_sha256: Of that file's bytes.
        kind: `picture` or `video`.
        frame_index: In decode order, from 0.
        time_s: Presentation time in seconds.
        xyxy: Box in pixels of the upright source frame.
        frame_width: Of that frame, pixels.
        frame_height: Of that frame, pixels.
        suggested: The model's answer, `None` when it gave none.
        mass: The model's calibrated probability of it.
        status: What the person decided.
        node: The taxonomy node, where the status is `confirmed` or `corrected`; else `None`.
        reviewer: Who decided, as that person wrote it; may be empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1)]
    source: str
    source_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kind: SourceKind
    frame_index: Annotated[int, Field(ge=0, strict=True)]
    time_s: _Number
    xyxy: tuple[_Number, _Number, _Number, _Number]
    frame_width: _Positive
    frame_height: _Positive
    suggested: str | None
    mass: Annotated[_Number, Field(ge=0, le=1)]
    status: LabelStatus
    node: str | None
    reviewer: str = ""

    @property
    def is_named(self) -> bool:
        """Whether a person said which vehicle this is, exactly or by its group."""
        return self.status in _NAMED


class _LabelFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["marchpast-labels/1"]
    title: str
    reviewer: str
    labels: tuple[Label, ...]


def read_labels(path: Path, taxonomy: Taxonomy) -> list[Label]:
    """Return the labels of a file that the page saved, in its order.

    Args:
        path: The label file.
        taxonomy: What its nodes must be in.

    Raises:
        LabelError: If the file cannot be read, is of another form, names a node that the taxonomy
            does not have, or contradicts itself. One line with the first problem.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabelError(
            f"{path}: cannot be read ({error.strerror}); give the file that the label page saved"
        ) from error
    try:
        file = _LabelFile.model_validate_json(content)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise LabelError(
            f"{path}: no label file ({LABELS_FORMAT}): {place}: {problem['msg']}; save it again "
            "from the label page"
        ) from error
    seen: set[str] = set()
    for number, label in enumerate(file.labels):
        problem_text = _contradiction(label, taxonomy)
        if label.id in seen:
            problem_text = "another label has the same id"
        if problem_text:
            raise LabelError(f"{path}: label {number} ({label.id!r}): {problem_text}")
        seen.add(label.id)
    return [
        label.model_copy(update={"reviewer": label.reviewer or file.reviewer})
        for label in file.labels
    ]


def _contradiction(label: Label, taxonomy: Taxonomy) -> str:
    """Return what is wrong with a label, empty when nothing is."""
    for node in (label.suggested, label.node):
        if node is not None and node not in taxonomy.nodes:
            try:
                taxonomy.node(node)
            except TaxonomyError as error:
                return f"{error}; write a node of this version's taxonomy"
    if label.is_named != (label.node is not None):
        needed = "needs a node" if label.is_named else "must have no node"
        return f"the status {label.status!r} {needed}, got {label.node!r}"
    if (label.status == "confirmed") != (label.is_named and label.node == label.suggested):
        return (
            f"{label.status!r} with the node {label.node!r} and the suggestion "
            f"{label.suggested!r}; confirmed means that they are the same, corrected that not"
        )
    x1, y1, x2, y2 = label.xyxy
    slack = 1.0
    inside = (
        -slack <= x1 < x2 <= label.frame_width + slack
        and -slack <= y1 < y2 <= label.frame_height + slack
    )
    if not inside or not all(math.isfinite(value) for value in label.xyxy):
        return (
            f"the box must be [x1, y1, x2, y2] within {label.frame_width} x "
            f"{label.frame_height} pixels, got {list(label.xyxy)}"
        )
    return ""
