"""The file of an archive: its tables, how it is opened, and what is told when it cannot be.

One SQLite file holds the hashes and small pictures of the user's own footage. Reading opens it
read-only and writes nothing.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from marchpast.errors import ArchiveError
from marchpast.reuse.fingerprints import ARCHIVE_EVERY_S

ARCHIVE_FORMAT: Final = "marchpast-archive/1"
SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, path TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    first_time_s REAL NOT NULL, last_time_s REAL NOT NULL,
    status TEXT NOT NULL, note TEXT NOT NULL, date TEXT, frames INTEGER NOT NULL,
    time_s BLOB NOT NULL, rects BLOB NOT NULL, hashes BLOB NOT NULL, usable BLOB NOT NULL
);
CREATE TABLE preview (
    file_id INTEGER NOT NULL REFERENCES file (id), number INTEGER NOT NULL, jpeg BLOB NOT NULL,
    PRIMARY KEY (file_id, number)
) WITHOUT ROWID;
"""
META: Final = {"format": ARCHIVE_FORMAT, "every_s": str(ARCHIVE_EVERY_S)}
FACTS: Final = (
    "id, sha256, name, path, size_bytes, width, height, first_time_s, last_time_s, "
    "status, note, date, frames"
)
BLOBS: Final = "time_s, rects, hashes, usable"


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file of an archive.

    Attributes:
        id: Of its row.
        sha256: Of its bytes when it was added.
        name: From the added folder's own name on, `/`-separated.
        path: Where it was.
        size_bytes: Its length.
        width: Pixels.
        height: Pixels.
        first_time_s: Presentation time of its first frame.
        last_time_s: Presentation time of its last frame.
        status: `complete`, `truncated` or `damaged`, as it was read.
        note: What was lost, empty otherwise.
        date: The day the user gave: published or filmed then at the latest.
        frames: How many of its frames are archived.
    """

    id: int
    sha256: str
    name: str
    path: str
    size_bytes: int
    width: int
    height: int
    first_time_s: float
    last_time_s: float
    status: str
    note: str
    date: datetime.date | None
    frames: int

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> ArchivedFile:
        """Return the file of a row of its facts."""
        facts = list(row)
        facts[-2] = None if row[-2] is None else datetime.date.fromisoformat(str(row[-2]))
        return cls(*facts)

    @property
    def duration_s(self) -> float:
        """From its first frame to its last, seconds."""
        return self.last_time_s - self.first_time_s


def archived_files(path: Path | str) -> tuple[ArchivedFile, ...]:
    """Return what is in an archive, without its hashes, in the order it was added.

    Raises:
        ArchiveError: If it is missing, no archive, or damaged.
    """
    with reading(Path(path)) as connection:
        rows = connection.execute(f"SELECT {FACTS} FROM file ORDER BY id").fetchall()
        return tuple(ArchivedFile.of_row(row) for row in rows)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an archive read-only and check that it is one."""
    if not path.is_file():
        raise ArchiveError(f"{path}: no archive there; make one with: marchpast archive add FOLDER")
    with told(path):
        connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
        with contextlib.closing(connection):
            check_format(connection, path)
            yield connection


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that is no archive of this format.

    Raises:
        ArchiveError: If it is none.
        sqlite3.Error: If it is no database, or without the tables.
    """
    found = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    if found != (ARCHIVE_FORMAT,):
        shown = "no known format" if found is None else f"format {found[0]!r}"
        raise ArchiveError(f"{path}: is of {shown}; this version reads {ARCHIVE_FORMAT}")


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the failures of SQLite into ours."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise ArchiveError(
            f"{path}: cannot be used as an archive ({error}); if an addition was interrupted, "
            "run it again, otherwise name another file with --archive"
        ) from error
