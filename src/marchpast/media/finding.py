"""What a look at a file's own structure can tell about its integrity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marchpast.records import SourceStatus


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one check.

    Attributes:
        status: `complete` when the check found nothing to complain about.
        note: A short clause for a person, empty when there is nothing to say.
    """

    status: SourceStatus = "complete"
    note: str = ""


def join_notes(notes: Iterable[str]) -> str:
    """Return the non-empty notes as one line, separated by semicolons."""
    return "; ".join(note for note in notes if note)


def counted(count: int, thing: str) -> str:
    """Return `count` and `thing`, with a plural s unless there is one.

    >>> counted(1, "frame"), counted(2, "frame")
    ('1 frame', '2 frames')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
