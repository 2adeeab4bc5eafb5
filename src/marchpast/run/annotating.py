"""The footage of a run with boxes and names, in a second pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from marchpast.records import SourceReport
from marchpast.report import annotate_source, drawn_tracks
from marchpast.run.staging import ANNOTATED_FOLDER
from marchpast.taxonomy import Taxonomy


def annotate_all(
    folder: Path, reports: Sequence[SourceReport], *, paths: Mapping[str, Path], taxonomy: Taxonomy
) -> None:
    """Write every source of a run once more, with what was found in it.

    Args:
        folder: The result folder; its `result.json` is there already.
        reports: Of the sources that were read to their end.
        paths: Where each source is, by its name in the run.
        taxonomy: Where names come from.

    Raises:
        OSError: If the disk is full or the folder not writable.
    """
    annotated = folder / ANNOTATED_FOLDER
    annotated.mkdir()
    for place, report in enumerate(reports, start=1):
        suffix = ".mp4" if report.kind == "video" else ".jpg"
        stem = Path(report.name).stem[:60] or "source"
        tracks = drawn_tracks(folder, report.name, taxonomy=taxonomy)
        annotate_source(paths[report.name], tracks, annotated / f"{place:03d}-{stem}{suffix}")
