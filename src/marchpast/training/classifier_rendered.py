"""Training crops of a folder of rendered pictures (`marchpast synth pictures`).

The folder holds `annotations.json` (COCO boxes with what the renderer knows of each vehicle),
`pictures/` and, where the vehicles' outlines are to be used, `masks/`. Rendered crops only train:
what a model is worth is measured on photos alone.
"""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marchpast.errors import SourceError
from marchpast.records import BgrImage
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_config import RenderedSettings
from marchpast.training.classifier_crops import (
    LabelledCrop,
    RenderedTruth,
    cut,
    decoded,
)
from marchpast.training.classifier_cutting import cut_backgrounds
from marchpast.training.classifier_labels import BACKGROUND, CIVIL
from marchpast.training.datasets import LabelledBox, Picture

_logger = logging.getLogger(__name__)

COLLECTION = "rendered"
_MILITARY = "military_vehicle"
_ANNOTATIONS = "annotations.json"
_SIDE_SEEN = 30.0
"""Degrees from front and back within which the wheels of a side cover one another."""

_LEAST_CONTRAST = 7.0
"""Grey levels. Below it fog or night hides the vehicle: of the first 250 crops rendered, eight of
the ten below it showed nothing to name."""
_LOOKED_AT_PX = 96

Row = Mapping[str, Any]
"""One object of the annotations file."""


def rendered_crops(
    folder: Path,
    *,
    settings: RenderedSettings,
    stored_side: int,
    taxonomy: Taxonomy,
    seed: int,
) -> list[LabelledCrop]:
    """Cut the vehicles of a folder of rendered pictures, and some pieces without one.

    Args:
        folder: Holds `annotations.json`; its `file_name`s are relative to the folder.
        settings: Which vehicles are taken.
        stored_side: Longest side of a stored box, pixels.
        taxonomy: Its nodes are the categories; everything civil is one label.
        seed: Decides which crops of a common type are kept, and where free pieces are cut.

    Raises:
        SourceError: If the annotations are missing or a picture does not decode.
        TaxonomyError: If a category is no node.
    """
    content = _read(folder)
    by_picture: dict[int, list[Row]] = defaultdict(list)
    for row in content["annotations"]:
        by_picture[row["image_id"]].append(row)
    reader = _Reader(
        folder,
        {row["id"]: str(row["name"]) for row in content["categories"]},
        settings=settings,
        stored_side=stored_side,
        taxonomy=taxonomy,
        generator=np.random.default_rng(seed),
    )
    crops = reader.crops(content["images"], by_picture)
    _logger.info("cut %d rendered crops of %d kinds", len(crops), len(reader.kept))
    return crops


def _read(folder: Path) -> Mapping[str, Any]:
    path = folder / _ANNOTATIONS
    try:
        content: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SourceError(
            f"{path}: cannot read the annotations ({error.strerror}); give the folder that "
            "`marchpast synth pictures --out` wrote"
        ) from error
    except ValueError as error:
        raise SourceError(f"{path}: the annotations are not JSON: {error}") from error
    if not content.get("annotations"):
        raise SourceError(f"{path}: no vehicle is annotated; render some pictures first")
    return content


