"""What every source has in common: its facts, its frames, and its account at the end."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from marchpast.errors import SourceError
from marchpast.files import sha256_of
from marchpast.media.sampling import Sampling
from marchpast.records import Frame, SourceKind, SourceReport, SourceStatus

_EVERY_FRAME = Sampling()


@dataclass(slots=True)
class Tally:
    """What one pass over a source has met so far; filled by the reader, read by the report."""

    decoded: int = 0
    used: int = 0
    first_time_s: float = 0.0
    last_time_s: float = 0.0
    errors: int = 0
    status: SourceStatus = "complete"
    note: str = ""

    def count(self, time_s: float) -> int:
        """Count one decoded frame and return its index."""
        if self.decoded == 0:
            self.first_time_s = time_s
        self.last_time_s = time_s
        self.decoded += 1
        return self.decoded - 1


class Source(ABC):
    """A picture or a video that can be opened and of which at least one frame is expected.

    No file is open between calls. The frames may be iterated more than once; the report is
    about the last pass that reached the end.

    Attributes:
        kind: `picture` or `video`.
        path: The file.
        name: Its name in this run, relative and `/`-separated.
        size_bytes: Length of the file when it was opened.
        width: Of the upright frame, pixels.
        height: Of the upright frame, pixels.
        frames_expected: What the container declares (1 for a picture), `None` when silent.
        duration_s: What the container declares, seconds, `None` when silent.
    """

    kind: ClassVar[SourceKind]

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        width: int,
        height: int,
        frames_expected: int | None,
        duration_s: float | None,
    ) -> None:
        self.path = path
        self.name = name
        self.size_bytes = regular_size(path, name=name)
        self.width = width
        self.height = height
        self.frames_expected = frames_expected
        self.duration_s = duration_s
        self._ended: Tally | None = None

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the file's bytes, computed once.

        Raises:
            SourceError: If the file cannot be read any more.
        """
        try:
            return sha256_of(self.path)
        except OSError as error:
            raise unreadable(self.name, error) from error

    def frames(self, sampling: Sampling = _EVERY_FRAME) -> Iterator[Frame]:
        """Decode forward from the start and yield the frames that `sampling` takes, lazily.

        Every frame is decoded; only the ones taken are converted to BGR. Memory does not
        grow with the length. Closing the iterator closes the file.

        Raises:
            SourceError: If the file cannot be read or no frame decodes.
        """
        self._ended = None
        tally = Tally()
        yield from self._decode(sampling, tally)
        if tally.decoded == 0:
            raise SourceError(
                f"{self.name}: no frame decodes; check that the file was copied completely"
            )
        self._ended = tally

    def report(self) -> SourceReport:
        """Return the account of the last pass over the frames.

        Raises:
            RuntimeError: If no pass has reached its end since the last one began.
            SourceError: If the file was changed or cannot be read any more.
        """
        if self._ended is None:
            raise RuntimeError(f"{self.name}: the report is ready after the last frame, not before")
        tally = self._ended
        if regular_size(self.path, name=self.name) != self.size_bytes:
            raise SourceError(f"{self.name}: the file changed while it was read; run it again")
        return SourceReport(
            name=self.name,
            kind=self.kind,
            sha256=self.sha256,
            size_bytes=self.size_bytes,
            width=self.width,
            height=self.height,
            frames_expected=self.frames_expected,
            frames_decoded=tally.decoded,
            frames_used=tally.used,
            first_time_s=tally.first_time_s,
            last_time_s=tally.last_time_s,
            duration_s=self.duration_s,
            decode_errors=tally.errors,
            status=tally.status,
            note=tally.note,
        )

    @abstractmethod
    def _decode(self, sampling: Sampling, tally: Tally) -> Iterator[Frame]:
        """Yield the taken frames and fill `tally`, status and note included, by the end."""


def regular_size(path: Path, *, name: str) -> int:
    """Return the length of a regular file in bytes.

    Raises:
        SourceError: If it is missing, a folder, a FIFO, a device or a socket.
    """
    try:
        facts = os.stat(path)  # noqa: PTH116 - keeps surrogate-escaped names as they are
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
    if not stat.S_ISREG(facts.st_mode):
        raise SourceError(
            f"{name}: is {_kind_of(facts.st_mode)}; only regular files are read, copy it to one"
        )
    return facts.st_size


def unreadable(name: str, error: OSError | ValueError) -> SourceError:
    """Return the error for a file that the operating system would not hand out."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return SourceError(f"{name}: cannot be read ({reason}); check the path and its permissions")


def _kind_of(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    return next((words for test, words in kinds if test(mode)), "not a regular file")
