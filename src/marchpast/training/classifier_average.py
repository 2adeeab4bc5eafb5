"""Average the weights of several trainings that started from the same weights.

    python -m marchpast.training.classifier_average --run FIRST --run OTHER --out RUN

writes a run folder for `classifier_export`. Networks trained from one start with other settings
often lie in one basin, where the mean of their weights is better than each and costs nothing in
use (Wortsman et al. 2022, "Model soups").
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from marchpast.files import write_bytes, write_text
from marchpast.training.classifier_train import epochs_of
from marchpast.training.classifier_trainer import LOG
from marchpast.training.run_folder import (
    CONFIG_NAME,
    RECORD_NAME,
    RunRecord,
    commands_of,
    read_run,
)


def main() -> None:
    """Average from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run",
        type=Path,
        action="append",
        required=True,
        help="one given twice counts twice",
    )
    parser.add_argument("--out", type=Path, required=True, help="run folder to write")
    arguments = parser.parse_args()
    average(arguments.run, out=arguments.out)


def average(runs: Sequence[Path], *, out: Path) -> None:
    """Write the mean of the averaged weights of some runs, as a run that can be exported.

    It has the labels and the configuration of the first; a label that another run does not have
    keeps the first run's row of the head.

    Args:
        runs: Folders of `classifier_train`; one given twice counts twice.
        out: Folder to write, made if missing.

    Raises:
        ConfigError: If a folder holds no classifier run.
        OSError: If a run is incomplete or the folder cannot be written.
    """
    records = {run: read_run(run, kind="classifier") for run in runs}
    labels = json.loads((runs[0] / "labels.json").read_text("utf-8"))
    first = _weights(runs[0])
    states = [first, *(_aligned(run, labels, first) for run in runs[1:])]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(dim=0)
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }
    out.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    torch.save(mean, buffer)
    write_bytes(out / "network.pt", buffer.getvalue())
    write_text(out / "labels.json", json.dumps(labels, indent=1) + "\n")
    write_bytes(out / CONFIG_NAME, (runs[0] / CONFIG_NAME).read_bytes())
    write_text(out / RECORD_NAME, _record_of(records, runs).model_dump_json(indent=1) + "\n")
    write_text(out / LOG, json.dumps({"epoch": sum(map(epochs_of, set(runs)))}) + "\n")


def _record_of(records: Mapping[Path, RunRecord], runs: Sequence[Path]) -> RunRecord:
    """Say how the mean was made: the runs in their order, called A, B and so on."""
    places = {run: f"RUN_{chr(ord('A') + number)}" for number, run in enumerate(records)}
    before: list[str] = []
    for run, record in records.items():
        commands = commands_of(record, place=places[run])
        before += [command for command in commands if command not in before]
    named = " ".join(f"--run {places[run]}" for run in runs)
    return RunRecord(
        kind="classifier",
        command=f"python -m marchpast.training.classifier_average {named} --out RUN",
        before=tuple(before),
        commit=records[runs[0]].commit,
    )


def _weights(run: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(run / "network.pt", weights_only=True)
    return state


def _aligned(run: Path, labels: Sequence[str], first: dict[str, Any]) -> dict[str, Any]:
    own = json.loads((run / "labels.json").read_text("utf-8"))
    state = _weights(run)
    for part in ("head.weight", "head.bias"):
        rows = first[part].clone()
        for index, label in enumerate(labels):
            if label in own:
                rows[index] = state[part][own.index(label)]
        state[part] = rows
    return state


if __name__ == "__main__":
    main()
