"""One door to every format: staged beside its place, moved there whole."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from marchpast import files
from marchpast.errors import ExchangeError, OutputExistsError
from marchpast.exchange import coco, fiftyone, yolo
from marchpast.exchange.coco import write_coco
from marchpast.exchange.fiftyone import write_fiftyone
from marchpast.exchange.megadetector import write_megadetector
from marchpast.exchange.pictures import write_pictures
from marchpast.exchange.table import write_table
from marchpast.exchange.view import ResultView
from marchpast.exchange.yolo import write_yolo
from marchpast.taxonomy import load_taxonomy

Format = Literal["coco", "csv", "fiftyone", "megadetector", "yolo"]
EXPORT_FILE: Final = "export.json"
EXPORT_FORMAT: Final = "marchpast-export/1"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was written.

    Attributes:
        path: The file, or the folder.
        pictures: How many frames were written as pictures.
        left_out: What the format cannot hold, one sentence each.
    """

    path: Path
    pictures: int
    left_out: tuple[str, ...]


_FILES: Final[dict[str, Callable[[ResultView, Path], Iterator[str]]]] = {
    "csv": write_table,
    "megadetector": write_megadetector,
}
_PICTURES: Final = {
    "coco": coco.PICTURE_FOLDER,
    "fiftyone": fiftyone.PICTURE_FOLDER,
    "yolo": yolo.PICTURE_FOLDER,
}
FORMATS: Final = tuple(sorted((*_FILES, *_PICTURES)))


def convert(
    folder: Path,
    *,
    to: Format,
    out: Path,
    footage: Sequence[Path] = (),
    overwrite: bool = False,
) -> Conversion:
    """Write a result in another program's format.

    `csv` and `megadetector` are one file. `coco`, `yolo` and `fiftyone` are a folder, with an
    `export.json` that says what it was made from and what the format cannot hold. Video frames
    are addressed by source, frame index and time.

    Args:
        folder: A result folder.
        to: The format.
        out: The file or the folder to write.
        footage: The files that the result is of, or folders with them, told by content: their
            frames are written as pictures. `fiftyone` needs them; one-file formats have none.
        overwrite: Replace the file, or an earlier export of the same folder.

    Raises:
        ValueError: If there is no such format.
        OutputExistsError: If something is at `out` that may not be replaced.
        ExchangeError: If footage is missing, not wanted, or not that of the result.
        ResultError: If the folder holds no result, or one that is not of its format.
        SourceError: If footage cannot be read.
        OSError: If `out` cannot be written.
    """
    if to not in FORMATS:
        raise ValueError(f"the formats are {', '.join(FORMATS)}, got {to!r}")
    view = ResultView(folder, load_taxonomy())
    if to in _FILES:
        return _write_file(view, to, out, footage=footage, overwrite=overwrite)
    if to == "fiftyone" and not footage:
        raise ExchangeError("fiftyone reads pictures only; give the footage of the result too")
    _refuse_other_things(out, overwrite=overwrite)
    out.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
    try:
        conversion = _write_folder(view, to, staged, footage=footage)
        _publish(staged, out)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Conversion(out, conversion.pictures, conversion.left_out)


def _write_file(
    view: ResultView, to: str, out: Path, *, footage: Sequence[Path], overwrite: bool
) -> Conversion:
    if footage:
        raise ExchangeError(f"{to} is one file and has no pictures; leave the footage out")
    if out.is_dir() or (out.exists() and not overwrite):
        raise OutputExistsError(f"{out} exists; name another file, or replace a file (--overwrite)")
    out.parent.mkdir(parents=True, exist_ok=True)
    return Conversion(out, 0, tuple(_FILES[to](view, out)))


def _write_folder(
    view: ResultView, to: str, staged: Path, *, footage: Sequence[Path]
) -> Conversion:
    pictures = write_pictures(view, footage, staged / _PICTURES[to]) if footage else 0
    if to == "fiftyone":
        left_out = tuple(write_fiftyone(view, staged))
    else:
        write = write_coco if to == "coco" else write_yolo
        left_out = tuple(write(view, staged, has_pictures=bool(footage)))
    made = sorted(path.relative_to(staged).as_posix() for path in staged.rglob("*.*"))
    content = {
        "format": EXPORT_FORMAT,
        "to": to,
        "result_sha256": view.sha256,
        "marchpast_version": view.result.provenance.marchpast_version,
        "left_out": left_out,
        "files": made,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    files.write_text(staged / EXPORT_FILE, f"{text}\n")
    return Conversion(staged, pictures, left_out)


def _refuse_other_things(out: Path, *, overwrite: bool) -> None:
    """Allow a folder that is new, empty, or an earlier export with nothing else in it."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not overwrite:
        raise OutputExistsError(f"{out} exists; name another folder, or replace it (--overwrite)")
    known = _files_of_export(out)
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    if not known or (odd := sorted(found - known)):
        what = f"holds {odd[0]}, which no export wrote" if known else "is no earlier export"
        raise OutputExistsError(f"{out} {what}; name another folder")


def _files_of_export(out: Path) -> set[str]:
    """Return the files that an export wrote; empty when the folder is none."""
    try:
        content: Any = json.loads((out / EXPORT_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(content, dict) or content.get("format") != EXPORT_FORMAT:
        return set()
    return {EXPORT_FILE, *map(str, content["files"])}


def _publish(staged: Path, out: Path) -> None:
    """Move the staged folder to its place; the old one goes only once the new one is whole."""
    umask = os.umask(0)
    os.umask(umask)
    staged.chmod(0o777 & ~umask)  # mkdtemp creates 0700
    if out.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".old", dir=out.parent))
        out.rename(old / out.name)
        staged.rename(out)
        shutil.rmtree(old)
    else:
        staged.rename(out)
