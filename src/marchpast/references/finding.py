"""Where the vehicle is in a reference picture, when the user does not say."""

from __future__ import annotations

from pathlib import Path

from marchpast.errors import ReferenceStoreError
from marchpast.recognition import Detector, area
from marchpast.references.entries import PixelBox, decoded

_MILITARY = "military_vehicle"
_DOMINATES = 4.0
"""The largest vehicle is meant where it covers so many times the picture of the next."""


def find_box(picture: Path, detector: Detector, *, min_confidence: float) -> PixelBox:
    """Return the box of the one military vehicle in a picture, or of the one that dominates it.

    Args:
        picture: The file.
        detector: Its labels are `military_vehicle` and `civilian_vehicle`.
        min_confidence: From here on its boxes count.

    Returns:
        Whole pixels of the upright picture.

    Raises:
        ReferenceStoreError: If there is none, or several alike; the message lists their boxes.
        SourceError: If the file is no picture or does not decode.
    """
    image = decoded(picture, name=str(picture))
    found = detector.detect(image)
    military = found.class_id == list(detector.labels).index(_MILITARY)
    found = found.select(military & (found.confidence >= min_confidence))
    order = area(found.xyxy).argsort()[::-1]
    sizes = area(found.xyxy)[order]
    boxes = [_whole(row, image.shape[:2]) for row in found.xyxy[order].tolist()]
    if not boxes:
        raise ReferenceStoreError(
            f"{picture}: no military vehicle is found in it; say where it is with --box "
            "x1,y1,x2,y2, or --box whole where it fills the picture"
        )
    if len(boxes) > 1 and sizes[0] < _DOMINATES * sizes[1]:
        shown = " ".join(",".join(map(str, box)) for box in boxes[:5])
        raise ReferenceStoreError(
            f"{picture}: {len(boxes)} military vehicles are found in it; say which with --box; "
            f"largest first: {shown}"
        )
    return boxes[0]


def _whole(xyxy: list[float], shape: tuple[int, ...]) -> PixelBox:
    height, width = shape
    x1, y1, x2, y2 = (round(value) for value in xyxy)
    return max(0, x1), max(0, y1), min(width, x2), min(height, y2)
