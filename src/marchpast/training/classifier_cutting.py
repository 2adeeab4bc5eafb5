"""Cut every labelled vehicle of some pictures, and pieces without one.

Each picture is decoded once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from marchpast.records import BgrImage, Box
from marchpast.training.classifier_crops import LabelledCrop, cut, decoded
from marchpast.training.classifier_labels import BACKGROUND, CIVIL, NO_MILITARY
from marchpast.training.datasets import Picture

_logger = logging.getLogger(__name__)

_MIN_BOX_PX = 8
_ASPECTS = (0.7, 2.2)
_BACKGROUND_TRIES = 20
_LARGEST_SHARE_INSIDE = 0.3


def cut_crops(
    pictures: Iterable[Picture],
    *,
    exact_collections: Sequence[str],
    stored_side: int,
    backgrounds: float,
    generator: np.random.Generator,
    negatives: Mapping[str, Sequence[tuple[float, ...]]] | None = None,
) -> list[LabelledCrop]:
    """Decode every picture once and cut its vehicles and some pieces without one.

    Args:
        pictures: What to cut.
        exact_collections: Collections whose inner nodes mean "none of the types listed".
        stored_side: Longest side of a stored box, pixels; larger ones are reduced.
        backgrounds: Mean number of pieces without a vehicle cut from a picture.
        generator: Decides where those are cut.
        negatives: By `collection/file_name`: boxes (and whatever follows the four corners) that a
            detector took for military vehicles and that hold none. They are cut too.

    Raises:
        SourceError: If a picture does not decode.
    """
    crops: list[LabelledCrop] = []
    for picture in pictures:
        image = decoded(picture.path)
        for position, box in enumerate(picture.boxes):
            x1, y1, x2, y2 = box.xyxy
            if min(x2 - x1, y2 - y1) < _MIN_BOX_PX:
                continue
            name = box.id if box.id is not None else position
            crops.append(
                cut(
                    image,
                    box.xyxy,
                    picture,
                    node=box.node,
                    is_exact=picture.collection in exact_collections,
                    origin=f"{picture.collection}/{picture.path.name}#{name}",
                    stored_side=stored_side,
                )
            )
        crops += cut_backgrounds(
            image, picture, mean=backgrounds, stored_side=stored_side, generator=generator
        )
        mined = negatives.get(_key_of(picture), ()) if negatives else ()
        crops += _cut_negatives(image, picture, mined, stored_side=stored_side)
    _logger.info("cut %d crops", len(crops))
    return crops


def _key_of(picture: Picture) -> str:
    """The collection and the file's name inside it, `/`-separated on every system."""
    root = next(above for above in picture.path.parents if above.name == picture.collection)
    return f"{picture.collection}/{picture.path.relative_to(root).as_posix()}"


def cut_backgrounds(
    image: BgrImage,
    picture: Picture,
    *,
    mean: float,
    stored_side: int,
    generator: np.random.Generator,
) -> list[LabelledCrop]:
    """Cut pieces that hold no military vehicle, away from every box.

    Where all vehicles have boxes a piece is certainly background; in other civil scenes it may
    show a civil vehicle.
    """
    if (picture.boxes and not picture.is_boxed) or not picture.all_boxed:
        return []
    has_military = any(box.node != CIVIL for box in picture.boxes)
    node = BACKGROUND if has_military or picture.civil_labelled else NO_MILITARY
    crops = []
    for number in range(int(generator.poisson(mean))):
        box = _free_box(image.shape[:2], [row.xyxy for row in picture.boxes], generator)
        if box is not None:
            crops.append(
                cut(
                    image,
                    box,
                    picture,
                    node=node,
                    is_exact=True,
                    origin=f"{picture.collection}/{picture.path.name}#free{number}",
                    stored_side=stored_side,
                )
            )
    return crops


def _cut_negatives(
    image: BgrImage,
    picture: Picture,
    boxes: Sequence[tuple[float, ...]],
    *,
    stored_side: int,
) -> list[LabelledCrop]:
    """Cut what a detector falsely took for military: nothing, or a civil vehicle.

    A piece of a labelled military vehicle is passed over.
    """
    military = [box.xyxy for box in picture.boxes if box.node != CIVIL]
    crops = []
    for number, (x1, y1, x2, y2, *_) in enumerate(boxes):
        xyxy = (x1, y1, x2, y2)
        is_piece = any(_share_inside(xyxy, other) > _LARGEST_SHARE_INSIDE for other in military)
        if min(x2 - x1, y2 - y1) < _MIN_BOX_PX or is_piece:
            continue
        crops.append(
            cut(
                image,
                xyxy,
                picture,
                node=NO_MILITARY,
                is_exact=True,
                origin=f"{picture.collection}/{picture.path.name}#mined{number}",
                stored_side=stored_side,
                is_mined=True,
            )
        )
    return crops


def _share_inside(box: Box, other: Box) -> float:
    wide = min(box[2], other[2]) - max(box[0], other[0])
    tall = min(box[3], other[3]) - max(box[1], other[1])
    return max(0.0, wide) * max(0.0, tall) / ((box[2] - box[0]) * (box[3] - box[1]))


def _free_box(
    shape: tuple[int, int], taken: Sequence[Box], generator: np.random.Generator
) -> Box | None:
    """A random box that overlaps none of the others, `None` when there is no room."""
    height, width = shape
    largest = 0.7 * min(height, width)
    if largest < 2 * _MIN_BOX_PX:
        return None
    for _ in range(_BACKGROUND_TRIES):
        tall = float(np.exp(generator.uniform(np.log(2 * _MIN_BOX_PX), np.log(largest))))
        wide = min(tall * float(generator.uniform(*_ASPECTS)), width - 1.0)
        x1 = float(generator.uniform(0, width - wide))
        y1 = float(generator.uniform(0, height - tall))
        box = (x1, y1, x1 + wide, y1 + tall)
        if not any(_overlap(box, other) for other in taken):
            return box
    return None


def _overlap(box: Box, other: Box) -> bool:
    return min(box[2], other[2]) > max(box[0], other[0]) and min(box[3], other[3]) > max(
        box[1], other[1]
    )
