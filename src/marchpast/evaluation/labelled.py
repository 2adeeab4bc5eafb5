"""Labelled pictures, read from a folder of COCO boxes or a label table.

Needs nothing of the training code, so anyone can measure on pictures of their own:

- `annotations.json`: COCO boxes; a category's name is a taxonomy node at any level. An image may
  carry `event` (pictures of one event are not independent) and `source`.
- `labels.csv`: columns `file_name` and `node`, one vehicle a picture without a box; an empty node
  says that there is no vehicle in the picture.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marchpast.errors import LabelError, TaxonomyError
from marchpast.records import Box
from marchpast.taxonomy import Taxonomy, load_taxonomy

CIVIL = "civilian_vehicle"
# Labels that are sets of nodes: where a right answer may lie.
SETS = {
    "mlrs_or_sam": ("mlrs", "air_defence", "missile_tel"),
    "light_vehicle": ("military_truck", "protected_truck"),
}

WORLDS = {
    "vehicles": "field photos",
    "clean": "clean photos of other sources",
    "tank_types": "tank photos",
    "civil_boxed": "civil traffic",
    "civil": "civil photos",
}
"""What the project's own collections show; another collection is called by its name."""

WHOLE: Box = (0.0, 0.0, 0.0, 0.0)
"""Stands for the whole picture, whose size is known once it is decoded."""


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """One labelled vehicle.

    Attributes:
        id: Of the annotation, `None` without one.
        xyxy: Pixels; `WHOLE` where the vehicle is somewhere in the picture.
        node: A taxonomy node at any level, or a key of `SETS`.
        is_not: Nodes under it that the label is known to exclude.
    """

    id: int | None
    xyxy: Box
    node: str
    is_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and all that is known of it.

    Attributes:
        path: The file.
        name: Relative to its collection.
        collection: The folder it belongs to.
        event: Pictures of one event are not independent; its own name where nothing is known.
        source: Who published it, as far as known.
        boxes: The vehicles.
        is_boxed: Whether boxes are tight.
    """

    path: Path
    name: str
    collection: str
    event: str
    source: str
    boxes: tuple[LabelledBox, ...]
    is_boxed: bool

    @property
    def has_military(self) -> bool:
        """Whether a military vehicle is labelled."""
        return any(box.node != CIVIL for box in self.boxes)


def read_folder(folder: Path) -> list[LabelledPicture]:
    """Read every picture of a folder of one's own.

    Raises:
        LabelError: If the folder is of no known form or a label is wrong; one line says where.
    """
    if not folder.is_dir():
        raise LabelError(f"{folder}: no such folder; name one with annotations.json or labels.csv")
    if (folder / "annotations.json").is_file():
        pictures = _read_coco(folder)
    elif (folder / "labels.csv").is_file():
        pictures = _read_table(folder)
    else:
        raise LabelError(
            f"{folder}: neither annotations.json (COCO boxes) nor labels.csv "
            "(file_name,node) is in it; see datasets/README.md for both forms"
        )
    if not pictures:
        raise LabelError(f"{folder}: no picture is listed in its labels")
    for picture in pictures:
        if not picture.path.is_file():
            raise LabelError(
                f"{picture.path}: the labels name this picture, but it is not there; "
                "restore it or drop its label"
            )
    return pictures


def _read_coco(folder: Path) -> list[LabelledPicture]:
    path = folder / "annotations.json"
    try:
        content = json.loads(path.read_text("utf-8"))
        names = {row["id"]: str(row["name"]) for row in content["categories"]}
        images = {row["id"]: row for row in content["images"]}
        annotations = content["annotations"]
    except (ValueError, KeyError, TypeError) as error:
        raise LabelError(
            f"{path}: not COCO ({type(error).__name__}: {error}); images, annotations and "
            "categories are needed, each a list with ids"
        ) from error
    taxonomy = load_taxonomy()
    for name in {names.get(row.get("category_id")) for row in annotations} - {None}:
        _check_node(str(name), taxonomy, where=f"{path}: category {name!r}")
    boxes: dict[Any, list[LabelledBox]] = defaultdict(list)
    for number, row in enumerate(annotations):
        boxes[row.get("image_id")].append(_coco_box(row, names, f"{path}: annotation {number}"))
    unknown = sorted(str(key) for key in boxes.keys() - images.keys())
    if unknown:
        raise LabelError(f"{path}: annotations name the image {unknown[0]}, which is not listed")
    return [
        LabelledPicture(
            path=folder / str(row["file_name"]),
            name=str(row["file_name"]),
            collection=folder.name,
            event=str(row.get("event", row["file_name"])),
            source=str(row.get("source", folder.name)),
            boxes=tuple(boxes[key]),
            is_boxed=True,
        )
        for key, row in images.items()
    ]


def _coco_box(row: Mapping[str, Any], names: Mapping[Any, str], where: str) -> LabelledBox:
    name = names.get(row.get("category_id"))
    if name is None:
        raise LabelError(f"{where}: category_id {row.get('category_id')!r} is not listed")
    try:
        x, y, width, height = (float(value) for value in row["bbox"])
    except (KeyError, TypeError, ValueError) as error:
        raise LabelError(
            f"{where}: bbox must be four numbers x, y, width, height, got {row.get('bbox')!r}"
        ) from error
    if width <= 0 or height <= 0:
        raise LabelError(f"{where}: bbox must have sides above 0, got {row['bbox']!r}")
    number = row.get("id")
    return LabelledBox(
        number if isinstance(number, int) else None, (x, y, x + width, y + height), name
    )


def _read_table(folder: Path) -> list[LabelledPicture]:
    path = folder / "labels.csv"
    taxonomy = load_taxonomy()
    pictures = []
    with path.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        missing = {"file_name", "node"} - set(reader.fieldnames or ())
        if missing:
            raise LabelError(
                f"{path}:1: columns file_name and node are needed, got "
                f"{', '.join(reader.fieldnames or ()) or 'nothing'}"
            )
        for row in reader:
            name, node = (row["file_name"] or "").strip(), (row["node"] or "").strip()
            where = f"{path}:{reader.line_num}"
            if not name:
                raise LabelError(f"{where}: file_name is empty")
            if node:
                _check_node(node, taxonomy, where=where)
            pictures.append(
                LabelledPicture(
                    path=folder / name,
                    name=name,
                    collection=folder.name,
                    event=row.get("event") or name,
                    source=row.get("source") or folder.name,
                    boxes=(LabelledBox(None, WHOLE, node),) if node else (),
                    is_boxed=False,
                )
            )
    return pictures


def _check_node(name: str, taxonomy: Taxonomy, *, where: str) -> None:
    if name in SETS:
        return
    try:
        taxonomy.node(name)
    except TaxonomyError as error:
        raise LabelError(f"{where}: {error}") from error
