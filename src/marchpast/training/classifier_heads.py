"""The last layer of the classifier: how new labels begin, and teaching some of its rows alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from marchpast.training.classifier_labels import BACKGROUND, LabelSpace

_LEARNING_RATE = 2e-3
_WEIGHT_DECAY = 0.05
_BATCH = 256

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Logits `(N, L)` and allowed `(N, L)` to a mean loss."""


def start_rows(
    state: Mapping[str, Any],
    own: Mapping[str, torch.Tensor],
    labels: Sequence[str],
    space: LabelSpace,
) -> tuple[dict[str, Any], list[int]]:
    """Fit the head of another run to these labels: a new label starts as the nearest above it.

    Args:
        state: Weights of a network with `labels`.
        own: `weight` and `bias` of a fresh head with the labels of `space`.
        labels: Of the other run.
        space: The labels wanted.

    Returns:
        The weights with the head's rows in the order of `space`, and the rows of new labels.
    """
    rows = {part: own[part].clone() for part in ("weight", "bias")}
    new = []
    for row, label in enumerate(space.labels):
        line = (label,) if label == BACKGROUND else space.lineage(label)
        old = [labels.index(node) for node in line if node in labels]
        for part, values in rows.items():
            if old:
                values[row] = state[f"head.{part}"][old[-1]]
        if label not in labels:
            new.append(row)
    return {**state, **{f"head.{part}": values for part, values in rows.items()}}, new


def train_rows(
    head: nn.Linear,
    rows: Sequence[int],
    features: torch.Tensor,
    allowed: torch.Tensor,
    *,
    loss: Loss,
    weights: npt.NDArray[np.float64],
    steps: int,
    seed: int,
) -> float:
    """Teach some rows of a head on stored features; the others are not changed.

    Args:
        head: Changed in place.
        rows: Which of its outputs learn.
        features: `(N, D)`.
        allowed: `(N, L)` bool.
        loss: Of logits against allowed leaves.
        weights: `(N,)`: how often each row of `features` is drawn, any scale.
        steps: How many batches.
        seed: Of the draws.

    Returns:
        The loss of the last batch.
    """
    which = torch.tensor(list(rows))
    learnt = [head.weight.detach()[which].clone(), head.bias.detach()[which].clone()]
    for tensor in learnt:
        tensor.requires_grad_()
    optimiser = torch.optim.AdamW(learnt, lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    generator = np.random.default_rng(seed)
    shares = weights / weights.sum()
    last = 0.0
    for _ in range(steps):
        drawn = torch.from_numpy(generator.choice(len(features), _BATCH, p=shares))
        batch = features[drawn]
        logits = functional.linear(batch, head.weight.detach(), head.bias.detach())
        logits = logits.index_copy(1, which, functional.linear(batch, *learnt))
        value = loss(logits, allowed[drawn])
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        last = float(value.detach())
    with torch.no_grad():
        head.weight[which], head.bias[which] = learnt[0], learnt[1]
    return last
