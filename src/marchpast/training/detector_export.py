"""Turn a training run into the model folder that is shipped (`marchpast export detector`).

It holds `model.onnx` and `card.toml`. Every figure in the card is measured on the exported graph,
through the same loader and detector that users have.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marchpast.files import sha256_of, write_bytes, write_text
from marchpast.inference import Model, PictureSettings
from marchpast.recognition import OnnxDetector, picture_detector
from marchpast.training.card_toml import to_toml
from marchpast.training.datasets import SPLITS_FILE, Picture
from marchpast.training.detector_config import DetectorConfig
from marchpast.training.detector_evaluate import (
    SCORE_FLOOR,
    Examined,
    confidence_for,
    examine,
    recall,
)
from marchpast.training.detector_figures import figures
from marchpast.training.detector_model import DetectorNetwork
from marchpast.training.detector_onnx import INPUT_NAME, LABELS, OUTPUT_NAMES, to_onnx
from marchpast.training.detector_photos import is_for_detector
from marchpast.training.detector_rendered import RenderedPicture

_LOGGER = logging.getLogger(__name__)

VERSION = "0.1.0"
LONG_SIDE = 768
"""Longer side of the input as shipped, pixels; docs/decisions/0002-detector.md says why."""

FALSE_PER_PICTURE = {"min_confidence": 0.12, "track_confidence": 0.5}
"""False military boxes a picture that a threshold allows, over all validation pictures.

