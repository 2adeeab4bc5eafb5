"""`marchpast references`: the user's own pictures of vehicle types."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers
    from marchpast.references import PixelBox, Reference, Store

_DESCRIPTION = """\
Keep pictures of your own of vehicle types, with credit and licence, in a folder. Side-by-side
sheets show them, and classify-frames --references compares vehicles with them, so that types
without training pictures may be recognised. Nothing leaves the computer.
"""
_ADD_DESCRIPTION = """\
Copy pictures of one vehicle type into the store, all of them or none. Where the vehicle is in a
picture is found by the detector unless --box says it. Take pictures of different vehicles, sides
and places: five frames of one clip are worth little more than one.
"""
_ADD_EXAMPLES = """\
examples:
  marchpast references add Bal photo1.jpg photo2.jpg --credit "A. Author" --licence "CC BY 4.0"
      the type in any spelling; the vehicle is found in each picture
  marchpast references add 3К60 parade.jpg --box 120,80,640,410 --credit agency --licence unknown
      one vehicle of several, by its pixels
"""
_DEFAULT = "marchpast-references"


def add_commands(commands: Subparsers) -> None:
    """Add `references` with `add`, `list` and `remove`."""
    parser = commands.add_parser(
        "references",
        help="keep pictures of your own, to compare with and to recognise types by",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    below = parser.add_subparsers(
        required=True, metavar="WHAT", title="what to do", help="one of those below"
    )
    add = add_command(
        below,
        "add",
        _add,
        summary="copy pictures of one type into the store",
        description=_ADD_DESCRIPTION,
        examples=_ADD_EXAMPLES,
    )
    add.add_argument("type", metavar="TYPE", help="vehicle type, in any spelling")
    add.add_argument("pictures", nargs="+", type=Path, metavar="PICTURE", help="files to copy")
    add.add_argument("--credit", required=True, metavar="TEXT", help="who made them")
    add.add_argument("--licence", required=True, metavar="TEXT", help="under which terms")
    add.add_argument(
        "--box",
        default="find",
        metavar="find|whole|x1,y1,x2,y2",
        help="where the vehicle is: find it (default), the whole picture, or pixels",
    )
    _add_store(add)
    shown = add_command(below, "list", _list, summary="print what is in the store, one a line")
    _add_store(shown)
    remove = add_command(below, "remove", _remove, summary="take references out of the store")
    remove.add_argument("ids", nargs="+", metavar="ID", help="as list prints them")
    _add_store(remove)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", type=Path, default=Path(_DEFAULT), metavar="DIR",
        help=f"folder of the store (default: {_DEFAULT}); add makes it if need be",
    )  # fmt: skip


def _add(arguments: argparse.Namespace) -> int:
    from marchpast.references import create_store, open_store
    from marchpast.taxonomy import load_taxonomy

    # A name that means nothing is told before the detector runs.
    load_taxonomy().find(arguments.type)
    boxes = _boxes(arguments.box, arguments.pictures)
    folder = arguments.store
    exists = (folder / "index.json").exists()
    store = open_store(folder) if exists else create_store(folder)
    added = store.add_all(
        arguments.type,
        list(zip(arguments.pictures, boxes, strict=True)),
        credit=arguments.credit,
        licence=arguments.licence,
    )
    for entry in added:
        print(_line(entry))
    node = added[0].node
    sys.stderr.write(f"{folder}: {len(added)} added, {len(store.of(node))} of {node} now\n")
    return boundary.DONE


def _boxes(given: str, pictures: list[Path]) -> list[PixelBox | None]:
    if given == "whole":
        return [None] * len(pictures)
    if given != "find":
        if len(pictures) > 1:
            raise boundary.UsageError(
                f"--box {given} is about one picture, and here are {len(pictures)}; add them one "
                "by one"
            )
        return [_box(given)]
    import cv2

    from marchpast.pipeline import Recognizer
    from marchpast.references import find_box

    cv2.setNumThreads(1)
    detector, starts = Recognizer.load().finder("picture")
    return [find_box(path, detector, min_confidence=starts) for path in pictures]


def _box(text: str) -> PixelBox:
    try:
        x1, y1, x2, y2 = (int(part) for part in text.split(","))
    except ValueError as error:
        raise boundary.UsageError(
            f"--box must be find, whole, or four whole pixels x1,y1,x2,y2, got {text!r}"
        ) from error
    return x1, y1, x2, y2


def _list(arguments: argparse.Namespace) -> int:
    store = _opened(arguments.store)
    for entry in store.entries:
        print(_line(entry))
    sys.stderr.write(f"{arguments.store}: {len(store.entries)} references\n")
    return boundary.DONE


def _remove(arguments: argparse.Namespace) -> int:
    from marchpast.references import open_store

    # Not verified: this is how an entry whose copy is damaged is taken out.
    store = open_store(arguments.store, verify=False)
    for entry in store.remove_all(arguments.ids):
        print(_line(entry))
    return boundary.DONE


def _opened(folder: Path) -> Store:
    from marchpast.references import open_store

    return open_store(folder)


def _line(entry: Reference) -> str:
    box = "whole" if entry.box is None else ",".join(map(str, entry.box))
    return "\t".join((entry.id, entry.node, box, entry.credit, entry.licence, entry.file))
