"""A case: its sources, results, notes and predictions, in one file that only grows."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marchpast.casefile import case_schema, case_tables, predicted
from marchpast.casefile.case_tables import CaseTables
from marchpast.casefile.entries import CaseNote, CaseResult, CaseSource
from marchpast.errors import CaseError, OutputExistsError, SourceError
from marchpast.exchange import load_sources
from marchpast.explaining import Change, Prediction
from marchpast.files import sha256_of, write_bytes
from marchpast.report import RESULT_FILE, load_result, storable


def create_case(path: Path | str, *, title: str = "") -> Case:
    """Make a case file and open it.

    Args:
        path: The file to make.
        title: What the case is about, one line.

    Raises:
        OutputExistsError: If the file is there.
        OSError: If its folder is missing or not writable.
    """
    path = Path(path)
    if path.exists():
        raise OutputExistsError(f"{path} exists; a case is never replaced, name another file")
    write_bytes(path, case_schema.empty_case(title=storable(title), created_at=utc_now()))
    return open_case(path)


def open_case(path: Path | str) -> Case:
    """Open a case file; use it in a `with` block.

    Raises:
        CaseError: If it is missing, damaged, of another program or of a newer marchpast.
    """
    path = Path(path)
    return Case(path, case_schema.connect(path))


def utc_now() -> str:
    """Return this moment as a case states it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


