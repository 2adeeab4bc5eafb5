"""The detector's network: a CSP backbone, a two-way feature pyramid, a decoupled head.

The topology is YOLOX-nano's (Ge et al., "YOLOX: Exceeding YOLO Series in 2021",
arXiv:2107.08430; depthwise, width 0.25, depth 0.33), written out here so that its published
COCO weights can start it. Two things differ: the space-to-depth stem is the equal 6x6
convolution of stride 2, and there is no separate objectness: each class has one score, the
sum of two linear maps, so that the loss can be masked class by class.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
"""Pixels of the input for one cell of each pyramid level, finest first."""

LARGEST_LOG_SIZE = 8.0
"""Raw sizes are cut here: e^8 cells are wider than any input, and a box stays finite."""

_HEAD_CHANNELS = 64
_PRIOR_LOGIT = -4.6
"""A fresh network calls a cell a vehicle with probability 0.01 (focal loss, arXiv:1708.02002)."""


class ConvBlock(nn.Module):
    """Convolution, batch normalisation, SiLU."""

    def __init__(
        self, inputs: int, outputs: int, *, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        padding = (kernel - 1) // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)

    def forward(self, features: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, outputs, H / stride, W / stride)`."""
        return functional.silu(self.norm(self.conv(features)))


class DepthwiseBlock(nn.Sequential):
    """A 3x3 convolution a channel, then a 1x1 convolution across channels."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = ConvBlock(inputs, inputs, kernel=3, stride=stride, groups=inputs)
        self.pointwise = ConvBlock(inputs, outputs, kernel=1)


class Bottleneck(nn.Module):
    """A 1x1 convolution and a depthwise block, with or without a way around them."""

    def __init__(self, channels: int, *, shortcut: bool) -> None:
        super().__init__()
        self.reduce = ConvBlock(channels, channels, kernel=1)
        self.spatial = DepthwiseBlock(channels, channels)
        self.shortcut = shortcut

    def forward(self, features: Tensor) -> Tensor:
        """Keep the shape `(N, channels, H, W)`."""
        out: Tensor = self.spatial(self.reduce(features))
        return out + features if self.shortcut else out


class CspStage(nn.Module):
    """Half of the channels pass through bottlenecks, half pass by (arXiv:1911.11929)."""

    def __init__(
        self, inputs: int, outputs: int, *, repeats: int = 1, shortcut: bool = True
    ) -> None:
        super().__init__()
        half = outputs // 2
        self.main = ConvBlock(inputs, half, kernel=1)
        self.bypass = ConvBlock(inputs, half, kernel=1)
        self.bottlenecks = nn.Sequential(
            *(Bottleneck(half, shortcut=shortcut) for _ in range(repeats))
        )
        self.merge = ConvBlock(2 * half, outputs, kernel=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, outputs, H, W)`."""
        # The order of execution is the order in which the start weights are matched.
        main, bypass = self.main(features), self.bypass(features)
        out: Tensor = self.merge(torch.cat((self.bottlenecks(main), bypass), dim=1))
        return out


