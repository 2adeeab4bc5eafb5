"""The mean of two detector runs is a run that can be loaded and exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from marchpast.errors import ConfigError

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from marchpast.training.detector_average import average  # noqa: E402
from marchpast.training.detector_model import DetectorNetwork  # noqa: E402
from marchpast.training.detector_train import load_trained  # noqa: E402
from marchpast.training.run_folder import RunRecord, read_run  # noqa: E402


def test_the_mean_lies_between_and_says_how_it_was_made(tmp_path: Path) -> None:
    first = _run(tmp_path / "first", value=1.0, command="marchpast train detector a --run RUN")
    other = _run(tmp_path / "other", value=4.0, command="marchpast train detector b --run RUN")
    average([first, other, other], out=tmp_path / "mean")
    state = load_trained(tmp_path / "mean" / "last.pt").state_dict()
    floats = [value for value in state.values() if value.is_floating_point()]
    assert all(torch.allclose(value, torch.full_like(value, 3.0)) for value in floats)
    record = read_run(tmp_path / "mean", kind="detector")
    assert record.before == (
        "marchpast train detector a --run RUN_A",
        "marchpast train detector b --run RUN_B",
    )
    assert record.command.endswith("--run RUN_A --run RUN_B --run RUN_B --out RUN")
    assert (tmp_path / "mean" / "config.toml").read_text("utf-8") == "# other\n"


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    first = _run(tmp_path / "first", value=1.0, command="c")
    with pytest.raises(ConfigError, match="no run is here"):
        average([first, tmp_path / "none"], out=tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def _run(folder: Path, *, value: float, command: str) -> Path:
    folder.mkdir()
    state = {
        name: torch.full_like(tensor, value) if tensor.is_floating_point() else tensor
        for name, tensor in DetectorNetwork().state_dict().items()
    }
    torch.save({"epoch": 2, "config": "{}", "average": state}, folder / "last.pt")
    (folder / "config.toml").write_text(f"# {folder.name}\n", "utf-8")
    record = RunRecord(kind="detector", command=command)
    (folder / "run.json").write_text(record.model_dump_json(), "utf-8")
    return folder
