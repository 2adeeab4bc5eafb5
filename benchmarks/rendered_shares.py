"""How often the photos of a type are named, as shares whose intervals know events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.rendered_folds import Fold, Learnt
from marchpast.evaluation.intervals import event_weights, figure, quantiles
from marchpast.evaluation.shares import wilson
from marchpast.records import BoolArray, FloatArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_metrics import softmax, top_k_right

Figures = dict[str, Any]


def photos_of(fold: Fold, node: str) -> IntArray:
    """Return the rows of all photos of a type."""
    return np.flatnonzero(fold.crops.of(node) & ~fold.crops.is_rendered)


def events_of(fold: Fold, rows: IntArray) -> list[str]:
    """Return the event of each row."""
    return [fold.crops.rows[row].event for row in rows]


def leaf_is_type(learnt: Learnt, taxonomy: Taxonomy) -> BoolArray:
    """Return `(L,)`: which labels are types."""
    return np.array(
        [label in taxonomy.nodes and taxonomy.node(label).is_type for label in learnt.space.labels],
        np.bool_,
    )


def shares(
    fold: Fold,
    learnt: Learnt,
    scored: Sequence[tuple[FloatArray, IntArray]],
    among: BoolArray,
    taxonomy: Taxonomy,
) -> Figures:
    """Return top-1 among some labels, and top-3 among the types of these.

    Args:
        fold: Whose crops.
        learnt: Whose labels.
        scored: Logits `(n, L)` and the rows they are of; a photo in several counts once, with the
            mean.
        among: `(L,)`: labels that compete.
        taxonomy: The tree.
    """
    found = {}
    is_type = leaf_is_type(learnt, taxonomy)
    for name, k, leaves in (("top_1", 1, among), ("top_3", 3, among & is_type)):
        right = [
            top_k_right(softmax(logits), learnt.allowed[rows], k=k, among=leaves)
            for logits, rows in scored
        ]
        tested = np.concatenate([rows for _, rows in scored])
        found[name] = mean_share(fold, tested, np.concatenate(right))
    return found


def mean_share(fold: Fold, tested: IntArray, right: BoolArray) -> Figures:
    """Return the mean over photos of how often each was right; the interval knows events."""
    rows, codes = np.unique(tested, return_inverse=True)
    hits = np.bincount(codes, weights=right) / np.bincount(codes)
    events = events_of(fold, rows)
    weights = event_weights(events)
    low, high = quantiles(weights @ hits / np.maximum(weights.sum(axis=1), 1e-9))
    by_count = wilson(round(hits.sum()), len(rows))
    return figure(
        float(hits.mean()),
        (min(low, by_count[0]), max(high, by_count[1])),
        n=len(rows),
        events=len(set(events)),
    )


def change(gains: FloatArray, events: Sequence[str]) -> Figures:
    """Return the mean of `(N,)` gains of +1, 0 and -1 a photo; the interval knows events."""
    weights = event_weights(events)
    drawn = weights @ gains / np.maximum(weights.sum(axis=1), 1e-9)
    return figure(float(gains.mean()), quantiles(drawn), n=len(gains), events=len(set(events)))
