"""Guess the boxes of the collections that came without, with the shipped detector.

    python -m marchpast.training.boxes --data FOLDER --out datasets/boxes.json

looks at every picture of a label table at four input sizes and takes the box on which they agree
best. The guesses of the committed file were then looked at one by one: what was wrong was drawn by
hand, and pictures with further vehicles or without any were marked. A second run keeps all that.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marchpast.errors import SourceError
from marchpast.files import write_text
from marchpast.inference import Model, find_model
from marchpast.recognition import OnnxDetector, area, iou
from marchpast.records import BgrImage, Detections, FloatArray
from marchpast.training.amendments import BOXES_FILE, BOXES_FORMAT
from marchpast.training.datasets import read_collection

COLLECTIONS = ("clean", "tank_types")
LONG_SIDES = (640, 512, 416, 320)
_FLOOR = 0.05
_MOST_BOXES = 8
_SAME = 0.6
_NOTE = (
    "Boxes for collections that came without: the shipped detector's at four input sizes, their "
    "median; by_hand: drawn or redrawn by a person, mostly to include the gun; not_all_boxed: "
    "further military vehicles are in view; excluded: no vehicle to be learnt from"
)


def main() -> None:
    """Write the file of boxes for one data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--out", type=Path, default=BOXES_FILE, help="file to write")
    arguments = parser.parse_args()
    old = json.loads(arguments.out.read_text("utf-8")) if arguments.out.is_file() else {}
    model = Model.load(find_model("detector"))
    detectors = [OnnxDetector(model, min_confidence=_FLOOR, size=side) for side in LONG_SIDES]
    guessed = {}
    for collection in COLLECTIONS:
        if (arguments.data / collection).is_dir():
            guessed[collection] = {
                name: guess_box([detector.detect(_decoded(picture.path)) for detector in detectors])
                for name, picture in read_collection(arguments.data, collection).items()
            }
    write_text(arguments.out, to_json(guessed, old, detector_sha256=model.card.sha256))


def guess_box(looks: Sequence[Detections]) -> list[float] | None:
    """Return the box on which several looks at one picture agree best, of whichever class.

    Large boxes win over small ones of the same confidence: the picture shows its vehicle large,
    and details of it are found besides.

    Args:
        looks: What was found in the picture, each at another input size.

    Returns:
        xyxy in pixels, the median of the boxes that agree; `None` when nothing was found.
    """
    looks = [look.select(np.arange(len(look.confidence)) < _MOST_BOXES) for look in looks]
    best, best_score = None, 0.0
    for candidate in np.concatenate([look.xyxy for look in looks]):
        agreeing, score = _agreeing(candidate[None], looks)
        score *= float(area(candidate[None])[0]) ** 0.25
        if score > best_score:
            best, best_score = np.median(agreeing, axis=0), score
    return None if best is None else [round(float(value), 1) for value in best]


def _agreeing(candidate: FloatArray, looks: Sequence[Detections]) -> tuple[FloatArray, float]:
    """The box of every look that is nearest to the candidate, and how sure they are together."""
    found, score = [], 0.0
    for look in looks:
        overlap = iou(candidate, look.xyxy)[0]
        support = np.where(overlap > _SAME, overlap * look.confidence, 0)
        if support.any():
            found.append(look.xyxy[int(support.argmax())])
            score += float(support.max())
    return np.array(found, np.float32), score


def to_json(
    guessed: Mapping[str, Mapping[str, Sequence[float] | None]],
    old: Mapping[str, Any],
    *,
    detector_sha256: str,
) -> str:
    """Write guesses as a file of boxes, keeping what a person did in an older one.

    Args:
        guessed: By collection and file name; `None` where nothing was found.
        old: Content of the older file, empty for none.
        detector_sha256: Of the model that guessed.
    """
    kept = {key: old.get(key, {}) for key in ("by_hand", "not_all_boxed", "excluded")}
    parts = []
    for collection, rows in guessed.items():
        by_hand = set(kept["by_hand"].get(collection, ()))
        excluded = kept["excluded"].get(collection, {})
        drawn = old.get("collections", {}).get(collection, {})
        lines = []
        for name, guess in sorted(rows.items()):
            box = drawn.get(name) if name in by_hand else guess
            if box is not None and name not in excluded:
                lines.append(f"   {json.dumps(name)}: {json.dumps(list(box))}")
        parts.append(f"  {json.dumps(collection)}: {{\n" + ",\n".join(lines) + "\n  }")
    extra = ",\n".join(
        f" {json.dumps(key)}: {json.dumps(value, indent=1, ensure_ascii=False)}"
        for key, value in kept.items()
    )
    body = ",\n".join(parts)
    return (
        f'{{"format": "{BOXES_FORMAT}", "detector_sha256": "{detector_sha256}",\n'
        f' "note": {json.dumps(_NOTE)},\n'
        f' "collections": {{\n{body}\n }},\n{extra}\n}}\n'
    )


def _decoded(path: Path) -> BgrImage:
    image = cv2.imread(str(path))
    if image is None:
        raise SourceError(f"{path}: the picture does not decode; restore it or drop its label")
    return np.asarray(image, np.uint8)


if __name__ == "__main__":
    main()
