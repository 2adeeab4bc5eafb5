"""The pictures that validate, as what the evaluation measures on."""

from __future__ import annotations

from pathlib import Path

from marchpast.errors import LabelError
from marchpast.evaluation import LabelledBox, LabelledPicture
from marchpast.training.datasets import load_pictures

_NOT: dict[str, dict[str, tuple[str, ...]]] = {
    "vehicles": {"afv": ("tank",), "artillery": ("mlrs",)},
    "tank_types": {"tank": ("t72_family", "t80_family", "historic_tank")},
}
"""What the labels of the project's own collections exclude: in `vehicles` an `afv` is an armoured
vehicle other than a tank and `artillery` a gun; in `tank_types` a `tank` is one of another country.
"""


def read_validation(data: Path) -> list[LabelledPicture]:
    """Read the validation side of the project's own collections, by the committed manifest.

    Raises:
        MarchpastError: If a collection is not as the manifest says.
    """
    if not data.is_dir():
        raise LabelError(f"{data}: no such folder; name the one that holds the collections")
    pictures = [
        LabelledPicture(
            path=row.path,
            name=row.path.relative_to(data / row.collection).as_posix(),
            collection=row.collection,
            event=f"{row.collection}/{row.event}",
            source=row.source,
            boxes=tuple(
                LabelledBox(
                    box.id, box.xyxy, box.node, _NOT.get(row.collection, {}).get(box.node, ())
                )
                for box in row.boxes
            ),
            is_boxed=row.is_boxed,
        )
        for row in load_pictures(data, split="val")
    ]
    if not pictures:
        raise LabelError(f"{data}: none of the collections of datasets/splits.json is in it")
    return pictures
