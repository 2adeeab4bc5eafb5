"""What a training leaves after every epoch, to go on from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from marchpast.files import replacing
from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_model import DetectorNetwork
from marchpast.training.detector_optimise import AveragedWeights


def save_checkpoint(
    path: Path,
    network: DetectorNetwork,
    average: AveragedWeights,
    optimiser: torch.optim.Optimizer,
    *,
    epoch: int,
    hard: Sequence[bool],
    config: DetectorConfig,
) -> None:
    """Write everything that a training needs to go on as if it had not stopped.

    Args:
        path: Replaced whole or not at all.
        network: As the last step left it.
        average: The running average of its weights.
        optimiser: With its state.
        epoch: The last one done, 0-based.
        hard: Which pictures without military vehicles are drawn more often.
        config: All settings.
    """
    content = {
        "epoch": epoch,
        "hard": list(hard),
        "network": network.state_dict(),
        "average": average.network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "config": config.model_dump_json(),
    }
    with replacing(path) as stream:
        torch.save(content, stream)


def restore_checkpoint(
    path: Path,
    network: DetectorNetwork,
    average: AveragedWeights,
    optimiser: torch.optim.Optimizer,
) -> tuple[int, list[bool]]:
    """Load a checkpoint in place; return the epoch to go on with and the hard pictures."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    network.load_state_dict(content["network"])
    average.network.load_state_dict(content["average"])
    optimiser.load_state_dict(content["optimiser"])
    return int(content["epoch"]) + 1, content["hard"]