class Case(CaseTables):
    """An open case file. Several may be open at once, also in other processes.

    Every method that adds something writes it, and a line of the log, in one transaction. All
    methods raise `CaseError` when the file is damaged or kept by another program.

    Attributes:
        path: The file.
        title: What the case is about.
        created_at: UTC, ISO 8601 with seconds.
    """

    def add_source(self, path: Path | str) -> CaseSource:
        """Enter a picture or a video by its hash; the file itself is not copied.

        What is known already is left as it is and returned.

        Raises:
            SourceError: If the file cannot be read.
        """
        path = Path(path)
        try:
            sha256, size_bytes = sha256_of(path), path.stat().st_size
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
        source = CaseSource(sha256, storable(path.name), size_bytes, utc_now())
        with self._writing():
            self._enter_source(source)
        return next(known for known in self.sources() if known.sha256 == sha256)

    def add_archived(self, path: Path | str) -> tuple[CaseSource, ...]:
        """Enter the footage of a list of archived sources, and where each was published.

        Taken is what is here and whose stated hash, if any, was found again.

        Args:
            path: A list that `marchpast import` wrote.

        Returns:
            The sources that were taken, each once.

        Raises:
            ExchangeError: If the file is no such list.
        """
        listed, now = load_sources(Path(path)), utc_now()
        usable = [
            (item, file, file.sha256, file.path)
            for item in listed.items
            for file in item.files
            if file.is_usable and file.sha256 and file.path
        ]
        with self._writing():
            known = {(row.source, row.archive, row.item) for row in self.origins()}
            for item, file, sha256, where in usable:
                name = storable(where.rpartition("/")[2])
                self._enter_source(CaseSource(sha256, name, file.size_bytes or 0, now))
                key = (sha256, listed.importer, item.id)
                if key not in known:
                    known.add(key)
                    facts = (item.url, item.title, item.published, item.archived)
                    row = (*key, *facts, file.stated, file.check)
                    self._insert("origin", case_tables.ORIGIN_COLUMNS, *row)
                    self._log("add origin", f"{sha256} {item.id}")
        taken = {sha256 for _, _, sha256, _ in usable}
        return tuple(source for source in self.sources() if source.sha256 in taken)

    def add_result(self, folder: Path | str) -> CaseResult:
        """Enter a result folder by the hash of its `result.json`, with its sources.

        Raises:
            ResultError: If the folder holds no result.
        """
        folder = Path(folder)
        result, sha256, now = load_result(folder), sha256_of(folder / RESULT_FILE), utc_now()
        with self._writing():
            if self._is_there("result", sha256):
                return next(known for known in self.results() if known.sha256 == sha256)
            where = _seen_from(self.path.absolute().parent, folder.absolute())
            row = (sha256, storable(where), result.provenance.marchpast_version, now)
            self._insert("result", case_tables.RESULT_COLUMNS, *row)
            for source in result.sources:
                self._enter_source(CaseSource(source.sha256, source.name, source.size_bytes, now))
            # A file that is in a result twice, under two names, is one source of the case.
            for source_sha256 in dict.fromkeys(source.sha256 for source in result.sources):
                self._insert("result_source", "result, source", sha256, source_sha256)
            self._log("add result", f"{sha256} {folder.name}")
        return next(known for known in self.results() if known.sha256 == sha256)

    def add_note(
        self, text: str, *, author: str, written_on: datetime.date | None = None
    ) -> CaseNote:
        """Write something down.

        Args:
            text: Any.
            author: Who says it.
            written_on: The day; `None` takes today (UTC).

        Raises:
            ValueError: If text or author is empty.
        """
        note = CaseNote(
            storable(author).strip(),
            written_on or datetime.datetime.now(datetime.UTC).date(),
            storable(text).strip(),
        )
        if not note.author or not note.text:
            raise ValueError("a note needs a text and an author")
        with self._writing():
            row = (note.author, note.written_on.isoformat(), note.text)
            self._insert("note", case_tables.NOTE_COLUMNS, *row)
            self._log("add note", note.author)
        return note

    def add_prediction(self, prediction: Prediction) -> None:
        """Enter a prediction that has no outcome yet.

        Raises:
            CaseError: If its id is there already.
            ValueError: If it has an outcome.
        """
        if prediction.outcome is not None:
            raise ValueError(f"{prediction.id}: has an outcome; add it first, then resolve it")
        with self._writing():
            if self._is_there("prediction", prediction.id, column="id"):
                raise CaseError(f"{self.path}: a prediction {prediction.id!r} is there already")
            self._insert("prediction", predicted.COLUMNS, *predicted.to_row(prediction))
            self._log("add prediction", prediction.id)

    def resolve_prediction(self, change: Change) -> None:
        """Enter what became of a prediction; what was said of it before stays in the case.

        Raises:
            CaseError: If no prediction has that id, or its outcome is not the one that the change
                starts from (another program was faster).
        """
        with self._writing():
            known = {prediction.id: prediction for prediction in self.predictions()}
            if change.prediction not in known:
                raise CaseError(
                    f"{self.path}: no prediction is called {change.prediction!r}; there are: "
                    f"{', '.join(known) or 'none'}"
                )
            if known[change.prediction].outcome != change.before:
                raise CaseError(
                    f"{self.path}: prediction {change.prediction} was resolved as "
                    f"{known[change.prediction].outcome!r} meanwhile; look at it again"
                )
            row = (change.prediction, change.on.isoformat(), change.before, change.after)
            self._insert("prediction_change", predicted.CHANGE_COLUMNS, *row, change.note)
            self._log("resolve prediction", f"{change.prediction} {change.after}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with case_schema.transaction(self.path, self._connection):
            yield

    def _is_there(self, table: str, key: str, *, column: str = "sha256") -> bool:
        query = f"SELECT 1 FROM {table} WHERE {column} = ?"
        return self._connection.execute(query, (key,)).fetchone() is not None

    def _insert(self, table: str, columns: str, *values: object) -> None:
        marks = ", ".join("?" * len(values))
        self._connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)

    def _enter_source(self, source: CaseSource) -> None:
        if not self._is_there("source", source.sha256):
            row = (source.sha256, source.name, source.size_bytes, source.added_at)
            self._insert("source", case_tables.SOURCE_COLUMNS, *row)
            self._log("add source", f"{source.sha256} {source.name}")

    def _log(self, action: str, detail: str) -> None:
        self._insert("log", case_tables.LOG_COLUMNS, utc_now(), action, detail)


def _seen_from(folder: Path, target: Path) -> str:
    try:
        return Path(os.path.relpath(target, folder)).as_posix()
    except ValueError:
        # Another drive on Windows.
        return target.as_posix()
