"""The exported graph against the network it was written from, and its NMS against an oracle."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torchvision.ops import nms  # noqa: E402

from marchpast.errors import ModelContractError  # noqa: E402
from marchpast.inference import Model  # noqa: E402
from marchpast.recognition import OnnxDetector  # noqa: E402
from marchpast.records import BgrImage  # noqa: E402
from marchpast.training.card_toml import to_toml  # noqa: E402
from marchpast.training.detector_blocks import ConvBlock  # noqa: E402
from marchpast.training.detector_evaluate import (  # noqa: E402
    IOU_THRESHOLD,
    MOST_BOXES,
    SCORE_FLOOR,
    TorchDetector,
)
from marchpast.training.detector_export import settings, training_table  # noqa: E402
from marchpast.training.detector_model import DetectorNetwork  # noqa: E402
from marchpast.training.detector_onnx import INPUT_NAME, LABELS, OUTPUT_NAMES, to_onnx  # noqa: E402
from marchpast.training.detector_weights import (  # noqa: E402
    convolutions_in_order,
    load_folded_weights,
    restore_normalisation,
)

pytestmark = pytest.mark.train

# Float32 arithmetic in another order, over 140 convolutions.
SCORE_TOLERANCE = 1e-4
BOX_TOLERANCE_PX = 0.02
# Weights are stored as float16 (relative step 5e-4); random weights amplify more than trained ones.
STORED_SCORE_TOLERANCE = 0.03


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Two threads beside another job are many times slower than one."""
    torch.set_num_threads(1)


def lively_network(seed: int = 0) -> DetectorNetwork:
    """Random weights, normalised so that scores and boxes really vary over a picture."""
    torch.manual_seed(seed)
    network = DetectorNetwork()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.bias, 0.0, 0.3)
            module.momentum = 1.0
    for head in network.heads:
        torch.nn.init.constant_(head.output.bias[: network.classes], -1.0)
        torch.nn.init.normal_(head.output.weight, 0.0, 0.2)
    pixels = np.concatenate([blobs((128, 128), seed=100 + index) for index in range(48)])
    with torch.no_grad():
        network(torch.from_numpy(pixels).permute(0, 3, 1, 2).float())
    return network.eval()


def stored_exactly(network: DetectorNetwork) -> DetectorNetwork:
    """Fold normalisation and round the weights as the file does, so that nothing is lost in it."""
    for block in network.modules():
        if isinstance(block, ConvBlock):
            norm = block.norm
            scale = norm.weight.data / (norm.running_var + norm.eps).sqrt()
            folded = block.conv.weight.data * scale[:, None, None, None]
            block.conv.weight.data = folded.half().float()
            norm.bias.data -= norm.running_mean * scale
            norm.weight.data.fill_(1.0)
            norm.running_mean.zero_()
            norm.running_var.fill_(1.0 - norm.eps)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d) and module.bias is not None:
            module.weight.data = module.weight.data.half().float()
    return network


