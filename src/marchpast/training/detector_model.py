"""The detector's network: an ESNet backbone, a two-way feature pyramid, one light head a level.

The topology is PP-PicoDet-S (Yu et al., arXiv:2111.00902), written out here so that its
published COCO weights can start it. A head gives each class one score, and for each side of the
box a distribution over eight distances (generalised focal loss, Li et al., arXiv:2006.04388).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from marchpast.training.detector_blocks import (
    ConvBlock,
    CspBlock,
    DepthwiseBlock,
    DownBlock,
    ShuffleBlock,
)

STRIDES = (8, 16, 32, 64)
"""Pixels of the input for one cell of each pyramid level, finest first."""

BINS = 8
"""Distances from a cell's centre to a side that a head chooses among: 0 to 7 cells."""

# ImageNet statistics in BGR order, of pixels in 0..255: what the start weights learnt on.
PIXEL_MEAN = (103.53, 116.28, 123.675)
PIXEL_SCALE = (57.375, 57.12, 58.395)

_WIDTH = 96
_PRIOR_LOGIT = -4.6
"""A fresh network calls a cell a vehicle with probability 0.01 (focal loss, arXiv:1708.02002)."""


class Backbone(nn.Module):
    """Pixels to features of stride 8, 16 and 32; widths as the published search left them."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvBlock(3, 24, kernel=3, stride=2)
        self.stride8 = nn.Sequential(DownBlock(24, 44, 96), _shuffles(96, (48, 48)))
        self.stride16 = nn.Sequential(
            DownBlock(96, 48, 192), _shuffles(192, (120, 96, 120, 96, 96, 96))
        )
        self.stride32 = nn.Sequential(DownBlock(192, 96, 384), _shuffles(384, (192, 192)))
        self.register_buffer("mean", torch.tensor(PIXEL_MEAN).reshape(3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(PIXEL_SCALE).reshape(3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map `(N, 3, H, W)` BGR in 0..255 to 96, 192 and 384 channels."""
        stem = self.stem((image - self.mean) / self.scale)
        fine = self.stride8(functional.max_pool2d(stem, 3, stride=2, padding=1))
        middle = self.stride16(fine)
        return fine, middle, self.stride32(middle)


def _shuffles(channels: int, middles: tuple[int, ...]) -> nn.Sequential:
    return nn.Sequential(*(ShuffleBlock(channels, middle) for middle in middles))


class Neck(nn.Module):
    """Pass meaning down to the fine level and place back up (PAFPN, arXiv:1803.01534).

    The fourth level is made from the third before and after.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reduce = nn.ModuleList(ConvBlock(width, _WIDTH) for width in (96, 192, 384))
        self.down16 = CspBlock(2 * _WIDTH, _WIDTH)
        self.down8 = CspBlock(2 * _WIDTH, _WIDTH)
        self.shrink8 = DepthwiseBlock(_WIDTH, stride=2)
        self.up16 = CspBlock(2 * _WIDTH, _WIDTH)
        self.shrink16 = DepthwiseBlock(_WIDTH, stride=2)
        self.up32 = CspBlock(2 * _WIDTH, _WIDTH)
        self.top_before = DepthwiseBlock(_WIDTH, stride=2)
        self.top_after = DepthwiseBlock(_WIDTH, stride=2)

    def forward(self, features: tuple[Tensor, Tensor, Tensor]) -> list[Tensor]:
        """Map the backbone's levels to four levels of 96 channels, finest first."""
        fine, middle, coarse = (
            reduce(level) for reduce, level in zip(self.reduce, features, strict=True)
        )
        middle = self.down16(torch.cat((_doubled(coarse), middle), dim=1))
        fine = self.down8(torch.cat((_doubled(middle), fine), dim=1))
        middle = self.up16(torch.cat((self.shrink8(fine), middle), dim=1))
        last = self.up32(torch.cat((self.shrink16(middle), coarse), dim=1))
        top = self.top_before(coarse) + self.top_after(last)
        return [fine, middle, last, top]


def _doubled(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")


class Head(nn.Module):
    """Scores and sides of every cell of one level."""

    def __init__(self, *, classes: int) -> None:
        super().__init__()
        self.tower = nn.Sequential(DepthwiseBlock(_WIDTH), DepthwiseBlock(_WIDTH))
        self.output = nn.Conv2d(_WIDTH, classes + 4 * BINS, 1)
        nn.init.constant_(self.output.bias[:classes], _PRIOR_LOGIT)  # type: ignore[index]

    def forward(self, features: Tensor) -> Tensor:
        """Return `(N, classes + 32, h, w)`: logits, then left, top, right, bottom bins."""
        out: Tensor = self.output(self.tower(features))
        return out


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the network says of every cell, levels one after another.

    Attributes:
        logits: `(N, P, classes)` float32.
        sides: `(N, P, 4, BINS)` float32 logits of the distance to left, top, right, bottom,
            in cells.
        boxes: `(N, P, 4)` float32 xyxy, pixels of the input, not clipped.
        points: `(P, 2)` float32, the cells' centres, pixels of the input.
        strides: `(P,)` float32.
    """

    logits: Tensor
    sides: Tensor
    boxes: Tensor
    points: Tensor
    strides: Tensor


class DetectorNetwork(nn.Module):
    """Backbone, neck and a head a level."""

    def __init__(self, *, classes: int = 2) -> None:
        super().__init__()
        self.classes = classes
        self.backbone = Backbone()
        self.neck = Neck()
        self.heads = nn.ModuleList(Head(classes=classes) for _ in STRIDES)

    def forward(self, image: Tensor) -> Predictions:
        """Predict for `(N, 3, H, W)` BGR in 0..255; H and W are multiples of 32."""
        levels = self.neck(self.backbone(image))
        outputs = [head(level) for head, level in zip(self.heads, levels, strict=True)]
        return decode(outputs, classes=self.classes)


def decode(outputs: list[Tensor], *, classes: int) -> Predictions:
    """Turn each level's raw map into one list of cells with boxes in pixels.

    A side lies as many cells from the cell's centre as the distribution's mean says.
    """
    # bfloat16 has steps of 2 pixels at 500: boxes are always made in float32.
    flat = torch.cat([level.flatten(2).transpose(1, 2) for level in outputs], dim=1).float()
    points = torch.cat(
        [_centres(level) * stride for level, stride in zip(outputs, STRIDES, strict=True)]
    )
    strides = torch.cat(
        [
            flat.new_full((level.shape[2] * level.shape[3],), float(stride))
            for level, stride in zip(outputs, STRIDES, strict=True)
        ]
    )
    sides = flat[..., classes:].unflatten(-1, (4, BINS))
    cells = torch.arange(BINS, dtype=torch.float32, device=flat.device)
    distance = (sides.softmax(dim=-1) @ cells) * strides[:, None]
    boxes = torch.cat((points - distance[..., :2], points + distance[..., 2:]), dim=-1)
    return Predictions(flat[..., :classes], sides, boxes, points, strides)


def _centres(level: Tensor) -> Tensor:
    """Return `(h * w, 2)` float32 x and y of the centres of a map's cells, row by row."""
    height, width = level.shape[-2:]
    rows = torch.arange(height, dtype=torch.float32, device=level.device) + 0.5
    columns = torch.arange(width, dtype=torch.float32, device=level.device) + 0.5
    grid_y, grid_x = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack((grid_x.flatten(), grid_y.flatten()), dim=-1)
