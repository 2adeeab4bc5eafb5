"""`marchpast split`: which pictures train and which validate."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

_DESCRIPTION = """\
Decide once which pictures train and which validate, so that no event is on both sides:
by the events that the collections name, or by blocks of neighbouring pictures where they
name none. The manifest that is written is what every other command reads.
"""
_EXAMPLES = """\
examples:
  marchpast split pictures
      write pictures/splits.json; a collection is a folder in `pictures`
"""


def add_commands(commands: Subparsers) -> None:
    """Add `split`."""
    parser = add_command(
        commands,
        "split",
        _split,
        summary="decide by event which pictures train and which validate",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument("data", type=Path, metavar="FOLDER", help="folder of collections")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="manifest (default: FOLDER/splits.json)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a manifest that is there")


def _split(arguments: argparse.Namespace) -> int:
    from marchpast.training.splits import make_splits

    out = arguments.out or arguments.data / "splits.json"
    manifest = make_splits(arguments.data, out=out, overwrite=arguments.overwrite)
    for name, placed in manifest.items():
        sides = Counter(side for _, side in placed.values())
        events = len({event for event, _ in placed.values()})
        sys.stderr.write(
            f"{name}: {sides['train']} pictures train, {sides['val']} validate, "
            f"{sides['unused']} unused; {events} events\n"
        )
    print(out)
    return boundary.DONE
