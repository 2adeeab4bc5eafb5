"""`explanations.json` of a result folder: writing it and reading it back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from marchpast.errors import ExplanationError
from marchpast.explaining.attachment import Explanations
from marchpast.files import write_text

EXPLANATIONS_FILE: Final = "explanations.json"


def write_explanations(folder: Path, explanations: Explanations) -> Path:
    """Write an assessment beside a result and return its path; one that is there is replaced.

    Raises:
        OSError: If the folder is missing, full or not writable.
    """
    path = folder / EXPLANATIONS_FILE
    write_text(path, explanations.to_json())
    return path


def load_explanations(folder: Path) -> Explanations | None:
    """Return the assessment of a result folder, `None` when there is none.

    Raises:
        ExplanationError: If the file cannot be read or is not of the format.
    """
    path = folder / EXPLANATIONS_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ExplanationError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return Explanations.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ExplanationError(
            f"{path}: {where}: {first['msg']}; make it anew with marchpast explain"
        ) from error
