"""`marchpast label`, `marchpast collect`: from one's own footage to a training collection."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command, add_models

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers
    from marchpast.labelling import LabelCrop

_LABEL_DESCRIPTION = """\
Write a page on which a person confirms or corrects, by keyboard or touch, what the models said
of each vehicle, and saves a label file. The page is one file; it needs no network and
sends nothing anywhere.
"""
_LABEL_EXAMPLES = """\
examples:
  marchpast label result --out labels.html
      the vehicles of a result that classify-frames wrote
  marchpast label photos --out labels.html --title "Parade, 3 May"
      find the vehicles in pictures and videos first
"""
_COLLECT_DESCRIPTION = """\
Turn a label file that the page saved, and the footage it is about, into a collection that
trains and measures: pictures, and COCO boxes with one event for each source.
"""
_COLLECT_EXAMPLES = """\
examples:
  marchpast collect labels.json photos clip.mp4 --out pictures/mine
      footage is told by content, so it may have been renamed or moved
"""


def add_commands(commands: Subparsers) -> None:
    """Add `label` and `collect`."""
    label = add_command(
        commands,
        "label",
        _label,
        summary="write a page to confirm or correct answers on your own footage",
        description=_LABEL_DESCRIPTION,
        examples=_LABEL_EXAMPLES,
    )
    label.add_argument(
        "sources", nargs="+", type=Path, metavar="RESULT|SOURCE",
        help="a result folder, or pictures, videos and folders of them",
    )  # fmt: skip
    label.add_argument("--out", type=Path, required=True, metavar="FILE", help="page to write")
    label.add_argument("--overwrite", action="store_true", help="replace a page that is there")
    label.add_argument(
        "--title", metavar="TEXT", help="shown on the page (default: the first name given)"
    )
    add_models(label)

    collect = add_command(
        commands,
        "collect",
        _collect,
        summary="turn a label file and its footage into a training collection",
        description=_COLLECT_DESCRIPTION,
        examples=_COLLECT_EXAMPLES,
    )
    collect.add_argument("labels", type=Path, metavar="LABELS", help="what the page saved")
    collect.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE",
        help="the footage: pictures, videos, folders of them",
    )  # fmt: skip
    collect.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER",
        help="folder of the new collection, in the folder that `marchpast split` gets",
    )  # fmt: skip


def _label(arguments: argparse.Namespace) -> int:
    from marchpast.errors import OutputExistsError
    from marchpast.labelling import crops_of_result, write_label_page
    from marchpast.report import RESULT_FILE
    from marchpast.taxonomy import load_taxonomy

    out, first = arguments.out, arguments.sources[0]
    if out.exists() and not arguments.overwrite:
        raise OutputExistsError(f"{out} exists; replace it (--overwrite) or name another file")
    results = [path for path in arguments.sources if (path / RESULT_FILE).is_file()]
    if results and len(arguments.sources) > 1:
        raise boundary.UsageError(
            f"{results[0]} is a result: give one result alone, or footage without a result"
        )
    crops = crops_of_result(first) if results else _found(arguments)
    title = arguments.title or first.resolve().name
    print(write_label_page(crops, taxonomy=load_taxonomy(), out=out, title=title))
    sys.stderr.write("open the page in a browser, decide, save the label file\n")
    return boundary.DONE


def _found(arguments: argparse.Namespace) -> Sequence[LabelCrop]:
    """Look for vehicles in footage."""
    from marchpast.cli.progress import ProgressBar
    from marchpast.errors import SourceError
    from marchpast.labelling import crops_of_pictures
    from marchpast.media import Source, find_sources, open_source
    from marchpast.pipeline import Recognizer

    found = find_sources(arguments.sources)
    if not found:
        raise SourceError("no picture or video is in what was given")
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    is_quiet = arguments.quiet or arguments.debug
    with ProgressBar(is_quiet=is_quiet, unit="sources") as progress:
        progress.start("finding vehicles", len(found))

        def opened() -> Iterable[Source]:
            for index, row in enumerate(found):
                yield open_source(row.path, name=row.name)
                progress.advance(index)

        return list(crops_of_pictures(opened(), recognizer))


def _collect(arguments: argparse.Namespace) -> int:
    from marchpast.labelling import read_labels, to_coco
    from marchpast.media import find_sources
    from marchpast.taxonomy import load_taxonomy

    labels = read_labels(arguments.labels, load_taxonomy())
    paths = [row.path for row in find_sources(arguments.sources)]
    print(to_coco(labels, sources=paths, out=arguments.out))
    named = sum(label.is_named for label in labels)
    sys.stderr.write(f"{named} of {len(labels)} labels name a vehicle\n")
    return boundary.DONE
