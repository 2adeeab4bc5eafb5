"""Train the crop classifier.

    python -m marchpast.training.classifier_train --config FILE --data FOLDER --run FOLDER

writes to the run folder: `log.jsonl` (a line an epoch), `checkpoint.pt` (to resume), `labels.json`
and `network.pt` (the averaged weights, for `classifier_export`).
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from marchpast.errors import OutputExistsError
from marchpast.files import write_bytes, write_text
from marchpast.progress import SILENCE, Progress
from marchpast.records import BoolArray, FloatArray
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.classifier_augment import Augment
from marchpast.training.classifier_config import ClassifierConfig, load_config
from marchpast.training.classifier_crops import LabelledCrop, cut_crops
from marchpast.training.classifier_labels import BACKGROUND, LabelSpace, allowed_matrix
from marchpast.training.classifier_loss import set_loss
from marchpast.training.classifier_mixing import Mixed, mix
from marchpast.training.classifier_model import CropClassifier, outputs_of
from marchpast.training.classifier_sampling import labels_of, leaf_prior, sampling_weights
from marchpast.training.datasets import load_pictures
from marchpast.training.negatives import load_negatives

_logger = logging.getLogger(__name__)

LOG, LOG_BEFORE = "log.jsonl", "log_before.jsonl"
"""Of a run, and of the run whose weights it started from."""

_HEAD_LEARNING_RATE = 2e-3
_HEAD_BATCH = 256
_WARMUP_STEPS = 30
_LARGEST_GRADIENT = 5.0


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="configuration, TOML")
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run")
    parser.add_argument(
        "--start-from", type=Path, help="run whose weights to go on from, instead of ImageNet's"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config = load_config(arguments.config)
    train = cut_split(arguments.data, "train", config=config)
    val = cut_split(arguments.data, "val", config=config)
    train_classifier(
        config,
        train=train,
        val=val,
        run=arguments.run,
        taxonomy=load_taxonomy(),
        resume=arguments.resume,
        start_from=arguments.start_from,
    )


def cut_split(data: Path, split: Any, *, config: ClassifierConfig) -> list[LabelledCrop]:
    """Cut the crops of one split; the same call gives the same crops.

    What a detector falsely took for military is added, and kinds that the configuration leaves
    out are missing, on the training side only.
    """
    crops = cut_crops(
        load_pictures(data, split=split),
        exact_collections=config.data.exact_collections,
        stored_side=config.data.stored_side,
        backgrounds=config.data.backgrounds,
        generator=np.random.default_rng(config.seed),
        negatives=load_negatives() if split == "train" else None,
    )
    left_out = config.data.left_out if split == "train" else ()
    return [crop for crop in crops if crop.node not in left_out]


def train_classifier(
    config: ClassifierConfig,
    *,
    train: Sequence[LabelledCrop],
    val: Sequence[LabelledCrop],
    run: Path,
    taxonomy: Taxonomy,
    resume: bool = False,
    start_from: Path | None = None,
    progress: Progress = SILENCE,
) -> Path:
    """Train and return the path of the averaged weights, `network.pt` in the run folder.

    Args:
        config: Settings.
        train: Crops to learn from.
        val: Crops that are only measured, once an epoch.
        run: Folder of this run, made if missing.
        taxonomy: The tree.
        resume: Go on from the last checkpoint of the run folder, which must have one.
        start_from: Folder of another run: start from its weights, with labels that may have been
            corrected since; `None` starts from ImageNet.
        progress: Told how far it is, in steps.

    Raises:
        OutputExistsError: If the run folder holds a run and `resume` was not asked for.
        OSError: If the run folder cannot be written, or has no checkpoint to resume from.
    """
    run.mkdir(parents=True, exist_ok=True)
    if (run / "checkpoint.pt").exists() and not resume:
        raise OutputExistsError(
            f"{run} holds a run; resume it (--resume) or give another folder (--run)"
        )
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(config.seed)
    space = LabelSpace(labels_of(train, config=config, taxonomy=taxonomy), taxonomy)
    write_text(run / "labels.json", json.dumps(space.labels, indent=1) + "\n")
    trainer = _Trainer(config, space, train=train, val=val, run=run, progress=progress)
    if resume:
        trainer.load()
    elif start_from is not None:
        trainer.start_from(start_from)
    else:
        trainer.train_head()
    trainer.train_stages()
    return run / "network.pt"


class _Trainer:
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
        side = self._config.stages[0].side
        views = [crop.view(side) for crop in self._train]
        features = torch.from_numpy(outputs_of(self._network, views)[1])
        generator = np.random.default_rng(self._config.seed)
        optimiser = torch.optim.AdamW(
            self._network.head.parameters(), lr=_HEAD_LEARNING_RATE, weight_decay=0.05
        )
        for _ in range(self._config.head_steps):
            drawn = generator.choice(len(self._train), _HEAD_BATCH, p=self._weights)
            rows = torch.from_numpy(drawn)
            loss = self._loss(self._network.head(features[rows]), self._allowed[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        self._average.load_state_dict(self._network.state_dict())
        self._finish_epoch(0, float(loss.detach()), started)

    def start_from(self, run: Path) -> None:
        """Take over the weights of another run; a new leaf starts as the one above it."""
        started = time.monotonic()
        labels = json.loads((run / "labels.json").read_text("utf-8"))
        state = torch.load(run / "network.pt", weights_only=True)
        own = self._network.head.state_dict()
        for row, label in enumerate(self._space.labels):
            line = (label,) if label == BACKGROUND else self._space.lineage(label)
            old = [labels.index(node) for node in line if node in labels]
            if old:
                for part in ("weight", "bias"):
                    own[part][row] = state[f"head.{part}"][old[-1]]
        state |= {f"head.{part}": own[part] for part in ("weight", "bias")}
        self._network.load_state_dict(state)
        self._average.load_state_dict(state)
        write_text(self._run / LOG_BEFORE, (run / LOG).read_text("utf-8"))
        self._finish_epoch(0, 0.0, started)

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
        augment = Augment(side=config.stage_of(epoch).side, seed=seed, donors=self._train)
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
            **_quick_figures(logits, self._val_allowed),
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


def epochs_of(run: Path) -> int:
    """Return how many epochs a run has behind it, with those of the run it started from.

    Raises:
        OSError: If the folder holds no log.
    """
    logs = [run / LOG, *(path for path in (run / LOG_BEFORE,) if path.is_file())]
    rows = [json.loads(path.read_text("utf-8").splitlines()[-1]) for path in logs]
    return sum(int(row["epoch"]) for row in rows)


def _split_parameters(
    network: CropClassifier,
) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    return list(network.head.parameters()), list(network.backbone.parameters())


def _blend(average: nn.Module, network: nn.Module, *, decay: float) -> None:
    with torch.no_grad():
        pairs = zip(average.parameters(), network.parameters(), strict=True)
        for kept, new in pairs:
            kept.lerp_(new, 1.0 - decay)


def _quick_figures(logits: FloatArray, allowed: BoolArray) -> dict[str, float]:
    """Loss on the allowed sets, and how often the best leaf is allowed."""
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


def _save_tensors(path: Path, state: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_bytes(path, buffer.getvalue())


if __name__ == "__main__":
    main()
