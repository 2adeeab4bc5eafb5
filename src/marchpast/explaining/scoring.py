"""How good stated probabilities were: the Brier score, and its parts where they mean something.

Source: Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review
78 (1950) 1-3; the parts are those of Murphy, A new vector partition of the probability score,
Journal of Applied Meteorology 12 (1973) 595-600.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from marchpast.explaining.predictions import Prediction

LEAST_PER_VALUE = 10
"""The parts compare how often things happened with what was stated, value by value. Of ten
predictions that share is still off by 0.3 one time in twenty (at one half); of fewer by more."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a Brier score: `score = reliability - resolution + uncertainty`.

    Attributes:
        reliability: How far what was stated lies from how often it happened; 0 is best.
        resolution: How far the values tell what happens from what does not; more is better.
        uncertainty: How mixed the outcomes are, whatever was stated.
    """

    reliability: float
    resolution: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Score:
    """What a set of predictions came to.

    Attributes:
        n: Predictions that were scored: resolved as yes or no, and stated before their windows
            had closed.
        brier: Mean squared distance of the probability from what happened: 0 is perfect, 0.25 is
            what always saying one half gives, 1 is always wrong; `None` when `n` is 0.
        standard_error: Of the mean, as if the predictions were independent; `None` below two.
        parts: `None` unless there are two stated values at least, each stated ten times.
        open: Predictions without an outcome.
        unresolvable: Resolved so; they are left out of the score.
        hindsight: Stated after their windows had closed; left out of the score.
    """

    n: int
    brier: float | None
    standard_error: float | None
    parts: Parts | None
    open: int
    unresolvable: int
    hindsight: int


def score(predictions: Iterable[Prediction]) -> Score:
    """Score the resolved predictions."""
    rows = list(predictions)
    hindsight = [p for p in rows if p.is_hindsight]
    fair = [p for p in rows if not p.is_hindsight]
    pairs = [
        (p.probability, 1.0 if p.outcome == "yes" else 0.0)
        for p in fair
        if p.outcome in ("yes", "no")
    ]
    losses = [(stated - happened) ** 2 for stated, happened in pairs]
    n = len(losses)
    brier = sum(losses) / n if n else None
    error = None
    if brier is not None and n > 1:
        error = math.sqrt(sum((loss - brier) ** 2 for loss in losses) / (n - 1) / n)
    return Score(
        n=n,
        brier=brier,
        standard_error=error,
        parts=_parts(pairs),
        open=sum(p.outcome is None for p in fair),
        unresolvable=sum(p.outcome == "unresolvable" for p in fair),
        hindsight=len(hindsight),
    )


def _parts(pairs: list[tuple[float, float]]) -> Parts | None:
    by_value: dict[float, list[float]] = defaultdict(list)
    for stated, happened in pairs:
        by_value[stated].append(happened)
    if len(by_value) < 2 or min(map(len, by_value.values())) < LEAST_PER_VALUE:
        return None
    n = len(pairs)
    base = sum(happened for _, happened in pairs) / n
    shares = {value: sum(outcomes) / len(outcomes) for value, outcomes in by_value.items()}
    return Parts(
        reliability=sum(len(by_value[v]) * (v - share) ** 2 for v, share in shares.items()) / n,
        resolution=sum(len(by_value[v]) * (share - base) ** 2 for v, share in shares.items()) / n,
        uncertainty=base * (1 - base),
    )
