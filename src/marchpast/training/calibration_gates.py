"""From where on a type is named: the rules that need more than a mass.

Numpy only.
"""

from __future__ import annotations

import numpy as np

from marchpast.training.calibration_data import Crops
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import OPEN, RIGHT, WRONG, softmax, type_scores
from marchpast.training.logistic import fit_logistic

_FEWEST_TO_FIT = 5
_LEAST_SURE = 0.8
"""A single name that is less likely right is not given, however right the others are."""
_FALSE_NAMES = 0.002
_MORE_ODDS = float(np.log(4.0))
"""What a name learnt from rendered pictures needs more than others, whatever photos say: four times
the odds."""


def choose_type_gate(
    crops: Crops, space: LabelSpace, *, temperature: float, target: float
) -> tuple[float, float] | None:
    """Return how novelty counts against the likeliest type, and from where on types are named.

    The slope is that of a logistic regression: was the likeliest type right, given its log-odds
    and the novelty? Crops of kinds that are no type count as wrong. A second one says how likely a
    name of each score is right; the score is the lowest from which on the names are expected to be
    right as often as `target`, and each as often as `_LEAST_SURE`. To count the right ones instead
    hangs on one or two false names: over halvings of the events it named 0.30 of the listed types
    where this names 0.37, and 0.93 of the names were right where 0.94 of these are.

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
    # Those that are answered as their group whatever the score decide nothing, nor do types that
    # were learnt from rendered pictures.
    has_own_rule = (counted.instead[best] != best) | counted.is_rendered[best]
    is_named = ~has_own_rule[judged] & (held[judged] > 0.5)
    score = type_scores(held[judged], counted.novelty[judged], slope=slope)[is_named]
    if min(right[is_named].sum(), (~right[is_named]).sum()) < 1:
        return (slope, float(score.min()) - 1e-3) if right[is_named].any() else None
    rise, offset = fit_logistic(score[:, None], right[is_named])
    score = np.sort(score)[::-1]
    expected = 1.0 / (1.0 + np.exp(-(rise * score + offset)))
    share = np.cumsum(expected) / np.arange(1, len(score) + 1)
    good = np.flatnonzero((share >= target) & (expected >= _LEAST_SURE))
    if len(good) == 0:
        return None
    # A hair below the last name that counts, so that rounding does not drop it.
    return slope, float(score[good[-1]]) - 1e-3


def choose_rendered_score(
    crops: Crops, space: LabelSpace, *, temperature: float, slope: float, min_score: float
) -> float | None:
    """Return from where on a type learnt from rendered pictures is named.

    No photo tells how often such a name is right when it should be given. What photos do tell is
    how often it is given falsely: the score is the lowest at which at most `_FALSE_NAMES` of all
    these crops, civil ones too, are, and at least `_MORE_ODDS` above that of other types.

    Returns:
        The score; `None` where no type was so learnt or the network tells no novelty.
    """
    if crops.novelty is None or not crops.is_rendered.any():
        return None
    types = np.flatnonzero(crops.is_type)
    mass = softmax(crops.logits, temperature) @ space.membership().T
    best = types[mass[:, types].argmax(axis=1)]
    rows = np.arange(len(best))
    held = mass[rows, best]
    is_false = crops.is_rendered[best] & (crops.table[rows, best] == WRONG) & (held > 0.5)
    scores = np.sort(type_scores(held, crops.novelty, slope=slope)[is_false])[::-1]
    may_be_false = int(_FALSE_NAMES * len(best))
    # A hair above the first name too many.
    beyond = float(scores[may_be_false]) + 1e-3 if len(scores) > may_be_false else -np.inf
    return max(beyond, min_score + _MORE_ODDS)
