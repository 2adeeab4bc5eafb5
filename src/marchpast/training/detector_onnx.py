"""Write the trained detector as an ONNX graph that ends in boxes.

Everything after the pixels is inside: conversion, the network with normalisation folded into
its convolutions, decoding, the choice of the best cells, non-maximum suppression across both
classes. Height and width stay free (multiples of 32).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper
from torch import Tensor, nn

from marchpast.training.detector_evaluate import (
    IOU_THRESHOLD,
    MOST_BOXES,
    MOST_CANDIDATES,
    SCORE_FLOOR,
)
from marchpast.training.detector_model import (
    LARGEST_LOG_SIZE,
    STRIDES,
    Bottleneck,
    ConvBlock,
    CspStage,
    DetectorNetwork,
    Head,
    Neck,
    SpatialPyramid,
)
from marchpast.training.export_common import GraphBuilder

INPUT_NAME = "image"
OUTPUT_NAMES = ("xyxy", "confidence", "class_id")
LABELS = ("military_vehicle", "civilian_vehicle")

FloatArray = npt.NDArray[np.float32]


def to_onnx(network: DetectorNetwork) -> onnx.ModelProto:
    """Return the graph of a network in its evaluated form; the network is not changed."""
    graph = GraphBuilder()
    pixels = graph.add("Cast", [INPUT_NAME], to=TensorProto.FLOAT)
    pixels = graph.add("Transpose", [pixels], perm=[0, 3, 1, 2])
    levels = _neck(graph, network.neck, _backbone(graph, network, pixels))
    heads = [
        _head(graph, cast(Head, head), level)
        for head, level in zip(network.heads, levels, strict=True)
    ]
    logits = graph.add("Concat", [_flat(graph, logits, 2) for logits, _ in heads], axis=2)
    decoded = [
        _flat(graph, _decoded(graph, raw, stride), 4)
        for (_, raw), stride in zip(heads, STRIDES, strict=True)
    ]
    boxes = graph.add("Concat", decoded, axis=2)
    _choose(graph, logits, boxes)
    return graph.model(
        "marchpast_detector",
        inputs=[
            helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, [1, "height", "width", 3])
        ],
        outputs=[
            helper.make_tensor_value_info(OUTPUT_NAMES[0], TensorProto.FLOAT, ["m", 4]),
            helper.make_tensor_value_info(OUTPUT_NAMES[1], TensorProto.FLOAT, ["m"]),
            helper.make_tensor_value_info(OUTPUT_NAMES[2], TensorProto.INT64, ["m"]),
        ],
        metadata={
            "task": "detect",
            "labels": ",".join(LABELS),
            "input": "uint8 NHWC BGR, letterboxed, sides multiples of 32",
        },
    )


def _backbone(graph: GraphBuilder, network: DetectorNetwork, pixels: str) -> list[str]:
    backbone = network.backbone
    flow = _block(graph, backbone.stem, pixels)
    levels = []
    for stage in (backbone.stride4, backbone.stride8, backbone.stride16, backbone.stride32):
        flow = _sequence(graph, stage, flow)
        levels.append(flow)
    return levels[1:]


def _neck(graph: GraphBuilder, neck: Neck, levels: Sequence[str]) -> list[str]:
    fine, middle, coarse = levels
    lateral32 = _block(graph, neck.reduce32, coarse)
    middle = _csp(graph, neck.down16, _joined(graph, _doubled(graph, lateral32), middle))
    lateral16 = _block(graph, neck.reduce16, middle)
    fine = _csp(graph, neck.down8, _joined(graph, _doubled(graph, lateral16), fine))
    shrunk = _sequence(graph, neck.shrink8, fine)
    middle = _csp(graph, neck.up16, _joined(graph, shrunk, lateral16))
    shrunk = _sequence(graph, neck.shrink16, middle)
    coarse = _csp(graph, neck.up32, _joined(graph, shrunk, lateral32))
    return [fine, middle, coarse]


def _head(graph: GraphBuilder, head: Head, level: str) -> tuple[str, str]:
    """Return the names of logits `(1, 2, h, w)` and raw boxes `(1, 4, h, w)`."""
    stem = _block(graph, head.stem, level)
    class_logits = _plain(graph, head.class_score, _sequence(graph, head.class_branch, stem))
    features = _sequence(graph, head.box_branch, stem)
    presence = _plain(graph, head.presence, features)
    return graph.add("Add", [class_logits, presence]), _plain(graph, head.box, features)


def _decoded(graph: GraphBuilder, raw: str, stride: int) -> str:
    """Turn raw boxes into xyxy `(1, 4, h, w)` in pixels of the input."""
    x, y, size = graph.add_many("Split", [raw, graph.integers(1, 1, 2)], outputs=3, axis=1)
    shape = graph.add("Shape", [raw])
    columns = _count_up(graph, shape, axis=3)
    rows = graph.add("Unsqueeze", [_count_up(graph, shape, axis=2), graph.integers(1)])
    centre = _joined(graph, graph.add("Add", [x, columns]), graph.add("Add", [y, rows]))
    centre = graph.add("Mul", [centre, graph.number(stride)])
    half = graph.add("Exp", [graph.add("Min", [size, graph.number(LARGEST_LOG_SIZE)])])
    half = graph.add("Mul", [half, graph.number(0.5 * stride)])
    return _joined(graph, graph.add("Sub", [centre, half]), graph.add("Add", [centre, half]))


def _count_up(graph: GraphBuilder, shape: str, *, axis: int) -> str:
    """Return 0.0, 1.0 ... as many as `shape` has on `axis`."""
    # A scalar index gives a scalar, as Range wants it.
    count = graph.add("Gather", [shape, graph.constant(np.array(axis, np.int64))])
    count = graph.add("Cast", [count], to=TensorProto.FLOAT)
    return graph.add("Range", [graph.number(0.0), count, graph.number(1.0)])


def _choose(graph: GraphBuilder, logits: str, boxes: str) -> None:
    """Best class a cell, best cells of all, suppression of doubles: the three outputs."""
    best = graph.add("ReduceMax", [logits], axes=[0, 1], keepdims=0)
    class_id = graph.add("ArgMax", [logits], axis=1, keepdims=0)
    class_id = graph.add("Reshape", [class_id, graph.integers(-1)])
    count = graph.add("Min", [graph.add("Shape", [best]), graph.integers(MOST_CANDIDATES)])
    values, cells = graph.add_many("TopK", [best, count], outputs=2)
    confidence = graph.add("Sigmoid", [values])
    candidates = graph.add(
        "Transpose", [graph.add("Gather", [boxes, cells], axis=2)], perm=[0, 2, 1]
    )
    # The operator's corners are y, x, y, x; overlap does not care which axis comes first.
    chosen = graph.add(
        "NonMaxSuppression",
        [
            candidates,
            graph.add("Unsqueeze", [confidence, graph.integers(0, 1)]),
            graph.integers(MOST_BOXES),
            graph.number(IOU_THRESHOLD),
            graph.number(SCORE_FLOOR),
        ],
    )
    rows = graph.add("Gather", [chosen, graph.constant(np.array(2, np.int64))], axis=1)
    kept = graph.add("Gather", [candidates, rows], axis=1)
    graph.add("Squeeze", [kept, graph.integers(0)], output=OUTPUT_NAMES[0])
    graph.add("Gather", [confidence, rows], output=OUTPUT_NAMES[1])
    graph.add("Gather", [graph.add("Gather", [class_id, cells]), rows], output=OUTPUT_NAMES[2])


def _sequence(graph: GraphBuilder, modules: nn.Sequential, flow: str) -> str:
    for module in modules:
        if isinstance(module, nn.Sequential):
            flow = _sequence(graph, module, flow)
        elif isinstance(module, ConvBlock):
            flow = _block(graph, module, flow)
        elif isinstance(module, CspStage):
            flow = _csp(graph, module, flow)
        elif isinstance(module, SpatialPyramid):
            flow = _pyramid(graph, module, flow)
        elif isinstance(module, Bottleneck):
            flow = _bottleneck(graph, module, flow)
        else:
            raise TypeError(f"no graph for {type(module).__name__}")
    return flow


def _bottleneck(graph: GraphBuilder, module: Bottleneck, flow: str) -> str:
    out = _sequence(graph, module.spatial, _block(graph, module.reduce, flow))
    return graph.add("Add", [out, flow]) if module.shortcut else out


def _csp(graph: GraphBuilder, stage: CspStage, flow: str) -> str:
    main = _sequence(graph, stage.bottlenecks, _block(graph, stage.main, flow))
    return _block(graph, stage.merge, _joined(graph, main, _block(graph, stage.bypass, flow)))


def _pyramid(graph: GraphBuilder, module: SpatialPyramid, flow: str) -> str:
    windows = [_block(graph, module.reduce, flow)]
    for _ in range(3):
        windows.append(graph.add("MaxPool", [windows[-1]], kernel_shape=[5, 5], pads=[2, 2, 2, 2]))
    return _block(graph, module.merge, _joined(graph, *windows))


def _block(graph: GraphBuilder, block: ConvBlock, flow: str) -> str:
    """Convolution with folded normalisation, then x * sigmoid(x)."""
    norm = block.norm
    assert norm.running_mean is not None and norm.running_var is not None
    scale = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    weight = _array(block.conv.weight) * scale[:, None, None, None]
    shift = _array(norm.bias) - _array(norm.running_mean) * scale
    out = _convolution(graph, block.conv, flow, weight, shift)
    return graph.add("Mul", [out, graph.add("Sigmoid", [out])])


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


def _flat(graph: GraphBuilder, flow: str, channels: int) -> str:
    return graph.add("Reshape", [flow, graph.integers(1, channels, -1)])


def _array(tensor: Tensor) -> FloatArray:
    return np.asarray(tensor.detach().cpu().numpy(), np.float32)