def blobs(size: tuple[int, int], *, seed: int) -> BgrImage:
    """`(1, H, W, 3)` of coloured blobs: noise would average out to nothing inside the network."""
    generator = np.random.default_rng(seed)
    rows, columns = (max(2, side // int(generator.integers(10, 30))) for side in size)
    coarse = generator.integers(0, 256, (rows, columns, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth[None], np.uint8)


def model_folder(folder: Path, network: DetectorNetwork) -> Path:
    content = to_onnx(network).SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    tables = {
        "format": "marchpast-model/1",
        "name": "tiny",
        "version": "0",
        "task": "detect",
        "licence": "MIT",
        "file": "model.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "started_from": "random weights",
        "command": "none",
        "labels": list(LABELS),
        "input": {
            "name": INPUT_NAME,
            "size": [96, 160],
            "colour_order": "BGR",
            "resize": "letterbox",
            "pad_value": 114,
            "multiple_of": 32,
        },
        "outputs": {"names": list(OUTPUT_NAMES)},
        "settings": {"min_confidence": 0.5, "track_confidence": SCORE_FLOOR},
    }
    (folder / "card.toml").write_text(to_toml(tables), encoding="utf-8")
    return folder


def raw_candidates(network: DetectorNetwork, pixels: BgrImage) -> Any:
    with torch.no_grad():
        predicted = network(torch.from_numpy(pixels).permute(0, 3, 1, 2).float())
    confidence, class_id = predicted.logits[0].sigmoid().max(dim=-1)
    return predicted.boxes[0], confidence, class_id


@pytest.mark.parametrize("size", [(96, 160), (160, 96), (64, 64)])
def test_the_graph_keeps_what_the_network_says(tmp_path: Path, size: tuple[int, int]) -> None:
    network = stored_exactly(lively_network())
    model = Model.load(model_folder(tmp_path, network), device="cpu")
    pixels = blobs(size, seed=3)
    xyxy, confidence, class_id = model.run(pixels)
    boxes, scores, classes = (column.numpy() for column in raw_candidates(network, pixels))
    assert 5 < len(confidence) <= MOST_BOXES
    assert (np.diff(confidence) <= 0).all()
    assert confidence.min() > SCORE_FLOOR - SCORE_TOLERANCE
    # Each kept box is the box, score and class of one cell of the network.
    for box, score, label in zip(xyxy, confidence, class_id, strict=True):
        distance = np.abs(boxes - box).max(axis=1)
        cell = int(np.argmin(distance + 100 * np.abs(scores - score)))
        assert distance[cell] < BOX_TOLERANCE_PX
        assert abs(scores[cell] - score) < SCORE_TOLERANCE
        assert classes[cell] == label


def test_suppression_in_the_graph_agrees_with_torchvision(tmp_path: Path) -> None:
    network = stored_exactly(lively_network(1))
    model = Model.load(model_folder(tmp_path, network), device="cpu")
    pixels = blobs((96, 160), seed=4)
    xyxy, confidence, _ = model.run(pixels)
    boxes, scores, _ = raw_candidates(network, pixels)
    strong = scores > SCORE_FLOOR
    kept = nms(boxes[strong], scores[strong], IOU_THRESHOLD)[:MOST_BOXES]
    np.testing.assert_allclose(confidence, scores[strong][kept].numpy(), atol=SCORE_TOLERANCE)
    np.testing.assert_allclose(xyxy, boxes[strong][kept].numpy(), atol=BOX_TOLERANCE_PX)


def test_the_detector_of_users_agrees_with_the_one_of_training(tmp_path: Path) -> None:
    network = stored_exactly(lively_network(2))
    model = Model.load(model_folder(tmp_path, network), device="cpu")
    image = blobs((120, 200), seed=5)[0]
    expected = TorchDetector(network, long_side=160)(image)
    found = OnnxDetector(model, min_confidence=SCORE_FLOOR).detect(image)
    np.testing.assert_allclose(
        found.confidence[:20], expected.confidence[:20], atol=SCORE_TOLERANCE
    )


def test_storing_weights_as_float16_costs_little(tmp_path: Path) -> None:
    network = lively_network(3)
    model = Model.load(model_folder(tmp_path, network), device="cpu")
    pixels = blobs((96, 160), seed=7)
    _, confidence, _ = model.run(pixels)
    _, scores, _ = raw_candidates(network, pixels)
    assert confidence[0] == pytest.approx(scores.max().item(), abs=STORED_SCORE_TOLERANCE)


def test_blue_and_red_are_told_apart(tmp_path: Path) -> None:
    network = stored_exactly(lively_network())
    model = Model.load(model_folder(tmp_path, network), device="cpu")
    pixels = blobs((96, 96), seed=6)
    _, expected, _ = raw_candidates(network, pixels)
    _, swapped, _ = raw_candidates(network, np.ascontiguousarray(pixels[..., ::-1]))
    _, confidence, _ = model.run(pixels)
    assert abs(expected.max() - swapped.max()) > 0.02
    assert confidence.max() == pytest.approx(expected.max().item(), abs=SCORE_TOLERANCE)


def published_weights(path: Path, network: DetectorNetwork) -> None:
    """Write a network in the published form: folded, RGB, some biases as nodes of the graph."""
    from onnx import TensorProto, helper, numpy_helper, save

    nodes, constants = [], []
    norms = {module.conv: module.norm for module in network.modules() if hasattr(module, "norm")}
    for index, conv in enumerate(convolutions_in_order(network)):
        weight = conv.weight.detach().numpy()
        if conv in norms:
            norm = norms[conv]
            scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach().numpy()
            bias = norm.bias.detach().numpy() - norm.running_mean.numpy() * scale
            weight = weight * scale[:, None, None, None]
        else:
            bias = conv.bias.detach().numpy()
        if index == 0:
            weight = weight[:, ::-1]
        constants.append(numpy_helper.from_array(np.ascontiguousarray(weight), f"w{index}"))
        shift = numpy_helper.from_array(np.ascontiguousarray(bias), f"b{index}")
        if conv in norms:
            constants.append(shift)
        else:
            nodes.append(helper.make_node("Constant", [], [f"b{index}"], value=shift))
        nodes.append(
            helper.make_node("Conv", [f"x{index}", f"w{index}", f"b{index}"], [f"x{index + 1}"])
        )
    empty = helper.make_tensor_value_info("x0", TensorProto.FLOAT, None)
    save(helper.make_model(helper.make_graph(nodes, "weights", [empty], [empty], constants)), path)


def published_network() -> Any:
    """A network of 80 classes with plausible normalisation, and pictures for it."""
    torch.manual_seed(0)
    network = DetectorNetwork(classes=80)
    pixels = torch.rand(2, 3, 96, 96) * 255
    restore_normalisation(network, [pixels])
    return network.eval(), pixels


def test_published_weights_start_the_network_as_the_same_function(tmp_path: Path) -> None:
    source, pixels = published_network()
    published_weights(tmp_path / "weights.onnx", source)
    network = DetectorNetwork(classes=80)
    load_folded_weights(network, tmp_path / "weights.onnx")
    with torch.no_grad():
        expected = source(pixels)
        bare = network.eval()(pixels)
        restore_normalisation(network, [pixels])
        restored = network.eval()(pixels)
        in_training = network.train()(pixels)
    for found in (bare, restored, in_training):
        torch.testing.assert_close(found.logits, expected.logits, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(found.boxes, expected.boxes, atol=2e-2, rtol=1e-3)


def test_our_classes_start_as_the_mean_of_what_looks_like_them(tmp_path: Path) -> None:
    source, pixels = published_network()
    published_weights(tmp_path / "weights.onnx", source)
    network = DetectorNetwork()
    load_folded_weights(network, tmp_path / "weights.onnx")
    with torch.no_grad():
        published, started = source(pixels), network.eval()(pixels)
    car, bus, train, truck = (published.logits[..., row] for row in (2, 5, 6, 7))
    expected = torch.stack(((car + train + truck) / 3, (car + bus + train + truck) / 4), dim=-1)
    torch.testing.assert_close(started.logits, expected, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(started.boxes, published.boxes, atol=2e-2, rtol=1e-3)


def test_foreign_weights_are_refused(tmp_path: Path) -> None:
    network = DetectorNetwork(classes=3)
    published_weights(tmp_path / "weights.onnx", network)
    with pytest.raises(ModelContractError, match="a convolution has shape"):
        load_folded_weights(DetectorNetwork(classes=5), tmp_path / "weights.onnx")


def test_thresholds_and_training_table_of_nothing() -> None:
    assert settings([]) == {"min_confidence": 1.0, "track_confidence": 1.0}
    from marchpast.training.detector_config import DetectorConfig
    from marchpast.training.detector_train import DEFAULT_CONFIG

    table = training_table([], config=DetectorConfig.load(DEFAULT_CONFIG))
    assert (table["pictures"], table["boxes"]) == (0, 0)
