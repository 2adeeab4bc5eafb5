"""What the project adds to the collections' own labels: corrected labels, boxes, exclusions.

All of it is committed under `datasets/`, keyed by collection and by annotation id (COCO) or file
name (label tables), so that the collections themselves stay as they were published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marchpast.errors import SourceError
from marchpast.records import Box

_REPOSITORY = Path(__file__).resolve().parents[3]
CORRECTIONS_FILE = _REPOSITORY / "datasets" / "label_corrections.json"
BOXES_FILE = _REPOSITORY / "datasets" / "boxes.json"
CORRECTIONS_FORMAT = "marchpast-label-corrections/1"
BOXES_FORMAT = "marchpast-boxes/1"


@dataclass(frozen=True, slots=True)
class AddedBoxes:
    """Boxes of one collection that came without any.

    Attributes:
        boxes: By file name, pixels of the original picture: the labelled vehicle.
        not_all_boxed: Files that show further military vehicles, which have no box.
        excluded: Files to leave out altogether, with the reason.
    """

    boxes: Mapping[str, Box] = field(default_factory=dict)
    not_all_boxed: frozenset[str] = frozenset()
    excluded: Mapping[str, str] = field(default_factory=dict)


def read_corrections(collection: str, *, path: Path = CORRECTIONS_FILE) -> dict[str, str]:
    """Return the corrected node by annotation id or file name; empty without a file.

    Raises:
        SourceError: If the file is of another format.
    """
    if not path.is_file():
        return {}
    content = _content(path, CORRECTIONS_FORMAT)
    return {key: row["node"] for key, row in content.get(collection, {}).items()}


def read_boxes(collection: str, *, path: Path = BOXES_FILE) -> AddedBoxes:
    """Return the added boxes of a collection; none without a file.

    Raises:
        SourceError: If the file is of another format or a box has no area.
    """
    if not path.is_file():
        return AddedBoxes()
    content = _content(path, BOXES_FORMAT)
    boxes = {}
    for name, row in content["collections"].get(collection, {}).items():
        x1, y1, x2, y2 = (float(value) for value in row)
        if not (x1 < x2 and y1 < y2):
            raise SourceError(
                f"{path.name}: the box of {collection}/{name} must be [x1, y1, x2, y2] with "
                f"x1 < x2 and y1 < y2, got {row}; draw it again"
            )
        boxes[name] = (x1, y1, x2, y2)
    return AddedBoxes(
        boxes,
        frozenset(content.get("not_all_boxed", {}).get(collection, ())),
        content.get("excluded", {}).get(collection, {}),
    )


def _content(path: Path, expected: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if content.get("format") != expected:
        raise SourceError(
            f"{path}: expected format {expected}, got {content.get('format')!r}; "
            "restore the file from the repository"
        )
    return content
