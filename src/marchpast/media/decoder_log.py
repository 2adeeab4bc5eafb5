"""Hearing what the C libraries inside OpenCV say, and keeping it off the terminal.

libjpeg and libpng report corrupt data in one way only: a line on the standard error of the
process. It is the best witness of bits flipped inside a JPEG, so the lines are caught while a
picture decodes; whatever else was written in the meantime, by any thread, is passed on.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import Final

import cv2

from marchpast.media.finding import Finding

_WITNESSES: Final = (
    b"Corrupt JPEG data",
    b"Premature end of JPEG",
    b"Inconsistent progression",
    b"Invalid SOS parameters",
    b"Unsupported marker",
    b"Warning: unknown JFIF",
    b"libpng ",
)
_STDERR: Final = 2
# The descriptor and OpenCV's log level belong to the process: one decoder at a time.
_lock = threading.Lock()


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """Silence OpenCV and collect the decoders' complaints, complete when the block has ended."""
    complaints: list[str] = []
    with _lock:
        level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        try:
            with _redirected(complaints):
                yield complaints
        finally:
            cv2.utils.logging.setLogLevel(level)


def weigh(complaints: Sequence[str]) -> Finding:
    """Judge what the decoder complained about.

    Surplus bytes in front of a marker are left by many cameras that write sound pictures, so
    they are told and not held against it; coded data that ends too early is damage.
    """
    if not complaints:
        return Finding()
    is_padding = all("extraneous bytes before marker" in line for line in complaints)
    note = f"the decoder says: {complaints[0]}"
    return Finding("complete" if is_padding else "damaged", note)


@contextlib.contextmanager
def _redirected(complaints: list[str]) -> Iterator[None]:
    try:
        saved = os.dup(_STDERR)
    except OSError:
        # A process without standard error has nothing to keep clean.
        yield
        return
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(saved, _STDERR)
            os.close(saved)
            caught.seek(0)
            for line in caught.read().splitlines(keepends=True):
                if line.startswith(_WITNESSES):
                    complaints.append(line.decode("ascii", "replace").strip())
                else:
                    os.write(_STDERR, line)
