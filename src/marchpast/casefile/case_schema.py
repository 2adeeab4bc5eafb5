"""The tables of a case file, and the checks that a file has to pass before it is one.

One SQLite file a case. The rollback journal is used, not write-ahead logging: WAL keeps what was
committed last in a second file, and a case that is copied, mailed or put on a shared drive must be
whole in one file. Every write is one transaction, synced to disk before it returns; after a crash
SQLite takes an unfinished one back from `FILE-journal` when the case is opened again.

Nothing is changed or deleted once it is in, also not by plain SQL: triggers refuse it, and a file
without these triggers is refused. That keeps honest people honest; whoever rebuilds the file can
write what they like, and only a published hash (an evidence package) would tell.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from marchpast.errors import CaseError

CASE_FORMAT: Final = "marchpast-case/1"
VERSION: Final = 1
"""In `PRAGMA user_version`; a file with a higher one is refused."""
_APPLICATION_ID: Final = 0x6D706373
_MAGIC: Final = b"SQLite format 3\0"
_WAIT_S: Final = 10.0
_OF_THE_MOMENT: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_DATE: Final = "GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"

_HASH: Final = "TEXT NOT NULL CHECK (length(sha256) = 64)"
# Table -> what makes a row unique beside its place, and its columns behind the place.
_TABLES: Final = {
    "meta": ("key", "key TEXT NOT NULL, value TEXT NOT NULL"),
    "source": (
        "sha256",
        f"sha256 {_HASH}, name TEXT NOT NULL, "
        "size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0), added_at TEXT NOT NULL",
    ),
    "origin": (
        "source, archive, item",
        "source TEXT NOT NULL REFERENCES source (sha256), archive TEXT NOT NULL, "
        "item TEXT NOT NULL, url TEXT, title TEXT, published TEXT, archived TEXT, "
        "stated_hash TEXT, hash_check TEXT NOT NULL",
    ),
    "result": (
        "sha256",
        f"sha256 {_HASH}, folder TEXT NOT NULL, marchpast_version TEXT NOT NULL, "
        "added_at TEXT NOT NULL",
    ),
    "result_source": (
        "result, source",
        "result TEXT NOT NULL REFERENCES result (sha256), "
        "source TEXT NOT NULL REFERENCES source (sha256)",
    ),
    "note": (
        "place",
        "author TEXT NOT NULL CHECK (author <> ''), "
        f"written_on TEXT NOT NULL CHECK (written_on {_DATE}), "
        "text TEXT NOT NULL CHECK (text <> '')",
    ),
    "prediction": (
        "id",
        f"id TEXT NOT NULL, made_on TEXT NOT NULL CHECK (made_on {_DATE}), "
        "text TEXT NOT NULL, explanation TEXT NOT NULL, "
        f"window_from TEXT NOT NULL CHECK (window_from {_DATE}), "
        f"window_to TEXT NOT NULL CHECK (window_to {_DATE}), "
        "probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1), "
        '"check" TEXT NOT NULL, note TEXT NOT NULL, CHECK (window_from <= window_to)',
    ),
    "prediction_change": (
        "place",
        "prediction TEXT NOT NULL REFERENCES prediction (id), "
        f"changed_on TEXT NOT NULL CHECK (changed_on {_DATE}), "
        "before TEXT, after TEXT NOT NULL, note TEXT NOT NULL",
    ),
    "log": ("place", "at TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL"),
}


def empty_case(*, title: str, created_at: str) -> bytes:
    """Return the bytes of a case file with nothing in it."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        _build(memory)
        memory.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        memory.execute(f"PRAGMA user_version = {VERSION}")
        facts = {"format": CASE_FORMAT, "title": title, "created_at": created_at}
        memory.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", facts.items())
        return memory.serialize()


def connect(path: Path) -> sqlite3.Connection:
    """Open a case file and check that it is one.

    Raises:
        CaseError: If it is missing, damaged, of another program, or of a newer marchpast.
    """
    _check_magic(path)
    with failures_of(path):
        # rw, not the default rwc: a name mistyped must not become an empty database.
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_WAIT_S,
            isolation_level=None,
        )
    try:
        with failures_of(path):
            # What a hostile file may bring along is not trusted to call functions.
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            _check_format(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def failures_of(path: Path) -> Iterator[None]:
    """Turn what SQLite and broken values raise into one line.

    Raises:
        CaseError: If the block failed; it says what to do.
    """
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind of failure, the rest its detail (sqlite.org/rescode.html).
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_MOMENT:
            raise CaseError(
                f"{path}: cannot be used now ({error}); close other programs that write to it, "
                "check its permissions and the free space, and try again"
            ) from error
        raise damaged(path, str(error)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes damaged bytes in its messages, and Python's sqlite3 decodes them.
        raise damaged(path, "a text in it is no UTF-8") from error


@contextlib.contextmanager
def transaction(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    """Write all of the block or nothing; others wait meanwhile.

    Raises:
        CaseError: If SQLite refuses a statement, or another program keeps the file too long.
    """
    with failures_of(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _build(connection: sqlite3.Connection) -> None:
    for table, (key, columns) in _TABLES.items():
        connection.execute(
            f"CREATE TABLE {table} (place INTEGER PRIMARY KEY, {columns}, UNIQUE ({key}))"
        )
        refusal = f"ON {table} BEGIN SELECT RAISE(ABORT, 'a case file only grows'); END"
        connection.execute(f"CREATE TRIGGER {table}_update BEFORE UPDATE {refusal}")
        connection.execute(f"CREATE TRIGGER {table}_delete BEFORE DELETE {refusal}")
        # INSERT OR REPLACE deletes without asking the trigger above.
        same = " AND ".join(f"{column} = NEW.{column}" for column in key.split(", "))
        connection.execute(
            f"CREATE TRIGGER {table}_replace BEFORE INSERT {refusal}".replace(
                " BEGIN",
                f" WHEN EXISTS (SELECT 1 FROM {table} WHERE place = NEW.place OR ({same})) BEGIN",
            )
        )


def _schema(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Return kind, name and definition of everything that somebody defined."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return set(rows)


def _check_magic(path: Path) -> None:
    if not path.exists():
        raise CaseError(f"{path}: there is no such case; make one: marchpast case new {path.name}")
    if not path.is_file():
        raise CaseError(f"{path}: is no file; name the case file that 'marchpast case new' made")
    try:
        with path.open("rb") as stream:
            head = stream.read(len(_MAGIC))
    except OSError as error:
        raise CaseError(f"{path}: cannot be read ({error.strerror})") from error
    if head != _MAGIC:
        raise CaseError(f"{path}: is no case file; 'marchpast case new' makes one")


def _check_format(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION_ID:
        raise CaseError(f"{path}: is the SQLite file of another program, not a case of marchpast")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise CaseError(
            f"{path}: is a case of version {version}, this marchpast reads up to {VERSION}; "
            "install a newer marchpast"
        )
    (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if finding != "ok":
        raise damaged(path, str(finding))
    with contextlib.closing(sqlite3.connect(":memory:")) as memory:
        _build(memory)
        is_ours = _schema(connection) == _schema(memory)
    facts = dict(connection.execute("SELECT key, value FROM meta")) if is_ours else {}
    if facts.keys() != {"format", "title", "created_at"} or facts["format"] != CASE_FORMAT:
        raise damaged(path, "its tables are not those of a case")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise damaged(path, "an entry refers to one that is not there")


def damaged(path: Path, finding: str) -> CaseError:
    """Return the error for a file whose content is not what it should be."""
    told = " ".join(finding.split())
    return CaseError(f"{path}: the case file is damaged ({told}); take a copy that is whole")
