"""Average the weights of several detector trainings that lie on one path.

    python -m marchpast.training.detector_average --run FIRST --run OTHER --out RUN

writes a run folder for `marchpast export`; see `classifier_average` for why the mean is often
better than each.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from marchpast.files import replacing, write_bytes, write_text
from marchpast.training.run_folder import (
    CONFIG_NAME,
    RECORD_NAME,
    RunRecord,
    commands_of,
    read_run,
)

_CHECKPOINT = "last.pt"


def main() -> None:
    """Average from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run", type=Path, action="append", required=True, help="one given twice counts twice"
    )
    parser.add_argument("--out", type=Path, required=True, help="run folder to write")
    arguments = parser.parse_args()
    average(arguments.run, out=arguments.out)


def average(runs: Sequence[Path], *, out: Path) -> None:
    """Write the mean of the averaged weights of some runs, as a run that can be exported.

    It has the configuration of the last, which is the one that went farthest.

    Args:
        runs: Folders of `marchpast train detector`; one given twice counts twice.
        out: Folder to write, made if missing.

    Raises:
        ConfigError: If a folder holds no detector run.
        OSError: If a run is incomplete or the folder cannot be written.
    """
    records = {run: read_run(run, kind="detector") for run in runs}
    contents: list[dict[str, Any]] = [
        torch.load(run / _CHECKPOINT, map_location="cpu", weights_only=True) for run in runs
    ]
    last = contents[-1]
    mean = {
        name: torch.stack([content["average"][name] for content in contents]).mean(dim=0)
        if value.is_floating_point()
        else value
        for name, value in last["average"].items()
    }
    out.mkdir(parents=True, exist_ok=True)
    with replacing(out / _CHECKPOINT) as stream:
        kept = {key: last[key] for key in ("epoch", "config")}
        torch.save(kept | {"average": mean}, stream)
    write_bytes(out / CONFIG_NAME, (runs[-1] / CONFIG_NAME).read_bytes())
    places = {run: f"RUN_{chr(ord('A') + number)}" for number, run in enumerate(records)}
    before: list[str] = []
    for run, record in records.items():
        commands = commands_of(record, place=places[run])
        before += [command for command in commands if command not in before]
    named = " ".join(f"--run {places[run]}" for run in runs)
    latest = records[runs[-1]]
    record = RunRecord(
        kind="detector",
        command=f"python -m marchpast.training.detector_average {named} --out RUN",
        before=tuple(before),
        weights=latest.weights,
        weights_sha256=latest.weights_sha256,
        weights_from=latest.weights_from,
        commit=latest.commit,
    )
    write_text(out / RECORD_NAME, record.model_dump_json(indent=1) + "\n")


if __name__ == "__main__":
    main()
