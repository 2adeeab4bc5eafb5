"""What a training of the detector starts from: published weights, a model, or another run."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

from marchpast.errors import ModelContractError
from marchpast.training.detector_model import DetectorNetwork
from marchpast.training.detector_weights import load_folded_weights, restore_normalisation

_RUN_SUFFIX = ".pt"


def start_from(network: DetectorNetwork, weights: Path, *, batches: Iterable[Tensor]) -> None:
    """Fill a network with the weights of a file, ready to be trained on.

    Args:
        network: Its weights are replaced.
        weights: `last.pt` of another run (its averaged weights), or an ONNX file: `model.onnx` of
            a detector of this project, or published PicoDet-S.
        batches: `(N, 3, H, W)` float32 pictures of the kind that training will show, on which
            normalisation, folded away in an ONNX file, is measured anew.

    Raises:
        ModelContractError: If the file holds no weights of this network.
    """
    if weights.suffix == _RUN_SUFFIX:
        _load_run(network, weights)
        return
    load_folded_weights(network, weights)
    restore_normalisation(network, batches)


def _load_run(network: DetectorNetwork, path: Path) -> None:
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    except (pickle.UnpicklingError, RuntimeError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise ModelContractError(
            f"{path}: no checkpoint of a detector run ({reason}); give last.pt of one, or an ONNX "
            "file"
        ) from error
