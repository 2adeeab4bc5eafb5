"""`marchpast convert`, `marchpast import`: to the formats of others, and from their archives."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers
    from marchpast.exchange import ArchivedFile, SourceList

# The names of `exchange.FORMATS`, so that `--help` imports nothing; a test compares the two.
FORMATS = ("coco", "csv", "fiftyone", "megadetector", "yolo")
ARCHIVES = ("auto-archiver",)

_CONVERT_DESCRIPTION = """\
Write the boxes of a result in another program's format. csv and megadetector are one file; coco,
yolo and fiftyone are a folder. What the format cannot hold is said. For supervision there is
marchpast.exchange.to_supervision in Python: the boxes of a frame as its Detections.
"""
_CONVERT_EXAMPLES = """\
examples:
  marchpast convert result --to csv --out boxes.csv
      one row a box, for a spreadsheet or pandas
  marchpast convert result --to megadetector --out boxes.json
      batch results of format 1.6, for Timelapse and its like
  marchpast convert result --to coco --out coco --footage convoy.mp4
      annotations.json, and every frame that was looked at as a picture
"""
_IMPORT_DESCRIPTION = """\
Read what another program archived: write a list of its sources with their ids, addresses, dates
and hashes, and print the pictures and videos in it, one a line. Every stated hash is recomputed; a
file that differs is said, kept in the list, and not printed. Nothing is downloaded.
"""
_IMPORT_EXAMPLES = """\
examples:
  marchpast import auto-archiver sheet.csv --out sources.json --folder local_archive
      the sheet that auto-archiver filled, downloaded as CSV, and the files it stored
  marchpast import auto-archiver local_archive --out sources.json
      its folder of files alone, with the pages in it
  marchpast import auto-archiver db.csv --out sources.json > footage.txt
      then: xargs -d '\\n' classify-frames --out result < footage.txt
"""


def add_commands(commands: Subparsers) -> None:
    """Add `convert` and `import`."""
    convert = add_command(
        commands,
        "convert",
        _convert,
        summary="write a result in another program's format",
        description=_CONVERT_DESCRIPTION,
        examples=_CONVERT_EXAMPLES,
    )
    convert.add_argument("result", type=Path, metavar="RESULT", help="a result folder")
    convert.add_argument("--to", required=True, choices=FORMATS, help="the format")
    convert.add_argument(
        "--out", type=Path, required=True, metavar="PATH", help="file or folder to write"
    )
    convert.add_argument(
        "--footage", nargs="+", type=Path, default=[], metavar="SOURCE",
        help="what the result is of, told by content: its frames are written as pictures",
    )  # fmt: skip
    convert.add_argument("--overwrite", action="store_true", help="replace an earlier export")

    import_ = add_command(
        commands,
        "import",
        _import,
        summary="read what another program archived as sources",
        description=_IMPORT_DESCRIPTION,
        examples=_IMPORT_EXAMPLES,
    )
    import_.add_argument("archive", choices=ARCHIVES, help="the program that archived it")
    import_.add_argument("table", type=Path, metavar="TABLE|FOLDER", help="its table or folder")
    import_.add_argument(
        "--folder", type=Path, metavar="FOLDER",
        help="where the archived files are (default: the folder of the table)",
    )  # fmt: skip
    import_.add_argument("--out", type=Path, required=True, metavar="FILE", help="list to write")
    import_.add_argument("--overwrite", action="store_true", help="replace a list that is there")


def _convert(arguments: argparse.Namespace) -> int:
    from marchpast.exchange import convert

    done = convert(
        arguments.result,
        to=arguments.to,
        out=arguments.out,
        footage=arguments.footage,
        overwrite=arguments.overwrite,
    )
    if not arguments.quiet:
        for sentence in done.left_out:
            sys.stderr.write(f"not in {arguments.to}: {sentence}\n")
    print(done.path)
    return boundary.DONE


def _import(arguments: argparse.Namespace) -> int:
    from marchpast.errors import OutputExistsError
    from marchpast.exchange import import_auto_archiver, write_sources

    out: Path = arguments.out
    if out.exists() and not arguments.overwrite:
        raise OutputExistsError(f"{out} exists; replace it (--overwrite) or name another file")
    sources = import_auto_archiver(arguments.table, base=out.parent, folder=arguments.folder)
    write_sources(sources, out)
    for path in sources.usable(out.parent):
        print(path)
    return _say(sources)


def _say(sources: SourceList) -> int:
    """Say what was found and what does not fit, and return the exit code."""
    rows = [(item.id, row) for item in sources.items for row in item.files]
    usable = sum(row.is_usable for _, row in rows)
    sys.stderr.write(f"{len(sources.items)} items, {len(rows)} files, {usable} of them footage\n")
    for id_, row in rows:
        if (problem := _problem(row)) is not None:
            sys.stderr.write(f"{id_}: {row.key}: {problem}\n")
    is_broken = any(row.check == "differs" for _, row in rows)
    return boundary.INPUTS_FAILED if is_broken else boundary.DONE


def _problem(row: ArchivedFile) -> str | None:
    if row.check == "differs":
        return f"its hash is not the stated one ({row.stated}): the file was changed or replaced"
    if row.check == "missing":
        return "no file, or more than one, has this name here; nothing is downloaded"
    if row.check == "not checked" and row.role == "media":
        return f"{row.stated} is no hash that can be recomputed here"
    return None
