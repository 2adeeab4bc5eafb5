"""Read a training configuration, and say in one line what is wrong with it.

A configuration is a TOML file of the settings of one kind of training. Nothing here needs torch,
so that a misspelt setting is told before anything slow is loaded.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from marchpast.errors import ConfigError
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.detector_config import DetectorConfig

CONFIG_FOLDER = Path(__file__).parent / "configs"
KINDS: Mapping[str, type[BaseModel]] = {
    "detector": DetectorConfig,
    "classifier": ClassifierConfig,
}
_LONGEST_SHOWN = 60

Settings = TypeVar("Settings", bound=BaseModel)


def bundled_configs() -> dict[str, Path]:
    """Return the configurations that travel with the package, by name."""
    return {path.stem: path for path in sorted(CONFIG_FOLDER.glob("*.toml"))}


def find_config(name_or_file: str | Path) -> Path:
    """Return the path of a bundled configuration or of a user's own.

    Raises:
        ConfigError: If it is neither a bundled name nor a file.
    """
    bundled = bundled_configs()
    if str(name_or_file) in bundled:
        return bundled[str(name_or_file)]
    path = Path(name_or_file)
    if path.is_file():
        return path
    raise ConfigError(
        f"no configuration {str(name_or_file)!r}: bundled are {', '.join(bundled)}; "
        "or give a TOML file"
    )


def read_config(path: Path, kind: type[Settings]) -> Settings:
    """Read and check a configuration of one kind.

    Args:
        path: TOML.
        kind: `DetectorConfig` or `ClassifierConfig`.

    Raises:
        ConfigError: If it cannot be read, is not TOML, is of the other kind, or a setting is
            unknown, missing, of another type or out of range.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the configuration ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the configuration is not TOML: {error}") from error
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        other = _other_kind(content, kind)
        if other:
            raise ConfigError(
                f"{path}: this is a configuration of a {other}; give one of the other kind, or "
                f"train the {other}"
            ) from error
        raise ConfigError(f"{path}: {_told(error, kind)}") from error


def _other_kind(content: Mapping[str, Any], kind: type[BaseModel]) -> str:
    """Return the kind that knows every key when this one does not, or nothing."""
    for name, other in KINDS.items():
        fits = all(key in other.model_fields for key in content)
        if fits and not all(key in kind.model_fields for key in content):
            return name
    return ""


def _told(error: ValidationError, kind: type[BaseModel]) -> str:
    """Say the first fault: where, what was found, what is allowed."""
    # A misspelt setting is also a missing one: the spelling is what there is to mend.
    faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    first = faults[0]
    *above, last = first["loc"]
    where = ".".join(str(part) for part in first["loc"])
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    if first["type"] == "extra_forbidden":
        known = list(_fields_at(kind, above))
        near = difflib.get_close_matches(str(last), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
        return f"unknown setting {where} = {_shown(first['input'])}; {hint}{more}"
    if first["type"] == "missing":
        return f"the setting {where} is missing{more}"
    message = first["msg"].removeprefix("Value error, ")
    return f"{where} = {_shown(first['input'])}: {message}{more}"


def _fields_at(kind: type[BaseModel], path: list[int | str]) -> Mapping[str, Any]:
    """Return the settings known at a place inside nested tables."""
    for part in path:
        if isinstance(part, str):
            kind = _table_in(kind.model_fields[part].annotation)
    return kind.model_fields


def _table_in(annotation: Any) -> type[BaseModel]:
    """Return the table of an annotation such as `tuple[Stage, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(_table_in(part) for part in get_args(annotation) if part is not Ellipsis)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
