"""Reading the bundled sheets: one WebP a vehicle with all its views, and one index of them.

`marchpast synth references` makes the folder; reading it needs no ray engine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marchpast.errors import ReferencesError
from marchpast.records import BgrImage

INDEX_FORMAT = "marchpast-references/1"
_BUNDLED = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class DrawnDimension:
    """A dimension that a vehicle was drawn to.

    Attributes:
        name: `length`, `width`, `height` or `gaps` (between axles).
        metres: One value, or one for each gap.
        certainty: `high` (believed exact to 2 %), `medium` (5 %) or `low` (10 %).
        source: `published`, `measured` on a photo, or `guess` from similar vehicles.
    """

    name: str
    metres: tuple[float, ...]
    certainty: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceView:
    """One picture of a vehicle under neutral light.

    Attributes:
        azimuth_deg: From where it is seen: 0 from the front, 90 its left side, 180 its tail.
        elevation_deg: How far above the horizontal the camera stands.
        image: `(H, W, 3)` uint8 BGR.
    """

    azimuth_deg: float
    elevation_deg: float
    image: BgrImage


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceSheet:
    """All views of one drawn vehicle.

    Attributes:
        vehicle: Id of its blueprint; several may show one node (civil vehicles do).
        node: Its taxonomy node.
        name: What to call it.
        dimensions: What it was drawn to, and how sure that is.
        views: In the order of the index.
    """

    vehicle: str
    node: str
    name: str
    dimensions: tuple[DrawnDimension, ...]
    views: tuple[ReferenceView, ...]


def nodes(folder: Path = _BUNDLED) -> tuple[str, ...]:
    """Return the taxonomy nodes that have reference pictures, sorted.

    Raises:
        ReferencesError: If the folder's index cannot be read.
    """
    return tuple(sorted({row["node"] for row in _index(folder)["vehicles"]}))


def load(node: str, folder: Path = _BUNDLED) -> tuple[ReferenceSheet, ...]:
    """Return the sheets of a taxonomy node, empty where nothing is drawn of it.

    Args:
        node: Its id, such as `osa`; a group (`sam_short`) has no sheets of its own.
        folder: Where the sheets and `index.json` are; the bundled ones unless given.

    Raises:
        ReferencesError: If the folder's index or a sheet cannot be read.
    """
    index = _index(folder)
    return tuple(_sheet(row, index, folder) for row in index["vehicles"] if row["node"] == node)


def _index(folder: Path) -> dict[str, Any]:
    path = folder / "index.json"
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ReferencesError(f"{path} cannot be read ({error}); make it anew") from error
    if not isinstance(content, dict) or content.get("format") != INDEX_FORMAT:
        raise ReferencesError(f"{path} is no {INDEX_FORMAT} index; make it anew")
    return content


def _sheet(row: dict[str, Any], index: dict[str, Any], folder: Path) -> ReferenceSheet:
    width, height = index["view_size"]
    path = folder / row["file"]
    packed = np.frombuffer(path.read_bytes(), np.uint8) if path.is_file() else np.empty(0, np.uint8)
    image = cv2.imdecode(packed, cv2.IMREAD_COLOR) if len(packed) else None
    rows = -(-len(index["views"]) // index["columns"])
    if image is None or image.shape != (rows * height, index["columns"] * width, 3):
        raise ReferencesError(f"{path} is missing or is not the sheet that its index describes")
    views = []
    for number, view in enumerate(index["views"]):
        y, x = (place * side for place, side in zip(
            divmod(number, index["columns"]), (height, width), strict=True))  # fmt: skip
        part = np.ascontiguousarray(image[y : y + height, x : x + width], np.uint8)
        views.append(ReferenceView(view["azimuth_deg"], view["elevation_deg"], part))
    dimensions = tuple(
        DrawnDimension(item["name"], tuple(item["metres"]), item["certainty"], item["source"])
        for item in row["dimensions"]
    )
    return ReferenceSheet(row["vehicle"], row["node"], row["name"], dimensions, tuple(views))
