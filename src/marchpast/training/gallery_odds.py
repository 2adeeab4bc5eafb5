"""From distances to references to odds: fitted on some trainings, damped by what others say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from marchpast.records import BoolArray, FloatArray
from marchpast.training.gallery_trials import Trial

_LEAST = 1e-3
_SHRINKAGE = 1e-3

Weights = tuple[float, float, float]
"""Offset, and what distance and the group's log-odds are multiplied by."""
Damping = tuple[float, float]
"""What odds in logarithms are moved by and multiplied by, so that they hold for other types than
those they were fitted on (Platt 1999, on trainings that had no part in the fit)."""
_Table = npt.NDArray[np.float64]


def fit_odds(trials: Sequence[Trial]) -> Weights:
    """Fit the odds of each type against none of those with references.

    Only photos count in which references have a say; one whose label is too coarse to exclude a
    type counts as either.

    Args:
        trials: With references of at least one type each.
    """
    offset, distance, group = _fit(trials, [_features(trial) for trial in trials])
    return offset, distance, group


def fit_damping(trials: Sequence[Trial]) -> Damping:
    """Fit how far to trust odds on trainings that had no part in them: each by the others."""
    tables, ordered = [], []
    for name in names_of(trials):
        weights = np.array(fit_odds([trial for trial in trials if trial.looks.name != name]))
        for trial in (trial for trial in trials if trial.looks.name == name):
            odds = _features(trial) @ weights
            tables.append(np.stack([np.ones_like(odds), odds], axis=2))
            ordered.append(trial)
    offset, factor = _fit(ordered, tables)
    return offset, factor


def damped(weights: Weights, damping: Damping) -> Weights:
    """Return weights whose odds are moved and multiplied so."""
    offset, factor = damping
    first, distance, group = weights
    return offset + factor * first, factor * distance, factor * group


def shares_by(trial: Trial, weights: Weights) -> _Table:
    """Return `(Q, S)`: how likely each type is by its references."""
    odds = np.exp(_features(trial) @ np.array(weights))
    return np.asarray(odds / (1.0 + odds.sum(axis=1, keepdims=True)))


def names_of(trials: Sequence[Trial]) -> list[str]:
    """Return the trainings that trials are of, sorted."""
    return sorted({trial.looks.name for trial in trials})


def _fit(trials: Sequence[Trial], tables: Sequence[_Table]) -> list[float]:
    """Fit a conditional logit (McFadden 1974) on `(Q, S, F)` features of each trial."""
    features = [
        torch.from_numpy(table[trial.is_heard]) for table, trial in zip(tables, trials, strict=True)
    ]
    allowed = [torch.from_numpy(_allowed(trial)[trial.is_heard]) for trial in trials]
    weights = [
        torch.from_numpy(trial.weights[trial.is_heard].astype(np.float64)) for trial in trials
    ]
    slope = torch.zeros(tables[0].shape[2], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([slope], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = _SHRINKAGE * (slope[1:] ** 2).sum()
        for table, open_, weight in zip(features, allowed, weights, strict=True):
            odds = torch.cat([torch.zeros(len(table), 1, dtype=torch.float64), table @ slope], 1)
            logs = torch.log_softmax(odds, dim=1).masked_fill(~open_, -torch.inf)
            total = total - (weight * torch.logsumexp(logs, dim=1)).sum()
        total.backward()
        return total

    optimiser.step(loss)
    return [float(value) for value in slope.detach()]


def _features(trial: Trial) -> _Table:
    ones = np.ones_like(trial.distance)
    columns = (ones, trial.distance, _log_odds(trial.group))
    return np.stack(columns, axis=2).astype(np.float64)


def _log_odds(mass: FloatArray) -> FloatArray:
    bounded = np.clip(mass, _LEAST, 1.0 - _LEAST)
    return np.asarray(np.log(bounded / (1.0 - bounded)), np.float32)


def _allowed(trial: Trial) -> BoolArray:
    """`(Q, 1 + S)`: none of the types, and each, as far as the label tells."""
    none = trial.truth[:, None] < 0
    is_it = trial.truth[:, None] == np.arange(trial.distance.shape[1])
    return np.concatenate([none, is_it | (none & trial.is_open)], axis=1)
