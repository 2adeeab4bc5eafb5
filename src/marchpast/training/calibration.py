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

from marchpast.records import BoolArray, FloatArray, IntArray
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import (
    OPEN,
    RIGHT,
    TypeGate,
    Verdicts,
    answer_verdicts,
    answers,
    precision,
    softmax,
    type_scores,
)

_TEMPERATURES = (0.2, 10.0)
_GOLDEN = (5**0.5 - 1) / 2
_PASSES = 60
_MASSES = np.round(np.arange(0.51, 0.996, 0.01), 2)
_HALVINGS = 20
_FEWEST_TO_FIT = 5
_NEWTON_STEPS = 25


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What calibration decides.

    Attributes:
        temperature: Divides the logits.
        min_mass: Probability a node must hold to be answered.
        novelty_slope: See `classifier_metrics.TypeGate`; `None` treats types as all nodes.
        min_type_score: The same.
    """

    temperature: float
    min_mass: float
    novelty_slope: float | None = None
    min_type_score: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """What calibration needs to know of crops of events that were not learnt from.

    Attributes:
        logits: `(N, L)`.
        novelty: `(N,)`, `None` where the network does not say.
        allowed: `(N, L)`; rows without a leaf (kinds never trained) do not fit the temperature.
        table: `(N, nodes)` verdicts.
        counted: `(N,)`: crops whose answers decide the thresholds.
        is_type: `(nodes,)`: which nodes are types.
        is_class: `(nodes,)`: which nodes say no more than military or civil.
        instead: `(nodes,)`: see `classifier_metrics.TypeGate`.
    """

    logits: FloatArray
    novelty: FloatArray | None
    allowed: BoolArray
    table: Verdicts
    counted: BoolArray
    is_type: BoolArray
    is_class: BoolArray
    instead: IntArray

    def select(self, rows: BoolArray | IntArray) -> Crops:
        """Return some of the crops."""
        novelty = None if self.novelty is None else self.novelty[rows]
        return Crops(
            self.logits[rows],
            novelty,
            self.allowed[rows],
            self.table[rows],
            self.counted[rows],
            self.is_type,
            self.is_class,
            self.instead,
        )

    def gate(self, slope: float | None, min_score: float | None) -> TypeGate | None:
        """Return when these crops' types are named; `None` where the network does not say."""
        if self.novelty is None or slope is None or min_score is None:
            return None
        return TypeGate(self.is_type, self.is_class, self.novelty, slope, min_score, self.instead)

    def answers(self, space: LabelSpace, thresholds: Thresholds) -> IntArray:
        """Return `(N,)`: the answer to every crop, index into `space.nodes`."""
        return answers(
            softmax(self.logits, thresholds.temperature),
            space,
            min_mass=thresholds.min_mass,
            gate=self.gate(thresholds.novelty_slope, thresholds.min_type_score),
        )


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


def choose_type_gate(
    crops: Crops, space: LabelSpace, *, temperature: float, target: float
) -> tuple[float, float] | None:
    """Return how novelty counts against the likeliest type, and from where on types are named.

    The slope is that of a logistic regression: was the likeliest type right, given its log-odds
    and the novelty? Crops of kinds that are no type count as wrong. The score is the lowest at
    which names are right as often as `target`.

    Returns:
        `slope` and `min_score`; `None` where the network tells no novelty, or too few names can
        be judged.
    """
    counted = crops.select(crops.counted)
    if counted.novelty is None:
        return None
    types = np.flatnonzero(crops.is_type)
    mass = softmax(counted.logits, temperature) @ space.membership().T
    best = types[mass[:, types].argmax(axis=1)]
    rows = np.arange(len(best))
    held, found = mass[rows, best], counted.table[rows, best]
    judged = found != OPEN
    right = found[judged] == RIGHT
    if min(right.sum(), (~right).sum()) < _FEWEST_TO_FIT:
        return None
    odds = type_scores(held[judged], counted.novelty[judged], slope=0.0)
    weights = fit_logistic(np.stack([odds, counted.novelty[judged]], axis=1), right)
    slope = max(0.0, -float(weights[1]) / max(float(weights[0]), 1e-6))
    # Those that are answered as their group whatever the score decide nothing.
    is_named = (counted.instead[best] == best)[judged] & (held[judged] > 0.5)
    score = type_scores(held[judged], counted.novelty[judged], slope=slope)
    order = np.argsort(-score[is_named])
    share = np.cumsum(right[is_named][order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= target)
    if len(good) == 0:
        return None
    # A hair below the last name that counts, so that rounding does not drop it.
    return slope, float(score[is_named][order][good[-1]]) - 1e-3


def fit_logistic(
    features: npt.NDArray[np.float64], truth: BoolArray, *, ridge: float = 1e-2
) -> npt.NDArray[np.float64]:
    """Return the weights of a logistic regression, the intercept last (Newton's method).

    Args:
        features: `(N, F)`.
        truth: `(N,)`.
        ridge: Penalty on the weights, not on the intercept.
    """
    rows = np.concatenate([features, np.ones((len(features), 1))], axis=1)
    weights = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], ridge)
    penalty[-1] = 1e-9
    for _ in range(_NEWTON_STEPS):
        share = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (share - truth) + penalty * weights
        curvature = (rows * (share * (1 - share))[:, None]).T @ rows + np.diag(penalty)
        weights = weights - np.linalg.solve(curvature, gradient)
    return np.asarray(weights)


def fit_thresholds(crops: Crops, space: LabelSpace, *, target: float) -> Thresholds:
    """Fit the temperature, then at that temperature when types are named, then the rest.

    Args:
        crops: Of events that the network did not learn from.
        space: The leaves.
        target: Share of right answers wanted, among types and among all.
    """
    known = crops.allowed.any(axis=1)
    temperature = fit_temperature(crops.logits[known], crops.allowed[known])
    chosen = choose_type_gate(crops, space, temperature=temperature, target=target)
    slope, min_score = chosen or (None, None)
    counted = crops.select(crops.counted)
    min_mass = choose_min_mass(
        softmax(counted.logits, temperature),
        counted.table,
        space,
        target=target,
        gate=counted.gate(slope, min_score),
    )
    return Thresholds(temperature, min_mass, slope, min_score)


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
