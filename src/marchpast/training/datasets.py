"""Labelled pictures for training and evaluation, read from a folder of collections.

A collection is a subfolder in one of the forms described in `datasets/README.md`: COCO boxes
(`vehicles`, `civil_boxed`), a label table (`clean`, `tank_types`) or plain folders (`civil`).
Which picture belongs to which split is read from the committed manifest, never decided here; what
the project adds to the labels of its own collections comes from `marchpast.training.amendments`.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2

from marchpast.errors import SourceError
from marchpast.records import Box
from marchpast.training.amendments import AddedBoxes, read_boxes, read_corrections

Split = Literal["train", "val"]

CIVIL_NODE = "civilian_vehicle"
DATASETS_FOLDER = Path(__file__).resolve().parents[3] / "datasets"
SPLITS_FILE = DATASETS_FOLDER / "splits.json"
_CIVIL_FOLDERS_WITH_ONE_VEHICLE = ("bus", "car", "trains", "truck")


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """One labelled vehicle.

    Attributes:
        id: The annotation's id in its collection, `None` where there is no annotation file.
        xyxy: Pixels of the picture.
        node: A taxonomy node at any level, or `mlrs_or_sam` or `light_vehicle` (no nodes).
        label_confidence: `coarse`, `medium` or `high`.
    """

    id: int | None
    xyxy: Box
    node: str
    label_confidence: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture with everything known about it.

    Attributes:
        path: Where it is on this machine.
        collection: The folder under the data root it belongs to.
        event: Pictures of one event are never split between training and validation.
        split: `train` or `val`.
        source: Who published it, as far as the collection says.
        width: Pixels.
        height: Pixels.
        boxes: The labelled vehicles. Empty: no military vehicle is in the picture.
        civil_labelled: Whether every civil vehicle in the picture has a box.
        is_boxed: Whether boxes are tight; otherwise a box is the whole picture.
        all_boxed: Whether no military vehicle is in the picture without a tight box, so that the
            rest of the picture may teach what is no vehicle.
    """

    path: Path
    collection: str
    event: str
    split: Split
    source: str
    width: int
    height: int
    boxes: tuple[LabelledBox, ...]
    civil_labelled: bool
    is_boxed: bool
    all_boxed: bool = True


def splits_file_of(data_root: Path) -> Path:
    """Return the manifest of a data folder: its own `splits.json`, else the committed one."""
    own = data_root / "splits.json"
    return own if own.is_file() else SPLITS_FILE


def load_pictures(
    data_root: Path, *, split: Split, splits_file: Path | None = None
) -> list[Picture]:
    """Read every picture of one split, in a stable order.

    With the committed manifest, labels are corrected, boxes added and some pictures left out as
    the committed amendments say; a data folder with a manifest of its own is taken as it is.

    Args:
        data_root: Folder that holds the collections; a collection that is absent is skipped.
        split: Which side of the manifest.
        splits_file: A manifest (`marchpast-splits/1`), by default `splits_file_of(data_root)`.

    Raises:
        SourceError: If an annotation file is missing or the manifest names unknown pictures.
    """
    splits_file = splits_file_of(data_root) if splits_file is None else splits_file
    is_ours = splits_file == SPLITS_FILE
    manifest: dict[str, dict[str, list[str]]] = json.loads(splits_file.read_text("utf-8"))[
        "collections"
    ]
    pictures: list[Picture] = []
    for collection, names in manifest.items():
        if not (data_root / collection).is_dir():
            continue
        found = read_collection(data_root, collection, is_amended=is_ours)
        excluded = read_boxes(collection).excluded if is_ours else {}
        for name, (event, side) in names.items():
            if side != split or name in excluded:
                continue
            if name not in found:
                raise SourceError(
                    f"{splits_file.name}: no picture {name!r} in collection {collection!r}; "
                    "make the manifest again or restore the picture"
                )
            pictures.append(replace(found[name], event=event, split=split))
    return pictures


