"""A training goes on from a model or a run: the network starts as the same function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from marchpast.errors import ModelContractError  # noqa: E402
from marchpast.files import write_bytes  # noqa: E402
from marchpast.training.detector_model import DetectorNetwork  # noqa: E402
from marchpast.training.detector_onnx import to_onnx  # noqa: E402
from marchpast.training.detector_start import start_from  # noqa: E402
from marchpast.training.detector_weights import read_convolutions, read_graph  # noqa: E402

pytestmark = pytest.mark.train

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "detector" / "model.onnx"


def pictures(count: int = 3) -> list[Any]:
    """Smooth patterns with edges: batches of two."""
    generator = np.random.default_rng(5)
    batches = []
    for _ in range(count):
        coarse = torch.from_numpy(generator.uniform(0, 255, (2, 3, 8, 8)).astype(np.float32))
        batches.append(torch.nn.functional.interpolate(coarse, size=(128, 128), mode="nearest"))
    return batches


def trained_network() -> DetectorNetwork:
    """A network whose normalisation has seen pictures and whose scores are no constants."""
    torch.manual_seed(3)
    network = DetectorNetwork().train()
    for head in network.heads:
        torch.nn.init.normal_(head.output.weight, std=0.2)
    with torch.no_grad():
        for batch in pictures() * 4:
            network(batch)
    return network.eval()


def logits(network: DetectorNetwork) -> Any:
    with torch.no_grad():
        return network.eval()(pictures(1)[0]).logits


def test_it_starts_from_a_model_of_this_project(tmp_path: Path) -> None:
    network = trained_network()
    write_bytes(tmp_path / "model.onnx", to_onnx(network).SerializeToString())
    started = DetectorNetwork()
    start_from(started, tmp_path / "model.onnx", batches=pictures())
    wanted = logits(network)
    # Weights are stored as float16: a thousandth of what there is.
    assert (logits(started) - wanted).abs().max() < 0.02 * wanted.std()
    assert (logits(DetectorNetwork()) - wanted).abs().max() > wanted.std()


def test_the_shipped_model_is_the_same_detector_when_it_is_written_again(tmp_path: Path) -> None:
    started = DetectorNetwork()
    start_from(started, SHIPPED, batches=pictures())
    write_bytes(tmp_path / "again.onnx", to_onnx(started.eval()).SerializeToString())
    convolutions = [
        read_convolutions(read_graph(path), path) for path in (SHIPPED, tmp_path / "again.onnx")
    ]
    assert len(convolutions[0]) > 100
    for (weight, bias), (weight_again, bias_again) in zip(*convolutions, strict=True):
        # float16 in the file; folding and unfolding multiplies by one.
        np.testing.assert_allclose(weight_again, weight, rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(bias_again, bias, rtol=1e-3, atol=1e-3)


def test_it_starts_from_the_averaged_weights_of_a_run(tmp_path: Path) -> None:
    network = trained_network()
    torch.save({"average": network.state_dict()}, tmp_path / "last.pt")
    started = DetectorNetwork()
    start_from(started, tmp_path / "last.pt", batches=[])
    assert torch.equal(logits(started), logits(network))


@pytest.mark.parametrize("name", ["last.pt", "model.onnx"])
def test_what_holds_no_weights_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not weights")
    with pytest.raises(ModelContractError, match="give"):
        start_from(DetectorNetwork(), tmp_path / name, batches=[])


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    torch.save({"network": {}}, tmp_path / "network.pt")
    with pytest.raises(ModelContractError, match="no checkpoint of a detector run"):
        start_from(DetectorNetwork(), tmp_path / "network.pt", batches=[])
