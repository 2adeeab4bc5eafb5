"""Pictures without military vehicles in which the network sees one: they are shown more often."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from marchpast.inference import Letterbox
from marchpast.training.detector_loss import MILITARY
from marchpast.training.detector_model import DetectorNetwork
from marchpast.training.detector_scenes import Scene

FALSE_ALARM = 0.3
"""Confidence from which a military answer counts as an alarm here: below any threshold in use."""


def false_alarms(
    network: DetectorNetwork, scenes: Sequence[Scene], *, size: tuple[int, int]
) -> list[bool]:
    """Return which of `scenes`, none with military vehicles, get a military answer.

    Args:
        network: In evaluation mode.
        scenes: Pictures of any size.
        size: Height and width at which they are looked at, multiples of 32.
    """
    device = next(network.parameters()).device
    letterbox = Letterbox(size)
    alarms = []
    for scene in scenes:
        fitted, _ = letterbox.fit(scene.image)
        pixels = torch.from_numpy(fitted.copy()).permute(0, 3, 1, 2).float().to(device)
        with torch.no_grad():
            logits = network(pixels.contiguous(memory_format=torch.channels_last)).logits
        alarms.append(float(logits[0, :, MILITARY].max().sigmoid()) >= FALSE_ALARM)
    return alarms
