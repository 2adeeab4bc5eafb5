"""supervision: the boxes of one frame as its `Detections`, when that package is installed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from marchpast.errors import ExchangeError

if TYPE_CHECKING:
    from marchpast.exchange.categories import Categories
    from marchpast.report import DetectionRow

_NOT_FOLLOWED = -1
"""What supervision's own trackers give a box that they do not follow."""


def to_supervision(row: DetectionRow, *, categories: Categories) -> Any:
    """Return the boxes of one row of `detections.jsonl` as `supervision.Detections`.

    Columns: `xyxy` float32 pixels of the upright frame, `confidence`, `class_id` (the index in
    `categories.rows`), `tracker_id` (-1 for a box that belongs to no sighting), and in `data`
    `class_name` (English), `node`, `source`, `frame_index` and `time_s`. The last three are said of
    every box, because supervision merges no frames that differ in their `metadata`.

    Args:
        row: From `marchpast.report.read_rows`.
        categories: `Categories(load_taxonomy())`; the numbers are the same for every result.

    Raises:
        ExchangeError: If supervision is not installed.
        KeyError: If a box has a node that the categories do not have.
    """
    supervision = _supervision()
    found = [categories.of(entry.node) for entry in row.detections]
    tracks = [entry.track_id or _NOT_FOLLOWED for entry in row.detections]
    boxes = np.array([entry.xyxy for entry in row.detections], np.float32)
    return supervision.Detections(
        xyxy=boxes.reshape(len(found), 4),
        confidence=np.array([entry.confidence for entry in row.detections], np.float32),
        class_id=np.array([category.index for category in found], int),
        tracker_id=np.array(tracks, int),
        data={
            "class_name": np.array([category.name for category in found], str),
            "node": np.array([category.node for category in found], str),
            "source": np.array([row.source] * len(found), str),
            "frame_index": np.full(len(found), row.frame_index),
            "time_s": np.full(len(found), row.time_s),
        },
    )


def _supervision() -> Any:
    try:
        return importlib.import_module("supervision")
    except ModuleNotFoundError as error:
        raise ExchangeError(
            "supervision is not installed here; install it with: pip install supervision"
        ) from error
