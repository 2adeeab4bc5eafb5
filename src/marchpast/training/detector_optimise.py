"""How steps are taken: their size over time, and what is kept of the weights."""

from __future__ import annotations

import copy
import math

import torch

from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_model import DetectorNetwork

_LAST_RATE = 0.02
_FIRST_DECAY_STEPS = 200.0


class AveragedWeights:
    """A running average of a network's weights and statistics.

    Args:
        network: Copied.
        decay: Share of the old average that a step keeps, in the long run.
    """

    def __init__(self, network: DetectorNetwork, *, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
        self._decay = decay

    def update(self, network: DetectorNetwork, *, step: int) -> None:
        """Take in the weights after the 1-based `step`."""
        # Early weights are soon worthless: let the average forget faster at first.
        keep = self._decay * (1.0 - math.exp(-step / _FIRST_DECAY_STEPS))
        with torch.no_grad():
            for old, new in zip(
                self.network.state_dict().values(), network.state_dict().values(), strict=True
            ):
                if old.dtype.is_floating_point:
                    old.lerp_(new, 1.0 - keep)
                else:
                    old.copy_(new)


def learning_rate_factor(step: int, *, warmup: int, total: int) -> float:
    """Rise linearly over `warmup` steps, then fall along a cosine.

    >>> [round(learning_rate_factor(s, warmup=2, total=10), 2) for s in (0, 1, 2, 6, 10)]
    [0.5, 1.0, 1.0, 0.51, 0.02]
    """
    if step < warmup:
        return (step + 1) / warmup
    done = min(1.0, (step - warmup) / max(1, total - warmup))
    return _LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * done))


def make_optimiser(network: DetectorNetwork, config: DetectorConfig) -> torch.optim.Optimizer:
    """AdamW; decay for convolution weights only, smaller steps for the backbone."""
    groups = []
    for is_backbone in (True, False):
        for decays in (True, False):
            rate = config.learning_rate * (config.backbone_factor if is_backbone else 1.0)
            groups.append(
                {
                    "params": [
                        parameter
                        for name, parameter in network.named_parameters()
                        if name.startswith("backbone.") == is_backbone
                        and (parameter.ndim > 1) == decays
                    ],
                    "lr": rate,
                    "base_lr": rate,
                    "weight_decay": config.weight_decay if decays else 0.0,
                }
            )
    return torch.optim.AdamW(groups)