class SpatialPyramid(nn.Module):
    """Maxima over three windows beside the features themselves (SPP, arXiv:1406.4729)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.reduce = ConvBlock(channels, half, kernel=1)
        self.merge = ConvBlock(4 * half, channels, kernel=1)

    def forward(self, features: Tensor) -> Tensor:
        """Keep the shape `(N, channels, H, W)`."""
        windows = [self.reduce(features)]
        for _ in range(3):
            # Repeated 5x5 maxima are the 5x5, 9x9 and 13x13 maxima at a fraction of the cost.
            windows.append(functional.max_pool2d(windows[-1], 5, stride=1, padding=2))
        out: Tensor = self.merge(torch.cat(windows, dim=1))
        return out


class Backbone(nn.Module):
    """Pixels to features of stride 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvBlock(3, 16, kernel=6, stride=2)
        self.stride4 = nn.Sequential(DepthwiseBlock(16, 32, stride=2), CspStage(32, 32))
        self.stride8 = nn.Sequential(DepthwiseBlock(32, 64, stride=2), CspStage(64, 64, repeats=3))
        self.stride16 = nn.Sequential(
            DepthwiseBlock(64, 128, stride=2), CspStage(128, 128, repeats=3)
        )
        self.stride32 = nn.Sequential(
            DepthwiseBlock(128, 256, stride=2),
            SpatialPyramid(256),
            CspStage(256, 256, shortcut=False),
        )

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map `(N, 3, H, W)` BGR in 0..255 to 64, 128 and 256 channels."""
        fine = self.stride8(self.stride4(self.stem(image)))
        middle = self.stride16(fine)
        return fine, middle, self.stride32(middle)


class Neck(nn.Module):
    """Pass meaning down to the fine level and place back up (PAFPN, arXiv:1803.01534)."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce32 = ConvBlock(256, 128, kernel=1)
        self.down16 = CspStage(256, 128, shortcut=False)
        self.reduce16 = ConvBlock(128, 64, kernel=1)
        self.down8 = CspStage(128, 64, shortcut=False)
        self.shrink8 = DepthwiseBlock(64, 64, stride=2)
        self.up16 = CspStage(128, 128, shortcut=False)
        self.shrink16 = DepthwiseBlock(128, 128, stride=2)
        self.up32 = CspStage(256, 256, shortcut=False)

    def forward(self, features: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Map the backbone's levels to 64, 128 and 256 channels of the same sizes."""
        fine, middle, coarse = features
        lateral32 = self.reduce32(coarse)
        middle = self.down16(torch.cat((_doubled(lateral32), middle), dim=1))
        lateral16 = self.reduce16(middle)
        fine = self.down8(torch.cat((_doubled(lateral16), fine), dim=1))
        middle = self.up16(torch.cat((self.shrink8(fine), lateral16), dim=1))
        coarse = self.up32(torch.cat((self.shrink16(middle), lateral32), dim=1))
        return fine, middle, coarse


def _doubled(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")


class Head(nn.Module):
    """Scores and box of every cell of one level."""

    def __init__(self, inputs: int, *, classes: int) -> None:
        super().__init__()
        width = _HEAD_CHANNELS
        self.stem = ConvBlock(inputs, width, kernel=1)
        self.class_branch = nn.Sequential(
            DepthwiseBlock(width, width), DepthwiseBlock(width, width)
        )
        self.class_score = nn.Conv2d(width, classes, 1)
        self.box_branch = nn.Sequential(DepthwiseBlock(width, width), DepthwiseBlock(width, width))
        self.box = nn.Conv2d(width, 4, 1)
        self.presence = nn.Conv2d(width, classes, 1)
        nn.init.constant_(self.presence.bias, _PRIOR_LOGIT)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits `(N, classes, h, w)` and raw boxes `(N, 4, h, w)`."""
        stem = self.stem(features)
        class_logits = self.class_score(self.class_branch(stem))
        box_features = self.box_branch(stem)
        box = self.box(box_features)
        return class_logits + self.presence(box_features), box


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the network says of every cell, levels one after another.

    Attributes:
        logits: `(N, P, classes)` float32.
        boxes: `(N, P, 4)` float32 xyxy, pixels of the input, not clipped.
        points: `(P, 2)` float32, the cells' centres, pixels of the input.
        strides: `(P,)` float32.
    """

    logits: Tensor
    boxes: Tensor
    points: Tensor
    strides: Tensor


class DetectorNetwork(nn.Module):
    """Backbone, neck and a head a level."""

    def __init__(self, *, classes: int = 2) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.neck = Neck()
        self.heads = nn.ModuleList(Head(width, classes=classes) for width in (64, 128, 256))

    def forward(self, image: Tensor) -> Predictions:
        """Predict for `(N, 3, H, W)` BGR in 0..255; H and W are multiples of 32."""
        levels = self.neck(self.backbone(image))
        outputs = [head(level) for head, level in zip(self.heads, levels, strict=True)]
        return decode(outputs)


def decode(outputs: list[tuple[Tensor, Tensor]]) -> Predictions:
    """Turn each level's raw maps into one list of cells with boxes in pixels.

    A raw box is the centre's offset from the cell's corner and the logarithm of the size, both
    in cells (YOLOX).
    """
    logits, boxes, points, strides = [], [], [], []
    for stride, (level_logits, raw) in zip(STRIDES, outputs, strict=True):
        corner = _corners(raw)
        # bfloat16 has steps of 2 pixels at 500: boxes are always made in float32.
        raw = raw.flatten(2).transpose(1, 2).float()
        centre = (raw[..., :2] + corner) * stride
        half = raw[..., 2:].clamp(max=LARGEST_LOG_SIZE).exp() * (0.5 * stride)
        boxes.append(torch.cat((centre - half, centre + half), dim=-1))
        logits.append(level_logits.flatten(2).transpose(1, 2).float())
        points.append((corner + 0.5) * stride)
        strides.append(torch.ones_like(corner[:, 0]) * stride)
    return Predictions(
        torch.cat(logits, 1), torch.cat(boxes, 1), torch.cat(points), torch.cat(strides)
    )


def _corners(raw: Tensor) -> Tensor:
    """Return `(h * w, 2)` float32 x and y of the cells of `(N, 4, h, w)`, row by row."""
    height, width = raw.shape[-2:]
    rows = torch.arange(height, dtype=torch.float32, device=raw.device)
    columns = torch.arange(width, dtype=torch.float32, device=raw.device)
    grid_y, grid_x = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack((grid_x.flatten(), grid_y.flatten()), dim=-1)
