"""The building blocks of the format: text, rounded numbers, and a strict base."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from marchpast.report.text import storable


def _rounded(decimals: int) -> Callable[[float], float]:
    def rounded(value: float) -> float:
        # Adding 0.0 turns -0.0, which would be a second spelling of zero, into 0.0.
        return round(float(value), decimals) + 0.0

    return rounded


def _within_one(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"a probability lies from 0 to 1, got {value}")
    return value


def _storable(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


Finite = Annotated[float, Field(allow_inf_nan=False)]
Seconds = Annotated[Finite, AfterValidator(_rounded(6))]
Pixels = Annotated[Finite, AfterValidator(_rounded(2))]
Probability = Annotated[
    Finite,
    AfterValidator(_rounded(4)),
    AfterValidator(_within_one),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
Text = Annotated[str, BeforeValidator(_storable)]
"""Any text. Bytes that were no Unicode (in a file name) are written out as `\\xNN`."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
CropPath = Annotated[str, Field(pattern=r"^crops/[a-z0-9][a-z0-9_-]*\.jpg$")]
Count = Annotated[int, Field(ge=0)]
Node = Annotated[Text, Field(min_length=1)]


class StrictModel(BaseModel):
    """Frozen, complete and strict: no unknown key, no text where a number belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
