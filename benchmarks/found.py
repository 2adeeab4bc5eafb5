"""What was found in one measured picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found in one picture.

    Attributes:
        kind: Where it is from.
        size: Median longer side of its vehicles as a share of the picture's longer side.
        truth: Military vehicles in it.
        found: Of these, those with a box of their own at an overlap of 0.5.
    """

    kind: str
    size: float
    truth: int
    found: int
