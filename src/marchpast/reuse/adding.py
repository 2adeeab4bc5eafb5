"""Adding footage to an archive: what is there is skipped, what fails is said, the rest goes on."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from marchpast.errors import SourceError
from marchpast.media import FoundSource, Sampling, Source, find_sources, open_source
from marchpast.progress import SILENCE, Progress
from marchpast.records import Frame
from marchpast.reuse.archive_writer import ArchiveWriter
from marchpast.reuse.fingerprints import ARCHIVE_EVERY_S, fingerprint


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding.

    Attributes:
        new: Names of the files that were added.
        known: Names of the files whose bytes were in the archive already.
        pictures: Names of the pictures, which are left out: a match needs a run of frames.
        failures: One line for each file that could not be read.
    """

    new: tuple[str, ...]
    known: tuple[str, ...]
    pictures: tuple[str, ...]
    failures: tuple[str, ...]


def add_to_archive(
    paths: Sequence[Path | str],
    archive: Path | str,
    *,
    date: datetime.date | None = None,
    progress: Progress = SILENCE,
) -> Added:
    """Hash the videos among files and in folders into an archive, made where there is none.

    Each file is one transaction. Stopped at any moment and run again, it goes on: files whose
    SHA-256 is in the archive are skipped, wherever they lie and whatever they are called.

    Args:
        paths: Files and folders, folders recursively.
        archive: The SQLite file.
        date: The files were published or filmed then at the latest; also given to those that
            are in the archive already.
        progress: Told of every frame.

    Raises:
        SourceError: If a path is missing.
        ArchiveError: If the archive is something else or cannot be written.
    """
    found = find_sources([Path(path) for path in paths])
    new, known, pictures, failures = [], [], [], []
    with ArchiveWriter(archive) as writer:
        for item in found:
            try:
                source = open_source(item.path, name=item.name)
                if source.kind == "picture":
                    pictures.append(item.name)
                elif writer.has(source.sha256):
                    known.append(item.name)
                    if date is not None:
                        writer.set_date(source.sha256, date)
                else:
                    _add(source, item, writer, date, progress)
                    new.append(item.name)
            except SourceError as error:
                failures.append(str(error))
    progress.finish()
    return Added(tuple(new), tuple(known), tuple(pictures), tuple(failures))


def _add(
    source: Source,
    item: FoundSource,
    writer: ArchiveWriter,
    date: datetime.date | None,
    progress: Progress,
) -> None:
    progress.start(item.name, source.frames_expected)
    prints = fingerprint(watched(source, Sampling(every_s=ARCHIVE_EVERY_S), progress))
    writer.add(source.report(), item.path.resolve(), prints, date=date)


def watched(source: Source, sampling: Sampling, progress: Progress) -> Iterator[Frame]:
    """Yield the frames of a source and tell the progress of each."""
    for frame in source.frames(sampling):
        progress.advance(frame.index)
        yield frame
