"""How sure a finished classifier is of the attributes it tells, fitted on labelled crops.

A label tells the drive and the number of axles wherever all types under it agree on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.inference import Model
from marchpast.records import BgrImage, BoolArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.attributes import ATTRIBUTES, AXLES, OPEN_VALUE, YES, attribute_values
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import BACKGROUND, NO_MILITARY
from marchpast.training.logistic import fit_logistic

_OUTPUT = "attributes"
_BATCH = 16
_FEWEST = 30
_FEWEST_OF_A_VALUE = 10
_RIDGE = 0.01
_SLOPES = np.round(np.geomspace(0.25, 4.0, 65), 3)

Scales = dict[str, dict[str, float]]


def attribute_scales(
    model: Model,
    crops: Sequence[LabelledCrop],
    taxonomy: Taxonomy,
    *,
    before: Mapping[str, Any] | None = None,
) -> Scales:
    """Return what the card says under `settings.attributes`.

    Platt's method (1999, "Probabilistic Outputs for Support Vector Machines") for wheels or
    tracks; for the counts of axles, which exclude each other, one slope of their log-odds before
    a softmax, without an offset.

    Args:
        model: A classifier.
        crops: Labelled, of events it never learnt from.
        taxonomy: Tells drive and axles of a label.
        before: The scales of the card as it is: kept for an attribute that these crops are too
            few to decide.

    Returns:
        `slope` and `offset` of `drive` and `axles`, as far as the graph tells them and crops
        decide them.
    """
    names = model.card.outputs.attributes
    scales: Scales = {name: dict(scale) for name, scale in (before or {}).items()}
    crops = [crop for crop in crops if crop.node not in (BACKGROUND, NO_MILITARY)]
    values = attribute_values(taxonomy, [crop.node for crop in crops])
    # Whatever has a known number of axles is known to have wheels.
    told = np.flatnonzero(values[:, ATTRIBUTES.index("tracks")] != OPEN_VALUE).tolist()
    if _OUTPUT not in model.card.outputs.names or not told:
        return scales
    side = model.card.input.size[0]
    odds = _odds(model, [crops[row].view(side) for row in told])
    values = values[told]
    if "tracks" in names:
        drive = _drive_scale(odds[:, names.index("tracks")], values[:, ATTRIBUTES.index("tracks")])
        scales |= {"drive": drive} if drive else {}
    if all(name in names for name in AXLES):
        columns = [names.index(name) for name in AXLES]
        truth = values[:, [ATTRIBUTES.index(name) for name in AXLES]] == YES
        axles = _axles_scale(odds[:, columns], truth)
        scales |= {"axles": axles} if axles else {}
    return scales


def _odds(model: Model, views: Sequence[BgrImage]) -> npt.NDArray[np.float64]:
    """`(N, A)` log-odds of the graph's attributes."""
    column = model.card.outputs.names.index(_OUTPUT)
    parts = [
        model.run(np.stack(views[start : start + _BATCH]))[column]
        for start in range(0, len(views), _BATCH)
    ]
    shares = np.clip(np.concatenate(parts).astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(shares / (1 - shares)))


def _drive_scale(
    odds: npt.NDArray[np.float64], values: npt.NDArray[np.int64]
) -> dict[str, float] | None:
    is_known = values != OPEN_VALUE
    truth = values[is_known] == YES
    if min(truth.sum(), (~truth).sum()) < _FEWEST_OF_A_VALUE or len(truth) < _FEWEST:
        return None
    slope, offset = fit_logistic(odds[is_known, None], truth, ridge=_RIDGE)
    if slope <= 0:
        return None
    return {"slope": round(float(slope), 3), "offset": round(float(offset), 3)}


def _axles_scale(odds: npt.NDArray[np.float64], truth: BoolArray) -> dict[str, float] | None:
    is_known = truth.any(axis=1)
    if is_known.sum() < _FEWEST:
        return None
    odds, truth = odds[is_known], truth[is_known]

    def loss(slope: float) -> float:
        scaled = slope * odds
        largest = scaled.max(axis=1)
        total = largest + np.log(np.exp(scaled - largest[:, None]).sum(axis=1))
        return float((total - scaled[truth]).mean())

    best = min(map(float, _SLOPES), key=loss)
    return {"slope": best, "offset": 0.0}
