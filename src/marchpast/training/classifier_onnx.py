"""Write the trained classifier as an ONNX graph, node by node.

Normalisation is folded into the convolutions, and the graph ends in four outputs: logits, the
embedding, how unlike the crops learnt a crop is (`marchpast.training.classifier_gallery`), and
attributes (`marchpast.training.attributes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper

from marchpast.training.attributes import AttributeHead
from marchpast.training.classifier_backbone import folded, has_shortcut, padding_of
from marchpast.training.classifier_gallery import NEIGHBOURS, Gallery
from marchpast.training.classifier_model import EMBEDDING_SIZE, CropClassifier
from marchpast.training.export_common import GraphBuilder

INPUT_NAME = "crops"
OUTPUT_NAMES = ("logits", "embedding", "novelty", "attributes")


def output_names(attributes: Sequence[str]) -> tuple[str, ...]:
    """Return the outputs of a graph that tells these attributes."""
    return OUTPUT_NAMES if attributes else OUTPUT_NAMES[:3]


def to_onnx(
    network: CropClassifier,
    labels: Sequence[str],
    *,
    side: int,
    gallery: Gallery,
    attributes: AttributeHead,
    version: str,
    licence: str,
) -> onnx.ModelProto:
    """Return the graph of a network in its averaged, evaluated form.

    Args:
        network: Trained; not changed.
        labels: In the order of its logits; go into the metadata, comma-separated.
        side: Height and width of the input, pixels. The padding of the strided convolutions
            depends on it.
        gallery: What the novelty is measured from.
        attributes: Told from `Gallery.features`.
        version: Of the model, for the metadata.
        licence: Of the weights, for the metadata.
    """
    graph = GraphBuilder()
    embedding = _embedding(graph, network)
    head = [graph.weight(_array(network.head.weight)), graph.weight(_array(network.head.bias))]
    graph.add("Gemm", [embedding, *head], output=OUTPUT_NAMES[0], transB=1)
    centred = graph.add("Sub", [embedding, graph.constant(gallery.mean)])
    projected = _projected(graph, centred, gallery)
    _novelty(graph, projected, gallery)
    if attributes.names:
        whole = graph.add("LpNormalization", [centred], axis=1, p=2)
        features = graph.add("Concat", [projected, whole], axis=1)
        weights = [graph.constant(attributes.weight), graph.constant(attributes.bias)]
        odds = graph.add("Gemm", [features, *weights], transB=1)
        graph.add("Sigmoid", [odds], output=OUTPUT_NAMES[3])
    shapes: tuple[list[str | int | None], ...] = (
        ["n", len(labels)],
        ["n", EMBEDDING_SIZE],
        ["n"],
        ["n", len(attributes.names)],
    )
    return graph.model(
        "marchpast_classifier",
        inputs=[helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, ["n", side, side, 3])],
        outputs=[
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in zip(output_names(attributes.names), shapes, strict=False)
        ],
        metadata={
            "task": "classify",
            "labels": ",".join(labels),
            "input": f"uint8 NHWC, {side} x {side}, the box squashed",
            "colour_order": "BGR",
            "size": f"{side} {side}",
            "attributes": ",".join(attributes.names),
            "version": version,
            "licence": licence,
        },
    )


def _embedding(graph: GraphBuilder, network: CropClassifier) -> str:
    # Zero padding is applied after (x - 127) / 128, so the 127 cannot move into a bias; the
    # division and the channel order can move into the first weights.
    pixels = graph.add("Cast", [INPUT_NAME], to=TensorProto.FLOAT)
    pixels = graph.add("Transpose", [pixels], perm=[0, 3, 1, 2])
    pixels = graph.add("Sub", [pixels, graph.number(127.0)])
    backbone = network.backbone
    weight, bias = _folded(backbone._conv_stem, backbone._bn0)
    weight = weight[:, ::-1] / np.float32(128)
    flow = _convolve(graph, pixels, weight, bias, backbone._conv_stem, active=True)
    for block in backbone._blocks:
        flow = _block(graph, flow, block)
    weight, bias = _folded(backbone._conv_head, backbone._bn1)
    flow = _convolve(graph, flow, weight, bias, backbone._conv_head, active=True)
    pooled = graph.add("GlobalAveragePool", [flow])
    return graph.add("Flatten", [pooled], output=OUTPUT_NAMES[1], axis=1)


def _projected(graph: GraphBuilder, centred: str, gallery: Gallery) -> str:
    """`Gallery.project` in the graph, of the centred embedding."""
    projected = graph.add("MatMul", [centred, graph.weight(gallery.directions)])
    return graph.add("LpNormalization", [projected], axis=1, p=2)


def _novelty(graph: GraphBuilder, projected: str, gallery: Gallery) -> None:
    """`Gallery.novelty` in the graph."""
    points = np.ascontiguousarray(gallery.points.T)
    likeness = graph.add("MatMul", [projected, graph.weight(points)])
    nearest, _ = graph.add_many(
        "TopK", [likeness, graph.integers(NEIGHBOURS)], outputs=2, axis=1, largest=1, sorted=0
    )
    mean = graph.add("ReduceMean", [nearest], axes=[1], keepdims=0)
    graph.add("Sub", [graph.number(1.0), mean], output=OUTPUT_NAMES[2])


def _block(graph: GraphBuilder, flow: str, block: Any) -> str:
    """An inverted residual block (Sandler et al. 2018)."""
    entered = flow
    if hasattr(block, "_expand_conv"):
        weight, bias = _folded(block._expand_conv, block._bn0)
        flow = _convolve(graph, flow, weight, bias, block._expand_conv, active=True)
    weight, bias = _folded(block._depthwise_conv, block._bn1)
    flow = _convolve(graph, flow, weight, bias, block._depthwise_conv, active=True)
    weight, bias = _folded(block._project_conv, block._bn2)
    flow = _convolve(graph, flow, weight, bias, block._project_conv, active=False)
    return graph.add("Add", [flow, entered]) if has_shortcut(block) else flow


def _convolve(
    graph: GraphBuilder,
    flow: str,
    weight: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    convolution: Any,
    *,
    active: bool,
) -> str:
    left, right, top, bottom = padding_of(convolution)
    out = graph.add(
        "Conv",
        [flow, graph.weight(weight), graph.constant(bias)],
        kernel_shape=list(weight.shape[2:]),
        strides=list(convolution.stride),
        pads=[top, left, bottom, right],
        group=convolution.groups,
    )
    return graph.add("Clip", [out, graph.number(0.0), graph.number(6.0)]) if active else out


def _folded(convolution: Any, norm: Any) -> tuple[npt.NDArray[np.float32], ...]:
    weight, bias = folded(convolution, norm)
    return _array(weight), _array(bias)


def _array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    return np.asarray(tensor.detach().numpy(), np.float32)
