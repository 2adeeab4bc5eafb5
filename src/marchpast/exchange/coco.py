"""COCO: predictions as annotations with a `score`, categories from the taxonomy.

Format: https://cocodataset.org/#format-data. Keys that COCO does not know (`source`,
`frame_index`, `time_s` of an image; `track_id`, `sighting` ... of an annotation) are passed over
by its readers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from marchpast import files
from marchpast.exchange import lost
from marchpast.exchange.view import FrameBoxes, NamedBox, ResultView

ANNOTATIONS_FILE: Final = "annotations.json"
PICTURE_FOLDER: Final = "images"
_DESCRIPTION = "Predictions of marchpast, not checked labels: look at them before training on them."


def write_coco(view: ResultView, out: Path, *, has_pictures: bool) -> Iterator[str]:
    """Write `annotations.json` and yield what it cannot hold.

    Args:
        view: Of the result.
        out: Folder of the export.
        has_pictures: The frames are written to `images`; without them a picture keeps the name of
            its source, and a video's frame has the name that its picture would have.

    Raises:
        ResultError: If a line of the result is not of the format.
        OSError: If the folder cannot be written to.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for frame in view.frames():
        images.append(_image(frame, len(images) + 1, has_pictures=has_pictures))
        for box in frame.boxes:
            annotations.append(_annotation(box, len(annotations) + 1, len(images)))
    content = {
        "info": {"description": _DESCRIPTION, "result_sha256": view.sha256},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": [
            {
                "id": row.index + 1,
                "name": row.node,
                "supercategory": row.parent,
                "title": row.name,
            }
            for row in view.categories.rows
        ],
    }
    files.write_text(
        out / ANNOTATIONS_FILE, json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    )
    yield from lost.left_by_all(view)
    yield lost.left_of_names(holds="the answer, its probability and its set are kept")
    yield from lost.failures(view)
    yield from lost.odd_classes(view)


def _image(frame: FrameBoxes, number: int, *, has_pictures: bool) -> dict[str, Any]:
    source = frame.source
    is_named_by_source = source.kind == "picture" and not has_pictures
    return {
        "id": number,
        "file_name": source.name if is_named_by_source else f"{PICTURE_FOLDER}/{frame.picture}",
        "width": source.width,
        "height": source.height,
        "source": source.name,
        "source_sha256": source.sha256,
        "frame_index": frame.frame_index,
        "time_s": frame.time_s,
    }


def _annotation(box: NamedBox, number: int, image: int) -> dict[str, Any]:
    x1, y1, x2, y2 = box.xyxy
    return {
        "id": number,
        "image_id": image,
        "category_id": box.category.index + 1,
        "bbox": [round(value, 2) for value in (x1, y1, x2 - x1, y2 - y1)],
        "area": round((x2 - x1) * (y2 - y1), 2),
        "iscrowd": 0,
        "score": box.confidence,
        **_vehicle(box),
    }


def _vehicle(box: NamedBox) -> dict[str, Any]:
    if (sighting := box.sighting) is None:
        return {}
    answer = sighting.answer
    return {
        "sighting": sighting.id,
        "track_id": sighting.track_id,
        "level": sighting.level,
        "probability": sighting.probability,
        "set": None if answer is None else list(answer.nodes),
        "set_rate": None if answer is None else answer.rate,
    }
