"""`marchpast compare`: a picture beside references of what it may show, tell by tell."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from marchpast.cli import boundary
from marchpast.cli.commands import add_command, add_models

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers
    from marchpast.records import BgrImage, Box, Identity, Sighting
    from marchpast.sheets import Sheet

_Vehicle = TypeVar("_Vehicle")
_Made = TypeVar("_Made")

_DESCRIPTION = """\
Make one sheet: the picture in question, reference pictures of the kinds it may show, every tell
that separates them (present, absent or not visible), and what follows. What you see excludes for
certain, what the classifier sees where it is sure, what is not visible nothing. The sheet is a
page to work on (.html: mark by click or key) or a picture to print (.png).
"""
_EXAMPLES = """\
examples:
  marchpast compare crop.jpg --candidates osa tochka_u btr80 --out sheet.html
      a page on which what is seen is marked, and what follows is reckoned anew
  marchpast compare crop.jpg --candidates osa btr80 --attribute axles=3 --out sheet.png
      the same as a picture, and what you see yourself
  marchpast compare crop.jpg --tell radar=hidden --tell osa.2=present --out sheet.png
      against the models' answer and its look-alikes; a radar cannot be seen, the second mark of
      the Osa can
  marchpast compare result --sighting "convoy.mp4#3" --attach
      one vehicle of a result that classify-frames wrote; its report shows the sheet

