"""Write the trained detector as an ONNX graph that ends in boxes.

Everything after the pixels is inside: the network (`detector_graph`), decoding, the choice of
the best cells, non-maximum suppression across both classes. Height and width stay free
(multiples of 32).
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from marchpast.training.detector_evaluate import (
    IOU_THRESHOLD,
    MOST_BOXES,
    MOST_CANDIDATES,
    SCORE_FLOOR,
)
from marchpast.training.detector_graph import raw_maps
from marchpast.training.detector_model import BINS, STRIDES, DetectorNetwork
from marchpast.training.export_common import GraphBuilder

INPUT_NAME = "image"
OUTPUT_NAMES = ("xyxy", "confidence", "class_id")
LABELS = ("military_vehicle", "civilian_vehicle")


def to_onnx(network: DetectorNetwork) -> onnx.ModelProto:
    """Return the graph of a network in its evaluated form; the network is not changed."""
    graph = GraphBuilder()
    maps = raw_maps(graph, network, INPUT_NAME)
    flat = [_flat(graph, level, network.classes + 4 * BINS) for level in maps]
    cells = [_cells(graph, level, stride) for level, stride in zip(maps, STRIDES, strict=True)]
    split = graph.integers(network.classes, 4 * BINS)
    joined = graph.add("Concat", flat, axis=2)
    logits, sides = graph.add_many("Split", [joined, split], outputs=2, axis=1)
    _choose(graph, logits, sides, graph.add("Concat", cells, axis=2))
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


def _cells(graph: GraphBuilder, level: str, stride: int) -> str:
    """Return x and y of the cells' centres and their stride, `(1, 3, h * w)`, in pixels."""
    shape = graph.add("Shape", [level])
    column = _count_up(graph, shape, axis=3)
    row = graph.add("Unsqueeze", [_count_up(graph, shape, axis=2), graph.integers(1)])
    none = graph.number(0.0)
    # Adding nothing of the other axis repeats a line to the whole map.
    x = graph.add("Add", [column, graph.add("Mul", [row, none])])
    y = graph.add("Add", [row, graph.add("Mul", [column, none])])
    ones = graph.add("Add", [graph.add("Mul", [x, none]), graph.number(1.0)])
    half = graph.number(0.5)
    rows = [graph.add("Add", [x, half]), graph.add("Add", [y, half]), ones]
    joined = graph.add("Concat", [_flat(graph, values, 1) for values in rows], axis=1)
    return graph.add("Mul", [joined, graph.number(stride)])


def _count_up(graph: GraphBuilder, shape: str, *, axis: int) -> str:
    """Return 0.0, 1.0 ... as many as `shape` has on `axis`."""
    # A scalar index gives a scalar, as Range wants it.
    count = graph.add("Gather", [shape, graph.constant(np.array(axis, np.int64))])
    count = graph.add("Cast", [count], to=TensorProto.FLOAT)
    return graph.add("Range", [graph.number(0.0), count, graph.number(1.0)])


def _choose(graph: GraphBuilder, logits: str, sides: str, cells: str) -> None:
    """Best class a cell, best cells of all, their boxes, suppression of doubles: the outputs."""
    best = graph.add("ReduceMax", [logits], axes=[0, 1], keepdims=0)
    class_id = graph.add("ArgMax", [logits], axis=1, keepdims=0)
    class_id = graph.add("Reshape", [class_id, graph.integers(-1)])
    count = graph.add("Min", [graph.add("Shape", [best]), graph.integers(MOST_CANDIDATES)])
    values, chosen_cells = graph.add_many("TopK", [best, count], outputs=2)
    confidence = graph.add("Sigmoid", [values])
    candidates = _boxes(
        graph,
        graph.add("Gather", [sides, chosen_cells], axis=2),
        graph.add("Gather", [cells, chosen_cells], axis=2),
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
    graph.add(
        "Gather", [graph.add("Gather", [class_id, chosen_cells]), rows], output=OUTPUT_NAMES[2]
    )


def _boxes(graph: GraphBuilder, sides: str, cells: str) -> str:
    """Turn sides `(1, 32, K)` of cells `(1, 3, K)` into xyxy `(1, K, 4)` in pixels."""
    bins = graph.add("Reshape", [sides, graph.integers(1, 4, BINS, -1)])
    shares = graph.add("Softmax", [bins], axis=2)
    values = graph.constant(np.arange(BINS, dtype=np.float32)[:, None])
    mean = graph.add(
        "ReduceSum", [graph.add("Mul", [shares, values]), graph.integers(2)], keepdims=0
    )
    centre, stride = graph.add_many("Split", [cells, graph.integers(2, 1)], outputs=2, axis=1)
    distance = graph.add("Mul", [mean, stride])
    before, after = graph.add_many("Split", [distance, graph.integers(2, 2)], outputs=2, axis=1)
    corners = [graph.add("Sub", [centre, before]), graph.add("Add", [centre, after])]
    boxes = graph.add("Concat", corners, axis=1)
    return graph.add("Transpose", [boxes], perm=[0, 2, 1])


def _flat(graph: GraphBuilder, flow: str, channels: int) -> str:
    return graph.add("Reshape", [flow, graph.integers(1, channels, -1)])
