"""An archive opened for adding: a file's rows are written in one transaction.

An interrupted addition leaves whole files only.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from marchpast.records import SourceReport
from marchpast.reuse.fingerprints import Fingerprint
from marchpast.reuse.storage import META, SCHEMA, check_format, told


class ArchiveWriter:
    """An archive opened for adding; made where there is none. Use it in a `with` block."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the archive.

        Raises:
            ArchiveError: If the file is something else, or cannot be written.
        """
        self.path = Path(path)
        with told(self.path), contextlib.ExitStack() as on_failure:
            # What an interrupted addition left is rolled back by the first question.
            self._connection = sqlite3.connect(self.path)
            on_failure.callback(self._connection.close)
            if self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                check_format(self._connection, self.path)
            else:
                self._make()
            on_failure.pop_all()

    def _make(self) -> None:
        rows = "".join(
            f"INSERT INTO meta VALUES ('{key}', '{value}');" for key, value in META.items()
        )
        self._connection.executescript(f"BEGIN;{SCHEMA}{rows}COMMIT;")

    def has(self, sha256: str) -> bool:
        """Return whether a file of these bytes is in the archive."""
        with told(self.path):
            row = self._connection.execute("SELECT 1 FROM file WHERE sha256 = ?", (sha256,))
            return row.fetchone() is not None

    def set_date(self, sha256: str, date: datetime.date) -> None:
        """Give a file that is in the archive another date.

        Raises:
            ArchiveError: If the archive cannot be written.
        """
        with told(self.path), self._connection:
            self._connection.execute(
                "UPDATE file SET date = ? WHERE sha256 = ?", (date.isoformat(), sha256)
            )

    def add(
        self,
        report: SourceReport,
        path: Path,
        prints: Fingerprint,
        *,
        date: datetime.date | None = None,
    ) -> None:
        """Add one file, all of it or nothing.

        Args:
            report: Of the pass that the fingerprint was made of.
            path: Where the file is.
            prints: What is kept of it.
            date: It was published or filmed then at the latest.

        Raises:
            ArchiveError: If the archive cannot be written.
        """
        facts = (
            report.sha256, report.name, str(path), report.size_bytes, report.width, report.height,
            report.first_time_s, report.last_time_s, report.status, report.note,
            date and date.isoformat(), len(prints.time_s),
            prints.time_s.astype("<f8").tobytes(), prints.rects.astype("<f4").tobytes(),
            prints.hashes.tobytes(), prints.is_usable.astype(np.uint8).tobytes(),
        )  # fmt: skip
        marks = ", ".join("?" * len(facts))
        with told(self.path), self._connection:
            cursor = self._connection.execute(f"INSERT INTO file VALUES (NULL, {marks})", facts)
            self._connection.executemany(
                "INSERT INTO preview VALUES (?, ?, ?)",
                ((cursor.lastrowid, number, jpeg) for number, jpeg in enumerate(prints.previews)),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
