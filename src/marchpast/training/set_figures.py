"""How often sets hold the truth and what that costs, on events that set no penalty."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from marchpast.identity import CONDITIONS, PENALTIES, Condition
from marchpast.inference import ClassifySettings
from marchpast.records import BoolArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.calibration_sets import (
    FAR_BELOW_PX,
    RATE,
    Penalties,
    card_settings,
    fit_penalties,
    set_looks,
)
from marchpast.training.classifier_evaluate import Evaluation, ScoresOf
from marchpast.training.classifier_figures import WORLDS
from marchpast.training.classifier_metrics import OPEN, RIGHT
from marchpast.training.set_rows import SetRows

RATES = (0.85, RATE, 0.95)
_FOLDS = 5
_FOLDINGS = 10
_FEWEST_IN_CONDITION = 30
_INTERVAL = 0.95
_CONDITION_NAMES: dict[Condition, str] = {
    "usual": "near, in the light",
    "far": f"far (under {FAR_BELOW_PX} px)",
    "dark": "dark",
    "few_photos": "taken for a type of few photos",
}
_WORLD_NAMES = {"field": "field photos", "clean": "clean photos", "tank_photos": "tank photos"}


def fitted_sets(
    evaluation: Evaluation,
    settings: Mapping[str, Any],
    *,
    scores_of: ScoresOf,
    side: int,
    taxonomy: Taxonomy,
    seed: int,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return `settings.sets` of a card, and the tables `sets` and `set_rates` beside it.

    Args:
        evaluation: Of crops of events that the network did not learn from.
        settings: The card's other settings.
        scores_of: The network.
        side: Of its input, pixels.
        taxonomy: The tree.
        seed: Of the noise of crops made dark, and of the foldings.
    """
    one_node = ClassifySettings.model_validate({**settings, "sets": None})
    rows, start = set_looks(
        evaluation, one_node, scores_of=scores_of, side=side, taxonomy=taxonomy, seed=seed
    )
    return card_settings(rows, start), set_tables(rows, evaluation, seed=seed)


def set_tables(rows: SetRows, evaluation: Evaluation, *, seed: int) -> dict[str, Any]:
    """Return the tables `sets` (a row a condition) and `set_rates` (a row a stated rate).

    Both are empty where there are too few crops.

    Args:
        rows: Of the evaluation's military crops, in their order, and of some made dark.
        evaluation: Tells which collection each is from.
        seed: Of the foldings.
    """
    conditions = set_conditions(rows, evaluation)
    if not conditions:
        return {"sets": [], "set_rates": []}
    by_rate = {rate: cross_fitted(rows, rate=rate, seed=seed) for rate in RATES}
    return {
        "sets": [
            {"condition": name, **_row(rows, by_rate[RATE], members, rate=RATE)}
            for name, members in conditions.items()
        ],
        "set_rates": [
            _row(rows, picked, ~rows.is_made, rate=rate) for rate, picked in by_rate.items()
        ],
    }


def set_conditions(rows: SetRows, evaluation: Evaluation) -> dict[str, BoolArray]:
    """Return which looks belong to which condition, for conditions with enough crops.

    Those that the judge tells apart, and kinds of photos, which it cannot know.
    """
    real = ~rows.is_made
    found = {"all": real}
    found |= {words: real & rows.within[name] for name, words in _CONDITION_NAMES.items()}
    found["by day, made dark"] = rows.is_made
    military = np.flatnonzero(evaluation.military)
    for world, collection in WORLDS.items():
        found[_WORLD_NAMES[world]] = real & evaluation.of(collection)[military][rows.crop]
    return {name: looks for name, looks in found.items() if looks.sum() >= _FEWEST_IN_CONDITION}


def cross_fitted(rows: SetRows, *, rate: float, seed: int) -> IntArray:
    """Return `(foldings, N)`: the index of the penalty each look gets, fitted without its event."""
    names, codes = np.unique(rows.events, return_inverse=True)
    generator = np.random.default_rng(seed)
    picked = np.zeros((_FOLDINGS, len(codes)), np.int64)
    for folding in range(_FOLDINGS):
        fold = (generator.permutation(len(names)) % _FOLDS)[codes]
        for number in range(_FOLDS):
            penalties = fit_penalties(rows.select(fold != number), rate=rate)
            here = fold == number
            picked[folding, here] = penalty_rows(rows, penalties)[here]
    return picked


def penalty_rows(rows: SetRows, penalties: Penalties) -> IntArray:
    """Return `(N,)`: the index in `PENALTIES` that the judge takes for every look."""
    index = np.full(len(rows.crop), PENALTIES.index(penalties["usual"]), np.int64)
    for name in CONDITIONS:
        own = PENALTIES.index(penalties[name])
        index = np.where(rows.within[name], np.maximum(index, own), index)
    return index


def _row(rows: SetRows, picked: IntArray, members: BoolArray, *, rate: float) -> dict[str, Any]:
    """Means over the foldings."""
    looks = np.flatnonzero(members)
    verdicts, names, types = (
        table[picked[:, looks], looks] for table in (rows.verdicts, rows.names, rows.types)
    )
    judged, held = (verdicts != OPEN).sum() / len(picked), (verdicts == RIGHT).sum() / len(picked)
    return {
        "n": len(looks),
        "events": len(set(rows.events[looks].tolist())),
        "judged": round(float(judged), 1),
        "held": round(float(held), 1),
        "share": round(float(held / max(1.0, judged)), 4),
        "rate": rate,
        "binomial_95": [round(value, 4) for value in binomial_interval(round(judged), rate)],
        "mean_names": round(float(names.mean()), 2),
        "mean_types": round(float(types.mean()), 2),
        "median_types": float(np.median(types)),
        "one_type": round(float((types == 1).mean()), 4),
        "empty": round(float((names == 0).mean()), 4),
    }


def binomial_interval(n: int, rate: float) -> tuple[float, float]:
    """Return between which shares `n` vehicles lie in 95 of 100 draws, if the rate is true.

    >>> binomial_interval(100, 0.9)
    (0.84, 0.95)
    """
    below, low, high = 0.0, None, n
    for k in range(n + 1):
        below += math.comb(n, k) * rate**k * (1 - rate) ** (n - k)
        if low is None and below > (1 - _INTERVAL) / 2:
            low = k
        if below >= 1 - (1 - _INTERVAL) / 2:
            high = k
            break
    return (low or 0) / max(1, n), high / max(1, n)
