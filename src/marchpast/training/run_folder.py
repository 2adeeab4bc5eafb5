"""What a run folder says about itself, beside checkpoints and figures.

`config.toml` is the configuration it was started with, byte for byte; `run.json` says what the run
trains, from which weights and by which code. Exporting reads both, so that nothing has to be
given twice, and a run is never gone on with under other settings.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from marchpast import __version__
from marchpast.errors import ConfigError, OutputExistsError
from marchpast.files import sha256_of, write_bytes, write_text

CONFIG_NAME = "config.toml"
RECORD_NAME = "run.json"
_PACKAGE = Path(__file__).resolve().parents[1]

Kind = Literal["detector", "classifier"]


class RunRecord(BaseModel):
    """How a run was started.

    Attributes:
        kind: What it trains.
        command: With which it can be repeated; folders are named, not where they were.
        before: The commands of the runs that its start weights came from, the first one first.
        weights: File name of the start weights, `None` where the config alone decides.
        weights_sha256: Their hash.
        weights_from: What they started from, where they are a model with a card.
        version: Of marchpast.
        commit: Of the checkout it ran from, with `+` where files had changed; empty elsewhere.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["marchpast-run/1"] = "marchpast-run/1"
    kind: Kind
    command: str
    before: tuple[str, ...] = ()
    weights: str | None = None
    weights_sha256: str | None = None
    weights_from: str = ""
    version: str = __version__
    commit: str = ""


def start_run(
    run: Path, *, kind: Kind, config: Path, weights: Path | None, rendered: Path | None = None
) -> RunRecord:
    """Make a run folder and write down what is started in it.

    A run that ended before its first checkpoint is no loss: it is started anew.

    Args:
        run: The folder.
        kind: What is trained.
        config: Settings; copied.
        weights: What it starts from, perhaps of another run.
        rendered: Folder of rendered pictures, where some are learnt from.

    Raises:
        OutputExistsError: If the folder holds a run with a checkpoint.
        OSError: If the weights cannot be read or the folder cannot be written.
    """
    if _has_checkpoint(run):
        raise OutputExistsError(
            f"{run} holds a run; go on with it (--resume) or give another folder (--run)"
        )
    before, source = _before(weights, kind=kind)
    mixed = "" if rendered is None else " --rendered RENDERED"
    named = "" if weights is None else f" --weights {source}{weights.name}"
    record = RunRecord(
        kind=kind,
        command=f"marchpast train {kind} {config.name} --data DATA{mixed} --run RUN{named}",
        before=before,
        weights=weights.name if weights else None,
        weights_sha256=sha256_of(weights) if weights else None,
        weights_from=_started_from(weights) if weights else "",
        commit=_commit(),
    )
    run.mkdir(parents=True, exist_ok=True)
    write_bytes(run / CONFIG_NAME, config.read_bytes())
    write_text(run / RECORD_NAME, record.model_dump_json(indent=1) + "\n")
    return record


def read_run(run: Path, *, kind: Kind) -> RunRecord:
    """Return how the run of a folder was started.

    Raises:
        ConfigError: If the folder holds no run, or one of the other kind.
    """
    path = run / RECORD_NAME
    try:
        record = RunRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(
            f"{run}: no run is here ({error.strerror}: {RECORD_NAME}); give the folder that "
            "`marchpast train --run` wrote"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(f"{path}: {where}: {first['msg']}") from error
    if record.kind != kind:
        raise ConfigError(f"{run}: this run trains a {record.kind}, a {kind} was asked for")
    return record


def check_resumed(run: Path, *, kind: Kind, config: Path) -> None:
    """Refuse to go on with a run under other settings than it was started with.

    Raises:
        ConfigError: If the folder holds no such run, none with a checkpoint, or the configuration
            differs.
    """
    read_run(run, kind=kind)
    if not _has_checkpoint(run):
        raise ConfigError(f"{run}: this run has no checkpoint yet; start it again without --resume")
    own = run / CONFIG_NAME
    if own.read_bytes() != config.read_bytes():
        raise ConfigError(
            f"{config} is not what this run was started with; resume with {own}, or start another "
            "run (--run) with the new settings"
        )


def commands_of(record: RunRecord, *, place: str) -> tuple[str, ...]:
    """Return the commands that led to a run, its own last, with its folder called `place`."""
    own = re.sub(r"(?<=--run |--out )RUN(?!\w)", place, record.command)
    return (*record.before, own)


def _before(weights: Path | None, *, kind: Kind) -> tuple[tuple[str, ...], str]:
    """Return the commands behind start weights, and how their folder is called in them."""
    if weights is None or not (weights.parent / RECORD_NAME).is_file():
        return (), ""
    record = read_run(weights.parent, kind=kind)
    place = f"RUN{len(record.before) + 1}"
    return commands_of(record, place=place), f"{place}/"


def _started_from(weights: Path) -> str:
    """Return what the card beside a model's weights says they started from, if there is one."""
    card = weights.parent / "card.toml"
    if not card.is_file():
        return ""
    return str(tomllib.loads(card.read_text("utf-8")).get("started_from", ""))


def _has_checkpoint(run: Path) -> bool:
    return any(run.glob("*.pt"))


def _commit() -> str:
    """Return the commit of the checkout this code runs from, or nothing."""
    if not (_PACKAGE.parents[1] / ".git").exists():
        return ""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return commit + ("+" if changed and commit else "")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=_PACKAGE, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
