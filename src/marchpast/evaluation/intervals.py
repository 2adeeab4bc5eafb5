"""What a figure is worth: intervals that know that pictures of one event are alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.evaluation.shares import wilson

Weights = npt.NDArray[np.float64]

SEED = 20261122
_DRAWS = 1000
_QUANTILES = (0.025, 0.975)


def event_weights(events: Sequence[str], *, draws: int = _DRAWS) -> Weights:
    """Draw whole events with replacement, as often as there are events (cluster bootstrap).

    Args:
        events: The event of every observation.
        draws: How many samples.

    Returns:
        `(draws, N)`: how often each observation is in each sample.
    """
    names, codes = np.unique(np.asarray(list(events), np.str_), return_inverse=True)
    drawn = np.random.default_rng(SEED).multinomial(
        len(names), np.full(len(names), 1 / max(1, len(names))), size=draws
    )
    return np.asarray(drawn[:, codes], np.float64)


def quantiles(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the middle 95 % of a bootstrap's values; samples without a value are left out."""
    known = values[np.isfinite(values)]
    if not len(known):
        return (0.0, 1.0)
    low, high = np.quantile(known, _QUANTILES)
    return float(low), float(high)


def share_of(hits: Sequence[bool], events: Sequence[str]) -> dict[str, Any]:
    """Return a share with its n, its number of events and its 95 % interval.

    The interval holds both Wilson's, which takes every observation for independent, and the
    bootstrap over whole events, which cannot see beyond the events there are (with all or none of
    the observations right it has no width at all).

    >>> share_of([True] * 8 + [False] * 2, list("abcdefghij"))["value"]
    0.8
    """
    total = len(hits)
    low, high = wilson(int(sum(hits)), total)
    right = np.asarray(hits, np.float64)
    if total:
        weights = event_weights(events)
        drawn_low, drawn_high = quantiles(_ratio(weights @ right, weights.sum(axis=1)))
        low, high = min(low, drawn_low), max(high, drawn_high)
    return {
        "value": round(float(right.mean()), 4) if total else None,
        "n": total,
        "events": len(set(events)),
        "interval_95": [round(low, 4), round(high, 4)],
    }


def figure(value: float, interval: tuple[float, float], *, n: int, events: int) -> dict[str, Any]:
    """Return a figure that is no share in the same form."""
    return {
        "value": round(value, 4),
        "n": n,
        "events": events,
        "interval_95": [round(interval[0], 4), round(interval[1], 4)],
    }


def area_under_curve(
    known: Sequence[float],
    unknown: Sequence[float],
    *,
    known_events: Sequence[str],
    unknown_events: Sequence[str],
) -> dict[str, Any] | None:
    """Return how well a score tells two kinds apart: the area under the ROC curve.

    That is the chance that an unknown scores higher than a known one, ties counting half.

    Args:
        known: Scores that should be low.
        unknown: Scores that should be high.
        known_events: The event of each.
        unknown_events: The event of each.

    Returns:
        `None` where either kind is missing; `n` counts both kinds.

    >>> area_under_curve([0.1, 0.2], [0.2, 0.9], known_events="ab", unknown_events="cd")["value"]
    0.875
    """
    if not len(known) or not len(unknown):
        return None
    left, right = np.asarray(known, np.float64)[:, None], np.asarray(unknown, np.float64)[None]
    wins = (right > left) + 0.5 * (right == left)
    on_left, on_right = event_weights(known_events), event_weights(unknown_events)
    drawn = _ratio(
        np.einsum("dk,ku,du->d", on_left, wins, on_right, optimize=True),
        on_left.sum(axis=1) * on_right.sum(axis=1),
    )
    return figure(
        float(wins.mean()),
        quantiles(drawn),
        n=len(known) + len(unknown),
        events=len(set(known_events) | set(unknown_events)),
    ) | {"known": len(known), "unknown": len(unknown)}


def _ratio(
    above: npt.NDArray[np.float64], below: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))
