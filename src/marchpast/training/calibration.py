"""From raw logits to probabilities that mean what they say, and to the threshold of an answer.

Numpy only. Everything here is fitted on validation events that the network did not learn from;
figures of the fitted values are cross-fitted: chosen on one half of the events, measured on the
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray, FloatArray
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import (
    Verdicts,
    answer_verdicts,
    answers,
    precision,
    softmax,
)

_TEMPERATURES = (0.2, 10.0)
_GOLDEN = (5**0.5 - 1) / 2
_PASSES = 60
_MASSES = np.round(np.arange(0.51, 0.996, 0.01), 2)
_HALVINGS = 20


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What calibration decides.

    Attributes:
        temperature: Divides the logits.
        min_mass: Probability a node must hold to be answered.
    """

    temperature: float
    min_mass: float


def set_nll(logits: FloatArray, allowed: BoolArray, *, temperature: float) -> float:
    """Return the mean of minus the log of the probability on the allowed leaves."""
    mass = (softmax(logits, temperature) * allowed).sum(axis=1)
    return float(-np.log(np.maximum(mass, 1e-300)).mean())


def fit_temperature(logits: FloatArray, allowed: BoolArray) -> float:
    """Return the temperature with the lowest loss on the allowed sets (Guo et al. 2017).

    Args:
        logits: `(N, L)`.
        allowed: `(N, L)`; at least one leaf a row.
    """
    low, high = np.log(_TEMPERATURES)
    for _ in range(_PASSES):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _loss_at(logits, allowed, left) < _loss_at(logits, allowed, right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def _loss_at(logits: FloatArray, allowed: BoolArray, log_temperature: float) -> float:
    return set_nll(logits, allowed, temperature=float(np.exp(log_temperature)))


def choose_min_mass(
    probabilities: npt.NDArray[np.float64],
    table: Verdicts,
    space: LabelSpace,
    *,
    target: float,
) -> float:
    """Return the smallest threshold from which on the answers are right often enough.

    All answers that can be judged count alike, whatever their level. The share must also hold at
    every stricter threshold, so that a lucky dip is not taken.

    Args:
        probabilities: `(N, L)`, calibrated.
        table: `(N, nodes)` of `classifier_metrics.verdicts`.
        space: The leaves.
        target: Share of right answers wanted.

    Returns:
        The threshold; the strictest one tried when none is good enough.
    """
    chosen = float(_MASSES[-1])
    for mass in _MASSES[::-1]:
        picked = answers(probabilities, space, min_mass=float(mass))
        right, judged = precision(answer_verdicts(picked, table))
        if right < target * judged:
            return chosen
        chosen = float(mass)
    return chosen


def fit_thresholds(
    logits: FloatArray,
    allowed: BoolArray,
    table: Verdicts,
    space: LabelSpace,
    *,
    counted: BoolArray,
    target: float,
) -> Thresholds:
    """Fit the temperature, then choose the threshold at that temperature.

    Args:
        logits: `(N, L)`.
        allowed: `(N, L)`; rows without a leaf (kinds never trained) do not fit the temperature.
        table: `(N, nodes)` verdicts.
        space: The leaves.
        counted: `(N,)`: crops whose answers decide the threshold.
        target: Share of right answers wanted.
    """
    known = allowed.any(axis=1)
    temperature = fit_temperature(logits[known], allowed[known])
    probabilities = softmax(logits[counted], temperature)
    min_mass = choose_min_mass(probabilities, table[counted], space, target=target)
    return Thresholds(temperature, min_mass)


def cross_fitted_answers(
    logits: FloatArray,
    allowed: BoolArray,
    table: Verdicts,
    space: LabelSpace,
    *,
    counted: BoolArray,
    events: Sequence[str],
    target: float,
    seed: int,
) -> npt.NDArray[np.int64]:
    """Answer every crop with thresholds chosen without its event, over many halvings.

    Returns:
        `(halvings, N)` index into `space.nodes`, `-1` where nothing was answered.
    """
    names, codes = np.unique(np.asarray(events), return_inverse=True)
    generator = np.random.default_rng(seed)
    picked = np.full((_HALVINGS, len(logits)), -1, np.int64)
    for halving in range(_HALVINGS):
        in_first = generator.permutation(len(names)) < len(names) // 2
        first = in_first[codes]
        for fit, use in ((first, ~first), (~first, first)):
            thresholds = fit_thresholds(
                logits[fit],
                allowed[fit],
                table[fit],
                space,
                counted=counted[fit],
                target=target,
            )
            picked[halving, use] = answers(
                softmax(logits[use], thresholds.temperature),
                space,
                min_mass=thresholds.min_mass,
            )
    return picked
