"""Train the detector (`marchpast train detector`).

Every epoch leaves `last.pt` in the run folder and a line in `log.jsonl`; a stopped run goes on
from there. What is kept is the running average of the weights. Every few epochs the pictures
without military vehicles are looked at again, and those that raise an alarm are drawn more often.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import cv2
import torch
from torch import Tensor, nn

from marchpast.errors import OutputExistsError
from marchpast.progress import SILENCE, Progress
from marchpast.training.datasets import Picture, load_pictures
from marchpast.training.detector_batches import BatchSource
from marchpast.training.detector_checkpoint import restore_checkpoint, save_checkpoint
from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_evaluate import (
    TorchDetector,
    examine,
    false_per_100,
    military_figures,
    recall,
)
from marchpast.training.detector_loss import Targets, detector_loss
from marchpast.training.detector_mining import false_alarms
from marchpast.training.detector_model import DetectorNetwork
from marchpast.training.detector_optimise import (
    AveragedWeights,
    learning_rate_factor,
    make_optimiser,
)
from marchpast.training.detector_rendered import read_rendered
from marchpast.training.detector_start import start_from

_LOGGER = logging.getLogger(__name__)
CHECKPOINT_NAME = "last.pt"
LOG_NAME = "log.jsonl"
DEFAULT_CONFIG = Path(__file__).parent / "configs" / "detector.toml"
_CALIBRATION_BATCHES = 12
_VALIDATION_STRIDE = 4
"""Figures of the log come from every fourth validation picture: they only show the way."""


def train_detector(
    config: DetectorConfig,
    *,
    data: Path,
    weights: Path | None,
    run: Path,
    rendered: Path | None = None,
    resume: bool = False,
    progress: Progress = SILENCE,
) -> Path:
    """Train on a folder of collections, from given weights or from chance.

    Args:
        config: All settings.
        data: Folder of the collections.
        weights: What to start from, see `start_from`; `None` starts from random weights.
        run: Folder for checkpoint and log; made if it is missing.
        rendered: Folder of rendered pictures to learn from as well.
        resume: Go on from the run folder's checkpoint.
        progress: Told how far it is, in steps.

    Returns:
        The path of the last checkpoint.

    Raises:
        OutputExistsError: If the run folder has a checkpoint and `resume` is false.
        ModelContractError: If the start weights are not those of this network.
        SourceError: If a picture of the manifest, or a rendered one, is missing or does not decode.
    """
    _refuse_existing(run, resume=resume)
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(config.threads)
    source = BatchSource(
        load_pictures(data, split="train"),
        config=config,
        rendered=() if rendered is None else read_rendered(rendered),
    )
    network = DetectorNetwork()
    if not resume and weights is not None:
        start_from(network, weights, batches=_some_images(source, config))
    validation = load_pictures(data, split="val")[::_VALIDATION_STRIDE]
    return fit(
        network,
        source,
        config=config,
        validation=validation,
        run=run,
        resume=resume,
        progress=progress,
    )


def fit(
    network: DetectorNetwork,
    source: BatchSource,
    *,
    config: DetectorConfig,
    validation: Sequence[Picture],
    run: Path,
    resume: bool = False,
    progress: Progress = SILENCE,
) -> Path:
    """Train a network in place, epoch by epoch, and return the path of the last checkpoint.

    Args:
        network: With its start weights.
        source: What it sees.
        config: All settings.
        validation: Pictures for the figures of the log.
        run: Folder for checkpoint and log; made if it is missing.
        resume: Replace the start weights by the run folder's checkpoint and go on.
        progress: Told how far it is, in steps.

    Raises:
        OutputExistsError: If the run folder has a checkpoint and `resume` is false.
    """
    _refuse_existing(run, resume=resume)
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / CHECKPOINT_NAME
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = make_optimiser(network, config)
    average = AveragedWeights(network, decay=config.average_decay)
    start, hard = 0, [False] * len(source.civil)
    if resume:
        start, hard = restore_checkpoint(checkpoint, network, average, optimiser)
    source.draw_oftener(hard)
    steps = config.samples_per_epoch // config.batch_size
    progress.start("training", config.epochs * steps)
    progress.advance(start * steps - 1)
    for epoch in range(start, config.epochs):
        began = time.monotonic()
        line: dict[str, float | None] = {}
        line |= _train_epoch(network, average, optimiser, source, config, epoch, device, progress)
        line["train_s"] = round(time.monotonic() - began, 1)
        may_mine = epoch + 1 <= config.epochs - config.plain_epochs
        if may_mine and (epoch + 1) % config.mining_epochs == 0:
            hard = false_alarms(average.network, source.civil, size=config.evaluation_size)
            source.draw_oftener(hard)
        line["hard_pictures"] = sum(hard)
        line |= _validate(validation, average, config)
        save_checkpoint(
            checkpoint, network, average, optimiser, epoch=epoch, hard=hard, config=config
        )
        with (run / LOG_NAME).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        _LOGGER.info("%s", line)
    progress.finish()
    return checkpoint


def load_trained(checkpoint: Path) -> DetectorNetwork:
    """Return the averaged network of a checkpoint, in evaluation mode, on the CPU."""
    network = DetectorNetwork()
    content = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(content["average"])
    return network.eval()


def _train_epoch(
    network: DetectorNetwork,
    average: AveragedWeights,
    optimiser: torch.optim.Optimizer,
    source: BatchSource,
    config: DetectorConfig,
    epoch: int,
    device: torch.device,
    progress: Progress,
) -> dict[str, float]:
    network.train()
    steps = config.samples_per_epoch // config.batch_size
    plain = epoch >= config.epochs - config.plain_epochs
    sums = torch.zeros(4)
    for index, (images, targets) in enumerate(source.batches(epoch=epoch, plain=plain)):
        step = epoch * steps + index
        factor = learning_rate_factor(step, warmup=config.warmup_steps, total=config.epochs * steps)
        for group in optimiser.param_groups:
            group["lr"] = group["base_lr"] * factor
        # On the CPUs tried bfloat16 was slower than float32.
        with torch.autocast("cuda", torch.bfloat16, enabled=device.type == "cuda"):
            predictions = network(images.to(device, memory_format=torch.channels_last))
        loss = detector_loss(predictions, [_on(target, device) for target in targets])
        optimiser.zero_grad()
        loss.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm)
        optimiser.step()
        average.update(network, step=step + 1)
        progress.advance(step)
        sums += torch.stack((loss.total.detach(), loss.score, loss.box, loss.sides)).cpu()
        if index % 40 == 0:
            _LOGGER.info("epoch %d step %d loss %.3f", epoch, index, float(loss.total.detach()))
    names = ("loss", "score_loss", "box_loss", "sides_loss")
    means = {
        name: round(value, 4) for name, value in zip(names, (sums / steps).tolist(), strict=True)
    }
    return {"epoch": epoch} | means


def _validate(
    pictures: Sequence[Picture], average: AveragedWeights, config: DetectorConfig
) -> dict[str, float | None]:
    detector = TorchDetector(average.network, long_side=max(config.evaluation_size))
    examined = examine(pictures, detector)
    with_military = [row for row in examined if row.has_military]
    without = [row for row in examined if not row.has_military]
    line: dict[str, float | None] = {
        # JSON knows no NaN, which is what there is without a military vehicle.
        key: None if math.isnan(value) else round(value, 4)
        for key, value in asdict(military_figures(examined)).items()
    }
    line["recall_at_0.5"] = round(recall(with_military, min_confidence=0.5), 4)
    line["alarms_per_100_at_0.5"] = round(false_per_100(without, min_confidence=0.5), 2)
    return line


def _refuse_existing(run: Path, *, resume: bool) -> None:
    checkpoint = run / CHECKPOINT_NAME
    if checkpoint.exists() and not resume:
        raise OutputExistsError(
            f"{checkpoint}: the run folder has a checkpoint; resume it or give another folder"
        )


def _on(target: Targets, device: torch.device) -> Targets:
    return Targets(
        target.xyxy.to(device), target.class_id.to(device), target.civil_unjudged.to(device)
    )


def _some_images(source: BatchSource, config: DetectorConfig) -> Iterator[Tensor]:
    batches = source.batches(epoch=config.epochs, plain=False)
    for _, (images, _targets) in zip(range(_CALIBRATION_BATCHES), batches, strict=False):
        yield images
