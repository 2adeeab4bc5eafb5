"""From a label file and its footage to a training collection (`datasets/README.md`)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2

from marchpast.errors import LabelError, OutputExistsError
from marchpast.files import sha256_of, write_bytes, write_text
from marchpast.labelling.labels import Label
from marchpast.media import Sampling, open_source
from marchpast.records import BgrImage

_JPEG_QUALITY = 95
ANNOTATIONS_FILE = "annotations.json"

Place = tuple[str, int]
"""SHA-256 of a source and a frame's index in it."""


def to_coco(labels: Iterable[Label], *, sources: Sequence[Path], out: Path) -> Path:
    """Write the named labels as a collection of pictures with COCO boxes.

    A frame becomes one picture. Each image row carries `event` and `source`, the name of the
    footage, so that no event is on both sides of a split, and `all_boxed: false`: vehicles that
    were missed, or are named at another frame, may be in view without a box, so the picture
    teaches the classifier and not the detector. Who has checked that all have boxes sets it to
    true. Labels that name nothing (`unsure`, `no_vehicle`, `unreviewed`) give no box.

    Args:
        labels: See `read_labels`.
        sources: Where the footage is; told by content, so names do not matter.
        out: Folder of the new collection; its name is the collection's.

    Returns:
        The annotation file.

    Raises:
        LabelError: If no label names a vehicle, or footage is missing or has other frames.
        OutputExistsError: If the folder holds a collection already.
        SourceError: If footage does not decode.
        OSError: If the folder cannot be written to.
    """
    if (out / ANNOTATIONS_FILE).exists():
        raise OutputExistsError(f"{out} holds a collection already; give a new folder")
    by_place: dict[Place, list[Label]] = defaultdict(list)
    for label in labels:
        if label.is_named:
            by_place[label.source_sha256, label.frame_index].append(label)
    if not by_place:
        raise LabelError("no label names a vehicle; confirm or correct some on the page first")
    paths = _paths(by_place, sources)
    (out / "images").mkdir(parents=True, exist_ok=True)
    names: dict[Place, str] = {}
    for digest, path in paths.items():
        wanted = {index: rows for (sha256, index), rows in by_place.items() if sha256 == digest}
        for index, image in _frames(path, wanted).items():
            names[digest, index] = f"images/{digest[:16]}-{index:06d}.jpg"
            _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
            write_bytes(out / names[digest, index], encoded.tobytes())
    written = out / ANNOTATIONS_FILE
    write_text(written, json.dumps(_content(by_place, names), ensure_ascii=False, indent=1) + "\n")
    return written


def _paths(by_place: Mapping[Place, Sequence[Label]], sources: Sequence[Path]) -> dict[str, Path]:
    """Return the file of every source that is needed."""
    found = {sha256_of(path): path for path in sources}
    missing = sorted(
        {rows[0].source for (sha256, _), rows in by_place.items() if sha256 not in found}
    )
    if missing:
        raise LabelError(
            f"the footage of {', '.join(missing)} is not among the {len(sources)} files given "
            "(told by content); give the very files that were labelled"
        )
    return {sha256: found[sha256] for sha256, _ in sorted(by_place)}


def _frames(path: Path, wanted: Mapping[int, Sequence[Label]]) -> dict[int, BgrImage]:
    """Decode up to the last frame that is wanted and return those that are."""
    source = open_source(path)
    frames: dict[int, BgrImage] = {}
    for frame in source.frames(Sampling(stride=1)):
        if frame.index in wanted:
            frames[frame.index] = frame.image
        if len(frames) == len(wanted):
            break
    for index, rows in wanted.items():
        size = (rows[0].frame_width, rows[0].frame_height)
        if index not in frames or frames[index].shape[1::-1] != size:
            raise LabelError(
                f"{path.name}: frame {index} of {size[0]} x {size[1]} pixels was labelled, and the "
                "footage has no such frame; give the very file that was labelled"
            )
    return frames


def _content(
    by_place: Mapping[Place, Sequence[Label]], names: Mapping[Place, str]
) -> dict[str, Any]:
    places = sorted(by_place)
    nodes = sorted({label.node or "" for rows in by_place.values() for label in rows})
    category = {node: number for number, node in enumerate(nodes, start=1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, place in enumerate(places, start=1):
        first = by_place[place][0]
        images.append(
            {
                "id": number,
                "file_name": names[place],
                "width": first.frame_width,
                "height": first.frame_height,
                "source": first.source,
                "event": f"{first.source} {place[0][:12]}",
                "all_boxed": False,
            }
        )
        for label in by_place[place]:
            x1, y1, x2, y2 = (float(value) for value in label.xyxy)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": category[label.node or ""],
                    "bbox": [round(value, 2) for value in (x1, y1, x2 - x1, y2 - y1)],
                    "area": round((x2 - x1) * (y2 - y1), 2),
                    "iscrowd": 0,
                    "attributes": {
                        "label_confidence": "high",
                        "status": label.status,
                        "suggested": label.suggested,
                        "reviewer": label.reviewer,
                        "origin": label.id,
                    },
                }
            )
    return {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": number, "name": node} for node, number in category.items()],
    }
