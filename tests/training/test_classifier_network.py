"""The network and its exported graph, with random weights."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")
onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

from marchpast.training import classifier_model  # noqa: E402
from marchpast.training.attributes import AttributeHead  # noqa: E402
from marchpast.training.classifier_backbone import features_of  # noqa: E402
from marchpast.training.classifier_gallery import Gallery  # noqa: E402
from marchpast.training.classifier_model import EMBEDDING_SIZE, CropClassifier  # noqa: E402
from marchpast.training.classifier_onnx import to_onnx  # noqa: E402

SIDE = 64
LABELS = tuple(f"label_{number}" for number in range(11))


@pytest.fixture(scope="module")
def network() -> CropClassifier:
    torch.manual_seed(1)
    network = CropClassifier(len(LABELS), pretrained=False)
    with torch.no_grad():
        # Fresh statistics are 0 and 1: give folding something to fold.
        for module in network.backbone.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.uniform_(-0.1, 0.1)
                module.running_var.uniform_(0.5, 2.0)
                module.weight.uniform_(0.7, 1.3)
                module.bias.uniform_(-0.1, 0.1)
        network.head.weight.normal_(0, 1)
    return network.eval()


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    # The embeddings of a random network are all but equal: measured from zero they are large.
    generator = np.random.default_rng(11)
    points = generator.standard_normal((20, 16))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return Gallery(
        mean=np.zeros(EMBEDDING_SIZE, np.float32),
        directions=generator.standard_normal((EMBEDDING_SIZE, 16)).astype(np.float32),
        points=points.astype(np.float32),
        leaf=np.zeros(20, np.int64),
    )


def _attributes(gallery: Gallery) -> AttributeHead:
    size = gallery.points.shape[1] + EMBEDDING_SIZE
    weight = np.random.default_rng(4).standard_normal((2, size)).astype(np.float32)
    return AttributeHead(("tracks", "gun_turret"), weight, np.zeros(2, np.float32))


def _exported(network: CropClassifier, gallery: Gallery) -> Any:
    return to_onnx(
        network,
        LABELS,
        side=SIDE,
        gallery=gallery,
        attributes=_attributes(gallery),
        version="0.9",
        licence="MIT",
    )


@pytest.fixture(scope="module")
def session(network: CropClassifier, gallery: Gallery) -> Any:
    model = _exported(network, gallery)
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def _crops(count: int) -> np.ndarray:
    generator = np.random.default_rng(7)
    return generator.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


def test_folding_changes_nothing(network: CropClassifier) -> None:
    pixels = torch.randn(2, 3, SIDE, SIDE)
    with torch.no_grad():
        expected = network.backbone.extract_features(pixels)
        torch.testing.assert_close(
            features_of(network.backbone, pixels), expected, atol=1e-4, rtol=0
        )


def test_gradients_through_the_folded_network_are_those_of_the_layers(
    network: CropClassifier,
) -> None:
    pixels = torch.randn(2, 3, SIDE, SIDE)
    weights = [network.backbone._conv_stem.weight, network.backbone._blocks[3]._bn1.weight]
    expected = torch.autograd.grad(network.backbone.extract_features(pixels).sum(), weights)
    found = torch.autograd.grad(features_of(network.backbone, pixels).sum(), weights)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3 * float(other.abs().max()))


def test_blocks_are_dropped_in_training_only(network: CropClassifier) -> None:
    pixels = torch.randn(2, 3, SIDE, SIDE)
    with torch.no_grad():
        calm = [features_of(network.backbone, pixels) for _ in range(2)]
        network.train()
        wild = [features_of(network.backbone, pixels) for _ in range(2)]
        network.eval()
    assert torch.equal(calm[0], calm[1])
    assert not torch.equal(wild[0], wild[1])


def test_exported_graph_agrees_with_the_network(
    network: CropClassifier, gallery: Gallery, session: Any
) -> None:
    crops = _crops(9)
    logits, embedding, novelty = session.run(["logits", "embedding", "novelty"], {"crops": crops})
    with torch.no_grad():
        expected, expected_embedding = network(torch.from_numpy(crops))
    # Weights are stored as float16: 11 bits, so about 1 part in 1000 of the spread.
    spread = float(expected.std())
    assert np.abs(logits - expected.numpy()).max() < 0.01 * spread
    assert np.abs(embedding - expected_embedding.numpy()).max() < 0.01
    assert np.array_equal(logits.argmax(axis=1), expected.numpy().argmax(axis=1))
    assert np.abs(novelty - gallery.novelty(expected_embedding.numpy())).max() < 0.02
    told = session.run(["attributes"], {"crops": crops})[0]
    assert told.shape == (9, 2)
    odds = gallery.features(expected_embedding.numpy()) @ _attributes(gallery).weight.T
    np.testing.assert_allclose(told, 1 / (1 + np.exp(-odds)), atol=0.02)


def test_a_batch_equals_its_singles(session: Any) -> None:
    crops = _crops(4)
    batch = session.run(["logits"], {"crops": crops})[0]
    singles = np.concatenate(
        [session.run(["logits"], {"crops": crops[[row]]})[0] for row in range(4)]
    )
    np.testing.assert_allclose(batch, singles, atol=1e-4)


def test_colour_order_matters_and_is_bgr(
    network: CropClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    red[..., 2] = 255
    seen: list[Any] = []

    def remembering(backbone: Any, pixels: Any) -> Any:
        seen.append(pixels)
        return features_of(backbone, pixels)

    monkeypatch.setattr(classifier_model, "features_of", remembering)
    with torch.no_grad():
        network(torch.from_numpy(red))
    # The backbone takes RGB scaled by (x - 127) / 128: only the first plane is bright.
    middle = seen[0][0, :, SIDE // 2, SIDE // 2].tolist()
    assert middle == pytest.approx([1.0, -127 / 128, -127 / 128])


def test_the_graph_states_its_contract(network: CropClassifier, gallery: Gallery) -> None:
    model = _exported(network, gallery)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert metadata["task"] == "classify"
    assert tuple(metadata["labels"].split(",")) == LABELS
    assert metadata["attributes"] == "tracks,gun_turret"
    assert metadata["colour_order"] == "BGR"
    assert metadata["size"] == f"{SIDE} {SIDE}"
    assert (metadata["version"], metadata["licence"]) == ("0.9", "MIT")
    assert len(model.SerializeToString()) < 8_000_000


def test_normalisation_statistics_never_move(network: CropClassifier) -> None:
    before = network.backbone._bn0.running_mean.clone()
    network.train()
    network(torch.from_numpy(_crops(2)))
    network.eval()
    assert torch.equal(before, network.backbone._bn0.running_mean)


@pytest.mark.parametrize(("first_block", "stem_learns"), [(14, False), (-1, True)])
def test_only_the_chosen_blocks_learn(
    network: CropClassifier, *, first_block: int, stem_learns: bool
) -> None:
    network.train_from_block(first_block)
    learns = [
        any(parameter.requires_grad for parameter in block.parameters())
        for block in network.backbone._blocks
    ]
    assert learns == [index >= first_block for index in range(network.block_count)]
    assert network.backbone._conv_stem.weight.requires_grad == stem_learns
    assert network.head.weight.requires_grad
