"""Write the trained classifier as an ONNX graph, node by node.

The graph is built by hand rather than traced: thirty lines of structure, no exporter dependency,
normalisation folded into the convolutions, and weights stored as float16. The weights are cast
to float32 when the graph is loaded (the runtime folds the casts away), so it computes in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from marchpast.training.classifier_model import EMBEDDING_SIZE, CropClassifier

OPSET = 17
IR_VERSION = 8
INPUT_NAME = "crops"
OUTPUT_NAMES = ("logits", "embedding")


def to_onnx(network: CropClassifier, labels: Sequence[str], *, side: int) -> onnx.ModelProto:
    """Return the graph of a network in its averaged, evaluated form.

    Args:
        network: Trained; not changed.
        labels: In the order of its logits; go into the metadata, comma-separated.
        side: Height and width of the input, pixels. The padding of the strided convolutions
            depends on it.
    """
    graph = _Graph()
    # Zero padding is applied after (x - 127) / 128, so the 127 cannot move into a bias; the
    # division and the channel order can move into the first weights.
    pixels = graph.add("Cast", [INPUT_NAME], to=TensorProto.FLOAT)
    pixels = graph.add("Transpose", [pixels], perm=[0, 3, 1, 2])
    pixels = graph.add("Sub", [pixels, graph.constant(np.array(127, np.float32))])
    backbone = network.backbone
    weight, bias = _folded(backbone._conv_stem, backbone._bn0)
    flow = graph.convolve(
        pixels, weight[:, ::-1] / np.float32(128), bias, backbone._conv_stem, active=True
    )
    for block in backbone._blocks:
        flow = _block(graph, flow, block)
    weight, bias = _folded(backbone._conv_head, backbone._bn1)
    flow = graph.convolve(flow, weight, bias, backbone._conv_head, active=True)
    pooled = graph.add("GlobalAveragePool", [flow])
    embedding = graph.add("Flatten", [pooled], output=OUTPUT_NAMES[1], axis=1)
    head = [graph.weight(_array(network.head.weight)), graph.weight(_array(network.head.bias))]
    graph.add("Gemm", [embedding, *head], output=OUTPUT_NAMES[0], transB=1)
    return graph.model(labels, side=side)


def _block(graph: _Graph, flow: str, block: Any) -> str:
    """An inverted residual block (Sandler et al. 2018)."""
    entered = flow
    if hasattr(block, "_expand_conv"):
        weight, bias = _folded(block._expand_conv, block._bn0)
        flow = graph.convolve(flow, weight, bias, block._expand_conv, active=True)
    weight, bias = _folded(block._depthwise_conv, block._bn1)
    flow = graph.convolve(flow, weight, bias, block._depthwise_conv, active=True)
    weight, bias = _folded(block._project_conv, block._bn2)
    flow = graph.convolve(flow, weight, bias, block._project_conv, active=False)
    arguments = block._block_args
    stride = block._depthwise_conv.stride[0]
    if arguments.id_skip and stride == 1 and arguments.input_filters == arguments.output_filters:
        flow = graph.add("Add", [flow, entered])
    return flow


def _folded(convolution: Any, norm: Any) -> tuple[npt.NDArray[np.float32], ...]:
    """Weights and bias of a convolution with the normalisation after it folded in."""
    scale = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    weight = _array(convolution.weight) * scale[:, None, None, None]
    return weight, _array(norm.bias) - _array(norm.running_mean) * scale


def _array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    return np.asarray(tensor.detach().numpy(), np.float32)


class _Graph:
    """Collects nodes and constants under running names."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._low = self.constant(np.array(0, np.float32))
        self._high = self.constant(np.array(6, np.float32))

    def add(self, kind: str, inputs: Sequence[str], *, output: str = "", **attributes: Any) -> str:
        name = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, value: npt.NDArray[Any]) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, value: npt.NDArray[np.float32]) -> str:
        """A constant stored as float16 and used as float32."""
        return self.add("Cast", [self.constant(value.astype(np.float16))], to=TensorProto.FLOAT)

    def convolve(
        self,
        flow: str,
        weight: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
        convolution: Any,
        *,
        active: bool,
    ) -> str:
        padding = getattr(convolution.static_padding, "padding", (0, 0, 0, 0))
        left, right, top, bottom = padding
        out = self.add(
            "Conv",
            [flow, self.weight(weight), self.constant(bias)],
            kernel_shape=list(weight.shape[2:]),
            strides=list(convolution.stride),
            pads=[top, left, bottom, right],
            group=convolution.groups,
        )
        return self.add("Clip", [out, self._low, self._high]) if active else out

    def model(self, labels: Sequence[str], *, side: int) -> onnx.ModelProto:
        graph = helper.make_graph(
            self._nodes,
            "marchpast_classifier",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, ["n", side, side, 3])],
            [
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(labels)]),
                helper.make_tensor_value_info(
                    "embedding", TensorProto.FLOAT, ["n", EMBEDDING_SIZE]
                ),
            ],
            initializer=self._constants,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="marchpast"
        )
        model.ir_version = IR_VERSION
        helper.set_model_props(
            model,
            {"task": "classify", "labels": ",".join(labels), "input": f"uint8 NHWC BGR {side}"},
        )
        onnx.checker.check_model(model, full_check=True)
        return model
