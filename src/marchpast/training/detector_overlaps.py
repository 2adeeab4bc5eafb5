"""How much predicted boxes overlap true ones, as tensors that gradients pass through."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def pairwise_iou(boxes: Tensor, others: Tensor) -> Tensor:
    """Return `(N, M)` overlaps of `(N, 4)` and `(M, 4)` xyxy."""
    low = torch.maximum(boxes[:, None, :2], others[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    areas = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(dim=-1)
    other_areas = (others[:, 2:] - others[:, :2]).clamp(min=0).prod(dim=-1)
    return shared / (areas[:, None] + other_areas[None] - shared).clamp(min=1e-6)


def complete_iou(boxes: Tensor, others: Tensor) -> Tensor:
    """Return `(N,)` overlap less a term for the centres' distance and one for the shape."""
    low = torch.maximum(boxes[:, :2], others[:, :2])
    high = torch.minimum(boxes[:, 2:], others[:, 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    size = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1e-3)
    other_size = (others[:, 2:] - others[:, :2]).clamp(min=1e-3)
    iou = shared / (size.prod(dim=-1) + other_size.prod(dim=-1) - shared)
    hull_low = torch.minimum(boxes[:, :2], others[:, :2])
    hull_high = torch.maximum(boxes[:, 2:], others[:, 2:])
    diagonal = (hull_high - hull_low).square().sum(dim=-1).clamp(min=1e-6)
    gap = (boxes[:, :2] + boxes[:, 2:] - others[:, :2] - others[:, 2:]).square().sum(-1) / 4
    shape = (4 / math.pi**2) * (
        torch.atan(size[:, 0] / size[:, 1]) - torch.atan(other_size[:, 0] / other_size[:, 1])
    ).square()
    with torch.no_grad():
        share = shape / (1 - iou + shape).clamp(min=1e-6)
    return iou - gap / diagonal - share * shape
