"""`marchpast case`: sources, results and notes of one investigation, in one file."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.casefile import Case
    from marchpast.cli.commands import Subparsers

_DESCRIPTION = """\
A case is one file (SQLite) that holds which footage and which results belong together, by hash,
and what people noted and predicted. It only grows: nothing in it is changed or deleted.
Predictions are entered with: marchpast watch
"""
_EXAMPLES = """\
examples:
  marchpast case new vladivostok.case --title "Column near Vladivostok, April 2017"
  marchpast case add vladivostok.case result convoy.mp4
  marchpast case note vladivostok.case "The press names four systems." --author "A. Reader"
  marchpast case show vladivostok.case
"""


def add_commands(commands: Subparsers) -> None:
    """Add `case` and what is below it."""
    parser = add_command(
        commands,
        "case",
        _nothing_chosen,
        summary="keep sources, results and notes of one investigation together",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    below = parser.add_subparsers(
        required=True, metavar="WHAT", title="what to do", help="one of those below"
    )
    new = add_command(below, "new", _new, summary="make a case file")
    new.add_argument("case", type=Path, metavar="CASE", help="the file to make")
    new.add_argument("--title", default="", metavar="TEXT", help="what the case is about")
    add = add_command(
        below,
        "add",
        _add,
        summary="enter results and sources by their hash; the files stay where they are",
    )
    add.add_argument("case", type=Path, metavar="CASE", help="a case file")
    add.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="result folders, pictures, videos, folders of them, or a list that import wrote",
    )
    note = add_command(below, "note", _note, summary="write a note into a case")
    note.add_argument("case", type=Path, metavar="CASE", help="a case file")
    note.add_argument("text", metavar="TEXT", help="the note; '-' reads it from stdin")
    note.add_argument("--author", required=True, metavar="NAME", help="who says it")
    note.add_argument(
        "--date", type=_day, metavar="YYYY-MM-DD", help="the day of the note (default: today, UTC)"
    )
    show = add_command(below, "show", _show, summary="print what a case holds")
    show.add_argument("case", type=Path, metavar="CASE", help="a case file")
    show.add_argument("--json", action="store_true", help="all of it, with the log, as JSON")


def _nothing_chosen(_arguments: argparse.Namespace) -> int:
    raise boundary.UsageError("say what to do: marchpast case --help lists it")


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"needs a day such as 2017-05-09, got {text!r}") from error


def _new(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import create_case

    create_case(arguments.case, title=arguments.title).close()
    print(arguments.case)
    return boundary.DONE


def _add(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import open_case

    with open_case(arguments.case) as case:
        for path in arguments.paths:
            _add_one(case, path)
    return boundary.DONE


def _add_one(case: Case, path: Path) -> None:
    from marchpast.errors import SourceError
    from marchpast.media import find_sources
    from marchpast.report import RESULT_FILE, printable

    if (path / RESULT_FILE).is_file():
        result = case.add_result(path)
        print(f"{result.sha256}  {printable(result.folder)}")
        return
    if path.suffix == ".json" and path.is_file():
        for source in case.add_archived(path):
            print(f"{source.sha256}  {printable(source.name)}")
        return
    found = find_sources([path])
    if not found:
        raise SourceError(f"{path}: holds no result, no picture and no video; name another path")
    for item in found:
        added = case.add_source(item.path)
        print(f"{added.sha256}  {printable(added.name)}")


def _note(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import open_case

    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    with open_case(arguments.case) as case:
        try:
            case.add_note(text, author=arguments.author, written_on=arguments.date)
        except ValueError as error:
            raise boundary.UsageError(str(error)) from error
    return boundary.DONE


def _show(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import case_facts, case_text, open_case

    with open_case(arguments.case) as case:
        if arguments.json:
            print(json.dumps(case_facts(case), indent=2, ensure_ascii=False))
        else:
            print(case_text(case), end="")
    return boundary.DONE
