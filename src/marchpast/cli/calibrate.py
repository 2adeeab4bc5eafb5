"""`marchpast calibrate`: the temperature and the thresholds of a model, measured anew."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

_DESCRIPTION = """\
Fit the temperature and the thresholds of a classifier on labelled pictures that it never
learnt from, and how wide its sets must be to hold the truth, and write them with their figures
into the card of its folder. The network is not touched. Do this with pictures like the footage
you want to judge.
"""
_EXAMPLES = """\
examples:
  marchpast calibrate classifier --model mine --pictures pictures/mine
      every labelled picture of one collection
  marchpast calibrate classifier --model mine --data pictures --target 0.98
      the pictures that validate; 98 of 100 answers shall be right
  marchpast calibrate classifier --model mine --data pictures --only-sets
      temperature and thresholds stay; only the sets and the attributes are fitted
"""
_TARGET = 0.95


def add_commands(commands: Subparsers) -> None:
    """Add `calibrate`."""
    parser = add_command(
        commands,
        "calibrate",
        _calibrate,
        summary="fit the thresholds of a classifier on labelled pictures",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument("kind", choices=("classifier",), metavar="classifier", help="which model")
    parser.add_argument(
        "--model",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="model folder; its card.toml is rewritten",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--data", type=Path, metavar="FOLDER", help="folder of collections: those that validate"
    )
    where.add_argument("--pictures", type=Path, metavar="FOLDER", help="one collection: all of it")
    parser.add_argument(
        "--target",
        type=float,
        default=_TARGET,
        metavar="SHARE",
        help=f"share of the answers that shall be right (default: {_TARGET})",
    )
    parser.add_argument(
        "--only-sets",
        action="store_true",
        help="leave temperature and thresholds: fit how wide sets are and how sure attributes",
    )


def _calibrate(arguments: argparse.Namespace) -> int:
    if not 0.5 < arguments.target < 1.0:
        raise boundary.UsageError(
            f"--target must lie between 0.5 and 1, got {arguments.target}; 0.95 lets one answer "
            "in twenty be wrong"
        )
    from marchpast.cli.progress import ProgressBar
    from marchpast.training.datasets import load_pictures, read_collection
    from marchpast.training.recalibration import recalibrate
    from marchpast.training.splits import check_splits

    if arguments.data:
        check_splits(arguments.data)
        pictures = load_pictures(arguments.data, split="val")
    else:
        folder = arguments.pictures.resolve()
        pictures = list(read_collection(folder.parent, folder.name).values())
    with ProgressBar(is_quiet=arguments.quiet or arguments.debug, unit="crops") as progress:
        done = recalibrate(
            arguments.model,
            pictures,
            target=arguments.target,
            only_sets=arguments.only_sets,
            progress=progress,
        )
    sys.stderr.write(f"{arguments.model}: calibrated on {done.crops} vehicles\n")
    print(json.dumps(asdict(done), indent=2))
    return boundary.DONE
