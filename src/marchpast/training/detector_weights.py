"""Start the detector from an ONNX file: published COCO weights, or a model of this project.

Either is a graph with batch normalisation folded into its convolutions. These, in graph order, are
the network's convolutions in order of execution; nothing is matched by name. The published file's
colours are in RGB order, ours in BGR. Normalisation is put back by measuring each convolution's
output on training pictures, so that the network starts as the same function.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import numpy_helper
from torch import Tensor, nn

from marchpast.errors import ModelContractError
from marchpast.training.detector_blocks import ConvBlock
from marchpast.training.detector_model import BINS, DetectorNetwork, Head
from marchpast.training.export_common import PRODUCER

_GIVE = "give the published PicoDet-S ONNX file, or model.onnx of a detector of this project"

# Rows of the 80 COCO classes (cocodataset.org order) that look like each of our classes.
_COCO_CLASSES = 80
_COCO_CAR, _COCO_BUS, _COCO_TRAIN, _COCO_TRUCK = 2, 5, 6, 7
_START_ROWS = (
    (_COCO_CAR, _COCO_TRAIN, _COCO_TRUCK),
    (_COCO_CAR, _COCO_BUS, _COCO_TRAIN, _COCO_TRUCK),
)

FloatArray = npt.NDArray[np.float32]
ConvWeights = list[tuple[FloatArray, FloatArray]]


def read_graph(path: Path) -> onnx.ModelProto:
    """Read an ONNX file.

    Raises:
        ModelContractError: If it cannot be read as one.
    """
    try:
        return onnx.load(str(path))
    except (OSError, DecodeError) as error:
        raise ModelContractError(f"{path}: this is no ONNX file ({error}); {_GIVE}") from error


def read_convolutions(model: onnx.ModelProto, path: Path) -> ConvWeights:
    """Return weight and bias of every convolution of an ONNX graph, float32, in graph order.

    Args:
        model: The graph.
        path: Its file, for messages.

    Raises:
        ModelContractError: If a convolution has no constant weight and bias.
    """
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    constants |= {
        node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"
    }
    # Our own files store weights as float16 and cast them when they are loaded.
    constants |= {
        node.output[0]: constants[node.input[0]]
        for node in graph.node
        if node.op_type == "Cast" and node.input[0] in constants
    }
    found: ConvWeights = []
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        names = list(node.input[1:])
        if len(names) != 2 or not all(name in constants for name in names):
            raise ModelContractError(
                f"{path}: convolution {node.name!r} needs a constant weight and bias, has "
                f"inputs {names}; {_GIVE}"
            )
        weight, bias = (numpy_helper.to_array(constants[name]).astype(np.float32) for name in names)
        found.append((weight, bias))
    return found


def convolutions_in_order(network: DetectorNetwork) -> list[nn.Conv2d]:
    """Return the network's convolutions in order of execution, heads interleaved as run."""
    order: list[nn.Conv2d] = []
    hooks = [
        module.register_forward_hook(lambda module, _in, _out: order.append(module))
        for module in network.modules()
        if isinstance(module, nn.Conv2d)
    ]
    was_training = network.training
    network.eval()
    with torch.no_grad():
        network(torch.zeros(1, 3, 64, 64))
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    return order


def load_folded_weights(network: DetectorNetwork, path: Path) -> None:
    """Fill `network` with folded weights; normalisation becomes the bias alone.

    Of the published file's 80 classes, each of this project's two starts as the mean of the rows
    that look like it; a network of 80 classes takes them as they are.

    Args:
        network: Its weights are replaced.
        path: Published PicoDet-S, or `model.onnx` of a detector of this project.

    Raises:
        ModelContractError: If the file's convolutions are not those of the network.
    """
    model = read_graph(path)
    is_published = model.producer_name != PRODUCER
    source = read_convolutions(model, path)
    target = convolutions_in_order(network)
    if len(source) != len(target):
        raise ModelContractError(
            f"{path}: {len(source)} convolutions, the network has {len(target)}; {_GIVE}"
        )
    outputs = {head.output for head in network.heads if isinstance(head, Head)}
    norms = {block.conv: block.norm for block in network.modules() if isinstance(block, ConvBlock)}
    for conv, (weight, bias) in zip(target, source, strict=True):
        is_coco = len(bias) == _COCO_CLASSES + 4 * BINS
        if conv in outputs and is_coco and network.classes == len(_START_ROWS):
            weight, bias = _with_our_classes(weight), _with_our_classes(bias)
        elif conv is network.backbone.stem.conv and is_published:
            weight = weight[:, ::-1]
        _fill(conv, norms.get(conv), weight, bias, path)


def restore_normalisation(network: DetectorNetwork, batches: Iterable[Tensor]) -> None:
    """Measure every normalisation's input and make the measured statistics its own.

    The function of the network in evaluation mode stays the same; in training mode batches of
    the same kind of pictures now give nearly the same function, which lets steps be large.

    Args:
        network: As `load_folded_weights` leaves it (running mean 0, variance 1).
        batches: `(N, 3, H, W)` float32 pictures of the kind that training will show.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    sums: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms}

    def collect(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0].double()
        sums[module].append(torch.stack((values.mean((0, 2, 3)), values.square().mean((0, 2, 3)))))

    hooks = [norm.register_forward_pre_hook(collect) for norm in norms]
    network.eval()
    with torch.no_grad():
        for batch in batches:
            network(batch)
        for norm in norms:
            mean, square = torch.stack(sums[norm]).mean(0)
            variance = (square - mean.square()).clamp(min=1e-4)
            # y = x + bias must stay y: the scale and shift undo what will be normalised away.
            norm.bias.add_(mean.float())
            norm.weight.copy_((variance + norm.eps).sqrt().float())
            _statistics(norm)[0].copy_(mean)
            _statistics(norm)[1].copy_(variance)
    for hook in hooks:
        hook.remove()
    network.train()


def _fill(
    conv: nn.Conv2d,
    norm: nn.BatchNorm2d | None,
    weight: FloatArray,
    bias: FloatArray,
    path: Path,
) -> None:
    if tuple(conv.weight.shape) != weight.shape:
        raise ModelContractError(
            f"{path}: a convolution has shape {weight.shape}, the network's has "
            f"{tuple(conv.weight.shape)}; {_GIVE}"
        )
    with torch.no_grad():
        conv.weight.copy_(torch.from_numpy(weight.copy()))
        shift = torch.from_numpy(bias.copy())
        if norm is None:
            assert conv.bias is not None
            conv.bias.copy_(shift)
            return
        mean, variance = _statistics(norm)
        mean.zero_()
        variance.fill_(1.0 - norm.eps)
        norm.weight.fill_(1.0)
        norm.bias.copy_(shift)


def _statistics(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None and variance is not None
    return mean, variance


def _with_our_classes(rows: FloatArray) -> FloatArray:
    """Replace the rows of the COCO classes, which come first, by those of our classes."""
    ours = [rows[list(group)].mean(axis=0) for group in _START_ROWS]
    return np.concatenate([np.stack(ours), rows[_COCO_CLASSES:]])
