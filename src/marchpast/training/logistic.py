"""Logistic regression with few weights, in numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray

_NEWTON_STEPS = 25
_SETTLED = 1e-10


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
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < _SETTLED:
            break
    return np.asarray(weights)
