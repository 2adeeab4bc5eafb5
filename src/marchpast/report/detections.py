"""`detections.jsonl`: every box of every frame, written while the run goes on.

What a vehicle is, is known when its track has ended, long after its first boxes. So a run
writes its rows to a journal beside the result, and a second pass fills in the answers. Both
passes hold one row at a time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from marchpast import files
from marchpast.records import Detections
from marchpast.report.schema import DETECTIONS_FILE, DetectionEntry, DetectionRow
from marchpast.report.text import storable

Answers = Mapping[tuple[str, int], tuple[int | None, str | None]]
"""`(source, provisional track id)` to `(final track id or None, node or None)`."""


class DetectionJournal:
    """The rows of a run in progress, in a temporary file of the result folder.

    Leaving the `with` block removes the journal, whatever happened; call :meth:`finish` in it
    to write `detections.jsonl`.
    """

    def __init__(self, folder: Path) -> None:
        """Open the journal.

        Args:
            folder: The result folder; it must exist.

        Raises:
            OSError: If the folder is missing, full or not writable.
        """
        self._folder = folder
        self._stream: IO[bytes] = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed in close()
            prefix=f".{DETECTIONS_FILE}.", suffix=".journal", dir=folder
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the journal."""
        self._stream.close()

    def append(
        self,
        source: str,
        *,
        frame_index: int,
        time_s: float,
        detections: Detections,
        track_ids: Sequence[int],
    ) -> None:
        """Add the row of one frame.

        Args:
            source: The source's name in this run.
            frame_index: In decode order.
            time_s: Presentation time in seconds.
            detections: `N >= 0` boxes of the frame.
            track_ids: `N` provisional ids of the tracker, 0 for a box that is not followed.

        Raises:
            ValueError: If there is not one track id per box.
            OSError: If the disk is full.
        """
        if len(track_ids) != len(detections):
            raise ValueError(
                f"every box needs one track id, got {len(detections)} boxes and "
                f"{len(track_ids)} track ids"
            )
        entries = tuple(
            DetectionEntry(
                xyxy=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                confidence=float(confidence),
                node=None,
                track_id=int(track_id) or None,
            )
            for box, confidence, track_id in zip(
                detections.xyxy, detections.confidence, track_ids, strict=True
            )
        )
        row = DetectionRow(
            source=source,
            frame_index=int(frame_index),
            time_s=float(time_s),
            detections=entries,
        )
        self._stream.write(_line(row))

    def finish(self, answers: Answers) -> Path:
        """Write `detections.jsonl` with final track ids and nodes, and return its path.

        Args:
            answers: What became of every provisional track id, by source name as it was
                given to :meth:`append`. A track that is not in it was dropped: its boxes
                stay, without track id and node.

        Raises:
            OSError: If the disk is full; the old file is then intact.
        """
        # Rows carry names in their stored spelling; the caller knows the original one.
        stored = {(storable(source), track): final for (source, track), final in answers.items()}
        self._stream.flush()
        path = self._folder / DETECTIONS_FILE
        with Path(self._stream.name).open("rb") as rows, files.replacing(path) as output:
            for line in rows:
                output.write(_line(_answered(DetectionRow.model_validate_json(line), stored)))
        return path


def _line(row: DetectionRow) -> bytes:
    return row.model_dump_json().encode() + b"\n"


def _answered(row: DetectionRow, answers: Answers) -> DetectionRow:
    """Return the row with each provisional track id replaced by what became of it."""
    entries = []
    for entry in row.detections:
        if entry.track_id is not None:
            track_id, node = answers.get((row.source, entry.track_id), (None, None))
            entry = entry.model_copy(update={"track_id": track_id, "node": node})
        entries.append(entry)
    return row.model_copy(update={"detections": tuple(entries)})