def read_collection(
    data_root: Path, collection: str, *, is_amended: bool = False
) -> dict[str, Picture]:
    """Read one collection, keyed by file name relative to the collection.

    The event of each picture is the one its row names, or else its own name, and its split
    `train`, until a manifest places it.

    Args:
        data_root: Folder that holds the collection.
        collection: Name of its folder.
        is_amended: Apply the committed amendments to the collection of that name.

    Raises:
        SourceError: If the collection is of no known form.
    """
    folder = data_root / collection
    if (folder / "annotations.json").is_file():
        return _read_coco(folder, read_corrections(collection) if is_amended else {})
    if (folder / "labels.csv").is_file():
        if is_amended:
            return _read_label_table(folder, read_corrections(collection), read_boxes(collection))
        return _read_label_table(folder, {}, AddedBoxes())
    if any((folder / name).is_dir() for name in _CIVIL_FOLDERS_WITH_ONE_VEHICLE):
        return _read_civil_folders(folder)
    raise SourceError(
        f"{folder}: no collection; expected annotations.json, labels.csv or folders of civil "
        "vehicles (see datasets/README.md)"
    )


def _read_coco(folder: Path, corrections: Mapping[str, str]) -> dict[str, Picture]:
    content = json.loads((folder / "annotations.json").read_text("utf-8"))
    categories = {row["id"]: row["name"] for row in content["categories"]}
    boxes: dict[int, list[LabelledBox]] = defaultdict(list)
    is_civil = folder.name.startswith("civil")
    for row in content["annotations"]:
        x, y, width, height = row["bbox"]
        attributes = row.get("attributes", {})
        node = CIVIL_NODE if is_civil else categories[row["category_id"]]
        node = corrections.get(str(row["id"]), node)
        boxes[row["image_id"]].append(
            LabelledBox(
                row["id"],
                (x, y, x + width, y + height),
                node,
                attributes.get("label_confidence", "coarse"),
            )
        )
    return {
        row["file_name"]: Picture(
            path=folder / row["file_name"],
            collection=folder.name,
            event=row.get("event", row["file_name"]),
            split="train",
            source=row.get("source", folder.name),
            width=row["width"],
            height=row["height"],
            boxes=tuple(boxes[row["id"]]),
            civil_labelled=bool(row.get("boxed", False)),
            is_boxed=True,
            all_boxed=bool(row.get("all_boxed", True)),
        )
        for row in content["images"]
    }


def _read_label_table(
    folder: Path, corrections: Mapping[str, str], added: AddedBoxes
) -> dict[str, Picture]:
    pictures = {}
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            name = row["file_name"]
            confidence = row.get("label_confidence") or "high"
            stem = Path(name).name
            source = stem.split("__")[0] if "__" in stem else folder.name
            node = corrections.get(name, row["node"])
            picture = _whole_picture(
                folder / name, folder.name, source, node=node, confidence=confidence
            )
            picture = replace(picture, event=row.get("event") or picture.event)
            pictures[name] = _with_box(picture, name, added)
    return pictures


def _with_box(picture: Picture, name: str, added: AddedBoxes) -> Picture:
    """Give the one vehicle of a picture its box where there is one."""
    box = added.boxes.get(name)
    if box is None:
        return picture
    x1, y1, x2, y2 = box
    inside = (max(0.0, x1), max(0.0, y1), min(picture.width, x2), min(picture.height, y2))
    return replace(
        picture,
        boxes=tuple(replace(row, xyxy=inside) for row in picture.boxes),
        is_boxed=True,
        all_boxed=name not in added.not_all_boxed,
    )


def _read_civil_folders(folder: Path) -> dict[str, Picture]:
    pictures = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        kind = name.split("/")[0]
        node = CIVIL_NODE if kind in _CIVIL_FOLDERS_WITH_ONE_VEHICLE else None
        pictures[name] = _whole_picture(path, folder.name, f"civil/{kind}", node=node)
    return pictures


def _whole_picture(
    path: Path, collection: str, source: str, *, node: str | None, confidence: str = "high"
) -> Picture:
    """A picture whose one vehicle is not boxed: the box is the picture."""
    image = cv2.imread(str(path))
    if image is None:
        raise SourceError(f"{path}: the picture does not decode; restore it or drop its label")
    height, width = image.shape[:2]
    whole = LabelledBox(None, (0.0, 0.0, float(width), float(height)), node or "", confidence)
    return Picture(
        path=path,
        collection=collection,
        event=path.name,
        split="train",
        source=source,
        width=width,
        height=height,
        boxes=(whole,) if node else (),
        civil_labelled=False,
        is_boxed=False,
        all_boxed=node in (None, CIVIL_NODE),
    )
