"""Reading what a case holds."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from marchpast.casefile import case_schema, predicted
from marchpast.casefile.entries import CaseNote, CaseOrigin, CaseResult, CaseSource, LogEntry
from marchpast.explaining import Change, Prediction
from marchpast.files import sha256_of
from marchpast.report import RESULT_FILE

SOURCE_COLUMNS: Final = "sha256, name, size_bytes, added_at"
ORIGIN_COLUMNS: Final = (
    "source, archive, item, url, title, published, archived, stated_hash, hash_check"
)
RESULT_COLUMNS: Final = "sha256, folder, marchpast_version, added_at"
NOTE_COLUMNS: Final = "author, written_on, text"
LOG_COLUMNS: Final = "at, action, detail"


class CaseTables:
    """The part of :class:`~marchpast.casefile.case.Case` that changes nothing.

    Attributes:
        path: The file.
        title: What the case is about.
        created_at: UTC, ISO 8601 with seconds.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        meta = dict(self._rows("SELECT key, value FROM meta"))
        self.title = str(meta["title"])
        self.created_at = str(meta["created_at"])

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
        """Close the file; everything that was added is in it already."""
        self._connection.close()

    def sources(self) -> tuple[CaseSource, ...]:
        """Return the sources in the order they were added."""
        rows = self._rows(f"SELECT {SOURCE_COLUMNS} FROM source ORDER BY place")
        return tuple(CaseSource(*row) for row in rows)

    def origins(self) -> tuple[CaseOrigin, ...]:
        """Return where sources were published, in the order it was entered."""
        rows = self._rows(f"SELECT {ORIGIN_COLUMNS} FROM origin ORDER BY place")
        return tuple(CaseOrigin(*row) for row in rows)

    def results(self) -> tuple[CaseResult, ...]:
        """Return the results in the order they were added."""
        links = self._rows("SELECT result, source FROM result_source ORDER BY place")
        rows = self._rows(f"SELECT {RESULT_COLUMNS} FROM result ORDER BY place")
        return tuple(
            CaseResult(
                sha256,
                folder,
                version,
                added_at,
                tuple(source for result, source in links if result == sha256),
            )
            for sha256, folder, version, added_at in rows
        )

    def state_of(self, result: CaseResult) -> Literal["unchanged", "changed", "not there"]:
        """Return what became of the folder of a result since it was entered.

        `changed` means that another `result.json` is in its place, such as that of a new run.
        """
        path = self.path.absolute().parent / result.folder / RESULT_FILE
        try:
            return "unchanged" if sha256_of(path) == result.sha256 else "changed"
        except OSError:
            return "not there"

    def notes(self) -> tuple[CaseNote, ...]:
        """Return the notes in the order they were added."""
        rows = self._rows(f"SELECT {NOTE_COLUMNS} FROM note ORDER BY place")
        with self._decoding():
            return tuple(
                CaseNote(author, datetime.date.fromisoformat(written_on), text)
                for author, written_on, text in rows
            )

    def predictions(self) -> tuple[Prediction, ...]:
        """Return the predictions in the order they were added, with their last outcome."""
        changes = self.prediction_changes()
        rows = self._rows(f"SELECT {predicted.COLUMNS} FROM prediction ORDER BY place")
        with self._decoding():
            return tuple(predicted.to_prediction(row, changes) for row in rows)

    def prediction_changes(self, prediction: str | None = None) -> tuple[Change, ...]:
        """Return every outcome that was ever entered, in order.

        Args:
            prediction: Only of the one with this id.
        """
        rows = self._rows(
            f"SELECT {predicted.CHANGE_COLUMNS} FROM prediction_change ORDER BY place"
        )
        with self._decoding():
            changes = [predicted.to_change(row) for row in rows]
        return tuple(change for change in changes if prediction in (None, change.prediction))

    def log(self) -> tuple[LogEntry, ...]:
        """Return every change of the case, in order."""
        rows = self._rows(f"SELECT {LOG_COLUMNS} FROM log ORDER BY place")
        return tuple(LogEntry(*row) for row in rows)

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError) as error:
            raise case_schema.damaged(self.path, str(error)) from error

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with case_schema.failures_of(self.path):
            return self._connection.execute(query).fetchall()
