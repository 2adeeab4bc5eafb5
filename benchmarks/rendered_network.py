"""What a training with rendered pictures itself makes of photos, beside one with photos alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.rendered_folds import Fold, Learnt
from benchmarks.rendered_shares import change, events_of, leaf_is_type, photos_of, shares
from marchpast.evaluation.intervals import share_of
from marchpast.records import BoolArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_metrics import softmax, top_k_right

Figures = dict[str, Any]
_CATEGORY = 2
"""Place of the category in a lineage: vehicle, military vehicle, category."""


def measure_network(fold: Fold, mixed: Learnt, node: str, *, taxonomy: Taxonomy) -> Figures:
    """Return what both trainings make of the photos of a type that neither saw a photo of.

    Args:
        fold: Left the type out.
        mixed: Learnt from rendered crops of it.
        node: The type.
        taxonomy: The tree.

    Returns:
        `network` (top-1 and top-3 against the labels of the training with photos alone),
        `network_all_labels` (against every rendered type as well), `right_category` of both
        trainings, and `wrongly_named`: the share of the validation photos of anything else that
        get the type's name.
    """
    photos, plain = photos_of(fold, node), fold.photos_alone
    scored = [(mixed.logits[photos], photos)]
    shared = {*plain.space.labels, node}
    among = np.array([label in shared for label in mixed.space.labels], np.bool_)
    leaf = mixed.space.labels.index(node)
    category = taxonomy.lineage(node)[_CATEGORY]

    def in_category(learnt: Learnt) -> Figures:
        best = learnt.logits[photos].argmax(axis=1)
        return share_of(learnt.space.within(category)[best].tolist(), events_of(fold, photos))

    others = np.flatnonzero(~fold.crops.is_train & ~fold.crops.of(node) & ~mixed.allowed[:, leaf])
    named = mixed.logits[others].argmax(axis=1) == leaf
    return {
        "network": shares(fold, mixed, scored, among, taxonomy),
        "network_all_labels": shares(fold, mixed, scored, np.ones_like(among), taxonomy),
        "right_category": {
            "photos_alone": in_category(plain),
            "with_rendered": in_category(mixed),
        },
        "wrongly_named": share_of(named.tolist(), events_of(fold, others)),
    }


def other_types(fold: Fold, mixed: Learnt, *, taxonomy: Taxonomy) -> Figures:
    """Return top-1 and top-3 of both trainings on validation photos of types that both learnt.

    Each training is asked among all of its own labels, so that those which only rendered pictures
    taught can be mistaken for the others. `everything` is the share of all validation photos
    looked at, those of civil scenes and of coarse labels too, whose likeliest label their own
    label allows; photos of the types left out are in neither.

    Args:
        fold: The trainings.
        mixed: The one with rendered pictures.
        taxonomy: The tree.

    Returns:
        For `top_1`, `top_3` and `everything` the share with `photos_alone`, `with_rendered`, and
        the `change` in the second over the first with its interval.
    """
    plain = fold.photos_alone
    shared = {
        label
        for label in plain.space.labels
        if label in mixed.space.labels and label in taxonomy.nodes and taxonomy.node(label).is_type
    }
    of_them = np.array([crop.node in shared for crop in fold.crops.rows], np.bool_)
    left_out = np.array([crop.node in fold.config.data.left_out for crop in fold.crops.rows])
    known = plain.allowed.any(axis=1) & mixed.allowed.any(axis=1)
    types = np.flatnonzero(~fold.crops.is_train & of_them)
    everything = np.flatnonzero(~fold.crops.is_train & ~left_out & known)

    def compared(rows: IntArray, *, k: int, among_types: bool) -> Figures:
        before, after = (
            _right(learnt, rows, k=k, among=leaf_is_type(learnt, taxonomy) | (not among_types))
            for learnt in (plain, mixed)
        )
        events = events_of(fold, rows)
        return {
            "photos_alone": share_of(before.tolist(), events),
            "with_rendered": share_of(after.tolist(), events),
            "change": change(after.astype(np.float32) - before, events),
        }

    return {
        "top_1": compared(types, k=1, among_types=False),
        "top_3": compared(types, k=3, among_types=True),
        "everything": compared(everything, k=1, among_types=False),
    }


def _right(learnt: Learnt, rows: IntArray, *, k: int, among: BoolArray) -> BoolArray:
    return top_k_right(softmax(learnt.logits[rows]), learnt.allowed[rows], k=k, among=among)
