"""Attributes against what people saw: validation crops labelled by eye decide what is shipped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from marchpast.errors import SourceError
from marchpast.inference import squash
from marchpast.records import BgrImage, BoolArray, FloatArray
from marchpast.training.attributes import AXLES, SHIPPED, AttributeHead
from marchpast.training.classifier_crops import decoded
from marchpast.training.classifier_metrics import wilson_interval
from marchpast.training.datasets import DATASETS_FOLDER

LABELS_FILE = DATASETS_FOLDER / "attribute_labels.json"
_FORMAT = "marchpast-attributes/1"
_CONDITION = "validation crops labelled by eye"
_COUNT = "axle_count"
_BARS = {"tracks": 0.97, _COUNT: 0.85}
"""Share that must be right for an attribute to be shipped."""
_FEWEST = 20
"""With fewer labelled crops an attribute is measured and not shipped."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenCrop:
    """A validation crop with what a person saw.

    Attributes:
        view: `(S, S, 3)` uint8 BGR, the box squashed.
        drive: `wheels`, `tracks`, or `None` where it cannot be seen.
        axles: Counted, where every wheel of a side is seen.
    """

    view: BgrImage
    drive: str | None
    axles: int | None


def read_seen_crops(data: Path, *, side: int, labels: Path = LABELS_FILE) -> list[SeenCrop]:
    """Cut the labelled crops of the collections that a data folder has.

    Args:
        data: Folder of the collections; one that is absent is passed over.
        side: Of the views, pixels.
        labels: The label file; without it there are no crops.

    Raises:
        SourceError: If the file has another format or a picture does not decode.
    """
    if not labels.is_file():
        return []
    content = json.loads(labels.read_text("utf-8"))
    if content.get("format") != _FORMAT:
        raise SourceError(
            f"{labels}: the format is {content.get('format')!r}, expected {_FORMAT!r}"
        )
    found, places = [], _Places(data)
    for row in content["crops"]:
        path = places.find(row["collection"], row["file_name"])
        if path is None:
            continue
        x, y, width, height = row["bbox"]
        x1, y1 = max(0, round(x)), max(0, round(y))
        piece = decoded(path)[y1 : round(y + height), x1 : round(x + width)]
        view = squash([piece], (side, side))[0]
        axles = row["axles"] if row["side_visible"] else None
        found.append(SeenCrop(view, row["drive"], axles))
    return found


class _Places:
    """Where the pictures of a data folder are, by the bare names that the label file has."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._known: dict[str, dict[str, Path]] = {}

    def find(self, collection: str, name: str) -> Path | None:
        """Return a picture's path; `None` where the data folder lacks the collection."""
        folder = self._data / collection
        if not folder.is_dir():
            return None
        if collection not in self._known:
            files = (path for path in sorted(folder.rglob("*")) if path.is_file())
            self._known[collection] = {path.name: path for path in files}
        if name not in self._known[collection]:
            raise SourceError(f"{folder}: no picture {name!r}, which {LABELS_FILE.name} names")
        return self._known[collection][name]


def check_rows(
    head: AttributeHead, features: FloatArray, crops: Sequence[SeenCrop]
) -> list[dict[str, Any]]:
    """Return how often drive and axle count are told as a person saw them.

    Args:
        head: Every attribute that was fitted.
        features: `(N, F)` of the crops, by `Gallery.features`.
        crops: With what was seen.

    Returns:
        Rows for the table `attributes` of `figures.json`; none without crops.
    """
    if not crops:
        return []
    told = head.probabilities(features)
    rows = []
    if "tracks" in head.names:
        known = np.array([crop.drive is not None for crop in crops], np.bool_)
        truth = np.array([crop.drive == "tracks" for crop in crops], np.bool_)
        right = ((told[:, head.names.index("tracks")] > 0.5) == truth)[known]
        rows.append(_row("tracks", right, has=int(truth.sum())))
    counted = [name for name in AXLES if name in head.names]
    known = np.array([crop.axles is not None for crop in crops], np.bool_)
    if counted and known.any():
        best = told[:, [head.names.index(name) for name in counted]].argmax(axis=1)
        right = np.array(
            [crop.axles in AXLES[counted[index]] for crop, index in zip(crops, best, strict=True)],
            np.bool_,
        )[known]
        rows.append(_row(_COUNT, right, has=int(known.sum())))
    return rows


def shipped_of(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return the attributes that a model may tell, by the rows of `check_rows`."""
    if not rows:
        return SHIPPED
    passed = {row["attribute"] for row in rows if row["shipped"]}
    return (*(("tracks",) if "tracks" in passed else ()), *(AXLES if _COUNT in passed else ()))


def _row(attribute: str, right: BoolArray, *, has: int) -> dict[str, Any]:
    count, total = int(right.sum()), len(right)
    low, high = wilson_interval(count, total)
    return {
        "attribute": attribute,
        "condition": _CONDITION,
        "n": total,
        "with": has,
        "right": count,
        "low": round(low, 3),
        "high": round(high, 3),
        "shipped": total >= _FEWEST and count >= _BARS[attribute] * total,
    }
