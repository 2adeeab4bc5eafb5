"""`marchpast inventory`: draft, list, show and check what was announced."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

_DESCRIPTION = """\
An inventory says what an authority announced for one event; classify-frames --inventory
compares it with what was seen. Some come with marchpast, others you write or draft.
"""
_EXAMPLES = """\
examples:
  marchpast inventory list --place Vladivostok
  marchpast inventory show vladivostok-2017
  marchpast inventory draft announcement.txt --out parade.yaml
      then read it against the text, and take out `draft: true`
  marchpast inventory validate parade.yaml
"""
_DRAFT_DESCRIPTION = """\
Read the text of an announcement, Russian or English (a UTF-8 text file), and write a draft
inventory: totals with "more than" or "about", numbers of people and aircraft apart, the kinds
that are named, each with its sentence. What could not be placed is listed. The file says that
it is a draft until a person has confirmed it.
"""


def add_commands(commands: Subparsers) -> None:
    """Add `inventory` and what is below it."""
    parser = add_command(
        commands,
        "inventory",
        _nothing_chosen,
        summary="draft, list, show and check what was announced",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    below = parser.add_subparsers(
        required=True, metavar="WHAT", title="what to do", help="one of those below"
    )
    draft = add_command(
        below,
        "draft",
        _draft,
        summary="make a draft inventory from the text of an announcement",
        description=_DRAFT_DESCRIPTION,
    )
    draft.add_argument("text", type=Path, metavar="TEXT", help="the announcement, a text file")
    draft.add_argument("--out", type=Path, metavar="FILE", help="file to write (default: stdout)")
    draft.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    listing = add_command(
        below, "list", _list, summary="the inventories that come with marchpast, by place and date"
    )
    listing.add_argument("--place", metavar="PLACE", help="of one place only")
    show = add_command(below, "show", _show, summary="everything one inventory holds")
    show.add_argument("inventory", metavar="NAME|FILE", help="a bundled inventory, or a file")
    validate = add_command(
        below, "validate", _validate, summary="check inventory files against their format"
    )
    validate.add_argument("files", nargs="+", type=Path, metavar="FILE", help="inventory files")


def _nothing_chosen(_arguments: argparse.Namespace) -> int:
    raise boundary.UsageError("say what to do: marchpast inventory --help lists it")


def _draft(arguments: argparse.Namespace) -> int:
    from marchpast.errors import OutputExistsError
    from marchpast.files import write_bytes
    from marchpast.inventory import draft_inventory, draft_yaml, read_announcement

    out: Path | None = arguments.out
    if out is not None and out.exists() and not arguments.overwrite:
        raise OutputExistsError(f"{out} exists; replace it (--overwrite) or name another file")
    draft = draft_inventory(read_announcement(arguments.text))
    if out is None:
        print(draft_yaml(draft), end="")
    else:
        write_bytes(out, draft_yaml(draft).encode())
        print(out)
    silent = sum(not sentence.gave for sentence in draft.sentences)
    left = sum(len(sentence.unplaced) for sentence in draft.sentences)
    sys.stderr.write(
        f"a draft with {len(draft.lines)} lines: {silent} of {len(draft.sentences)} sentences "
        f"gave nothing, {left} names or numbers were not placed; a person has to confirm it\n"
    )
    return boundary.DONE


def _list(arguments: argparse.Namespace) -> int:
    from marchpast.inventory import bundled_inventories, load_inventory, series, summary

    if arguments.place is not None:
        inventories = series(arguments.place)
    else:
        inventories = tuple(load_inventory(name) for name in bundled_inventories())
    for inventory in inventories:
        print("\t".join(summary(inventory)))
    return boundary.DONE


def _show(arguments: argparse.Namespace) -> int:
    from marchpast.inventory import described, load_inventory

    for line in described(load_inventory(arguments.inventory)):
        print(line)
    return boundary.DONE


def _validate(arguments: argparse.Namespace) -> int:
    from marchpast.errors import InventoryError
    from marchpast.inventory import load_inventory

    refused = 0
    for path in arguments.files:
        try:
            inventory = load_inventory(path)
        except InventoryError as error:
            print(error)
            refused += 1
            continue
        if inventory.is_draft:
            sys.stderr.write(f"{path} is a draft that nobody has confirmed\n")
    sys.stderr.write("valid\n" if not refused else f"{refused} of {len(arguments.files)} refused\n")
    return boundary.INPUTS_FAILED if refused else boundary.DONE
