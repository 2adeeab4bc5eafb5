"""Fit the sets of a classifier: how wide they must be to hold the truth at the stated rate.

Split conformal calibration, condition by condition, on crops of events that the network did not
learn from; the judge that users have makes the sets. Figures are cross-fitted over events:
penalties from four fifths, sets of the fifth. Numpy only.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from marchpast.identity import CONDITIONS, PENALTIES, Condition, Judge
from marchpast.inference import ClassifySettings, SetSettings
from marchpast.records import FloatArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_evaluate import Evaluation, ScoresOf
from marchpast.training.classifier_metrics import OPEN, RIGHT, Verdicts
from marchpast.training.made_dark import made_dark
from marchpast.training.set_rows import SetRows, joined, set_rows

RATE = 0.9
"""Share of sets that shall hold the truth. At 0.95 the mean set leaves two thirds more types open
(`docs/decisions/0007-sets.md`)."""
FAR_BELOW_PX = 96
DARK_BELOW = 64.0
"""A quarter of the grey scale."""
FEWEST_LOOKS = 30
"""That a condition needs for a penalty of its own."""
_STRANGER_THAN = 0.99
"""Share of military vehicles that are less novel than the limit (a conformal p-value: Laxhammar
and Falkman 2010)."""

Penalties = dict[Condition, float]


def set_looks(
    evaluation: Evaluation,
    settings: ClassifySettings,
    *,
    scores_of: ScoresOf,
    side: int,
    taxonomy: Taxonomy,
    seed: int,
) -> tuple[SetRows, SetSettings]:
    """Return looks at the military crops, and settings that want nothing but their penalties.

    Those that are neither far nor dark are looked at a second time, made dark: real photos by
    night are too few.

    Args:
        evaluation: Of crops of events that the network did not learn from.
        settings: Of the one-node answer: what it withholds, sets do not give away.
        scores_of: The network.
        side: Of its input, pixels.
        taxonomy: The tree.
        seed: Of the noise.
    """
    military = np.flatnonzero(evaluation.military)
    novelty = evaluation.novelty
    start = SetSettings(
        rate=RATE,
        penalties=dict.fromkeys(CONDITIONS, PENALTIES[-1]),
        far_below_px=max(FAR_BELOW_PX, settings.min_type_size_px),
        dark_below=DARK_BELOW,
        max_novelty=_novelty_limit(None if novelty is None else novelty[military]),
    )
    judge = Judge.from_settings(
        taxonomy,
        labels=evaluation.space.labels,
        settings=settings.model_copy(update={"sets": start}),
    )
    crops = [evaluation.crops[row] for row in military]
    views = [crop.view(side) for crop in crops]
    real = set_rows(
        judge,
        crops,
        views,
        evaluation.logits[military],
        None if novelty is None else novelty[military],
        index=range(len(crops)),
        is_made=False,
        taxonomy=taxonomy,
    )
    generator = np.random.default_rng(seed)
    light = real.crop[~real.within["far"] & ~real.within["dark"]].tolist()
    darkened = [made_dark(views[row], generator) for row in light]
    logits, strange = scores_of(darkened)
    made = set_rows(
        judge,
        [crops[row] for row in light],
        darkened,
        logits,
        strange,
        index=light,
        is_made=True,
        taxonomy=taxonomy,
    )
    return joined(real, made), start


def fit_penalties(rows: SetRows, *, rate: float) -> Penalties:
    """Return the largest penalty for each condition whose sets hold the truth often enough.

    A condition with fewer than `FEWEST_LOOKS` looks that can be judged takes the widest sets of
    those that have them; none has narrower sets than the usual one.
    """
    usual = rows.within["usual"]
    first = _fitted(rows.verdicts[:, usual], rate=rate)
    if first is None:
        first = _fitted(rows.verdicts, rate=rate) or PENALTIES[-1]
    own = {
        name: _fitted(rows.verdicts[:, rows.within[name]], rate=rate)
        for name in CONDITIONS
        if name != "usual"
    }
    widest = min([first, *(value for value in own.values() if value is not None)])
    fitted: Penalties = {"usual": first}
    for name, value in own.items():
        fitted[name] = widest if value is None else min(first, value)
    return fitted


def card_settings(rows: SetRows, start: SetSettings) -> dict[str, Any]:
    """Return what a card says under `settings.sets`."""
    made = int(rows.is_made.sum())
    return {
        **start.model_dump(exclude_none=True),
        "penalties": {
            # Down, so that no set is narrower than fitted.
            name: math.floor(value * 1e6) / 1e6
            for name, value in fit_penalties(rows, rate=start.rate).items()
        },
        "fitted_on": (
            f"{len(rows.crop) - made} military crops of {len(set(rows.events.tolist()))} events "
            f"that were not learnt from, and {made} of them made dark, by split conformal "
            "calibration under each condition (marchpast.training.calibration_sets)"
        ),
    }


def _fitted(verdicts: Verdicts, *, rate: float) -> float | None:
    """The largest penalty from which downwards the sets hold the truth often enough.

    Often enough is one more than the share alone asks for: the next vehicle counts as well
    (Papadopoulos et al. 2002). A lucky dip is not taken.
    """
    right, judged = (verdicts == RIGHT).sum(axis=1), (verdicts != OPEN).sum(axis=1)
    if judged.max(initial=0) < FEWEST_LOOKS:
        return None
    chosen = PENALTIES[-1]
    for row in range(len(PENALTIES))[::-1]:
        needed = min(int(judged[row]), math.ceil(rate * (int(judged[row]) + 1)))
        if right[row] < needed:
            break
        chosen = PENALTIES[row]
    return chosen


def _novelty_limit(novelty: FloatArray | None) -> float | None:
    """The novelty that fewer than one vehicle in a hundred reaches."""
    if novelty is None or len(novelty) < FEWEST_LOOKS:
        return None
    allowed = math.floor((1 - _STRANGER_THAN) * (len(novelty) + 1))
    return round(float(np.sort(novelty)[::-1][max(0, allowed - 1)]), 3)
