"""The pictures of a sheet: the vehicle in question, and references to hold it against."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np

from marchpast import references
from marchpast.errors import SourceError
from marchpast.media import open_source
from marchpast.recognition import cut
from marchpast.records import BgrImage, Box
from marchpast.taxonomy import Taxonomy

ViewName = Literal[
    "front", "front-left", "left", "rear-left", "rear", "right", "front-right", "above"
]
"""From where a drawing shows a vehicle: its own left and right."""

VIEWS: tuple[ViewName, ...] = get_args(ViewName)
VIEW_WORDS: dict[ViewName, str] = {
    "front": "the front",
    "front-left": "the front and its left",
    "left": "its left",
    "rear-left": "the rear and its left",
    "rear": "the rear",
    "right": "its right",
    "front-right": "the front and its right",
    "above": "above",
}
_AZIMUTHS: dict[float, ViewName] = {
    0: "front", 40: "front-left", 90: "left", 140: "rear-left",
    180: "rear", 270: "right", 320: "front-right",
}  # fmt: skip
_FROM_ABOVE_DEG = 15.0

_LONG = 1.75
_SHORT = 1.15
"""Width over height: a lorry or carrier seen from its side is about 2 to 3, from its front 0.8 to
1.1."""
_MOST_DRAWN = 2
_MOST_PHOTOS = 4
_MOST_OF_THE_PICTURE = 0.6
_MARGIN = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture of the user's own.

    Attributes:
        image: `(H, W, 3)` uint8 BGR, cut to the vehicle.
        credit: Who made it.
        licence: As the user wrote it.
    """

    image: BgrImage = field(repr=False)
    credit: str
    licence: str


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A vehicle as the project drew it, seen from several sides.

    Attributes:
        name: What is drawn, such as `S-400 launcher on a semitrailer`.
        views: By name; `(H, W, 3)` uint8 BGR.
        is_estimated: Whether some dimension it was drawn to is a guess.
    """

    name: str
    views: dict[ViewName, BgrImage] = field(repr=False)
    is_estimated: bool

    @property
    def caption(self) -> str:
        """What must stand beneath it."""
        dimensions = "partly estimated" if self.is_estimated else "published or measured"
        return f"Drawing to {dimensions} dimensions, not a photograph"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The vehicle in question.

    Attributes:
        image: `(H, W, 3)` uint8 BGR: the vehicle, upright.
        name: What the picture is called, without a folder.
        sha256: Of the picture file, or empty.
        whole: The whole picture with the vehicle's box drawn in, where it shows more.
    """

    image: BgrImage = field(repr=False)
    name: str
    sha256: str = ""
    whole: BgrImage | None = field(default=None, repr=False)

    @property
    def size_words(self) -> str:
        """How large the picture is."""
        size = f"{self.image.shape[1]} × {self.image.shape[0]} pixels"
        return size if self.whole is None else f"Cut from the picture: {size}"


def read_shown(path: Path, *, box: Box | None = None) -> Shown:
    """Open the picture in question.

    Args:
        path: A picture.
        box: Where the vehicle is in it, xyxy in pixels; `None` for all of it.

    Raises:
        SourceError: If it is no picture or does not decode.
    """
    source = open_source(path)
    if source.kind != "picture":
        raise SourceError(
            f"{path.name}: a video is many pictures; give a crop of it, or a sighting of a result"
        )
    (frame,) = source.frames()
    image = frame.image
    sha256 = source.report().sha256
    if box is None or _share(box, image) > _MOST_OF_THE_PICTURE:
        return Shown(image, path.name, sha256)
    x1, y1, x2, y2 = box
    across, down = _MARGIN * (x2 - x1), _MARGIN * (y2 - y1)
    wider = (x1 - across, y1 - down, x2 + across, y2 + down)
    return Shown(cut(image, wider), path.name, sha256, _boxed(image, box))


def default_view(image: BgrImage) -> ViewName:
    """Return from where drawings are shown beside a picture: its shape hints at the side seen."""
    height, width = image.shape[:2]
    if width >= _LONG * height:
        return "left"
    return "front" if width < _SHORT * height else "front-left"


def drawings_of(node: str, taxonomy: Taxonomy) -> tuple[Drawing, ...]:
    """Return the bundled drawings of a kind, of a group those of its first types drawn.

    Raises:
        ReferencesError: If the drawings cannot be read.
    """
    drawn = (
        sheet
        for type_ in (taxonomy.types_under(node) or (node,))
        for sheet in references.load(type_)
    )
    return tuple(_drawing(sheet) for sheet in islice(drawn, _MOST_DRAWN))


def photos_of(node: str, taxonomy: Taxonomy, store: references.Store | None) -> tuple[Photo, ...]:
    """Return the user's own pictures of a kind.

    Raises:
        SourceError: If a picture of the store does not decode any more.
    """
    if store is None:
        return ()
    found = [entry for type_ in taxonomy.types_under(node) for entry in store.of(type_)]
    return tuple(
        Photo(store.crop(entry), entry.credit, entry.licence) for entry in found[:_MOST_PHOTOS]
    )


def fitted(image: BgrImage, width: int, height: int, *, enlarge: float = 1.0) -> BgrImage:
    """Return a picture scaled to fit into a size, its shape kept.

    Args:
        image: `(H, W, 3)` uint8 BGR.
        width: The most, pixels.
        height: The most, pixels.
        enlarge: How far a small picture may grow; what is not in it does not appear.
    """
    rows, columns = image.shape[:2]
    scale = min(width / columns, height / rows, enlarge)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)


def _drawing(sheet: references.ReferenceSheet) -> Drawing:
    return Drawing(
        name=sheet.name,
        views={_view_name(view): view.image for view in sheet.views},
        is_estimated=any(row.source == "guess" for row in sheet.dimensions),
    )


def _view_name(view: references.ReferenceView) -> ViewName:
    return "above" if view.elevation_deg > _FROM_ABOVE_DEG else _AZIMUTHS[view.azimuth_deg]


def _share(box: Box, image: BgrImage) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]) / image[..., 0].size)


def _boxed(image: BgrImage, box: Box) -> BgrImage:
    drawn = fitted(image, 900, 900)
    scale = drawn.shape[1] / image.shape[1]
    first, last = ((round(box[i] * scale), round(box[i + 1] * scale)) for i in (0, 2))
    for colour, width in (((20, 20, 20), 6), ((255, 255, 255), 2)):
        cv2.rectangle(drawn, first, last, colour, width, cv2.LINE_AA)
    return drawn
