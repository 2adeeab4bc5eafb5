"""What a case holds, as plain values."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseSource:
    """A picture or a video, known by the hash of its bytes.

    Attributes:
        sha256: Hex.
        name: The name it was added under.
        size_bytes: Length of the file.
        added_at: UTC, ISO 8601 with seconds.
    """

    sha256: str
    name: str
    size_bytes: int
    added_at: str


@dataclass(frozen=True, slots=True)
class CaseOrigin:
    """Where a source was published, as somebody's archive states it.

    Attributes:
        source: SHA-256 of the source, hex.
        archive: Which program's archive.
        item: The archive's id of the item.
        url: Where it was published, `None` when the archive does not say.
        title: As published.
        published: When, as the archive states it.
        archived: When it was archived, as the archive states it.
        stated_hash: The hash that the archive states.
        hash_check: Whether that hash was found again: `same`, `not stated`, `not checked`.
    """

    source: str
    archive: str
    item: str
    url: str | None
    title: str | None
    published: str | None
    archived: str | None
    stated_hash: str | None
    hash_check: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A result folder, known by the hash of its `result.json`.

    Attributes:
        sha256: Of `result.json`, hex.
        folder: Where it was, seen from the folder of the case file, `/`-separated; absolute on
            another drive.
        marchpast_version: That made it.
        added_at: UTC, ISO 8601 with seconds.
        sources: SHA-256 of each source, in the order of the result.
    """

    sha256: str
    folder: str
    marchpast_version: str
    added_at: str
    sources: tuple[str, ...]

    @property
    def name(self) -> str:
        """Last part of the folder's path."""
        return self.folder.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class CaseNote:
    """What somebody wrote down.

    Attributes:
        author: A name, as given.
        written_on: The day, as given.
        text: As given.
    """

    author: str
    written_on: datetime.date
    text: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log that every change of the case leaves.

    Attributes:
        at: UTC, ISO 8601 with seconds, by the clock of the computer.
        action: Such as `add source`.
        detail: What it was done to.
    """

    at: str
    action: str
    detail: str
