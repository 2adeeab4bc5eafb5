"""What rendered crops of a type are worth against photos of it, where both teach the same thing.

On the features of a training that saw neither photos nor rendered pictures of the type, one row of
the last layer is taught, that of the type; all other rows stay. Whatever it learns from is drawn
equally often, and the same other crops are drawn beside it: photos and rendered crops of
everything else.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from benchmarks.rendered_folds import Fold, Learnt
from benchmarks.rendered_shares import change, events_of, photos_of, shares
from marchpast.records import FloatArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_heads import train_rows
from marchpast.training.classifier_loss import set_loss
from marchpast.training.classifier_sampling import leaf_prior, sampling_weights

PHOTOS = (1, 5, 10)
AMOUNTS = (5, 20)
_DRAWS, _PARTS = 3, 2
_FEWEST_TESTED = 3
_STEPS = 150
_SHARE = 0.05
"""Of the crops drawn, those of the type: about what a label with many photos gets."""
_SEED = 20261123

Figures = dict[str, Any]
Draw = tuple[IntArray, IntArray]
"""Crops to learn from and photos to test."""


def measure_rows(fold: Fold, node: str, *, taxonomy: Taxonomy, steps: int = _STEPS) -> Figures:
    """Return top-1 and top-3 of a type whose row alone is taught, under every condition.

    Args:
        fold: Left the type out.
        node: The type.
        taxonomy: The tree.
        steps: How long each row is taught.

    Returns:
        By what the row learnt from: rendered crops, photos of other events, both, few rendered
        crops, those by day, as many of every light, crops with less to see in them, and rendered
        crops on the features of the mixed training, which has seen them.
    """
    photos = photos_of(fold, node)
    drawn = np.flatnonzero(fold.crops.of(node) & fold.crops.is_rendered)
    rows = _Rows(fold, fold.photos_alone, node, taxonomy=taxonomy, steps=steps)
    found: Figures = {"rendered": rows.figures([(drawn, photos)])}
    for count in PHOTOS:
        draws = photo_draws(fold, photos, count)
        if draws:
            found[f"photos_{count}"] = rows.figures(draws)
            if count == max(PHOTOS):
                both = [(np.concatenate([drawn, few]), tested) for few, tested in draws]
                found[f"rendered_and_photos_{count}"] = rows.figures(both)
    for count in AMOUNTS:
        if count < len(drawn):
            found[f"rendered_{count}"] = rows.figures(_parts(drawn, count, photos))
    day = drawn[[getattr(fold.crops.rows[row].rendered, "light", "") == "day" for row in drawn]]
    if 0 < len(day) < len(drawn):
        found["light_day"] = rows.figures([(day, photos)])
        found["light_every"] = rows.figures(_parts(drawn, len(day), photos))
    for kind, (changed, features) in fold.detail.items():
        table = fold.photos_alone.features.copy()
        table[changed] = features
        less = replace(fold.photos_alone, features=table)
        plain = _Rows(fold, less, node, taxonomy=taxonomy, steps=steps)
        found[f"detail_{kind}"] = plain.figures([(drawn, photos)])
    if fold.mixed is not None:
        seen = _Rows(fold, fold.mixed, node, taxonomy=taxonomy, steps=steps)
        found["rendered_seen"] = seen.figures([(drawn, photos)])
    return found


def photo_draws(fold: Fold, photos: IntArray, count: int) -> list[Draw]:
    """Draw photos to learn from; the others of their events are not tested either."""
    events = np.array(events_of(fold, photos))
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


def _parts(drawn: IntArray, count: int, photos: IntArray) -> list[Draw]:
    generator = np.random.default_rng([_SEED, count])
    return [(generator.permutation(drawn)[:count], photos) for _ in range(_PARTS)]


class _Rows:
    """Teaches the row of one type from given crops, and measures it on given photos."""

    def __init__(
        self, fold: Fold, learnt: Learnt, node: str, *, taxonomy: Taxonomy, steps: int
    ) -> None:
        self._fold, self._node = fold, node
        self._taxonomy, self._steps = taxonomy, steps
        self._learnt = learnt.with_fresh_row(node, fold.crops, taxonomy=taxonomy)
        self._leaf = self._learnt.space.labels.index(node)
        shared = {*fold.photos_alone.space.labels, node}
        self._among = np.array([label in shared for label in self._learnt.space.labels])
        of_node = fold.crops.of(node)
        known = self._learnt.allowed.any(axis=1)
        self._others = np.flatnonzero(fold.is_learnable & known & ~of_node)
        self._checked = np.flatnonzero(~fold.crops.is_train & known & ~of_node)
        self._prior = torch.from_numpy(leaf_prior(self._learnt.allowed[self._others]))
        self._seed = zlib.crc32(node.encode())

    def figures(self, draws: Sequence[Draw]) -> Figures:
        """Return top-1 and top-3, and what the row costs the rest, each the mean over draws."""
        scored, costs = [], []
        for crops, tested in draws:
            head = self._taught(crops)
            scored.append((self._outputs(head, tested), tested))
            costs.append(self._gains(head))
        return {
            **shares(self._fold, self._learnt, scored, self._among, self._taxonomy),
            "others_change": change(np.mean(costs, axis=0), events_of(self._fold, self._checked)),
        }

    def _outputs(self, head: torch.nn.Linear, rows: IntArray) -> FloatArray:
        with torch.no_grad():
            outputs: FloatArray = head(torch.from_numpy(self._learnt.features[rows])).numpy()
        return outputs

    def _taught(self, crops: IntArray) -> torch.nn.Linear:
        learnt, config = self._learnt, self._fold.config
        head = torch.nn.Linear(learnt.head.in_features, len(learnt.space))
        head.load_state_dict(learnt.head.state_dict())
        rows = np.concatenate([self._others, crops])
        others = sampling_weights(
            [self._fold.crops.rows[row] for row in self._others], config=config
        )
        own = np.full(len(crops), _SHARE / len(crops))

        def loss(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
            return set_loss(logits, allowed, self._prior, balance=config.balance).mean()

        train_rows(
            head,
            [self._leaf],
            torch.from_numpy(learnt.features[rows]),
            torch.from_numpy(learnt.allowed[rows]),
            loss=loss,
            weights=np.concatenate([(1 - _SHARE) * others, own]),
            steps=self._steps,
            seed=self._seed,
        )
        return head

    def _gains(self, head: torch.nn.Linear) -> FloatArray:
        """`(N,)`: +1 for a photo of anything else that the row puts right, -1 if it spoils it."""
        rows = self._checked
        plain = np.where(self._learnt.space.within(self._node), -np.inf, self._learnt.logits[rows])
        before, after = (
            self._learnt.allowed[rows, outputs.argmax(axis=1)]
            for outputs in (plain, self._outputs(head, rows))
        )
        return np.asarray(after.astype(np.float32) - before, np.float32)
