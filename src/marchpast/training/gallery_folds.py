"""Read the trainings that left types out, for what references are worth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from marchpast.errors import ConfigError
from marchpast.inference import ClassifySettings
from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_train import cut_split
from marchpast.training.config_file import find_config, read_config
from marchpast.training.gallery_looks import Looks, look_at_fold


def cut_photos(
    data: Path, folds: Sequence[tuple[str, Path]]
) -> tuple[list[LabelledCrop], list[LabelledCrop]]:
    """Cut the photos of both sides once, those of the types left out too.

    Args:
        data: Folder of the collections.
        folds: Configuration and run folder of each.

    Raises:
        ConfigError: If the configurations differ in more than what they leave out.
        SourceError: If a collection or a picture is damaged.
    """
    first, *others = (_whole(_config(name)) for name, _ in folds)
    if any(other.data != first.data for other in others):
        raise ConfigError(
            f"the folds {', '.join(name for name, _ in folds)} cut photos differently; measure "
            "folds together that differ in data.left_out alone"
        )
    return cut_split(data, "train", config=first), cut_split(data, "val", config=first)


def read_fold(
    name: str,
    run: Path,
    train: Sequence[LabelledCrop],
    val: Sequence[LabelledCrop],
    *,
    rules: ClassifySettings,
) -> Looks:
    """Let the network of one fold look at the photos.

    Args:
        name: Of its configuration.
        run: Its folder.
        train: From `cut_photos`.
        val: The same.
        rules: How answers are given: those of the shipped card.

    Raises:
        OSError: If the folder holds no training.
    """
    return look_at_fold(
        run,
        config=_config(name),
        train=train,
        val=val,
        rules=rules,
        taxonomy=load_taxonomy(),
    )


def _config(name: str) -> ClassifierConfig:
    return read_config(find_config(name), ClassifierConfig)


def _whole(config: ClassifierConfig) -> ClassifierConfig:
    return config.model_copy(update={"data": config.data.model_copy(update={"left_out": ()})})
