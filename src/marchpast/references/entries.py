"""One reference picture of the user's, and the index that lists them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from marchpast.errors import ReferenceStoreError, TaxonomyError
from marchpast.media import open_source
from marchpast.records import BgrImage
from marchpast.taxonomy import Taxonomy

STORE_FORMAT: Literal["marchpast-reference-store/1"] = "marchpast-reference-store/1"
SMALLEST_BOX_PX = 16
"""Shorter side of a box: less shows no type."""
PICTURES = "pictures"
INDEX = "index.json"

_LARGEST_INDEX_BYTES = 16 << 20
_ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_Line = Annotated[str, Field(max_length=300, pattern=_ONE_LINE)]

PixelBox = tuple[int, int, int, int]
"""`x1, y1, x2, y2` in whole pixels of the upright picture."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(_Strict):
    """One picture that the user says shows a vehicle type.

    Attributes:
        id: Unique in its store.
        node: A vehicle type of the taxonomy.
        file: The copy, relative to the store.
        sha256: Of its bytes, hex.
        credit: Who made it.
        licence: Under which terms, as the user wrote it.
        box: Where the vehicle is; `None` for the whole picture.
        width: Of the upright picture, pixels.
        height: Of the upright picture, pixels.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+-[0-9a-f]{12}$")]
    node: str
    file: Annotated[str, Field(pattern=rf"^{PICTURES}/[0-9a-f]{{64}}\.[a-z0-9]{{1,7}}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    credit: _Line
    licence: _Line
    box: PixelBox | None
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if Path(self.file).stem != self.sha256:
            raise ValueError("file must be named after its sha256")
        if self.box is not None and (problem := _box_problem(self.box, self.width, self.height)):
            raise ValueError(problem)
        return self


class Index(_Strict):
    """`index.json`.

    Attributes:
        format: Its name and number.
        references: In the order they were added.
    """

    format: Literal["marchpast-reference-store/1"]
    references: tuple[Reference, ...]


def read_index(folder: Path, taxonomy: Taxonomy) -> tuple[Reference, ...]:
    """Return the references that a store's index lists; the copies are not looked at.

    Raises:
        ReferenceStoreError: If it is missing or damaged; one line says what is wrong.
    """
    path = folder / INDEX
    try:
        if path.stat().st_size > _LARGEST_INDEX_BYTES:
            raise ReferenceStoreError(f"{path}: an index has at most 16 MiB; this is larger")
        index = Index.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReferenceStoreError(
            f"{folder}: no store of references ({INDEX}: {error.strerror}); "
            "marchpast references add makes one"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ReferenceStoreError(
            f"{path}: {where}: {first['msg']}; restore it from a copy, or begin a new store"
        ) from error
    _check(index.references, taxonomy, path)
    return index.references


def _check(entries: tuple[Reference, ...], taxonomy: Taxonomy, path: Path) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise ReferenceStoreError(f"{path}: two references are called {entry.id}; keep one")
        seen.add(entry.id)
        try:
            is_type = taxonomy.node(entry.node).is_type
        except TaxonomyError as error:
            raise ReferenceStoreError(f"{path}: {entry.id}: {error}") from error
        if not is_type:
            raise ReferenceStoreError(
                f"{path}: {entry.id}: {entry.node} is a group; a reference shows one type"
            )


def prepared(
    node: str, path: Path, box: PixelBox | None, *, credit: str, licence: str
) -> tuple[Reference, bytes]:
    """Return the entry of a picture with the bytes that were checked.

    Args:
        node: The type it shows.
        path: The file.
        box: Where the vehicle is, `None` for the whole picture.
        credit: Who made it.
        licence: Under which terms.

    Raises:
        ReferenceStoreError: If the box does not fit, or credit or licence is not one line of text.
        SourceError: If the file is no picture or does not decode.
    """
    image, sha256 = _whole(path)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ReferenceStoreError(f"{path}: the file changed while it was read; add it again")
    height, width = image.shape[:2]
    if box is not None and (problem := _box_problem(box, width, height)):
        raise ReferenceStoreError(f"{path}: {problem}")
    place = "whole" if box is None else ",".join(map(str, box))
    short = hashlib.sha256(f"{sha256} {place}".encode()).hexdigest()[:12]
    suffix = path.suffix.lower().removeprefix(".")
    if not (suffix.isascii() and suffix.isalnum() and len(suffix) <= 7):
        suffix = "picture"
    try:
        entry = Reference(
            id=f"{node}-{short}",
            node=node,
            file=f"{PICTURES}/{sha256}.{suffix}",
            sha256=sha256,
            credit=credit.strip(),
            licence=licence.strip(),
            box=box,
            width=width,
            height=height,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ReferenceStoreError(
            f"{first['loc'][0]} must be one line of 1 to 300 characters, got {first['input']!r}; "
            "write unknown where you do not know it"
        ) from error
    return entry, content


def decoded(path: Path, *, name: str) -> BgrImage:
    """Return the upright picture of a file, `(H, W, 3)` uint8 BGR.

    Raises:
        SourceError: If it is no picture or does not decode.
    """
    return next(open_source(path, name=name).frames()).image


def _whole(path: Path) -> tuple[BgrImage, str]:
    source = open_source(path, name=str(path))
    if source.kind != "picture":
        raise ReferenceStoreError(f"{path}: is a video; save the frame that you mean as a picture")
    (frame,) = source.frames()
    report = source.report()
    if report.status != "complete":
        raise ReferenceStoreError(f"{path}: {report.status}: {report.note}; use a whole copy of it")
    return frame.image, report.sha256


def _box_problem(box: PixelBox, width: int, height: int) -> str:
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height):
        return (
            f"box {x1},{y1},{x2},{y2} is not within the picture; 0 <= x1 < x2 <= {width} and "
            f"0 <= y1 < y2 <= {height} pixels are needed"
        )
    if min(x2 - x1, y2 - y1) < SMALLEST_BOX_PX:
        return f"box {x1},{y1},{x2},{y2} is under {SMALLEST_BOX_PX} px on a side and shows no type"
    return ""
