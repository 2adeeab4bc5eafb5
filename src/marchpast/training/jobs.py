"""Whole jobs from files to files: train a model, export it.

Each joins the steps of one kind of model, and says what is wrong with the files before the slow
part begins. `marchpast train` and `marchpast export` are these functions.
"""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import torch
from pydantic import BaseModel

from marchpast.errors import ConfigError, OutputExistsError
from marchpast.progress import SILENCE, Progress
from marchpast.taxonomy import load_taxonomy
from marchpast.training.attribute_checks import read_seen_crops
from marchpast.training.classifier_config import ClassifierConfig, rendered_settings
from marchpast.training.classifier_export import export as export_classifier
from marchpast.training.classifier_train import cut_split, train_classifier
from marchpast.training.config_file import KINDS, find_config, read_config
from marchpast.training.datasets import load_pictures
from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_export import LONG_SIDE, STARTED_FROM
from marchpast.training.detector_export import export as export_detector
from marchpast.training.detector_rendered import read_rendered
from marchpast.training.detector_train import CHECKPOINT_NAME, load_trained, train_detector
from marchpast.training.run_folder import (
    CONFIG_NAME,
    Kind,
    RunRecord,
    check_resumed,
    commands_of,
    read_run,
    start_run,
)
from marchpast.training.splits import check_splits

_LOGGER = logging.getLogger(__name__)
_CARD_NAME = "card.toml"


def train(
    kind: Kind,
    config: str | Path,
    *,
    data: Path,
    run: Path,
    weights: Path | None = None,
    rendered: Path | None = None,
    resume: bool = False,
    progress: Progress = SILENCE,
) -> Path:
    """Train a model and return the file that `export` makes a model of.

    Args:
        kind: Which model.
        config: Settings: a TOML file or the name of a bundled one.
        data: Folder of collections with their split.
        run: Folder of this run, made if missing.
        weights: What to start from: for a detector published weights or a model as ONNX, or
            `last.pt` of another run, `None` for random ones; for a classifier `network.pt` of
            another run, `None` for ImageNet's.
        rendered: Folder of rendered pictures, for a configuration that asks for them.
        resume: Go on from the last whole epoch of the run folder.
        progress: Told how far it is, in steps.

    Raises:
        ConfigError: If the configuration is wrong or not the run's own.
        SourceError: If the data is missing or has nothing to train or to validate on.
        OutputExistsError: If the run folder holds a run and `resume` is off.
        ModelError: If the weights are not those of the network.
        OSError: If the run folder cannot be written.
    """
    path = find_config(config)
    settings = read_config(path, KINDS[kind])
    check_splits(data)
    if weights is not None and not weights.is_file():
        raise ConfigError(f"{weights}: no such file; --weights names the weights to start from")
    if weights is not None and kind == "classifier" and not _is_of_a_run(weights):
        raise ConfigError(
            f"{weights}: a classifier starts from network.pt in the folder of another run; give "
            "that, or leave --weights out to start from ImageNet's"
        )
    _check_rendered(settings, rendered)
    if resume:
        check_resumed(run, kind=kind, config=path)
    else:
        start_run(run, kind=kind, config=path, weights=weights, rendered=rendered)
    _LOGGER.info("every whole epoch is kept in %s; --resume goes on from the last one", run)
    if isinstance(settings, DetectorConfig):
        return train_detector(
            settings,
            data=data,
            weights=weights,
            run=run,
            rendered=rendered,
            resume=resume,
            progress=progress,
        )
    assert isinstance(settings, ClassifierConfig)
    return train_classifier(
        settings,
        train=cut_split(data, "train", config=settings, rendered=rendered),
        val=cut_split(data, "val", config=settings),
        run=run,
        taxonomy=load_taxonomy(),
        resume=resume,
        start_from=weights.parent if weights else None,
        progress=progress,
    )


def export(
    kind: Kind,
    *,
    run: Path,
    data: Path,
    out: Path,
    rendered: Path | None = None,
    overwrite: bool = False,
) -> None:
    """Write the model folder of a run, with the figures of its card.

    Args:
        kind: Which model.
        run: Folder that `train` wrote.
        data: The same data: what it learnt from is counted, what validates is measured.
        out: Model folder, made if missing.
        rendered: Folder of the rendered pictures that it learnt from, if any.
        overwrite: Replace a model that is there.

    Raises:
        ConfigError: If the folder holds no run of this kind.
        SourceError: If the data is missing or has nothing to validate on.
        OutputExistsError: If there is a model and `overwrite` is off.
        ModelError: If the exported graph does not keep the contract.
        OSError: If the run is incomplete or the folder cannot be written.
    """
    record = read_run(run, kind=kind)
    if (out / _CARD_NAME).exists() and not overwrite:
        raise OutputExistsError(f"{out} holds a model; replace it (--overwrite) or give another")
    check_splits(data)
    settings = read_config(run / CONFIG_NAME, KINDS[kind])
    _check_rendered(settings, rendered)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if isinstance(settings, DetectorConfig):
        export_detector(
            load_trained(run / CHECKPOINT_NAME),
            out=out,
            config=settings,
            train=load_pictures(data, split="train"),
            val=load_pictures(data, split="val"),
            started_from=_started_from(record),
            command=", then ".join(_commands(record, rendered)),
            long_side=LONG_SIDE,
            rendered=() if rendered is None else read_rendered(rendered),
        )
        return
    assert isinstance(settings, ClassifierConfig)
    export_classifier(
        run,
        out=out,
        config=settings,
        train=cut_split(data, "train", config=settings, rendered=rendered),
        val=cut_split(data, "val", config=settings),
        taxonomy=load_taxonomy(),
        command=", then ".join(_commands(record, rendered)),
        seen=read_seen_crops(data, side=settings.side),
    )


def _check_rendered(settings: BaseModel, rendered: Path | None) -> None:
    if isinstance(settings, ClassifierConfig):
        rendered_settings(settings, rendered)
    elif isinstance(settings, DetectorConfig) and settings.rendered_share and rendered is None:
        raise ConfigError(
            f"this configuration learns from rendered pictures (rendered_share = "
            f"{settings.rendered_share}); give their folder (--rendered)"
        )


def _commands(record: RunRecord, rendered: Path | None) -> tuple[str, ...]:
    mixed = "" if rendered is None else " --rendered RENDERED"
    kind = record.kind
    last = f"marchpast export {kind} --run RUN --data DATA{mixed} --out models/{kind}"
    return (*commands_of(record, place="RUN"), last)


def _is_of_a_run(weights: Path) -> bool:
    return weights.name == "network.pt" and (weights.parent / "labels.json").is_file()


def _started_from(record: RunRecord) -> str:
    """Say where the weights are from: published ones with their source and licence."""
    if record.weights is None:
        return "random weights"
    if record.weights in STARTED_FROM:
        return STARTED_FROM.format(sha256=record.weights_sha256)
    origin = f", which started from {record.weights_from}" if record.weights_from else ""
    return f"{record.weights}, SHA-256 {record.weights_sha256}{origin}"
