"""A run folder knows how it was started and is never gone on with otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from marchpast.errors import ConfigError, OutputExistsError
from marchpast.files import sha256_of
from marchpast.training.run_folder import check_resumed, read_run, start_run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text("seed = 1\n", encoding="utf-8")
    return path


def test_a_started_run_says_how(tmp_path: Path, config: Path) -> None:
    weights = tmp_path / "start.onnx"
    weights.write_bytes(b"weights")
    run = tmp_path / "runs" / "one"
    start_run(run, kind="detector", config=config, weights=weights)
    record = read_run(run, kind="detector")
    assert record.command == (
        "marchpast train detector mine.toml --data DATA --run RUN --weights start.onnx"
    )
    assert (record.weights, record.weights_sha256) == ("start.onnx", sha256_of(weights))
    assert (run / "config.toml").read_text("utf-8") == "seed = 1\n"
    # Nothing of this machine is in what a card may quote.
    assert str(tmp_path) not in (run / "run.json").read_text("utf-8")


def test_a_folder_holds_one_run(tmp_path: Path, config: Path) -> None:
    run = tmp_path / "run"
    start_run(run, kind="detector", config=config, weights=None)
    # Nothing is lost before the first checkpoint, and there is nothing to go on from.
    start_run(run, kind="detector", config=config, weights=None)
    with pytest.raises(ConfigError, match="no checkpoint yet"):
        check_resumed(run, kind="detector", config=config)
    (run / "last.pt").touch()
    with pytest.raises(OutputExistsError, match="--resume"):
        start_run(run, kind="detector", config=config, weights=None)


def test_a_run_goes_on_under_its_own_settings_only(tmp_path: Path, config: Path) -> None:
    run = tmp_path / "run"
    start_run(run, kind="classifier", config=config, weights=None)
    (run / "checkpoint.pt").touch()
    check_resumed(run, kind="classifier", config=config)
    config.write_text("seed = 2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="not what this run was started with"):
        check_resumed(run, kind="classifier", config=config)
    with pytest.raises(ConfigError, match="trains a classifier, a detector was asked for"):
        read_run(run, kind="detector")


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no run is here"):
        read_run(tmp_path, kind="detector")
    (tmp_path / "run.json").write_text(json.dumps({"format": "other"}), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"run\.json: format"):
        read_run(tmp_path, kind="detector")
