"""An archive opened for searching."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from marchpast.errors import ArchiveError
from marchpast.records import BoolArray, FloatArray, IntArray, TimeArray
from marchpast.reuse.hashing import HASH_BYTES, Hash
from marchpast.reuse.index import HashIndex
from marchpast.reuse.regions import REGIONS
from marchpast.reuse.storage import BLOBS, FACTS, ArchivedFile, reading


class Archive:
    """An archive opened for searching: hashes in memory, pictures read when asked for.

    Attributes:
        path: Of the SQLite file.
        files: In the order they were added.
        time_s: `(N,)` float64 of all frames, file after file.
        rects: `(N, 4)` float32, each frame's part inside its borders.
        hashes: `(N, REGIONS, 32)` uint8.
        is_usable: `(N, REGIONS)` bool.
        starts: `(F + 1,)` int64: the frames of file `f` are `starts[f]` to `starts[f + 1]`.
    """

    def __init__(self, path: Path | str) -> None:
        """Read the archive.

        Raises:
            ArchiveError: If it is missing, no archive, or damaged.
        """
        self.path = Path(path)
        with reading(self.path) as connection:
            rows = connection.execute(f"SELECT {FACTS}, {BLOBS} FROM file ORDER BY id").fetchall()
            self.files = tuple(ArchivedFile.of_row(row[:-4]) for row in rows)
        for file, row in zip(self.files, rows, strict=True):
            _check(self.path, file, row[-4:])
        counts = [file.frames for file in self.files]
        self.starts: IntArray = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        times, rects, hashes, usable = (b"".join(column) for column in _columns(rows))
        self.time_s: TimeArray = np.frombuffer(times, "<f8")
        self.rects: FloatArray = np.frombuffer(rects, "<f4").reshape(-1, 4)
        self.hashes: Hash = np.frombuffer(hashes, np.uint8).reshape(-1, REGIONS, HASH_BYTES)
        self.is_usable: BoolArray = np.frombuffer(usable, np.uint8).reshape(-1, REGIONS) > 0

    @property
    def hours(self) -> float:
        """How much footage was archived, hours."""
        return sum(file.duration_s for file in self.files) / 3600

    @cached_property
    def index(self) -> HashIndex:
        """The hashes in bands, made on first use; row `n * REGIONS + region`."""
        return HashIndex(self.hashes.reshape(-1, HASH_BYTES), self.is_usable.reshape(-1))

    def file_of(self, frames: IntArray) -> IntArray:
        """Return the number of the file that each frame belongs to."""
        return np.searchsorted(self.starts, frames, side="right") - 1

    def previews(self, file: int, frames: list[int]) -> list[bytes]:
        """Return the JPEG of some frames of one file.

        Args:
            file: Its number in `files`.
            frames: Counted from the file's first.

        Raises:
            ArchiveError: If the archive cannot be read any more, or lacks a picture.
        """
        with reading(self.path) as connection:
            found = [
                connection.execute(
                    "SELECT jpeg FROM preview WHERE file_id = ? AND number = ?",
                    (self.files[file].id, int(number)),
                ).fetchone()
                for number in frames
            ]
        if None in found:
            raise ArchiveError(
                f"{self.path}: pictures of {self.files[file].name} are missing; add its folder "
                "to a new archive"
            )
        return [row[0] for row in found]


def _columns(rows: list[tuple[Any, ...]]) -> list[list[bytes]]:
    """Return the last four columns of the rows."""
    return [[row[place] for row in rows] for place in range(-4, 0)]


def _check(path: Path, file: ArchivedFile, blobs: tuple[bytes, ...]) -> None:
    sizes = tuple(file.frames * each for each in (8, 16, REGIONS * HASH_BYTES, REGIONS))
    if tuple(map(len, blobs)) != sizes:
        raise ArchiveError(f"{path}: the hashes of {file.name} are damaged; make the archive anew")
