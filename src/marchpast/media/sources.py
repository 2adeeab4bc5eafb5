"""Finding the pictures and videos a user meant by a list of files and folders."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from marchpast.media.names import printable
from marchpast.media.source import regular_size, unreadable

_logger = logging.getLogger(__name__)

PICTURE_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff"}
)
VIDEO_SUFFIXES: Final = frozenset(
    {".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts"}
)
_SUFFIXES: Final = PICTURE_SUFFIXES | VIDEO_SUFFIXES


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A file to open, and what to call it in this run.

    Attributes:
        path: As reached from what the user gave.
        name: Relative, `/`-separated, printable, unique in the run.
    """

    path: Path
    name: str


@dataclass(slots=True)
class _Search:
    """What has been met so far; every file and folder is taken once, however it is reached."""

    found: list[FoundSource] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def is_new(self, path: Path) -> bool:
        """Return whether the file or folder behind `path` is met for the first time."""
        real = os.path.realpath(path)
        if real in self.seen:
            return False
        self.seen.add(real)
        return True

    def take(self, path: Path, name: str) -> None:
        """Add a file under `name`, or under the first free variant of it."""
        shown = printable(name)
        stem, dot, suffix = shown.rpartition(".")
        if not stem or "/" in suffix:
            stem, dot, suffix = shown, "", ""
        number = 2
        while shown in self.names:
            shown = f"{stem} ({number}){dot}{suffix}"
            number += 1
        self.names.add(shown)
        self.found.append(FoundSource(path, shown))


def find_sources(paths: Sequence[Path]) -> list[FoundSource]:
    """Return the files among `paths` and in the folders among them, sorted by name.

    A file that is named is taken whatever its suffix, and refused later by its content. Of a
    folder, searched recursively, the files with a picture or video suffix are taken; hidden
    files and folders are passed over, and the number of other files is logged as a warning.
    A file that is reached twice, also through a link, is taken once, under its first name; a
    second file of the same name gets a number: `a.mp4`, `a (2).mp4`. An empty folder gives
    no sources and no error.

    Args:
        paths: Files and folders. A folder's files are named from the folder's own name on.

    Raises:
        SourceError: If a path is missing, or neither a regular file nor a folder, or a
            folder cannot be listed.
    """
    search = _Search()
    for path in paths:
        if path.is_dir():
            # The resolved name, so that "." and "clips/.." have one.
            _search_folder(path, Path(os.path.realpath(path)).name, search)
        else:
            regular_size(path, name=printable(str(path)))
            if search.is_new(path):
                search.take(path, path.name)
            else:
                _logger.warning("%s is given twice and taken once", printable(str(path)))
    return sorted(search.found, key=lambda source: source.name)


def _search_folder(folder: Path, name: str, search: _Search) -> None:
    ignored = []
    for path, inner in _walk(folder, name, search):
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            ignored.append(printable(inner))
        elif search.is_new(path):
            search.take(path, inner)
    if ignored:
        _logger.warning(
            "%d files in %s are no pictures or videos by their suffix and were left out: %s%s",
            len(ignored),
            printable(name),
            ", ".join(ignored[:3]),
            ", ..." if len(ignored) > 3 else "",
        )


def _walk(folder: Path, name: str, search: _Search) -> Iterator[tuple[Path, str]]:
    """Yield the visible non-folders below `folder` with their names, in sorted order.

    A folder that was visited already is not entered again, which also ends link loops.
    """
    if not search.is_new(folder):
        return
    try:
        entries = sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths, are sorted
    except OSError as error:
        raise unreadable(printable(str(folder)), error) from error
    for entry in entries:
        if entry.startswith("."):
            continue
        path = folder / entry
        inner = f"{name}/{entry}" if name else entry
        if path.is_dir():
            yield from _walk(path, inner, search)
        else:
            yield path, inner
