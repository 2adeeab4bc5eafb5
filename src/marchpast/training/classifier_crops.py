"""Labelled crops of pictures, kept in memory.

A crop keeps some of its surroundings, so that training can move the border of the box as a
detector would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marchpast.errors import SourceError
from marchpast.inference import squash
from marchpast.records import BgrImage, Box
from marchpast.training.classifier_labels import BACKGROUND, NO_MILITARY
from marchpast.training.datasets import Picture

_CONTEXT = 0.2
"""Share of the box's sides that is kept around it."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedTruth:
    """What the renderer knows of a crop.

    Attributes:
        kind: What the vehicle is, as finely as rendered pictures are balanced: its node, or the
            name of a civil blueprint; `background` without a vehicle.
        light: Under which light, as the renderer names it.
        attributes: `drive`, `axles`, `turret` and so on; see `marchpast.training.attributes`.
        is_side_seen: Whether the wheels of one side can be counted.
        mask: `(h, w)` uint8 of the crop's image, 255 where the vehicle is; `None` without.
    """

    kind: str
    light: str
    attributes: Mapping[str, Any]
    is_side_seen: bool
    mask: BgrImage | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LabelledCrop:
    """One vehicle, or one piece without a vehicle, with what is known of it.

    Attributes:
        image: `(h, w, 3)` uint8 BGR: the box and its surroundings, reduced to the stored side.
        xyxy: The box in pixels of `image`.
        size_px: Shorter side of the box in the picture, before any reduction.
        node: Taxonomy node, label of a collection, `background` or `no_military`.
        is_exact: See `LabelSpace.allowed`.
        is_loose: The box is the whole picture and the vehicle is somewhere in it.
        collection: Folder it comes from.
        event: Crops of one event are never on both sides of a split.
        source: Who published it, as far as known.
        origin: File and annotation, to find it again.
        is_mined: A detector once took it for a military vehicle, and it is none.
        rendered: What the renderer knows of it; `None` for photos and frames.
    """

    image: BgrImage
    xyxy: Box
    size_px: float
    node: str
    is_exact: bool
    is_loose: bool
    collection: str
    event: str
    source: str
    origin: str
    is_mined: bool = False
    rendered: RenderedTruth | None = None

    @property
    def is_rendered(self) -> bool:
        """Whether it was rendered."""
        return self.rendered is not None

    def view(self, side: int) -> BgrImage:
        """Return the box squashed to `(side, side, 3)`, as inference sees it."""
        x1, y1, x2, y2 = (round(value) for value in self.xyxy)
        view: BgrImage = squash([self.image[y1:y2, x1:x2]], (side, side))[0]
        return view


def decoded(path: Path) -> BgrImage:
    """Return the `(H, W, 3)` uint8 BGR picture of a file.

    Raises:
        SourceError: If it does not decode.
    """
    image = cv2.imread(str(path))
    if image is None:
        raise SourceError(f"{path}: the picture does not decode; restore it")
    return np.asarray(image, np.uint8)


def cut(
    image: BgrImage,
    xyxy: Box,
    picture: Picture,
    *,
    node: str,
    is_exact: bool,
    origin: str,
    stored_side: int,
    is_mined: bool = False,
) -> LabelledCrop:
    """Cut one box out of a picture, with its surroundings; see `LabelledCrop`."""
    height, width = image.shape[:2]
    x1, y1 = max(0, round(xyxy[0])), max(0, round(xyxy[1]))
    x2, y2 = min(width, round(xyxy[2])), min(height, round(xyxy[3]))
    margin_x, margin_y = round(_CONTEXT * (x2 - x1)), round(_CONTEXT * (y2 - y1))
    left, top = max(0, x1 - margin_x), max(0, y1 - margin_y)
    region = image[top : y2 + margin_y, left : x2 + margin_x]
    scale = min(1.0, stored_side / max(x2 - x1, y2 - y1))
    if scale < 1:
        stored = (max(1, round(region.shape[1] * scale)), max(1, round(region.shape[0] * scale)))
        kept = cv2.resize(region, stored, interpolation=cv2.INTER_AREA)
    else:
        kept = region.copy()
    return LabelledCrop(
        image=np.asarray(kept, np.uint8),
        xyxy=((x1 - left) * scale, (y1 - top) * scale, (x2 - left) * scale, (y2 - top) * scale),
        size_px=float(min(x2 - x1, y2 - y1)),
        node=node,
        is_exact=is_exact,
        is_loose=not picture.is_boxed and node not in (BACKGROUND, NO_MILITARY),
        collection=picture.collection,
        event=f"{picture.collection}/{picture.event}",
        source=picture.source,
        origin=origin,
        is_mined=is_mined,
    )
