"""Loading: only the network the card describes, and on the device that was asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from marchpast.errors import (
    ModelContractError,
    ModelIntegrityError,
    ProviderError,
    UnknownModelError,
)
from marchpast.inference import Model, find_model

CARD = """
format = "marchpast-model/1"
name = "tiny"
version = "1"
task = "classify"
licence = "MIT"
file = "model.onnx"
sha256 = "{sha256}"
started_from = "nothing"
command = "built in a test"
labels = ["osa", "tor"]

[input]
name = "crops"
size = [4, 4]
colour_order = "BGR"
resize = "squash"

[outputs]
names = ["logits"]

[settings]
temperature = 1.0
min_mass = 0.8
"""


def tiny_network(labels: str | None = "osa,tor", input_type: int = TensorProto.UINT8) -> bytes:
    """Mean of the blue and of the red channel as the two logits."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["crops"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["floats", "axes"], ["means"], keepdims=0),
            helper.make_node("Gather", ["means", "channels"], ["logits"], axis=1),
        ],
        "tiny",
        [helper.make_tensor_value_info("crops", input_type, ["n", 4, 4, 3])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])],
        [
            helper.make_tensor("axes", TensorProto.INT64, [2], [1, 2]),
            helper.make_tensor("channels", TensorProto.INT64, [2], [0, 2]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    if labels is not None:
        helper.set_model_props(model, {"labels": labels})
    return bytes(model.SerializeToString())


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    def make(network: bytes | None = None, card: str = CARD) -> Path:
        content = tiny_network() if network is None else network
        (tmp_path / "model.onnx").write_bytes(content)
        text = card.replace("{sha256}", hashlib.sha256(content).hexdigest())
        (tmp_path / "card.toml").write_text(text)
        return tmp_path

    return make


def test_red_is_red(make_folder: Callable[..., Path]) -> None:
    model = Model.load(make_folder(), device="cpu")
    red = np.zeros((1, 4, 4, 3), np.uint8)
    red[..., 2] = 200
    (logits,) = model.run(red)
    np.testing.assert_array_equal(logits, [[0.0, 200.0]])
    assert model.provider == "CPUExecutionProvider"


def test_one_changed_byte_is_refused(make_folder: Callable[..., Path]) -> None:
    folder = make_folder()
    content = bytearray((folder / "model.onnx").read_bytes())
    content[-1] ^= 1
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(ModelIntegrityError, match="SHA-256 is"):
        Model.load(folder)


def test_missing_network_is_one_line(make_folder: Callable[..., Path]) -> None:
    folder = make_folder()
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelIntegrityError, match=r"cannot read the model: No such file"):
        Model.load(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('format = "marchpast-model/1"', 'format = "marchpast-model/9"', "format"),
        ("temperature = 1.0", "temperature = 0.0", "temperature"),
        ('labels = ["osa", "tor"]', "labels = []", "labels"),
        ('task = "classify"', 'task = "guess"', "task"),
        ("[settings]", "[settings", "not TOML"),
        ('name = "crops"', 'name = "pictures"', "inputs are"),
        ('names = ["logits"]', 'names = ["logits", "embedding"]', "embedding"),
        ('["osa", "tor"]', '["tor", "osa"]', "labels in the network's metadata"),
    ],
)
def test_broken_contracts_are_refused(
    make_folder: Callable[..., Path], old: str, new: str, message: str
) -> None:
    assert old in CARD
    with pytest.raises(ModelContractError, match=message):
        Model.load(make_folder(card=CARD.replace(old, new)))


def test_float_input_is_refused(make_folder: Callable[..., Path]) -> None:
    network = tiny_network(input_type=TensorProto.FLOAT)
    with pytest.raises(ModelContractError, match="uint8"):
        Model.load(make_folder(network))


@pytest.mark.parametrize("network", [b"", b"not a network at all", b"\x80\x04K\x01."])
def test_garbage_with_the_right_hash_is_refused(
    make_folder: Callable[..., Path], network: bytes
) -> None:
    with pytest.raises(ModelContractError, match="ONNX Runtime refuses"):
        Model.load(make_folder(network))


def test_cuda_is_cuda_or_an_error(make_folder: Callable[..., Path]) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine may have CUDA: the refusal cannot be shown")
    with pytest.raises(ProviderError, match="use --device cpu"):
        Model.load(make_folder(), device="cuda")


def test_unknown_device_is_a_value_error(make_folder: Callable[..., Path]) -> None:
    with pytest.raises(ValueError, match="auto, cpu, cuda"):
        Model.load(make_folder(), device="tpu")  # type: ignore[arg-type]


def test_find_model_by_folder_and_by_unknown_name(make_folder: Callable[..., Path]) -> None:
    folder = make_folder()
    assert find_model(folder) == folder
    with pytest.raises(UnknownModelError, match="no model 'nothing-like-it'"):
        find_model("nothing-like-it")
