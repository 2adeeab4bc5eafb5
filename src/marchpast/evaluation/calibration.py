"""Whether answers are right as often as they say they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.evaluation.intervals import event_weights, figure, quantiles

_MOST_BINS = 15
_FEWEST_IN_A_BIN = 20
_DRAWS = 300


def bin_count(n: int) -> int:
    """Return how many bins of equal mass so many answers allow: at most 15, of 20 answers or more.

    >>> bin_count(1000), bin_count(90), bin_count(3)
    (15, 4, 1)
    """
    return max(1, min(_MOST_BINS, n // _FEWEST_IN_A_BIN))


def reliability(
    confidence: Sequence[float], right: Sequence[bool], *, bins: int
) -> list[dict[str, Any]]:
    """Sort answers by confidence into bins of equal mass.

    Returns:
        A row a bin with the lowest and highest confidence in it, `n`, the mean confidence and
        the share that is right.
    """
    order = np.argsort(np.asarray(confidence), kind="stable")
    sure, hits = np.asarray(confidence, np.float64)[order], np.asarray(right, np.float64)[order]
    return [
        {
            "low": round(float(sure[rows[0]]), 4),
            "high": round(float(sure[rows[-1]]), 4),
            "n": len(rows),
            "confidence": round(float(sure[rows].mean()), 4),
            "right": round(float(hits[rows].mean()), 4),
        }
        for rows in np.array_split(np.arange(len(order)), bins)
        if len(rows)
    ]


def calibration_error(
    confidence: npt.NDArray[np.float64], right: npt.NDArray[np.float64], *, bins: int
) -> float:
    """Return the mean gap between confidence and share right over bins of equal mass.

    Naeini et al. 2015 with the bins of Nguyen and O'Connor 2015.

    >>> calibration_error(np.array([0.9, 0.9]), np.array([1.0, 0.0]), bins=1)
    0.4
    """
    order = np.argsort(confidence, kind="stable")
    parts = [rows for rows in np.array_split(order, bins) if len(rows)]
    gaps = [abs(float(confidence[rows].mean() - right[rows].mean())) * len(rows) for rows in parts]
    return round(sum(gaps) / max(1, len(order)), 12)


def calibration_figure(
    confidence: Sequence[float], right: Sequence[bool], events: Sequence[str]
) -> dict[str, Any] | None:
    """Return the expected calibration error with interval and bins, `None` without answers."""
    if not len(confidence):
        return None
    sure, hits = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    bins = bin_count(len(sure))
    drawn = []
    for weight in event_weights(events, draws=_DRAWS):
        rows = np.repeat(np.arange(len(sure)), weight.astype(np.int64))
        drawn.append(calibration_error(sure[rows], hits[rows], bins=bins))
    value = calibration_error(sure, hits, bins=bins)
    return figure(value, quantiles(np.array(drawn)), n=len(sure), events=len(set(events))) | {
        "bins": reliability(confidence, right, bins=bins)
    }
