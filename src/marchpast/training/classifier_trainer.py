"""One classifier training: the network, its averaged copy, the optimiser and the data."""

from __future__ import annotations

import io
import json
import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from marchpast.files import write_bytes, write_text
from marchpast.progress import Progress
from marchpast.records import IntArray
from marchpast.training.classifier_augment import Augment
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_evaluate import quick_figures
from marchpast.training.classifier_heads import start_rows, train_rows
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.classifier_loss import set_loss
from marchpast.training.classifier_mixing import Mixed, mix
from marchpast.training.classifier_model import CropClassifier, outputs_of
from marchpast.training.classifier_sampling import leaf_prior, sampling_weights

_logger = logging.getLogger(__name__)

LOG, LOG_BEFORE = "log.jsonl", "log_before.jsonl"
"""Of a run, and of the run whose weights it started from."""

_WARMUP_STEPS = 30
_LARGEST_GRADIENT = 5.0
_CROPS_FOR_NEW_ROWS = 2000
"""Of the crops that show no new label: enough to set the new labels apart from the old."""


class Trainer:
    """One run: the network, its averaged copy, the optimiser and the data."""

    def __init__(
        self,
        config: ClassifierConfig,
        space: LabelSpace,
        *,
        train: Sequence[LabelledCrop],
        val: Sequence[LabelledCrop],
        run: Path,
        progress: Progress,
    ) -> None:
        self._progress = progress
        self._config = config
        self._space = space
        self._run = run
        rows = allowed_matrix(space, [(crop.node, crop.is_exact) for crop in train])
        usable = np.asarray(rows.any(axis=1), np.bool_)
        self._train = [crop for crop, keep in zip(train, usable, strict=True) if keep]
        self._allowed = torch.from_numpy(rows[usable])
        self._weights = sampling_weights(self._train, config=config)
        self._val = list(val)[:: config.val_stride]
        self._val_allowed = allowed_matrix(
            space, [(crop.node, crop.is_exact) for crop in self._val]
        )
        self._prior = torch.from_numpy(leaf_prior(rows[usable]))
        self._network = CropClassifier(len(space), pretrained=True).to(
            memory_format=torch.channels_last
        )
        self._average = CropClassifier(len(space), pretrained=False).to(
            memory_format=torch.channels_last
        )
        head, backbone = _split_parameters(self._network)
        self._optimiser = torch.optim.AdamW(
            [{"params": head}, {"params": backbone}], lr=0.0, weight_decay=config.weight_decay
        )
        self._epoch = 0

    def train_head(self) -> None:
        """Teach the head alone, on stored features of one plain view a crop."""
        started = time.monotonic()
        rows = np.arange(len(self._train))
        loss = self._teach_rows(range(len(self._space)), rows)
        self._average.load_state_dict(self._network.state_dict())
        self._finish_epoch(0, loss, started)

    def start_from(self, run: Path) -> None:
        """Take over the weights of another run, then teach the rows of labels it did not have.

        A new label starts as the one above it. The rows of old labels stay: on features that have
        seen the training crops for many epochs, teaching them again would make them overconfident.
        """
        started = time.monotonic()
        labels = json.loads((run / "labels.json").read_text("utf-8"))
        state = torch.load(run / "network.pt", weights_only=True)
        state, new = start_rows(state, self._network.head.state_dict(), labels, self._space)
        self._network.load_state_dict(state)
        loss = 0.0
        if new:
            shows_new = self._allowed[:, new].any(dim=1).numpy()
            generator = np.random.default_rng(self._config.seed)
            others = generator.permutation(np.flatnonzero(~shows_new))[:_CROPS_FOR_NEW_ROWS]
            loss = self._teach_rows(new, np.concatenate([np.flatnonzero(shows_new), others]))
        self._average.load_state_dict(self._network.state_dict())
        write_text(self._run / LOG_BEFORE, (run / LOG).read_text("utf-8"))
        self._finish_epoch(0, loss, started)

    def _teach_rows(self, rows: Sequence[int], crops: IntArray) -> float:
        """Teach some rows of the head on plain views of some crops; return the last loss."""
        side = self._config.stages[0].side
        features = outputs_of(self._network, [self._train[crop].view(side) for crop in crops])[1]
        return train_rows(
            self._network.head,
            rows,
            torch.from_numpy(features),
            self._allowed[torch.from_numpy(crops)],
            loss=self._loss,
            weights=self._weights[crops],
            steps=self._config.head_steps,
            seed=self._config.seed,
        )

    def train_stages(self) -> None:
        """Run every epoch that is left."""
        steps = self._config.steps_per_epoch
        self._progress.start("training", self._config.epochs * steps)
        self._progress.advance(self._epoch * steps - 1)
        while self._epoch < self._config.epochs:
            started = time.monotonic()
            loss = self._train_epoch(self._epoch)
            self._epoch += 1
            self._finish_epoch(self._epoch, loss, started)
        self._progress.finish()

    def _train_epoch(self, epoch: int) -> float:
        config = self._config
        self._network.train_from_block(config.stage_of(epoch).first_block)
        self._network.train()
        # Seeded by the epoch, so that a resumed run draws what an unbroken one would have drawn.
        seed = config.seed + 1000 * (epoch + 1)
        torch.manual_seed(seed)
        generator = np.random.default_rng(seed)
        augment = Augment(
            side=config.stage_of(epoch).side,
            seed=seed,
            donors=self._train,
            pasted_share=config.data.rendered.pasted_share if config.data.rendered else 0.0,
        )
        total = 0.0
        for step in range(config.steps_per_epoch):
            self._set_learning_rate(epoch, step)
            rows = generator.choice(len(self._train), config.batch, p=self._weights)
            mixed = mix(
                np.stack([augment(self._train[row]) for row in rows]),
                share=config.mixed_share,
                generator=generator,
            )
            logits, _ = self._network(torch.from_numpy(mixed.views))
            loss = self._mixed_loss(logits, self._allowed[torch.from_numpy(rows)], mixed)
            self._optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self._network.parameters(), _LARGEST_GRADIENT)
            self._optimiser.step()
            _blend(self._average, self._network, decay=self._decay(epoch, step))
            total += float(loss.detach())
            self._progress.advance(epoch * config.steps_per_epoch + step)
        return total / config.steps_per_epoch

    def _loss(self, logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
        return set_loss(logits, allowed, self._prior, balance=self._config.balance).mean()

    def _mixed_loss(
        self, logits: torch.Tensor, allowed: torch.Tensor, mixed: Mixed
    ) -> torch.Tensor:
        kept = torch.from_numpy(mixed.kept)
        own = set_loss(logits, allowed, self._prior, balance=self._config.balance)
        pasted = set_loss(logits, allowed[mixed.partner], self._prior, balance=self._config.balance)
        return (kept * own + (1.0 - kept) * pasted).mean()

    def _decay(self, epoch: int, step: int) -> float:
        """Of the averaged weights: the average grows from a few steps to its full length."""
        done = epoch * self._config.steps_per_epoch + step
        return min(self._config.ema_decay, (1 + done) / (10 + done))

    def _set_learning_rate(self, epoch: int, step: int) -> None:
        config = self._config
        done = (epoch * config.steps_per_epoch + step) / (config.epochs * config.steps_per_epoch)
        warm = min(1.0, (epoch * config.steps_per_epoch + step + 1) / _WARMUP_STEPS)
        rate = config.stage_of(epoch).learning_rate * warm * 0.5 * (1 + math.cos(math.pi * done))
        head, backbone = self._optimiser.param_groups
        head["lr"], backbone["lr"] = rate * config.head_factor, rate

    def _finish_epoch(self, epoch: int, loss: float, started: float) -> None:
        trained = time.monotonic() - started
        logits, _ = outputs_of(self._average, [crop.view(self._config.side) for crop in self._val])
        row = {
            "epoch": epoch,
            "train_loss": round(loss, 4),
            **quick_figures(logits, self._val_allowed),
            "train_s": round(trained, 1),
            "val_s": round(time.monotonic() - started - trained, 1),
        }
        _logger.info("%s", json.dumps(row))
        with (self._run / LOG).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
        self._save()

    def _save(self) -> None:
        state = {
            "epoch": self._epoch,
            "network": self._network.state_dict(),
            "average": self._average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        _save_tensors(self._run / "network.pt", self._average.state_dict())
        _save_tensors(self._run / "checkpoint.pt", state)

    def load(self) -> None:
        """Go back to the last checkpoint."""
        state = torch.load(self._run / "checkpoint.pt", weights_only=True)
        self._network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._epoch = state["epoch"]


def _split_parameters(
    network: CropClassifier,
) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    return list(network.head.parameters()), list(network.backbone.parameters())


def _blend(average: nn.Module, network: nn.Module, *, decay: float) -> None:
    with torch.no_grad():
        pairs = zip(average.parameters(), network.parameters(), strict=True)
        for kept, new in pairs:
            kept.lerp_(new, 1.0 - decay)


def _save_tensors(path: Path, state: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_bytes(path, buffer.getvalue())