--attribute takes what `marchpast check-label --help` lists, ranges (canisters=3-6,12) too. A tell
is an attribute (radar=hidden), a value of one (axles.3=absent), or a mark of a kind that is
compared (osa.2=present: the second of its list; marks exclude nothing).
"""
_SHEET_FOLDER = "sheets"
# Those of marchpast.sheets, which is too heavy for `--help`.
_VIEWS = (
    "front", "front-left", "left", "rear-left", "rear", "right", "front-right", "above",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Subject:
    """The vehicle that a sheet is about.

    Attributes:
        picture: A file, pixels, or a sighting.
        identity: What the models say; `None` where none ran or a sighting brings it along.
        box: Where it is in a picture file.
        name: What to call it; empty for the file's name.
        stem: Of its crop in a result's folder.
    """

    picture: Path | BgrImage | Sighting
    identity: Identity | None = None
    box: Box | None = None
    name: str = ""
    stem: str = ""


def add_commands(commands: Subparsers) -> None:
    """Add `compare`."""
    parser = add_command(
        commands,
        "compare",
        _compare,
        summary="put a picture beside references of what it may show, tell by tell",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "source", type=Path, metavar="CROP|RESULT",
        help="a picture, a video, a result folder, or its result.json",
    )  # fmt: skip
    parser.add_argument(
        "--candidates", nargs="+", default=[], metavar="NAME",
        help="the kinds to compare, in any spelling (default: the models' answer and look-alikes)",
    )  # fmt: skip
    parser.add_argument(
        "--sighting",
        metavar="ID",
        help="which vehicle, where there are several: `<source>#<track>`",
    )
    parser.add_argument(
        "--attribute", action="append", default=[], metavar="NAME=VALUE",
        help="what you see of the vehicle, such as axles=3; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--tell", action="append", default=[], metavar="ID=STATE",
        help="a tell that is present, absent or hidden (not visible); may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--store", type=Path, metavar="DIR",
        help="your own reference pictures (marchpast references add makes it)",
    )  # fmt: skip
    parser.add_argument(
        "--view", choices=_VIEWS,
        help="from where the drawings show the vehicles (default: by the picture's shape)",
    )  # fmt: skip
    parser.add_argument(
        "--language", choices=("en", "ru", "uk"), default="en", help="of the names (default: en)"
    )
    parser.add_argument(
        "--no-models", action="store_true", help="do not look at the picture with the models"
    )
    add_models(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="sheet.html or sheet.png")
    parser.add_argument(
        "--attach", action="store_true",
        help="put the sheet into the result's folder, where report.html shows it",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace a sheet that is there")


def _compare(arguments: argparse.Namespace) -> int:
    from marchpast.files import sha256_of
    from marchpast.report import RESULT_FILE, rebuild_page
    from marchpast.sheets import check_output, compare

    folder = _result_folder(arguments.source)
    if arguments.attach and folder is None:
        raise boundary.UsageError(
            f"--attach puts a sheet into a result's folder, and {arguments.source} is none"
        )
    if arguments.out is not None:
        _checked(check_output, arguments.out, overwrite=arguments.overwrite)
    subject = _subject(arguments, folder)
    outputs = [] if arguments.out is None else [arguments.out]
    if arguments.attach and folder is not None:
        outputs.append(folder / _SHEET_FOLDER / f"{subject.stem}.html")
        check_output(outputs[-1], overwrite=arguments.overwrite)
    sheet = _checked(
        compare,
        subject.picture,
        arguments.candidates,
        identity=subject.identity,
        box=subject.box,
        attributes=arguments.attribute,
        tells=arguments.tell,
        references=arguments.store,
        view=arguments.view,
        language=arguments.language,
        name=subject.name,
    )
    _tell(sheet)
    digest = sha256_of(folder / RESULT_FILE) if arguments.attach and folder is not None else ""
    for path in outputs:
        if path.parent.name == _SHEET_FOLDER:
            path.parent.mkdir(exist_ok=True)
        sheet.save(path, overwrite=arguments.overwrite, result_sha256=digest)
    if arguments.attach and folder is not None:
        rebuild_page(folder)
    return boundary.DONE


def _tell(sheet: Sheet) -> None:
    print(sheet.outcome.headline)
    for column, reasons in zip(sheet.columns, sheet.outcome.excluded, strict=True):
        print(f"{column.node}\t{'excluded' if reasons else 'possible'}\t{'; '.join(reasons)}")
    for text in sheet.outcome.conflicts:
        print(f"conflict: {text}")
    for text in sheet.outcome.deciding:
        print(f"look at: {text}")


def _result_folder(source: Path) -> Path | None:
    """Return the folder of a result, `None` for footage."""
    from marchpast.errors import ResultError
    from marchpast.report import RESULT_FILE

    folder = source.parent if source.name == RESULT_FILE else source
    if (folder / RESULT_FILE).is_file():
        return folder
    if source.is_dir():
        raise ResultError(
            f"{source}: a folder without {RESULT_FILE} is no result; name a picture or run "
            "classify-frames"
        )
    return None


def _subject(arguments: argparse.Namespace, folder: Path | None) -> _Subject:
    if folder is not None:
        return _in_result(folder, arguments)
    return _Subject(arguments.source) if arguments.no_models else _in_footage(arguments)


def _in_result(folder: Path, arguments: argparse.Namespace) -> _Subject:
    from marchpast.labelling import crops_of_result
    from marchpast.report import load_result

    entries = {entry.id: entry for entry in load_result(folder).sightings}
    id_, entry = _chosen(entries, arguments.sighting)
    images = {crop.id: crop.image for crop in crops_of_result(folder)}
    identity = None if arguments.no_models else entry.to_identity()
    return _Subject(images[id_], identity, name=id_, stem=Path(entry.best.crop).stem)


def _in_footage(arguments: argparse.Namespace) -> _Subject:
    import cv2

    from marchpast.labelling import whole_picture
    from marchpast.media import open_source
    from marchpast.pipeline import Recognizer, sightings

    cv2.setNumThreads(1)
    recognizer = Recognizer.load(detector=arguments.detector, classifier=arguments.classifier)
    source = open_source(arguments.source)
    found = {row.id: row for row in sightings(source, recognizer)}
    if not found and source.kind == "picture":
        # A close crop, in which the detector finds nothing, is one vehicle.
        (frame,) = source.frames()
        return _Subject(arguments.source, recognizer.identify(whole_picture(frame, recognizer)))
    id_, sighting = _chosen(found, arguments.sighting)
    if source.kind == "video":
        return _Subject(sighting, name=id_)
    return _Subject(arguments.source, sighting.identity, box=sighting.track.crops[0].xyxy)


def _chosen(known: Mapping[str, _Vehicle], wanted: str | None) -> tuple[str, _Vehicle]:
    """Return the vehicle that the sheet is about."""
    from marchpast.errors import SourceError

    if not known:
        raise SourceError("no vehicle is in it, so there is nothing to compare; give other footage")
    some = ", ".join(list(known)[:5])
    if wanted is None and len(known) > 1:
        raise boundary.UsageError(
            f"a sheet is about one vehicle, and here are {len(known)} ({some}); name it with "
            "--sighting"
        )
    id_ = next(iter(known)) if wanted is None else wanted
    if id_ not in known:
        raise boundary.UsageError(f"no vehicle is called {id_!r}; there are {some}")
    return id_, known[id_]


def _checked(make: Callable[..., _Made], *given: Any, **named: Any) -> _Made:
    try:
        return make(*given, **named)
    except ValueError as error:
        raise boundary.UsageError(f"{error}; see marchpast compare --help") from error
