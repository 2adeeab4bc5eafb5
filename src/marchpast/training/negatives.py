"""Find where the shipped detector sees a military vehicle and none is: the hard negatives.

    python -m marchpast.training.negatives --data FOLDER

looks at the training pictures whose military vehicles all have boxes, or that have none, and keeps
the military detections that overlap no labelled box. A person then looks at them: vehicles that
nobody had labelled are listed under `excluded` and stay out in a second run.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marchpast.errors import SourceError
from marchpast.files import write_text
from marchpast.inference import Model, find_model
from marchpast.recognition import Detector, OnnxDetector, area
from marchpast.records import FloatArray
from marchpast.training.datasets import DATASETS_FOLDER, Picture, load_pictures

NEGATIVES_FILE = DATASETS_FOLDER / "negatives.json"
NEGATIVES_FORMAT = "marchpast-negatives/1"
MIN_CONFIDENCE = 0.2
"""Below the threshold at which tracks continue: the next detector's mistakes will differ."""
_SMALLEST_SIDE_PX = 12.0
_FREE = 0.1
"""Largest share of a detection in a labelled box, and of a labelled box in a detection: neither a
part of a vehicle nor a scene around one is a negative."""
_MILITARY = "military_vehicle"

Negative = tuple[float, float, float, float, float]
"""x1, y1, x2, y2 in pixels of the original picture, and the detector's confidence."""

_logger = logging.getLogger(__name__)


def main() -> None:
    """Write the file of hard negatives for one data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--out", type=Path, default=NEGATIVES_FILE, help="file to write")
    arguments = parser.parse_args()
    old = json.loads(arguments.out.read_text("utf-8")) if arguments.out.is_file() else {}
    excluded = old.get("excluded", {})
    model = Model.load(find_model("detector"))
    detector = OnnxDetector(model, min_confidence=MIN_CONFIDENCE)
    pictures = load_pictures(arguments.data, split="train")
    found = find_negatives(pictures, detector, data_root=arguments.data)
    write_text(arguments.out, to_json(found, excluded, detector_sha256=model.card.sha256))


def load_negatives(*, path: Path = NEGATIVES_FILE) -> Mapping[str, Sequence[Negative]]:
    """Return the hard negatives by `collection/file name`; empty without a file.

    Those that turned out to be vehicles are not among them.

    Raises:
        SourceError: If the file is of another format.
    """
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if content.get("format") != NEGATIVES_FORMAT:
        raise SourceError(
            f"{path}: expected format {NEGATIVES_FORMAT}, got {content.get('format')!r}; "
            "run python -m marchpast.training.negatives again"
        )
    return {
        f"{collection}/{name}": [(x1, y1, x2, y2, sure) for x1, y1, x2, y2, sure in rows]
        for collection, files in content["collections"].items()
        for name, rows in files.items()
    }


def find_negatives(
    pictures: Iterable[Picture], detector: Detector, *, data_root: Path
) -> dict[str, dict[str, list[Negative]]]:
    """Return the military detections off every labelled vehicle, by collection and file name.

    Args:
        pictures: Those with unboxed military vehicles are passed over.
        detector: Its confidence threshold decides what counts.
        data_root: Folder of the collections: names are relative to the collection.

    Raises:
        SourceError: If a picture does not decode.
    """
    found: dict[str, dict[str, list[Negative]]] = {}
    for picture in pictures:
        if not picture.all_boxed:
            continue
        rows = _off_labels(picture, detector)
        if rows:
            name = picture.path.relative_to(data_root / picture.collection).as_posix()
            found.setdefault(picture.collection, {})[name] = rows
    _logger.info(
        "%d hard negatives", sum(len(rows) for files in found.values() for rows in files.values())
    )
    return found


def _off_labels(picture: Picture, detector: Detector) -> list[Negative]:
    image = cv2.imread(str(picture.path))
    if image is None:
        raise SourceError(f"{picture.path}: the picture does not decode; restore it")
    looked = detector.detect(np.asarray(image, np.uint8))
    labelled = np.array(
        # A civil vehicle without a box of its own is labelled with the whole picture.
        [box.xyxy for box in picture.boxes if picture.is_boxed],
        np.float32,
    ).reshape(-1, 4)
    sides = (looked.xyxy[:, 2:] - looked.xyxy[:, :2]).min(axis=1, initial=np.inf)
    shared = np.maximum(_inside(looked.xyxy, labelled), _inside(labelled, looked.xyxy).T)
    is_free = (shared < _FREE).all(axis=1)
    is_military = looked.class_id == detector.labels.index(_MILITARY)
    chosen = looked.select(is_free & is_military & (sides >= _SMALLEST_SIDE_PX))
    return [
        (round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1), round(sure, 3))
        for (x1, y1, x2, y2), sure in zip(
            chosen.xyxy.tolist(), chosen.confidence.tolist(), strict=True
        )
    ]


def _inside(boxes: FloatArray, others: FloatArray) -> FloatArray:
    """Share of every box, rows, that lies in every other, columns."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(axis=2)
    return np.asarray(shared / np.maximum(area(boxes), 1)[:, None], np.float32)


def to_json(
    found: Mapping[str, Mapping[str, Sequence[Negative]]],
    excluded: Mapping[str, Mapping[str, str]],
    *,
    detector_sha256: str,
) -> str:
    """Write negatives as a file, without the pictures that a person excluded.

    Args:
        found: By collection and file name.
        excluded: By collection and file name: why nothing in the picture counts as a negative.
        detector_sha256: Of the model that found them.
    """
    parts = []
    for collection, files in found.items():
        lines = [
            f"   {json.dumps(name)}: {json.dumps([list(row) for row in rows])}"
            for name, rows in sorted(files.items())
            if name not in excluded.get(collection, {})
        ]
        parts.append(f"  {json.dumps(collection)}: {{\n" + ",\n".join(lines) + "\n  }")
    body = ",\n".join(parts)
    return (
        f'{{"format": "{NEGATIVES_FORMAT}", "detector_sha256": "{detector_sha256}",\n'
        f' "min_confidence": {MIN_CONFIDENCE},\n "collections": {{\n{body}\n }},\n'
        f' "excluded": {json.dumps(excluded, indent=1, ensure_ascii=False)}\n}}\n'
    )


if __name__ == "__main__":
    main()
