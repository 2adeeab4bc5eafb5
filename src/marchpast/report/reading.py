"""Reading a result folder back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from marchpast.errors import ResultError
from marchpast.report.schema import DETECTIONS_FILE, RESULT_FILE, DetectionRow, Result
from marchpast.report.text import printable, storable

LINE_LIMIT_BYTES = 16 << 20
"""A frame with 100,000 boxes fits; a longer line is not ours, and is not read into memory."""


def load_result(folder: Path) -> Result:
    """Return the content of `result.json`.

    Raises:
        ResultError: If the file is missing, unreadable or not of the format.
    """
    path = folder / RESULT_FILE
    try:
        return Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error) from error
    except ValidationError as error:
        raise ResultError(
            f"{path}: not a result: {problems_of(error)[0]}; "
            "validate the folder to see every problem"
        ) from error


def read_rows(folder: Path, *, source: str | None = None) -> Iterator[DetectionRow]:
    """Yield the rows of `detections.jsonl`, one at a time.

    Args:
        folder: A result folder.
        source: Only the rows of this source.

    Raises:
        ResultError: If the file is missing, or a line is not of the format (the first such
            line is named).
    """
    wanted = None if source is None else storable(source)
    for number, line in iter_lines(folder / DETECTIONS_FILE):
        try:
            row = DetectionRow.model_validate_json(line)
        except ValidationError as error:
            raise ResultError(
                f"{folder / DETECTIONS_FILE}:{number}: not a row: {problems_of(error)[0]}; "
                "validate the folder to see every problem"
            ) from error
        if wanted is None or row.source == wanted:
            yield row


def iter_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield line numbers from 1 and lines, each cut at :data:`LINE_LIMIT_BYTES`.

    Raises:
        ResultError: If the file is missing or unreadable.
    """
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(LINE_LIMIT_BYTES):
                number += 1
                yield number, line
    except OSError as error:
        raise unreadable(path, error) from error


def problems_of(error: ValidationError) -> list[str]:
    """Return one line per problem: where in the file, what was received, what is allowed."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        place = ".".join(str(part) for part in problem["loc"])
        message = f"{place}: {problem['msg']}" if place else problem["msg"]
        if not isinstance(problem["input"], dict | list | tuple | bytes):
            message += f", got {str(problem['input'])[:80]!r}"
        lines.append(printable(message))
    return lines


def unreadable(path: Path, error: OSError) -> ResultError:
    """Return the error for a file of a result that cannot be read."""
    return ResultError(
        f"{path}: cannot be read ({error.strerror}); give the folder of a finished run"
    )
