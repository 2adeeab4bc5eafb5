"""Figures of a classifier on validation crops: what goes into its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from marchpast.identity import exactness_limits, limit_above
from marchpast.records import BgrImage, BoolArray, FloatArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.calibration import fit_thresholds
from marchpast.training.calibration_data import Crops, Thresholds
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.classifier_metrics import (
    Verdicts,
    answer_verdicts,
    is_military,
    precision,
    verdicts,
)

ScoresOf = Callable[[Sequence[BgrImage]], tuple[FloatArray, FloatArray | None]]
"""`(side, side, 3)` uint8 BGR views to `(N, L)` logits and, where known, `(N,)` novelties."""

_SIZES_PX = (16, 24, 32, 48, 64, 96)
_SMALLEST_SAMPLE = 20


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Validation crops, what the network said of them, and what would have been right."""

    crops: tuple[LabelledCrop, ...]
    logits: FloatArray
    space: LabelSpace
    allowed: BoolArray
    table: Verdicts
    is_type: BoolArray
    is_class: BoolArray
    instead: IntArray
    is_rendered: BoolArray
    above: IntArray
    novelty: FloatArray | None = None

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

    @property
    def for_calibration(self) -> Crops:
        """The crops as calibration sees them; answers to military ones decide."""
        return Crops(
            self.logits,
            self.novelty,
            self.allowed,
            self.table,
            self.military,
            self.is_type,
            self.is_class,
            self.instead,
            self.is_rendered,
            self.above,
        )

    def answers(self, thresholds: Thresholds) -> IntArray:
        """Return `(N,)`: the answers at these thresholds, index into `space.nodes`."""
        return self.for_calibration.answers(self.space, thresholds)

    def of(self, collection: str) -> BoolArray:
        """`(N,)`: crops of one collection."""
        return np.array([crop.collection == collection for crop in self.crops], np.bool_)


def evaluate(
    crops: Sequence[LabelledCrop],
    logits: FloatArray,
    space: LabelSpace,
    *,
    taxonomy: Taxonomy,
    novelty: FloatArray | None = None,
    thin_nodes: Sequence[str] = (),
    rendered_types: Sequence[str] = (),
) -> Evaluation:
    """Put crops, logits and truth side by side.

    Args:
        crops: What was looked at.
        logits: `(N, L)`.
        space: The leaves.
        taxonomy: The tree.
        novelty: `(N,)`, where the network tells it.
        thin_nodes: Nodes that are answered less exactly; see `exactness_limits`.
        rendered_types: Types whose names need more; see `identity.Judge`.
    """
    above = {
        node: limit_above(taxonomy, node, thin_nodes=thin_nodes) if node in rendered_types else node
        for node in space.nodes
    }
    limits = exactness_limits(taxonomy, labels=space.labels, thin_nodes=thin_nodes)
    instead = [space.nodes.index(limits.get(node, node)) for node in space.nodes]
    truths = [(crop.node, crop.is_exact) for crop in crops]
    return Evaluation(
        crops=tuple(crops),
        logits=logits,
        space=space,
        allowed=allowed_matrix(space, truths),
        table=verdicts(space, truths, taxonomy=taxonomy),
        is_type=np.array([taxonomy.node(node).is_type for node in space.nodes], np.bool_),
        is_class=np.array([taxonomy.level(node) == "class" for node in space.nodes], np.bool_),
        instead=np.array(instead, np.int64),
        is_rendered=np.array([node in rendered_types for node in space.nodes], np.bool_),
        above=np.array([space.nodes.index(above[node]) for node in space.nodes], np.int64),
        novelty=novelty,
    )


def quick_figures(logits: FloatArray, allowed: BoolArray) -> dict[str, float]:
    """Return the loss on the allowed sets, and how often the best leaf is allowed.

    Args:
        logits: `(N, L)`.
        allowed: `(N, L)`; rows without a leaf do not count.
    """
    usable = allowed.any(axis=1)
    shifted = logits[usable] - logits[usable].max(axis=1, keepdims=True)
    shares = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    mass = (shares * allowed[usable]).sum(axis=1)
    best = shifted.argmax(axis=1)
    right = allowed[usable][np.arange(len(best)), best]
    single = allowed[usable].sum(axis=1) == 1
    return {
        "val_nll": round(float(-np.log(np.maximum(mass, 1e-9)).mean()), 4),
        "val_right": round(float(right.mean()), 4),
        "val_right_single": round(float(right[single].mean()) if single.any() else 0.0, 4),
    }


def thresholds_of(evaluation: Evaluation, *, target: float) -> Thresholds:
    """Fit temperature and threshold on all validation crops; military ones set the threshold."""
    return fit_thresholds(evaluation.for_calibration, evaluation.space, target=target)


def size_figures(
    evaluation: Evaluation, thresholds: Thresholds, *, scores_of: ScoresOf, side: int
) -> dict[str, Any]:
    """Measure the answers that name a type when the crops are made small.

    Returns:
        By shorter side in pixels: crops, types named, how many of those are right.
    """
    rows = np.flatnonzero(evaluation.typed)
    large = [row for row in rows if evaluation.crops[row].size_px >= max(_SIZES_PX)]
    rows = np.array(large, np.int64)
    found: dict[str, Any] = {}
    for size in _SIZES_PX:
        views = [_made_small(evaluation.crops[row], size, side) for row in rows]
        logits, novelty = scores_of(views)
        small = replace(evaluation.for_calibration.select(rows), logits=logits, novelty=novelty)
        chosen = small.answers(evaluation.space, thresholds)
        names_type = (chosen >= 0) & evaluation.is_type[np.maximum(chosen, 0)]
        right, judged = precision(answer_verdicts(chosen, evaluation.table[rows])[names_type])
        found[f"px_{size}"] = {"n": len(rows), "named": judged, "right": right}
    return found


def smallest_size(sizes: dict[str, Any], *, target: float) -> int:
    """Return the smallest measured side from which on named types are right often enough.

    Sides at which too few types are named to tell lower nothing.
    """
    chosen = max(_SIZES_PX)
    for size in sorted(_SIZES_PX, reverse=True):
        row = sizes[f"px_{size}"]
        if row["named"] < _SMALLEST_SAMPLE:
            continue
        if row["right"] < target * row["named"]:
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
