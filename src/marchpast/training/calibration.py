"""From raw logits to probabilities that mean what they say, and to the threshold of an answer.

Numpy only. Everything here is fitted on validation events that the network did not learn from;
figures of the fitted values are cross-fitted: chosen on one half of the events, measured on the
other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray, FloatArray
from marchpast.training.calibration_data import Crops, Thresholds
from marchpast.training.calibration_gates import choose_rendered_score, choose_type_gate
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import (
    TypeGate,
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
_MARGIN = 0.015
"""Thresholds chosen where 0.95 of the answers were right held 0.943 on other events: the choice
takes the luck of its sample. Those for 0.965 held 0.960 (`answers_cross_fitted` of the card)."""


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
    gate: TypeGate | None = None,
) -> float:
    """Return the smallest threshold from which on the answers are right often enough.

    All answers that can be judged count alike, whatever their level. The share must also hold at
    every stricter threshold, so that a lucky dip is not taken.

    Args:
        probabilities: `(N, L)`, calibrated.
        table: `(N, nodes)` of `classifier_metrics.verdicts`.
        space: The leaves.
        target: Share of right answers wanted.
        gate: When types are named; `None` treats them as all nodes.

    Returns:
        The threshold; the strictest one tried when none is good enough.
    """
    chosen = float(_MASSES[-1])
    for mass in _MASSES[::-1]:
        picked = answers(probabilities, space, min_mass=float(mass), gate=gate)
        right, judged = precision(answer_verdicts(picked, table))
        if right < target * judged:
            return chosen
        chosen = float(mass)
    return chosen


def fit_thresholds(crops: Crops, space: LabelSpace, *, target: float) -> Thresholds:
    """Fit the temperature, then at that temperature when types are named, then the rest.

    Args:
        crops: Of events that the network did not learn from.
        space: The leaves.
        target: Share of right answers wanted, among types and among all. The threshold of all
            answers is chosen a little above it.
    """
    known = crops.allowed.any(axis=1)
    temperature = fit_temperature(crops.logits[known], crops.allowed[known])
    chosen = choose_type_gate(crops, space, temperature=temperature, target=target)
    slope, min_score = chosen or (None, None)
    rendered_score = None
    if chosen is not None:
        rendered_score = choose_rendered_score(
            crops, space, temperature=temperature, slope=chosen[0], min_score=chosen[1]
        )
    counted = crops.select(crops.counted)
    min_mass = choose_min_mass(
        softmax(counted.logits, temperature),
        counted.table,
        space,
        target=min(target + _MARGIN, (1.0 + target) / 2),
        gate=counted.gate(slope, min_score, rendered_score),
    )
    return Thresholds(temperature, min_mass, slope, min_score, rendered_score)


def cross_fitted_answers(
    crops: Crops, space: LabelSpace, *, events: Sequence[str], target: float, seed: int
) -> npt.NDArray[np.int64]:
    """Answer every crop with thresholds chosen without its event, over many halvings.

    Returns:
        `(halvings, N)` index into `space.nodes`, `-1` where nothing was answered.
    """
    names, codes = np.unique(np.asarray(events), return_inverse=True)
    generator = np.random.default_rng(seed)
    picked = np.full((_HALVINGS, len(crops.logits)), -1, np.int64)
    for halving in range(_HALVINGS):
        in_first = generator.permutation(len(names)) < len(names) // 2
        first = in_first[codes]
        for fit, use in ((first, ~first), (~first, first)):
            thresholds = fit_thresholds(crops.select(fit), space, target=target)
            picked[halving, use] = crops.select(use).answers(space, thresholds)
    return picked
