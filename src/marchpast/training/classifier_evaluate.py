"""Figures of a classifier on validation crops: what goes into its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from marchpast.records import BgrImage, BoolArray, FloatArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.calibration import Thresholds, fit_thresholds
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.classifier_metrics import (
    Verdicts,
    answer_verdicts,
    answers,
    is_military,
    precision,
    softmax,
    verdicts,
)

LogitsOf = Callable[[Sequence[BgrImage]], FloatArray]
"""`(side, side, 3)` uint8 BGR views to `(N, L)` logits."""

_SIZES_PX = (16, 24, 32, 48, 64, 96)
_SMALLEST_SAMPLE = 10


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Validation crops, what the network said of them, and what would have been right."""

    crops: tuple[LabelledCrop, ...]
    logits: FloatArray
    space: LabelSpace
    allowed: BoolArray
    table: Verdicts
    is_type: BoolArray

    @property
    def military(self) -> BoolArray:
        """`(N,)`: crops whose label is a military vehicle."""
        return np.array([is_military(crop.node) for crop in self.crops], np.bool_)

    @property
    def typed(self) -> BoolArray:
        """`(N,)`: crops whose label is one type that the classifier can name."""
        leaf_is_type = self.leaf_is_type
        single = self.allowed.sum(axis=1) == 1
        labels = self.space.labels
        named = np.array([crop.node in labels for crop in self.crops], np.bool_)
        return np.asarray(single & named & leaf_is_type[self.allowed.argmax(axis=1)], np.bool_)

    @property
    def unlisted(self) -> BoolArray:
        """`(N,)`: military crops whose kind is known and is none of the types."""
        single = self.allowed.sum(axis=1) <= 1
        return np.asarray(self.military & single & ~self.typed, np.bool_)

    @property
    def leaf_is_type(self) -> BoolArray:
        """`(L,)`: which leaves are types."""
        types = {node for node, flag in zip(self.space.nodes, self.is_type, strict=True) if flag}
        return np.array([label in types for label in self.space.labels], np.bool_)

    def of(self, collection: str) -> BoolArray:
        """`(N,)`: crops of one collection."""
        return np.array([crop.collection == collection for crop in self.crops], np.bool_)


def evaluate(
    crops: Sequence[LabelledCrop], logits: FloatArray, space: LabelSpace, *, taxonomy: Taxonomy
) -> Evaluation:
    """Put crops, logits and truth side by side."""
    truths = [(crop.node, crop.is_exact) for crop in crops]
    return Evaluation(
        crops=tuple(crops),
        logits=logits,
        space=space,
        allowed=allowed_matrix(space, truths),
        table=verdicts(space, truths, taxonomy=taxonomy),
        is_type=np.array([taxonomy.node(node).is_type for node in space.nodes], np.bool_),
    )


def thresholds_of(evaluation: Evaluation, *, target: float) -> Thresholds:
    """Fit temperature and threshold on all validation crops; military ones set the threshold."""
    return fit_thresholds(
        evaluation.logits,
        evaluation.allowed,
        evaluation.table,
        evaluation.space,
        counted=evaluation.military,
        target=target,
    )


def size_figures(
    evaluation: Evaluation, thresholds: Thresholds, *, logits_of: LogitsOf, side: int
) -> dict[str, Any]:
    """Measure the answers that name a type when the crops are made small.

    Returns:
        By shorter side in pixels: crops, types named, how many of those are right.
    """
    rows = np.flatnonzero(evaluation.typed)
    rows = np.array([row for row in rows if evaluation.crops[row].size_px >= max(_SIZES_PX)], int)
    found: dict[str, Any] = {}
    for size in _SIZES_PX:
        views = [_made_small(evaluation.crops[row], size, side) for row in rows]
        probabilities = softmax(logits_of(views), thresholds.temperature)
        chosen = answers(probabilities, evaluation.space, min_mass=thresholds.min_mass)
        names_type = (chosen >= 0) & evaluation.is_type[np.maximum(chosen, 0)]
        right, judged = precision(answer_verdicts(chosen, evaluation.table[rows])[names_type])
        found[f"px_{size}"] = {"n": len(rows), "named": judged, "right": right}
    return found


def smallest_size(sizes: dict[str, Any], *, target: float) -> int:
    """Return the smallest measured side from which on named types are right often enough.

    Sides at which too few types are named to tell decide nothing.
    """
    chosen = max(_SIZES_PX)
    for size in sorted(_SIZES_PX, reverse=True):
        row = sizes[f"px_{size}"]
        if row["named"] >= _SMALLEST_SAMPLE and row["right"] < target * row["named"]:
            return chosen
        chosen = size
    return chosen


def _made_small(crop: LabelledCrop, size: int, side: int) -> BgrImage:
    view = crop.view(side)
    x1, y1, x2, y2 = crop.xyxy
    scale = size / min(x2 - x1, y2 - y1)
    small = (
        min(side, max(1, round((x2 - x1) * scale))),
        min(side, max(1, round((y2 - y1) * scale))),
    )
    reduced = cv2.resize(view, small, interpolation=cv2.INTER_AREA)
    grown = cv2.resize(reduced, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown, np.uint8)
