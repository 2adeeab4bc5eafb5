"""Teach the rows of types without a photo anew, on the features of a finished training.

    python -m marchpast.training.classifier_rows --run RUN --data DATA --rendered RENDERED --out OUT

writes a run folder for `marchpast export`. In a training with photos and rendered pictures the rows
of types that only the latter show are crowded out by look-alikes with photos. Taught alone, each
from the row above it, on features that stay, they name photos of their types better
(`docs/decisions/0006-what-renders-are-worth.md`).
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch

from marchpast.files import write_bytes, write_text
from marchpast.records import BoolArray, FloatArray
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_export import load_network
from marchpast.training.classifier_heads import start_rows, train_rows
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.classifier_loss import set_loss
from marchpast.training.classifier_model import outputs_of
from marchpast.training.classifier_sampling import leaf_prior, sampling_weights
from marchpast.training.classifier_train import cut_split
from marchpast.training.classifier_trainer import LOG
from marchpast.training.config_file import read_config
from marchpast.training.run_folder import (
    CONFIG_NAME,
    RECORD_NAME,
    RunRecord,
    commands_of,
    read_run,
)

SHARE = 0.05
"""Of the crops drawn, those of the type: about what a label with many photos gets."""
STEPS = 150
BLEND = 0.5
"""How far each row goes from where the training left it to where it was taught alone. All the way,
types left out of three trainings are the likeliest name of 0.32 of their photos instead of 0.13,
but other photos lose 0.4 to 2.2 points; half way it is 0.23, and they lose 0.4 to 0.7."""


def main() -> None:
    """Teach rows from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, required=True, help="a finished classifier run")
    parser.add_argument("--data", type=Path, required=True, help="what it learnt from")
    parser.add_argument("--rendered", type=Path, required=True, help="rendered pictures, likewise")
    parser.add_argument("--out", type=Path, required=True, help="run folder to write")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    record = read_run(arguments.run, kind="classifier")
    config = read_config(arguments.run / CONFIG_NAME, ClassifierConfig)
    torch.set_num_threads(config.threads)
    train = cut_split(arguments.data, "train", config=config, rendered=arguments.rendered)
    teach(arguments.run, train, config=config, taxonomy=load_taxonomy(), out=arguments.out)
    command = "python -m marchpast.training.classifier_rows --run RUN_A --data DATA "
    made = RunRecord(
        kind="classifier",
        command=f"{command}--rendered RENDERED --out RUN",
        before=commands_of(record, place="RUN_A"),
        commit=record.commit,
    )
    write_text(arguments.out / RECORD_NAME, made.model_dump_json(indent=1) + "\n")


def teach(
    run: Path,
    train: Sequence[LabelledCrop],
    *,
    config: ClassifierConfig,
    taxonomy: Taxonomy,
    out: Path,
) -> tuple[str, ...]:
    """Write a run whose rows of types without a photo went half way to what they learn alone.

    Args:
        run: Holds `labels.json` and `network.pt`.
        train: The crops that it learnt from.
        config: Of the run.
        taxonomy: The tree.
        out: Folder to write, made if missing; the run's record is left to the caller.

    Returns:
        The types.

    Raises:
        OSError: If the run is incomplete or the folder cannot be written.
    """
    space = LabelSpace(json.loads((run / "labels.json").read_text("utf-8")), taxonomy)
    network = load_network(run, label_count=len(space))
    with_photos = {crop.node for crop in train if not crop.is_rendered}
    shown = {crop.node for crop in train if crop.is_rendered}
    types = tuple(label for label in space.labels if label in shown - with_photos)
    _, features = outputs_of(network, [crop.view(config.side) for crop in train])
    rows = [
        taught_row(label, network.head, space, train, features, config=config) for label in types
    ]
    with torch.no_grad():
        for label, (weight, bias) in zip(types, rows, strict=True):
            row = space.labels.index(label)
            network.head.weight[row].lerp_(weight, BLEND)
            network.head.bias[row].lerp_(bias, BLEND)
    out.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    torch.save(network.state_dict(), buffer)
    write_bytes(out / "network.pt", buffer.getvalue())
    for name in ("labels.json", CONFIG_NAME, LOG):
        shutil.copyfile(run / name, out / name)
    return types


def taught_row(
    label: str,
    head: torch.nn.Linear,
    space: LabelSpace,
    crops: Sequence[LabelledCrop],
    features: FloatArray,
    *,
    config: ClassifierConfig,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weight and bias of one row, taught from the label above it while all others stay.

    Args:
        label: Of the row.
        head: The last layer; not changed.
        space: Its labels.
        crops: To learn from.
        features: `(N, D)` of them.
        config: How often which crop is drawn, and how the loss is balanced.
    """
    fresh = _fresh(label, head, space)
    allowed = allowed_matrix(space, [(crop.node, crop.is_exact) for crop in crops])
    is_own = np.array([crop.node == label for crop in crops], np.bool_)
    usable = allowed.any(axis=1)
    prior = torch.from_numpy(leaf_prior(allowed[usable & ~is_own]))

    def loss(logits: torch.Tensor, leaves: torch.Tensor) -> torch.Tensor:
        return set_loss(logits, leaves, prior, balance=config.balance).mean()

    row = space.labels.index(label)
    train_rows(
        fresh,
        [row],
        torch.from_numpy(features[usable]),
        torch.from_numpy(allowed[usable]),
        loss=loss,
        weights=_weights(crops, is_own, config=config)[usable],
        steps=STEPS,
        seed=zlib.crc32(label.encode()),
    )
    return fresh.weight.detach()[row], fresh.bias.detach()[row]


def _fresh(label: str, head: torch.nn.Linear, space: LabelSpace) -> torch.nn.Linear:
    """Return the layer with the row of a label as if it had just been added."""
    others = [other for other in space.labels if other != label]
    kept = [space.labels.index(other) for other in others]
    fresh = torch.nn.Linear(head.in_features, len(space))
    with torch.no_grad():
        # Without a label above it the row starts as the mean of all.
        own = {
            "weight": head.weight.mean(dim=0).repeat(len(space), 1),
            "bias": head.bias.mean().repeat(len(space)),
        }
        old = {"head.weight": head.weight[kept], "head.bias": head.bias[kept]}
        state, _ = start_rows(old, own, others, space)
        fresh.weight[:], fresh.bias[:] = state["head.weight"], state["head.bias"]
    return fresh


def _weights(
    crops: Sequence[LabelledCrop], is_own: BoolArray, *, config: ClassifierConfig
) -> npt.NDArray[np.float64]:
    weights = np.zeros(len(crops))
    weights[is_own] = SHARE / is_own.sum()
    others = [crop for crop, own in zip(crops, is_own, strict=True) if not own]
    weights[~is_own] = (1 - SHARE) * sampling_weights(others, config=config)
    return weights


if __name__ == "__main__":
    main()
