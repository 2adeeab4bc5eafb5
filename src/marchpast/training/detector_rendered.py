"""Rendered pictures with their truth: what the detector learns where no photos are.

A folder holds `annotations.json` (COCO boxes whose categories are taxonomy nodes), `pictures` and
`masks`, as `marchpast synth pictures` writes it. A box flagged `ignore` is not judged. Nothing in
such a folder validates: figures come from photos.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marchpast.errors import SourceError
from marchpast.records import BgrImage, Box, FloatArray
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.datasets import CIVIL_NODE
from marchpast.training.detector_cutouts import Cutout, cut_by_mask
from marchpast.training.detector_loss import CIVIL, IGNORED, MILITARY
from marchpast.training.detector_scenes import Scene

_MILITARY_NODE = "military_vehicle"
_FORMATION = 5
_FORMATION_DRAWS = 4.0
"""How much oftener a picture of five and more vehicles is drawn: there are few, and they are what
photos lack."""

_LEAST_VISIBLE = 0.85
_FEWEST_MASK_PX = 400


@dataclass(frozen=True, slots=True)
class RenderedVehicle:
    """One vehicle of a rendered picture.

    Attributes:
        xyxy: Round what is visible of it, pixels.
        class_id: 0 military, 1 civil, -1 not judged.
        track_id: Its number in the mask.
        visible_fraction: 1.0 where nothing hides it.
        azimuth_deg: From where it is seen: 0 front, 90 its left side.
        elevation_deg: How far from above.
    """

    xyxy: Box
    class_id: int
    track_id: int
    visible_fraction: float
    azimuth_deg: float
    elevation_deg: float


@dataclass(frozen=True, slots=True)
class RenderedPicture:
    """One rendered picture.

    Attributes:
        path: Of its pixels.
        mask: Of the picture that says which vehicle each pixel shows.
        vehicles: All that can be seen.
    """

    path: Path
    mask: Path
    vehicles: tuple[RenderedVehicle, ...]

    def scene(self) -> Scene:
        """Decode it.

        Raises:
            SourceError: If it does not decode.
        """
        image = _decoded(self.path)
        return Scene(
            image,
            np.array([row.xyxy for row in self.vehicles], np.float32).reshape(-1, 4),
            np.array([row.class_id for row in self.vehicles], np.int64),
            # Simple cars stand about as scenery, without boxes.
            np.array([[0, 0, image.shape[1], image.shape[0]]], np.float32),
        )


def read_rendered(folder: Path) -> list[RenderedPicture]:
    """Read the truth of a folder of rendered pictures, in a stable order.

    Raises:
        SourceError: If there is no truth, or it names a picture that is missing or a vehicle that
            is neither military nor civil.
    """
    path = folder / "annotations.json"
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise SourceError(
            f"{path}: cannot read the truth of rendered pictures ({error}); give a folder that "
            "`marchpast synth pictures` has finished"
        ) from error
    taxonomy = load_taxonomy()
    names = {row["id"]: row["name"] for row in content["categories"]}
    vehicles: dict[int, list[RenderedVehicle]] = defaultdict(list)
    for row in content["annotations"]:
        class_id = _class_of(names[row["category_id"]], path, taxonomy)
        vehicles[row["image_id"]].append(_vehicle(row, class_id))
    rows = sorted(content["images"], key=lambda row: str(row["file_name"]))
    pictures = [
        RenderedPicture(
            folder / row["file_name"],
            folder / "masks" / f"{Path(row['file_name']).stem}.png",
            tuple(vehicles[row["id"]]),
        )
        for row in rows
    ]
    missing = next((row.path for row in pictures if not row.path.is_file()), None)
    if missing is not None:
        raise SourceError(f"{missing}: this picture of {path} is missing; render it again")
    return pictures


def draw_weights(pictures: Sequence[RenderedPicture]) -> FloatArray:
    """Return how often each picture is drawn, `(N,)` with sum 1: formations oftener."""
    weights = np.array(
        [
            _FORMATION_DRAWS
            if sum(row.class_id == MILITARY for row in picture.vehicles) >= _FORMATION
            else 1.0
            for picture in pictures
        ]
    )
    return weights / weights.sum() if len(weights) else weights


def rendered_cutouts(
    pictures: Sequence[RenderedPicture], limit: int, generator: np.random.Generator
) -> list[Cutout]:
    """Cut military vehicles out of rendered pictures, those that nothing hides.

    Args:
        pictures: To cut from, in an order drawn at random.
        limit: The largest number of cutouts.
        generator: Draws the order.

    Raises:
        SourceError: If a picture or its mask does not decode.
    """
    found: list[Cutout] = []
    for index in generator.permutation(len(pictures)):
        picture = pictures[int(index)]
        rows = [row for row in picture.vehicles if _is_whole(row)]
        if rows:
            image, owner = _decoded(picture.path), _decoded(picture.mask)[..., 0]
            for row in rows:
                mask = owner == row.track_id
                if mask.sum() >= _FEWEST_MASK_PX:
                    found.append(
                        cut_by_mask(
                            image,
                            np.asarray(mask, np.bool_),
                            class_id=MILITARY,
                            azimuth_deg=row.azimuth_deg,
                            elevation_deg=row.elevation_deg,
                        )
                    )
        if len(found) >= limit:
            break
    return found[:limit]


def _is_whole(row: RenderedVehicle) -> bool:
    return row.class_id == MILITARY and row.visible_fraction >= _LEAST_VISIBLE


def _vehicle(row: Mapping[str, Any], class_id: int) -> RenderedVehicle:
    x, y, width, height = row["bbox"]
    return RenderedVehicle(
        (float(x), float(y), float(x + width), float(y + height)),
        IGNORED if row.get("ignore") else class_id,
        int(row["track_id"]),
        float(row["visible_fraction"]),
        float(row["azimuth_deg"]),
        float(row["elevation_deg"]),
    )


def _class_of(name: str, path: Path, taxonomy: Taxonomy) -> int:
    """Return the class of a category."""
    if name in taxonomy.nodes:
        if taxonomy.is_within(name, _MILITARY_NODE):
            return MILITARY
        if taxonomy.is_within(name, CIVIL_NODE):
            return CIVIL
    raise SourceError(
        f"{path}: {name!r} is no military or civil vehicle of the taxonomy; render the pictures "
        "again with this version"
    )


def _decoded(path: Path) -> BgrImage:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SourceError(f"{path}: the picture does not decode; render it again")
    return np.asarray(image, np.uint8)
