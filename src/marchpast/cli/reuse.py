"""`marchpast archive` and `marchpast reuse`: does a clip show footage that the user already has?"""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers

ARCHIVE = Path("marchpast-archive.sqlite")

_ARCHIVE_DESCRIPTION = """\
An archive holds hashes and small pictures of your own footage, two frames of each second, in one
SQLite file; marchpast reuse looks a clip up in it.
"""
_ARCHIVE_EXAMPLES = """\
examples:
  marchpast archive add footage/2016 --date 2016-05-09
      add the videos of a folder; stopped and run again, it goes on
  marchpast archive list
"""
_REUSE_DESCRIPTION = """\
Say which seconds of a clip show the same pictures as which seconds of footage in the archive.
Finds parts of a clip, also mirrored, cropped to vertical, with captions, bars or borders, at 0.8 to
1.25 times the speed, and coded anew. No match is said of the archive, never of the clip.
"""
_REUSE_EXAMPLES = """\
examples:
  marchpast reuse convoy.mp4
      say it in sentences
  marchpast reuse convoy.mp4 --out reuse
      write reuse.html, with frames beside frames, and reuse.json
  marchpast reuse convoy.mp4 --result result
      put it into a result folder whose footage convoy.mp4 is
"""


def add_commands(commands: Subparsers) -> None:
    """Add `archive` with what is below it, and `reuse`."""
    parser = add_command(
        commands,
        "archive",
        _nothing_chosen,
        summary="hash your own footage, to recognise it in clips",
        description=_ARCHIVE_DESCRIPTION,
        examples=_ARCHIVE_EXAMPLES,
    )
    below = parser.add_subparsers(
        required=True, metavar="WHAT", title="what to do", help="one of those below"
    )
    add = add_command(below, "add", _add, summary="hash the videos of a folder")
    add.add_argument("paths", nargs="+", type=Path, metavar="FOLDER", help="folder or video")
    add.add_argument(
        "--date",
        type=_date,
        metavar="YYYY-MM-DD",
        help="the videos were published or filmed then at the latest",
    )
    _add_archive_option(add)
    listing = add_command(below, "list", _list, summary="what is in the archive")
    _add_archive_option(listing)
    reuse = add_command(
        commands,
        "reuse",
        _reuse,
        summary="look a clip up in the archive of your own footage",
        description=_REUSE_DESCRIPTION,
        examples=_REUSE_EXAMPLES,
    )
    reuse.add_argument("clip", type=Path, metavar="CLIP", help="a video")
    _add_archive_option(reuse)
    reuse.add_argument(
        "--result", type=Path, metavar="RESULT", help="result folder that the clip is a source of"
    )
    reuse.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for reuse.html and reuse.json"
    )
    reuse.add_argument(
        "--overwrite", action="store_true", help="replace what was written of the clip before"
    )


def _add_archive_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--archive",
        type=Path,
        default=ARCHIVE,
        metavar="FILE",
        help=f"the archive (default: {ARCHIVE})",
    )


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2016-05-09") from error


def _nothing_chosen(_arguments: argparse.Namespace) -> int:
    raise boundary.UsageError("say what to do: marchpast archive --help lists it")


def _add(arguments: argparse.Namespace) -> int:
    from marchpast.cli.progress import ProgressBar
    from marchpast.reuse import add_to_archive

    with ProgressBar(is_quiet=arguments.quiet or arguments.debug) as progress:
        added = add_to_archive(
            arguments.paths, arguments.archive, date=arguments.date, progress=progress
        )
    for failure in added.failures:
        sys.stderr.write(f"failed: {failure}\n")
    if added.pictures:
        sys.stderr.write(
            f"{len(added.pictures)} pictures were left out: a match needs a run of frames\n"
        )
    sys.stderr.write(f"{len(added.new)} added, {len(added.known)} were in the archive already\n")
    print(arguments.archive)
    return boundary.INPUTS_FAILED if added.failures else boundary.DONE


def _list(arguments: argparse.Namespace) -> int:
    from marchpast.reuse import archived_files, length

    files = archived_files(arguments.archive)
    for file in files:
        columns = (file.name, length(file.duration_s), file.date or "-", file.status, file.sha256)
        print("\t".join(map(str, columns)))
    total = length(sum(file.duration_s for file in files))
    sys.stderr.write(f"{len(files)} files, {total}\n")
    return boundary.DONE


def _reuse(arguments: argparse.Namespace) -> int:
    from marchpast.cli.progress import ProgressBar
    from marchpast.reuse import (
        Archive,
        attach_search,
        check_attachable,
        search_archive,
        write_search,
    )

    archive = Archive(arguments.archive)
    name = result_sha256 = None
    if arguments.result is not None:
        name, clip_sha256, result_sha256 = _source_of(arguments.result, arguments.clip)
        check_attachable(
            arguments.result,
            archive,
            clip_sha256=clip_sha256,
            result_sha256=result_sha256,
            overwrite=arguments.overwrite,
        )
    with ProgressBar(is_quiet=arguments.quiet or arguments.debug) as progress:
        found = search_archive(arguments.clip, archive, name=name, progress=progress)
    for words in found.entry.statement:
        print(words)
    if arguments.out is not None:
        print(write_search(found, arguments.out, overwrite=arguments.overwrite))
    if result_sha256 is not None:
        print(
            attach_search(
                found,
                arguments.result,
                result_sha256=result_sha256,
                overwrite=arguments.overwrite,
            )
        )
        _render(arguments.result)
    return boundary.DONE


def _source_of(result: Path, clip: Path) -> tuple[str, str, str]:
    """Return the clip's name in a result, its SHA-256, and that of `result.json`."""
    from marchpast.errors import ResultError
    from marchpast.files import sha256_of
    from marchpast.media import open_source
    from marchpast.report import RESULT_FILE, load_result

    sha256 = open_source(clip).sha256
    names = {source.sha256: source.name for source in load_result(result).sources}
    if sha256 not in names:
        raise ResultError(
            f"{clip}: is no source of {result}, by its SHA-256; give the file that was classified"
        )
    return names[sha256], sha256, sha256_of(result / RESULT_FILE)


def _render(result: Path) -> None:
    """Render the result's page again, now with what was found."""
    from marchpast.report import rebuild_page

    rebuild_page(result)
