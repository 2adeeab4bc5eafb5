"""`marchpast evaluate`: how often two models are right on labelled pictures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command, add_models

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

_DESCRIPTION = """\
Measure a detector and a classifier on labelled pictures, as they run in classify-frames:
how much is found, how often nothing is taken for a military vehicle, how many answers are
right at each level. Every figure comes with its n and its 95 % interval.
"""
_EXAMPLES = """\
examples:
  marchpast evaluate --pictures pictures/mine
      the bundled models on one collection of your own
  marchpast evaluate --data pictures --classifier my-models/classifier
      a model of your own on the pictures that validate
  marchpast evaluate --pictures pictures/mine --json > figures.json
"""
_WIDTH = 110


def add_commands(commands: Subparsers) -> None:
    """Add `evaluate`."""
    parser = add_command(
        commands,
        "evaluate",
        _evaluate,
        summary="measure how often models are right on labelled pictures",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--data", type=Path, metavar="FOLDER", help="folder of collections: those that validate"
    )
    where.add_argument("--pictures", type=Path, metavar="FOLDER", help="one collection: all of it")
    add_models(parser)
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")


def _evaluate(arguments: argparse.Namespace) -> int:
    import cv2

    from marchpast.cli.progress import ProgressBar
    from marchpast.evaluation import measure, read_folder
    from marchpast.pipeline import Recognizer

    # Threads of OpenCV's own would compete with the networks' for the same cores.
    cv2.setNumThreads(1)
    if arguments.data:
        from marchpast.training.splits import check_splits
        from marchpast.training.validation import read_validation

        check_splits(arguments.data)
        pictures = read_validation(arguments.data)
    else:
        pictures = read_folder(arguments.pictures)
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    is_quiet = arguments.quiet or arguments.debug
    with ProgressBar(is_quiet=is_quiet, unit="pictures") as progress:
        results = measure(pictures, recognizer, progress=progress)
    if arguments.json:
        print(json.dumps(results, indent=2, ensure_ascii=False))
    else:
        _print_tables(results)
    return boundary.DONE


def _print_tables(results: dict[str, object]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from marchpast.evaluation import tables

    console = Console(width=_WIDTH)
    for title, rows in tables(results):
        table = Table("figure", "value", title=escape(title), title_justify="left")
        for name, value in rows:
            table.add_row(escape(name), escape(value))
        console.print(table)
