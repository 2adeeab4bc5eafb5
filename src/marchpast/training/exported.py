"""What an exported classifier says of crops, and a card of thresholds; without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from marchpast.inference import Model
from marchpast.progress import SILENCE, Progress
from marchpast.records import BgrImage, FloatArray
from marchpast.training.calibration_data import Thresholds

_BATCH = 16


def scores_of(
    model: Model, views: Sequence[BgrImage], *, progress: Progress = SILENCE
) -> tuple[FloatArray, FloatArray | None]:
    """Return logits `(N, L)` and, where the graph tells them, novelties `(N,)` of the views.

    Args:
        model: A classifier.
        views: `(side, side, 3)` uint8 BGR.
        progress: Told how far it is, in views.
    """
    names = model.card.outputs.names
    parts = []
    for start in range(0, len(views), _BATCH):
        parts.append(model.run(np.stack(views[start : start + _BATCH])))
        progress.advance(min(start + _BATCH, len(views)) - 1)
    none = np.zeros((0, len(model.card.labels)), np.float32)
    logits = np.concatenate([none, *(part[names.index("logits")] for part in parts)])
    if "novelty" not in names:
        return logits, None
    novelties = [part[names.index("novelty")] for part in parts]
    return logits, np.concatenate([np.zeros(0, np.float32), *novelties])


def settings_of(thresholds: Thresholds) -> dict[str, float]:
    """Return what a card says of thresholds; what is `None` is left out."""
    return {key: value for key, value in asdict(thresholds).items() if value is not None}


def rounded(thresholds: Thresholds) -> Thresholds:
    """Return thresholds as a card states them."""

    def kept(value: float | None) -> float | None:
        return None if value is None else round(value, 3)

    return Thresholds(
        round(thresholds.temperature, 4),
        thresholds.min_mass,
        kept(thresholds.novelty_slope),
        kept(thresholds.min_type_score),
        kept(thresholds.min_rendered_score),
    )
