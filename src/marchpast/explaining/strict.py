"""Strict models for the room's data files and for what it writes, and text that is safe to show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class StrictModel(BaseModel):
    """Frozen, complete and strict: no unknown key, no text where a number belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def one_line(text: str) -> str:
    r"""Return a text on one line, without control, zero-width and direction-changing characters.

    >>> one_line("mass\n mobilisation\u202e\x1b[31m ")
    'mass mobilisation[31m'
    """
    kept = "".join(c if c.isprintable() or c.isspace() else "" for c in text)
    return " ".join(kept.split())


def _shown(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


def _is_probability(value: float) -> float:
    if not (math.isfinite(value) and 0.0 <= value <= 1.0):
        raise ValueError(f"a probability lies from 0 to 1, got {value}")
    return value


Text = Annotated[str, BeforeValidator(_shown)]
Filled = Annotated[Text, Field(min_length=1)]
Probability = Annotated[float, AfterValidator(_is_probability)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@cache
def data_of(name: str) -> Mapping[str, Any]:
    """Return the content of one of the room's data files, lists as tuples; it is read once."""
    data = resources.files("marchpast.explaining") / "data" / name
    content: Mapping[str, Any] = _frozen(yaml.safe_load(data.read_bytes()))
    return content


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