Counted before the classifier's veto, which leaves a third of the civil pictures that raise one.
"""

FALSE_IN_STILLS = 0.15
"""The same for still pictures. A little more, because the veto leaves room: with the detector
before, the fused boxes from about there on left 1.4 in 100 of 220 civil pictures with a military
answer, and 3 are allowed."""

_SCALES = (2 / 3, 1.0, 4 / 3, 5 / 3)
_JUDGES = (24.0, 400.0)
"""How still pictures are looked at: sizes by comparison with a video's frames, and the boxes
(pixels of the input) on which another size has a say; docs/decisions/0002-detector.md says why."""

STARTED_FROM = (
    "PicoDet-S 416, COCO weights, PaddlePaddle/PaddleDetection, Apache-2.0 "
    "(picodet_s_416_coco.onnx, SHA-256 {sha256})"
)
LIMITS = (
    "The field photos it learnt from mostly show one, often damaged vehicle of the war in "
    "Ukraine, a third of them from drones; formations of small vehicles it knows from pasted and "
    "rendered scenes, and misses some of them in most pictures.",
    "Most boxes of the collections clean and tank_types were proposed by the detector before this "
    "one and looked at by a person: figures on them flatter.",
    "Vehicles whose longer side is under a tenth of the picture are often missed; "
    "figures.recall_by_size says how often.",
    "It finds vehicles and does not tell which: only the classifier vetoes what is civil.",
    "Cars in military use are labelled military in the training pictures, so a car can be called "
    "military.",
)


def export(
    network: DetectorNetwork,
    *,
    out: Path,
    config: DetectorConfig,
    train: Sequence[Picture],
    val: Sequence[Picture],
    started_from: str,
    command: str,
    long_side: int,
    rendered: Sequence[RenderedPicture] = (),
) -> dict[str, Any]:
    """Write a network's model folder and return the tables of its card.

    Args:
        network: Trained.
        out: Model folder, made if missing.
        config: Of the run.
        train: The pictures it learnt from: only counted.
        val: The pictures that its thresholds and figures come from.
        started_from: Name, origin and licence of the start weights.
        command: With which it can be made again.
        long_side: Longer side of the input, pixels, for 16:9 pictures.
        rendered: The rendered pictures it learnt from: only counted.

    Raises:
        OSError: If the folder cannot be written.
        ModelError: If the exported graph does not keep the contract.
    """
    content = to_onnx(network).SerializeToString()
    tables: dict[str, Any] = {
        "format": "marchpast-model/1",
        "name": "detector",
        "version": VERSION,
        "task": "detect",
        "licence": "MIT",
        "file": "model.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "started_from": started_from,
        "command": command,
        "labels": list(LABELS),
        "input": {
            "name": INPUT_NAME,
            "size": [-(-long_side * 9 // 16 // 32) * 32, long_side],
            "colour_order": "BGR",
            "resize": "letterbox",
            "pad_value": 114,
            "multiple_of": 32,
        },
        "outputs": {"names": list(OUTPUT_NAMES)},
        "settings": {"min_confidence": 0.5, "track_confidence": SCORE_FLOOR},
        "training": training_table(train, rendered, config=config),
    }
    with tempfile.TemporaryDirectory() as folder:
        # Loading needs a card, and the card's thresholds need a loaded model.
        _write_model(Path(folder), content, tables)
        model = Model.load(Path(folder), device="cpu")
        detector = OnnxDetector(model, min_confidence=SCORE_FLOOR)
        examined = examine(val, detector.detect)
        stills = still_settings(long_side)
        closely = examine(val, picture_detector(model, stills, min_confidence=SCORE_FLOOR).detect)
    chosen = settings(examined)
    confidence = round(confidence_for(closely, false_per_picture=FALSE_IN_STILLS), 3)
    pictures = stills.model_dump() | {"min_confidence": confidence}
    tables["settings"] = chosen | {"pictures": pictures}
    tables["figures"] = figures(examined, min_confidence=chosen["min_confidence"])
    tables["figures"] |= threshold_figures(examined, chosen)
    tables["figures"]["pictures"] = figures(closely, min_confidence=confidence)
    tables["limits"] = {"text": list(LIMITS)}
    out.mkdir(parents=True, exist_ok=True)
    _write_model(out, content, tables)
    Model.load(out, device="cpu")
    _LOGGER.info("%s: %s %s", out, tables["settings"], tables["figures"]["military"])
    return tables


def settings(examined: Sequence[Examined]) -> dict[str, float]:
    """Choose the thresholds: as low as the false boxes they raise allow."""
    return {
        name: round(confidence_for(examined, false_per_picture=allowed), 3)
        for name, allowed in FALSE_PER_PICTURE.items()
    }


def still_settings(long_side: int) -> PictureSettings:
    """Return how still pictures are looked at; the threshold is chosen on the exported graph.

    >>> still_settings(768).sizes
    (512, 768, 1024, 1280)
    """
    sizes = tuple(max(32, round(long_side * scale / 32) * 32) for scale in _SCALES)
    return PictureSettings(sizes=sizes, mirrored=True, judges=_JUDGES, min_confidence=0.5)


def threshold_figures(
    examined: Sequence[Examined], thresholds: Mapping[str, float]
) -> dict[str, Any]:
    """Say how each threshold was chosen and what it finds."""
    return {
        name: {
            "chosen_for_false_boxes_a_picture": FALSE_PER_PICTURE[name],
            "pictures": len(examined),
            "recall": round(recall(examined, min_confidence=confidence), 4),
        }
        for name, confidence in thresholds.items()
    }


def training_table(
    pictures: Sequence[Picture],
    rendered: Sequence[RenderedPicture] = (),
    *,
    config: DetectorConfig,
) -> dict[str, Any]:
    """Return what the network learnt from: pictures and boxes by source, rendered ones apart."""
    used = [picture for picture in pictures if is_for_detector(picture)]
    boxes = Counter[str]()
    for picture in used:
        boxes[picture.source] += len(picture.boxes) if picture.is_boxed else 0
    return {
        "seed": config.seed,
        "epochs": config.epochs,
        "scenes_per_epoch": config.samples_per_epoch,
        "pictures": len(used),
        "boxes": sum(boxes.values()),
        "rendered_pictures": len(rendered),
        "rendered_boxes": sum(len(row.vehicles) for row in rendered),
        "splits": "datasets/splits.json",
        "splits_sha256": sha256_of(SPLITS_FILE),
        "pictures_by_source": dict(sorted(Counter(row.source for row in used).items())),
        "boxes_by_source": dict(sorted(boxes.items())),
    }


def _write_model(folder: Path, content: bytes, tables: dict[str, Any]) -> None:
    """The graph first: with a torn pair the hash differs and the model is refused."""
    write_bytes(folder / "model.onnx", content)
    write_text(folder / "card.toml", to_toml(tables))
