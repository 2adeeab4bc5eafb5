"""The building blocks of the detector's network.

They are those of PP-PicoDet (Yu et al., arXiv:2111.00902), whose backbone ESNet is a
ShuffleNet V2 (arXiv:1807.11164) with attention over channels and blocks of uneven width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_SQUEEZE = 4


class ConvBlock(nn.Module):
    """Convolution, batch normalisation and, unless told otherwise, hard swish."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        active: bool = True,
    ) -> None:
        super().__init__()
        padding = (kernel - 1) // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.active = active

    def forward(self, features: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, outputs, H / stride, W / stride)`, rounded up."""
        out: Tensor = self.norm(self.conv(features))
        return functional.hardswish(out) if self.active else out


class DepthwiseBlock(nn.Sequential):
    """A convolution a channel, then a 1x1 convolution across channels."""

    def __init__(self, channels: int, *, kernel: int = 5, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = ConvBlock(
            channels, channels, kernel=kernel, stride=stride, groups=channels
        )
        self.pointwise = ConvBlock(channels, channels)


class SqueezeExcite(nn.Module):
    """Weigh channels by what the whole picture shows (arXiv:1709.01507)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, channels // _SQUEEZE, 1)
        self.expand = nn.Conv2d(channels // _SQUEEZE, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Keep the shape `(N, channels, H, W)`."""
        squeezed = functional.relu(self.reduce(features.mean((2, 3), keepdim=True)))
        return features * functional.hardsigmoid(self.expand(squeezed))


class DownBlock(nn.Module):
    """Halve the picture on two ways at once; all channels then meet."""

    def __init__(self, inputs: int, middle: int, outputs: int) -> None:
        super().__init__()
        half = outputs // 2
        self.plain = nn.Sequential(
            ConvBlock(inputs, inputs, kernel=3, stride=2, groups=inputs, active=False),
            ConvBlock(inputs, half),
        )
        self.weighed = nn.Sequential(
            ConvBlock(inputs, middle),
            ConvBlock(middle, middle, kernel=3, stride=2, groups=middle, active=False),
            SqueezeExcite(middle),
            ConvBlock(middle, half),
        )
        self.merge = DepthwiseBlock(outputs, kernel=3)

    def forward(self, features: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, outputs, H / 2, W / 2)`, rounded up."""
        # The order of execution is the order in which the start weights are matched.
        out: Tensor = self.merge(torch.cat((self.plain(features), self.weighed(features)), dim=1))
        return out


class ShuffleBlock(nn.Module):
    """Work on half of the channels, then mix the halves.

    The first 1x1 convolution makes half of `middle` channels and a cheap depthwise one makes
    the rest of them (a "ghost" block, arXiv:1911.11907).
    """

    def __init__(self, channels: int, middle: int) -> None:
        super().__init__()
        half = channels // 2
        self.reduce = ConvBlock(half, middle // 2)
        self.ghost = ConvBlock(middle // 2, middle // 2, kernel=3, groups=middle // 2, active=False)
        self.attention = SqueezeExcite(middle)
        self.expand = ConvBlock(middle, half)

    def forward(self, features: Tensor) -> Tensor:
        """Keep the shape `(N, channels, H, W)`."""
        kept, worked = features.chunk(2, dim=1)
        reduced = self.reduce(worked)
        both = torch.cat((reduced, self.ghost(reduced)), dim=1)
        out: Tensor = self.expand(self.attention(both))
        return _interleaved(kept, out)


def _interleaved(first: Tensor, second: Tensor) -> Tensor:
    """Take channels from two maps in turn (the channel shuffle of two groups)."""
    return torch.stack((first, second), dim=2).flatten(1, 2)


class CspBlock(nn.Module):
    """Half of the channels pass through a bottleneck, half pass by (arXiv:1911.11929)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        half = outputs // 2
        self.bypass = ConvBlock(inputs, half)
        self.main = ConvBlock(inputs, half)
        self.bottleneck = nn.Sequential(ConvBlock(half, half), DepthwiseBlock(half))
        self.merge = ConvBlock(outputs, outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Map `(N, inputs, H, W)` to `(N, outputs, H, W)`."""
        bypass = self.bypass(features)
        main = self.bottleneck(self.main(features))
        out: Tensor = self.merge(torch.cat((main, bypass), dim=1))
        return out
