"""`marchpast train`, `marchpast export`: from labelled pictures to a model folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import KINDS, add_command, require_train_extra

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

_TRAIN_DESCRIPTION = """\
Train a detector or a classifier on labelled pictures. Every epoch leaves a checkpoint
and a line of figures (log.jsonl) in the run folder; `marchpast export` makes a model of it.
"""
_TRAIN_EXAMPLES = """\
examples:
  marchpast train detector detector --data pictures --run runs/detector --weights start.onnx
      the settings of the shipped detector, from published weights
  marchpast train detector detector_finish --data D --rendered R --run B --weights A/model.onnx
      go on from a model, with rendered pictures among the photos
  marchpast train classifier mine.toml --data pictures --run runs/classifier
      settings of your own
  marchpast train classifier mixed.toml --data D --rendered R --run B --weights A/network.pt
      the same for a classifier; its settings are like the bundled classifier_rendered
  marchpast train classifier mine.toml --data pictures --run runs/classifier --resume
      go on after an interruption, from the last whole epoch
"""
_EXPORT_DESCRIPTION = """\
Turn a training run into a model folder: the network as ONNX, and its card with what it
learnt from, the thresholds, and figures measured on the pictures that validate.
"""
_EXPORT_EXAMPLES = """\
examples:
  marchpast export classifier --run runs/classifier --data pictures --out mine/classifier
  classify-frames clip.mp4 --out result --classifier mine/classifier
      use it
"""


def add_commands(commands: Subparsers) -> None:
    """Add `train` and `export`."""
    train = add_command(
        commands,
        "train",
        _train,
        summary="train a detector or a classifier on labelled pictures",
        description=_TRAIN_DESCRIPTION,
        examples=_TRAIN_EXAMPLES,
    )
    _add_kind(train)
    train.add_argument(
        "config", metavar="CONFIG", help="settings: a TOML file, or the name of a bundled one"
    )
    _add_data(train)
    train.add_argument(
        "--run",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="folder of this run: settings, checkpoints, figures by epoch",
    )
    train.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="start from these: for a detector model.onnx of a model, published weights (ONNX) or "
        "last.pt of another run (default: random), for a classifier network.pt of another run "
        "(default: ImageNet's)",
    )
    _add_rendered(train)
    train.add_argument("--resume", action="store_true", help="go on from the last whole epoch")

    export = add_command(
        commands,
        "export",
        _export,
        summary="turn a training run into a model folder",
        description=_EXPORT_DESCRIPTION,
        examples=_EXPORT_EXAMPLES,
    )
    _add_kind(export)
    export.add_argument(
        "--run",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="folder of the run",
    )
    _add_data(export)
    _add_rendered(export)
    export.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="model folder to write"
    )
    export.add_argument("--overwrite", action="store_true", help="replace a model that is there")


def _add_kind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, metavar="|".join(KINDS), help="which model")


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="folder of collections, placed by `marchpast split`",
    )


def _add_rendered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rendered",
        type=Path,
        metavar="FOLDER",
        help="rendered pictures to learn from as well, as `marchpast synth pictures` writes them; "
        "the configuration says how many",
    )


def _train(arguments: argparse.Namespace) -> int:
    require_train_extra("train")
    from marchpast.cli.progress import ProgressBar
    from marchpast.training.jobs import train

    with ProgressBar(is_quiet=arguments.quiet or arguments.debug, unit="steps") as progress:
        checkpoint = train(
            arguments.kind,
            arguments.config,
            data=arguments.data,
            run=arguments.run,
            weights=arguments.weights,
            rendered=arguments.rendered,
            resume=arguments.resume,
            progress=progress,
        )
    print(checkpoint)
    return boundary.DONE


def _export(arguments: argparse.Namespace) -> int:
    require_train_extra("export")
    from marchpast.training.jobs import export

    export(
        arguments.kind,
        run=arguments.run,
        data=arguments.data,
        out=arguments.out,
        rendered=arguments.rendered,
        overwrite=arguments.overwrite,
    )
    print(arguments.out)
    return boundary.DONE
