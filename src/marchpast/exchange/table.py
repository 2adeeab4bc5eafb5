"""CSV: one row a box, for a spreadsheet or pandas."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from marchpast import files
from marchpast.exchange import lost
from marchpast.exchange.view import FrameBoxes, NamedBox, ResultView
from marchpast.report import table_cell

DETECTION_COLUMNS: Final = (
    "source",
    "source_sha256",
    "kind",
    "width",
    "height",
    "frame_index",
    "time_s",
    "x1",
    "y1",
    "x2",
    "y2",
    "confidence",
    "sighting",
    "track_id",
    "node",
    "name",
    "level",
    "probability",
    "set",
    "set_probability",
    "set_rate",
    "flags",
)

Cell = str | int | float


def write_table(view: ResultView, out: Path) -> Iterator[str]:
    """Write the file (RFC 4180, UTF-8, a header) and yield what it cannot hold.

    A text that a spreadsheet would run as a formula starts with `'`.

    Args:
        view: Of the result.
        out: The file.

    Raises:
        ResultError: If a line of the result is not of the format.
        OSError: If the file cannot be written.
    """
    empty = 0
    with files.replacing(out) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(DETECTION_COLUMNS)
        # The same few names stand in every row, and making one safe takes long.
        safe = functools.lru_cache(maxsize=4096)(table_cell)
        for frame in view.frames():
            empty += not frame.boxes
            for box in frame.boxes:
                writer.writerow([safe(c) if isinstance(c, str) else c for c in _cells(frame, box)])
        text.detach()
    yield from lost.left_by_all(view)
    yield lost.left_of_names(
        holds="the answer, its probability, its set and cautions are kept", flags=True
    )
    if empty:
        yield f"frames that were looked at and have no box, and so no row: {empty}"
    yield from lost.failures(view)


def _cells(frame: FrameBoxes, box: NamedBox) -> Iterator[Cell]:
    """Yield the cells of one row, in the order of :data:`DETECTION_COLUMNS`."""
    source = frame.source
    yield from (source.name, source.sha256, source.kind, source.width, source.height)
    yield from (frame.frame_index, frame.time_s, *box.xyxy, box.confidence)
    if (sighting := box.sighting) is None:
        yield from ("", "", box.category.node, box.category.name, "", "", "", "", "", "")
        return
    yield from (sighting.id, sighting.track_id, box.category.node, box.category.name)
    yield from (sighting.level, sighting.probability)
    if (answer := sighting.answer) is None:
        yield from ("", "", "")
    else:
        yield from ("; ".join(answer.nodes), answer.probability, answer.rate)
    yield "; ".join(sighting.flags)
