"""What rendered pictures are worth for one type, measured on photos that nothing learnt from.

A fold is a training that saw rendered pictures of some types and not one of their photos. On its
features one row of the last layer, that of the type in question, is taught anew from rendered
crops, from few photos, or from both; all other rows stay. The photos conditions are flattered: the
features under them have seen the rendered pictures of the type.
"""

from __future__ import annotations

import copy
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from marchpast.evaluation.intervals import event_weights, figure, quantiles
from marchpast.evaluation.shares import wilson
from marchpast.records import BoolArray, FloatArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_export import load_network
from marchpast.training.classifier_heads import train_rows
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.classifier_loss import set_loss
from marchpast.training.classifier_metrics import top_k_right
from marchpast.training.classifier_model import outputs_of
from marchpast.training.classifier_sampling import leaf_prior, sampling_weights
from marchpast.training.classifier_train import cut_split

PHOTOS = (1, 5, 10)
AMOUNTS = (5, 10, 20, 40, 80)
_DRAWS = 5
_FEWEST_TESTED = 3
_STEPS = 250
_SEED = 20261123

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A training that left types out, and its features of every crop.

    Attributes:
        config: Of the training.
        space: Its leaves.
        head: Its last layer.
        crops: All photos of both sides and all rendered crops.
        is_learnable: `(N,)`: photos of the training side and rendered crops.
        logits: `(N, L)` of the network itself.
        features: `(N, D)`.
        allowed: `(N, L)`.
    """

    config: ClassifierConfig
    space: LabelSpace
    head: torch.nn.Linear
    crops: tuple[LabelledCrop, ...]
    is_learnable: BoolArray
    logits: FloatArray
    features: FloatArray
    allowed: BoolArray

    @property
    def is_rendered(self) -> BoolArray:
        """`(N,)`: which crops were rendered."""
        return np.array([crop.is_rendered for crop in self.crops], np.bool_)

    def of(self, node: str) -> BoolArray:
        """`(N,)`: which crops are labelled so."""
        return np.array([crop.node == node for crop in self.crops], np.bool_)


def read_fold(
    run: Path, *, config: ClassifierConfig, data: Path, rendered: Path, taxonomy: Taxonomy
) -> Fold:
    """Load a run and look at every crop once, those it left out too."""
    cv2.setNumThreads(1)
    torch.set_num_threads(config.threads)
    whole = config.model_copy(update={"data": config.data.model_copy(update={"left_out": ()})})
    train = cut_split(data, "train", config=whole, rendered=rendered)
    val = cut_split(data, "val", config=whole)
    space = LabelSpace(json.loads((run / "labels.json").read_text("utf-8")), taxonomy)
    crops = (*train, *val)
    allowed = allowed_matrix(space, [(crop.node, crop.is_exact) for crop in crops])
    network = load_network(run, label_count=len(space))
    logits, features = outputs_of(network, [crop.view(config.side) for crop in crops])
    left_out = np.array(
        [crop.node in config.data.left_out and not crop.is_rendered for crop in crops]
    )
    is_learnable = np.arange(len(crops)) < len(train)
    is_learnable &= allowed.any(axis=1) & ~left_out
    return Fold(config, space, network.head, crops, is_learnable, logits, features, allowed)


def measure_type(fold: Fold, node: str, *, taxonomy: Taxonomy, steps: int = _STEPS) -> Figures:
    """Return the figures of one left-out type under every condition.

    Args:
        fold: Its training left the type's photos out.
        node: The type; must be one of the labels.
        taxonomy: The tree.
        steps: How long each row is taught.
    """
    photos = np.flatnonzero(fold.of(node) & ~fold.is_rendered)
    drawn = np.flatnonzero(fold.of(node) & fold.is_rendered)
    scorer = _Scorer(fold, node, taxonomy, steps=steps)
    rows: Figures = {"rendered": scorer.figures([(drawn, photos)])}
    for count in PHOTOS:
        draws = _photo_draws(fold, photos, count)
        if draws:
            rows[f"photos_{count}"] = scorer.figures(draws)
            if count == max(PHOTOS):
                both = [(np.concatenate([drawn, learnt]), tested) for learnt, tested in draws]
                rows[f"rendered_and_photos_{count}"] = scorer.figures(both)
    amounts = {
        str(count): scorer.figures([(part, photos) for part in _parts(drawn, count)])
        for count in AMOUNTS
        if count < len(drawn)
    }
    return {
        "photos": len(photos),
        "events": len({fold.crops[row].event for row in photos}),
        "rendered": len(drawn),
        "network": scorer.shares([(fold.logits[photos], photos)]),
        "one_row": rows,
        "amount": amounts,
        "light": _lights(fold, scorer, drawn, photos),
    }


def _photo_draws(fold: Fold, photos: IntArray, count: int) -> list[tuple[IntArray, IntArray]]:
    """Draw photos to learn from; the others of their events are not tested either."""
    events = np.array([fold.crops[row].event for row in photos])
    generator = np.random.default_rng([_SEED, count])
    draws = []
    for _ in range(_DRAWS):
        names = generator.permutation(np.unique(events))
        used = next(
            (n for n in range(1, len(names)) if np.isin(events, names[:n]).sum() >= count), None
        )
        if used is None:
            return []
        inside = np.isin(events, names[:used])
        if (~inside).sum() < _FEWEST_TESTED:
            continue
        draws.append((generator.permutation(photos[inside])[:count], photos[~inside]))
    return draws


def _parts(rows: IntArray, count: int) -> list[IntArray]:
    generator = np.random.default_rng([_SEED, count])
    return [generator.permutation(rows)[:count] for _ in range(_DRAWS)]


def _lights(fold: Fold, scorer: _Scorer, drawn: IntArray, photos: IntArray) -> Figures:
    """Rendered crops by day alone against as many of every light."""
    lights = np.array([getattr(fold.crops[row].rendered, "light", "") for row in drawn])
    day = drawn[lights == "day"]
    if not 0 < len(day) < len(drawn):
        return {}
    mixed = [(part, photos) for part in _parts(drawn, len(day))]
    return {
        "crops": len(day),
        "day": scorer.figures([(day, photos)]),
        "every_light": scorer.figures(mixed),
    }


class _Scorer:
    """Teaches the row of one type from given crops, and measures it on given photos."""

    def __init__(self, fold: Fold, node: str, taxonomy: Taxonomy, *, steps: int) -> None:
        self._steps = steps
        self._fold = fold
        self._leaf = fold.space.labels.index(node)
        self._others = np.flatnonzero(fold.is_learnable & ~fold.of(node))
        self._is_type = np.array(
            [
                label in taxonomy.nodes and taxonomy.node(label).is_type
                for label in fold.space.labels
            ]
        )
        self._plain = _without_row(fold.head, fold.space, self._leaf)
        self._seed = zlib.crc32(node.encode())

    def figures(self, draws: Sequence[tuple[IntArray, IntArray]]) -> Figures:
        """Return top-1 and top-3, the mean over pairs of crops to learn from and photos to test."""
        scored = []
        for learnt, tested in draws:
            head = self._taught(learnt)
            with torch.no_grad():
                logits = head(torch.from_numpy(self._fold.features[tested])).numpy()
            scored.append((logits, tested))
        return self.shares(scored)

    def shares(self, scored: Sequence[tuple[FloatArray, IntArray]]) -> Figures:
        """Return top-1 over all labels and top-3 over the types, as figures with intervals."""
        everything = np.ones(len(self._is_type), np.bool_)
        found = {}
        for name, k, among in (("top_1", 1, everything), ("top_3", 3, self._is_type)):
            tested, right = [], []
            for logits, rows in scored:
                truth = self._fold.allowed[rows]
                right.append(top_k_right(logits.astype(np.float64), truth, k=k, among=among))
                tested.append(rows)
            found[name] = self._figure(np.concatenate(tested), np.concatenate(right))
        return found

    def _taught(self, learnt: IntArray) -> torch.nn.Linear:
        fold, head = self._fold, copy.deepcopy(self._plain)
        rows = np.concatenate([self._others, learnt])
        prior = torch.from_numpy(leaf_prior(fold.allowed[rows]))

        def loss(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
            return set_loss(logits, allowed, prior, balance=fold.config.balance).mean()

        train_rows(
            head,
            [self._leaf],
            torch.from_numpy(fold.features[rows]),
            torch.from_numpy(fold.allowed[rows]),
            loss=loss,
            weights=sampling_weights([fold.crops[row] for row in rows], config=fold.config),
            steps=self._steps,
            seed=self._seed,
        )
        return head

    def _figure(self, tested: IntArray, right: BoolArray) -> Figures:
        """Mean over photos of how often each was right; the interval knows events."""
        rows, codes = np.unique(tested, return_inverse=True)
        hits = np.bincount(codes, weights=right) / np.bincount(codes)
        events = [self._fold.crops[row].event for row in rows]
        weights = event_weights(events)
        low, high = quantiles(weights @ hits / np.maximum(weights.sum(axis=1), 1e-9))
        by_count = wilson(round(hits.sum()), len(rows))
        return figure(
            float(hits.mean()),
            (min(low, by_count[0]), max(high, by_count[1])),
            n=len(rows),
            events=len(set(events)),
        )


def _without_row(head: torch.nn.Linear, space: LabelSpace, leaf: int) -> torch.nn.Linear:
    """Return the head with one row as a fresh label's: that of the leaf above, else the mean."""
    plain = copy.deepcopy(head)
    lineage = space.lineage(space.labels[leaf])[:-1]
    above = [space.labels.index(up) for up in lineage if up in space.labels]
    others = [row for row in range(len(space)) if row != leaf]
    with torch.no_grad():
        for values in (plain.weight, plain.bias):
            values[leaf] = values[above[-1]] if above else values[others].mean(dim=0)
    return plain
