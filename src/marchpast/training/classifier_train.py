"""Train the crop classifier.

A run folder gets `log.jsonl` (a line an epoch), `checkpoint.pt` (to resume), `labels.json` and
`network.pt` (the averaged weights, for `classifier_export`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from marchpast.errors import OutputExistsError
from marchpast.files import write_text
from marchpast.progress import SILENCE, Progress
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.classifier_config import ClassifierConfig, rendered_settings
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_cutting import cut_crops
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_rendered import rendered_crops
from marchpast.training.classifier_sampling import labels_of
from marchpast.training.classifier_trainer import LOG, LOG_BEFORE, Trainer
from marchpast.training.datasets import Split, load_pictures
from marchpast.training.negatives import load_negatives


def cut_split(
    data: Path, split: Split, *, config: ClassifierConfig, rendered: Path | None = None
) -> list[LabelledCrop]:
    """Cut the crops of one split; the same call gives the same crops.

    What a detector falsely took for military and rendered vehicles are added, and photos of kinds
    that the configuration leaves out are missing, on the training side only.

    Args:
        data: Folder of the collections.
        split: Which side.
        config: Settings.
        rendered: Folder of rendered pictures, where the configuration asks for them.

    Raises:
        ConfigError: If rendered pictures are asked for and not given, or the other way round.
        SourceError: If a collection or a picture is damaged.
    """
    crops = cut_crops(
        load_pictures(data, split=split),
        exact_collections=config.data.exact_collections,
        stored_side=config.data.stored_side,
        backgrounds=config.data.backgrounds,
        generator=np.random.default_rng(config.seed),
        negatives=load_negatives() if split == "train" else None,
    )
    if split == "val":
        return crops
    settings = rendered_settings(config, rendered)
    photos = [crop for crop in crops if crop.node not in config.data.left_out]
    if settings is None or rendered is None:
        return photos
    return photos + rendered_crops(
        rendered,
        settings=settings,
        stored_side=config.data.stored_side,
        taxonomy=load_taxonomy(),
        seed=config.seed,
    )


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
    trainer = Trainer(config, space, train=train, val=val, run=run, progress=progress)
    if resume:
        trainer.load()
    elif start_from is not None:
        trainer.start_from(start_from)
    else:
        trainer.train_head()
    trainer.train_stages()
    return run / "network.pt"


def epochs_of(run: Path) -> int:
    """Return how many epochs a run has behind it, with those of the run it started from.

    Raises:
        OSError: If the folder holds no log.
    """
    logs = [run / LOG, *(path for path in (run / LOG_BEFORE,) if path.is_file())]
    rows = [json.loads(path.read_text("utf-8").splitlines()[-1]) for path in logs]
    return sum(int(row["epoch"]) for row in rows)
