"""The detector's network as nodes of an ONNX graph, normalisation folded into convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
from onnx import TensorProto
from torch import Tensor, nn

from marchpast.training.detector_blocks import (
    ConvBlock,
    CspBlock,
    DownBlock,
    ShuffleBlock,
    SqueezeExcite,
)
from marchpast.training.detector_model import (
    PIXEL_MEAN,
    PIXEL_SCALE,
    Backbone,
    DetectorNetwork,
    Head,
    Neck,
)
from marchpast.training.export_common import GraphBuilder

FloatArray = npt.NDArray[np.float32]


def raw_maps(graph: GraphBuilder, network: DetectorNetwork, image: str) -> list[str]:
    """Add the network to a graph and return the names of its levels' maps, `(1, 34, h, w)`.

    Args:
        graph: Is added to.
        network: In its evaluated form; is not changed.
        image: Name of the input, `(1, H, W, 3)` uint8 BGR.
    """
    levels = _neck(graph, network.neck, _backbone(graph, network.backbone, image))
    return [
        _head(graph, cast(Head, head), level)
        for head, level in zip(network.heads, levels, strict=True)
    ]


def _backbone(graph: GraphBuilder, backbone: Backbone, image: str) -> list[str]:
    pixels = graph.add("Cast", [image], to=TensorProto.FLOAT)
    # Colours are the last axis here, where a row of three is broadcast.
    pixels = graph.add("Sub", [pixels, graph.constant(np.array(PIXEL_MEAN, np.float32))])
    pixels = graph.add("Div", [pixels, graph.constant(np.array(PIXEL_SCALE, np.float32))])
    pixels = graph.add("Transpose", [pixels], perm=[0, 3, 1, 2])
    stem = _block(graph, backbone.stem, pixels)
    flow = graph.add("MaxPool", [stem], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    levels = []
    for stage in (backbone.stride8, backbone.stride16, backbone.stride32):
        flow = _sequence(graph, stage, flow)
        levels.append(flow)
    return levels


def _neck(graph: GraphBuilder, neck: Neck, levels: Sequence[str]) -> list[str]:
    fine, middle, coarse = (
        _module(graph, reduce, level) for reduce, level in zip(neck.reduce, levels, strict=True)
    )
    middle = _csp(graph, neck.down16, _joined(graph, _doubled(graph, coarse), middle))
    fine = _csp(graph, neck.down8, _joined(graph, _doubled(graph, middle), fine))
    shrunk = _sequence(graph, neck.shrink8, fine)
    middle = _csp(graph, neck.up16, _joined(graph, shrunk, middle))
    shrunk = _sequence(graph, neck.shrink16, middle)
    last = _csp(graph, neck.up32, _joined(graph, shrunk, coarse))
    before = _sequence(graph, neck.top_before, coarse)
    top = graph.add("Add", [before, _sequence(graph, neck.top_after, last)])
    return [fine, middle, last, top]


def _head(graph: GraphBuilder, head: Head, level: str) -> str:
    return _plain(graph, head.output, _sequence(graph, head.tower, level))


def _sequence(graph: GraphBuilder, modules: nn.Sequential, flow: str) -> str:
    for module in modules:
        flow = _module(graph, module, flow)
    return flow


def _module(graph: GraphBuilder, module: nn.Module, flow: str) -> str:
    if isinstance(module, nn.Sequential):
        return _sequence(graph, module, flow)
    if isinstance(module, ConvBlock):
        return _block(graph, module, flow)
    if isinstance(module, DownBlock):
        both = _joined(
            graph, _sequence(graph, module.plain, flow), _sequence(graph, module.weighed, flow)
        )
        return _sequence(graph, module.merge, both)
    if isinstance(module, ShuffleBlock):
        return _shuffle(graph, module, flow)
    if isinstance(module, SqueezeExcite):
        return _attention(graph, module, flow)
    raise TypeError(f"no graph for {type(module).__name__}")


def _shuffle(graph: GraphBuilder, block: ShuffleBlock, flow: str) -> str:
    half = block.reduce.conv.in_channels
    kept, worked = graph.add_many("Split", [flow, graph.integers(half, half)], outputs=2, axis=1)
    reduced = _block(graph, block.reduce, worked)
    both = _joined(graph, reduced, _block(graph, block.ghost, reduced))
    out = _block(graph, block.expand, _attention(graph, block.attention, both))
    # Channels of the two halves in turn: 0, half, 1, half + 1 ...
    order = np.arange(2 * half, dtype=np.int64).reshape(2, half).T.ravel()
    return graph.add("Gather", [_joined(graph, kept, out), graph.constant(order)], axis=1)


def _attention(graph: GraphBuilder, module: SqueezeExcite, flow: str) -> str:
    squeezed = graph.add("GlobalAveragePool", [flow])
    squeezed = graph.add("Relu", [_plain(graph, module.reduce, squeezed)])
    return graph.add("Mul", [flow, _hard_sigmoid(graph, _plain(graph, module.expand, squeezed))])


def _csp(graph: GraphBuilder, block: CspBlock, flow: str) -> str:
    bypass = _block(graph, block.bypass, flow)
    main = _sequence(graph, block.bottleneck, _block(graph, block.main, flow))
    return _block(graph, block.merge, _joined(graph, main, bypass))


def _block(graph: GraphBuilder, block: ConvBlock, flow: str) -> str:
    """Convolution with folded normalisation, then x * hard sigmoid(x) if it is active."""
    norm = block.norm
    assert norm.running_mean is not None and norm.running_var is not None
    scale = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    weight = _array(block.conv.weight) * scale[:, None, None, None]
    shift = _array(norm.bias) - _array(norm.running_mean) * scale
    out = _convolution(graph, block.conv, flow, weight, shift)
    return graph.add("Mul", [out, _hard_sigmoid(graph, out)]) if block.active else out


def _hard_sigmoid(graph: GraphBuilder, flow: str) -> str:
    return graph.add("HardSigmoid", [flow], alpha=1.0 / 6.0, beta=0.5)


def _plain(graph: GraphBuilder, conv: nn.Conv2d, flow: str) -> str:
    assert conv.bias is not None
    return _convolution(graph, conv, flow, _array(conv.weight), _array(conv.bias))


def _convolution(
    graph: GraphBuilder, conv: nn.Conv2d, flow: str, weight: FloatArray, bias: FloatArray
) -> str:
    padding = int(conv.padding[0])
    return graph.add(
        "Conv",
        [flow, graph.weight(weight), graph.constant(bias)],
        kernel_shape=list(weight.shape[2:]),
        strides=list(conv.stride),
        pads=[padding] * 4,
        group=conv.groups,
    )


def _doubled(graph: GraphBuilder, flow: str) -> str:
    scales = graph.constant(np.array([1, 1, 2, 2], np.float32))
    return graph.add(
        "Resize",
        [flow, "", scales],
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _joined(graph: GraphBuilder, *flows: str) -> str:
    return graph.add("Concat", flows, axis=1)


def _array(tensor: Tensor) -> FloatArray:
    return np.asarray(tensor.detach().cpu().numpy(), np.float32)