class _Reader:
    """Cuts the pictures of one folder; `kept` counts the crops of every kind so far."""

    def __init__(
        self,
        folder: Path,
        nodes: Mapping[int, str],
        *,
        settings: RenderedSettings,
        stored_side: int,
        taxonomy: Taxonomy,
        generator: np.random.Generator,
    ) -> None:
        self._folder = folder
        self._nodes = nodes
        self._labels = {
            category: CIVIL if taxonomy.is_within(node, CIVIL) else node
            for category, node in nodes.items()
        }
        self._settings = settings
        self._stored_side = stored_side
        self._generator = generator
        self.kept: Counter[str] = Counter()

    def crops(
        self, images: Sequence[Row], by_picture: Mapping[int, Sequence[Row]]
    ) -> list[LabelledCrop]:
        """Cut all pictures, in a random order: the cap keeps vehicles of all, not the first."""
        found: list[LabelledCrop] = []
        for position in self._generator.permutation(len(images)):
            image_row = images[position]
            found += self._crops_of(image_row, by_picture.get(image_row["id"], ()))
        return sorted(found, key=lambda crop: crop.origin)

    def _crops_of(self, image_row: Row, rows: Sequence[Row]) -> list[LabelledCrop]:
        path = self._folder / image_row["file_name"]
        light = str(image_row.get("light", ""))
        # Vehicles too hidden to be learnt from are no background either.
        boxes = tuple(self._box_of(row) for row in rows)
        picture = Picture(
            path=path,
            collection=COLLECTION,
            event=path.stem,
            split="train",
            source=f"{COLLECTION}/{light}",
            width=image_row["width"],
            height=image_row["height"],
            boxes=boxes,
            civil_labelled=True,
            is_boxed=True,
        )
        image = decoded(path)
        owners = _owners(self._folder / "masks" / f"{path.stem}.png")
        crops = []
        for row, box in zip(rows, boxes, strict=True):
            if not self._is_wanted(row):
                continue
            crop = self._vehicle(image, owners, picture, box, row)
            if _contrast(crop) >= _LEAST_CONTRAST:
                self.kept[self._kind_of(row)] += 1
                crops.append(crop)
        free = cut_backgrounds(
            image,
            picture,
            mean=self._settings.backgrounds,
            stored_side=self._stored_side,
            generator=self._generator,
        )
        nothing = RenderedTruth(BACKGROUND, light, {}, is_side_seen=False)
        return crops + [replace(crop, rendered=nothing) for crop in free]

    def _is_wanted(self, row: Row) -> bool:
        return (
            not row.get("ignore", False)
            and row["visible_fraction"] >= self._settings.min_visible
            and min(row["bbox"][2:]) >= self._settings.min_side_px
            and self.kept[self._kind_of(row)] < self._settings.per_type
        )

    def _kind_of(self, row: Row) -> str:
        """What it is balanced as: its node, variants alike; of civil ones the blueprint."""
        category = row["category_id"]
        is_civil = self._labels[category] == CIVIL
        return str(row.get("vehicle", CIVIL)) if is_civil else self._nodes[category]

    def _box_of(self, row: Row) -> LabelledBox:
        x, y, width, height = row["bbox"]
        label = self._labels[row["category_id"]]
        # Under a cover nobody can tell the type: it teaches what a military vehicle is, no more.
        if row.get("covered", False) and label != CIVIL:
            label = _MILITARY
        return LabelledBox(row["id"], (x, y, x + width, y + height), label, "high")

    def _vehicle(
        self,
        image: BgrImage,
        owners: BgrImage | None,
        picture: Picture,
        box: LabelledBox,
        row: Row,
    ) -> LabelledCrop:
        def cut_from(pixels: BgrImage) -> LabelledCrop:
            return cut(
                pixels,
                box.xyxy,
                picture,
                node=box.node,
                is_exact=False,
                origin=f"{COLLECTION}/{picture.path.name}#{row['id']}",
                stored_side=self._stored_side,
            )

        mask = None
        if owners is not None:
            own = np.where(owners == row["track_id"], 255, 0).astype(np.uint8)
            mask = cut_from(own).image
        sideways = abs(np.sin(np.deg2rad(row["azimuth_deg"])))
        truth = RenderedTruth(
            kind=self._kind_of(row),
            light=picture.source.removeprefix(f"{COLLECTION}/"),
            attributes=row.get("attributes", {}),
            is_side_seen=bool(sideways > np.sin(np.deg2rad(_SIDE_SEEN))),
            mask=mask,
        )
        return replace(cut_from(image), rendered=truth)


def _contrast(crop: LabelledCrop) -> float:
    """Spread of the grey levels of the box once noise is averaged away."""
    small = cv2.resize(crop.view(_LOOKED_AT_PX), (24, 24), interpolation=cv2.INTER_AREA)
    return float(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).std())


def _owners(path: Path) -> BgrImage | None:
    """Return `(H, W)` uint8, the track of the vehicle at every pixel; `None` without a file."""
    if not path.is_file():
        return None
    owners = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if owners is None:
        raise SourceError(f"{path}: the mask does not decode; render the picture again")
    return np.asarray(owners, np.uint8)
