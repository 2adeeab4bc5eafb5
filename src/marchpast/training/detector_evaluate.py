"""What a detector finds in labelled pictures, and how often it cries wolf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torchvision.ops import nms

from marchpast.errors import SourceError
from marchpast.inference import Letterbox, fitted_size
from marchpast.records import BgrImage, Detections
from marchpast.training.datasets import CIVIL_NODE, Picture
from marchpast.training.detector_loss import MILITARY
from marchpast.training.detector_model import DetectorNetwork
from marchpast.training.metrics import (
    BoxFigures,
    PictureResult,
    box_figures,
    confidence_at,
    match,
    overlaps,
    rank,
)

IOU_THRESHOLD = 0.45
"""Overlap above which the less confident of two boxes is dropped; 0.6 left doubles."""

SCORE_FLOOR = 0.03
MOST_CANDIDATES = 1000
MOST_BOXES = 300

_SMALL, _LARGE = 0.1, 0.3
_GROUP = 3

Detect = Callable[[BgrImage], Detections]


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """One picture, the boxes of military vehicles in it, and what the detector said.

    Attributes:
        picture: The picture.
        found: Every detection, both classes.
        result: The military ones against the true military boxes.
    """

    picture: Picture
    found: Detections
    result: PictureResult

    @property
    def has_military(self) -> bool:
        """Whether a military vehicle is there to be found."""
        return len(self.result.truth) > 0


def examine(pictures: Sequence[Picture], detect: Detect) -> list[Examined]:
    """Run a detector over pictures; those whose military vehicle is not boxed are left out.

    Args:
        pictures: Of the validation split.
        detect: Finds boxes of class 0 (military) and 1 (civil).

    Raises:
        SourceError: If a picture does not decode.
    """
    examined = []
    for picture in pictures:
        truth = [box.xyxy for box in picture.boxes if box.node != CIVIL_NODE]
        if truth and not picture.is_boxed:
            continue
        found = detect(_decoded(picture))
        military = found.select(found.class_id == MILITARY)
        boxes = np.array(truth, np.float32).reshape(-1, 4)
        examined.append(
            Examined(picture, found, PictureResult(military.xyxy, military.confidence, boxes))
        )
    return examined


def military_figures(examined: Sequence[Examined]) -> BoxFigures:
    """Figures on the pictures that have military vehicles."""
    return box_figures([row.result for row in examined if row.has_military])


def recall(examined: Sequence[Examined], *, min_confidence: float) -> float:
    """Share of true military boxes found at a confidence and an overlap of 0.5."""
    ranking = rank([row.result for row in examined], 0.5)
    kept = ranking.confidence >= min_confidence
    return float(ranking.is_true[kept].sum()) / max(1, ranking.truths)


def false_per_100(examined: Sequence[Examined], *, min_confidence: float) -> float:
    """False military boxes per 100 pictures at a confidence."""
    ranking = rank([row.result for row in examined], 0.5)
    false = (~ranking.is_true & (ranking.confidence >= min_confidence)).sum()
    return 100.0 * float(false) / max(1, ranking.pictures)


def confidence_for(examined: Sequence[Examined], *, false_per_picture: float) -> float:
    """The lowest confidence that raises no more false military boxes, over all pictures."""
    ranking = rank([row.result for row in examined], 0.5)
    return confidence_at(ranking, false_per_picture=false_per_picture)


def figures(examined: Sequence[Examined], *, min_confidence: float) -> dict[str, Any]:
    """Return the card's tables of figures; every table says on how many it rests.

    Args:
        examined: All pictures of the validation split.
        min_confidence: At which recalls and alarms are counted.
    """
    with_military = [row for row in examined if row.has_military]
    without = [row for row in examined if not row.has_military]
    groups = [row for row in with_military if len(row.result.truth) >= _GROUP]
    by_source: dict[str, list[Examined]] = defaultdict(list)
    for row in without:
        by_source[row.picture.source].append(row)
    overall = {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in asdict(military_figures(examined)).items()
    }
    at = {"min_confidence": min_confidence}
    return {
        "military": overall
        | {
            "recall_at_min_confidence": round(recall(with_military, **at), 4),
            "false_boxes_per_100_pictures": round(false_per_100(with_military, **at), 1),
            "called_civil": round(_called_civil(with_military, min_confidence), 4),
        },
        "recall_by_size": _recall_by_size(with_military, min_confidence),
        "three_or_more_vehicles": {
            "pictures": len(groups),
            "boxes": sum(len(row.result.truth) for row in groups),
            "recall": round(recall(groups, **at), 4),
        },
        "without_military": {
            "pictures": len(without),
            "false_boxes_per_100_pictures": round(false_per_100(without, **at), 1),
        },
        "false_boxes_per_100_by_source": {
            source: round(false_per_100(rows, **at), 1)
            for source, rows in sorted(by_source.items())
        },
    }


class TorchDetector:
    """The network before it is exported, with the post-processing of the exported graph.

    Args:
        network: Is put in evaluation mode.
        long_side: Longer side of the input, pixels.
    """

    def __init__(self, network: DetectorNetwork, *, long_side: int) -> None:
        self._network = network.eval()
        self._long_side = long_side
        self._device = next(network.parameters()).device

    def __call__(self, image: BgrImage) -> Detections:
        """Find vehicles in an `(H, W, 3)` uint8 BGR picture."""
        size = fitted_size(image.shape[0], image.shape[1], long_side=self._long_side)
        fitted, back = Letterbox(size).fit(image)
        pixels = torch.from_numpy(fitted.copy()).permute(0, 3, 1, 2).float()
        with torch.no_grad():
            predicted = self._network(pixels.to(self._device, memory_format=torch.channels_last))
        confidence, class_id = predicted.logits[0].sigmoid().max(dim=-1)
        confidence, order = confidence.topk(min(MOST_CANDIDATES, len(confidence)))
        order = order[confidence > SCORE_FLOOR]
        confidence = confidence[: len(order)]
        boxes = predicted.boxes[0][order]
        kept = nms(boxes, confidence, IOU_THRESHOLD)[:MOST_BOXES]
        return Detections(
            boxes[kept].cpu().numpy() * back,
            confidence[kept].cpu().numpy(),
            class_id[order][kept].cpu().numpy(),
        )


def _recall_by_size(examined: Sequence[Examined], min_confidence: float) -> dict[str, Any]:
    """Recall of boxes whose longer side is a small, middling or large share of the picture."""
    found: dict[str, list[bool]] = {"under_10_percent": [], "10_to_30": [], "over_30": []}
    for row in examined:
        truth = row.result.truth
        side = (truth[:, 2:] - truth[:, :2]).max(axis=1)
        share = side / max(row.picture.width, row.picture.height)
        for index, value in enumerate(share):
            key = (
                "under_10_percent"
                if value < _SMALL
                else "10_to_30"
                if value < _LARGE
                else "over_30"
            )
            found[key].append(_is_found(row.result, index, min_confidence))
    return {
        key: {"boxes": len(hits), "recall": round(sum(hits) / max(1, len(hits)), 4)}
        for key, hits in found.items()
    }


def _is_found(result: PictureResult, index: int, min_confidence: float) -> bool:
    """Whether one truth is found, matched for itself alone."""
    kept = result.confidence >= min_confidence
    alone = PictureResult(
        result.xyxy[kept], result.confidence[kept], result.truth[index : index + 1]
    )
    return bool(match(alone, 0.5).any())


def _called_civil(examined: Sequence[Examined], min_confidence: float) -> float:
    """Share of true military boxes that a civil box covers and no military one."""
    called, total = 0, 0
    for row in examined:
        kept = row.found.select(row.found.confidence >= min_confidence)
        overlap = overlaps(row.result.truth, kept.xyxy) >= 0.5
        military = (overlap & (kept.class_id == MILITARY)).any(axis=1)
        civil = (overlap & (kept.class_id != MILITARY)).any(axis=1)
        called += int((civil & ~military).sum())
        total += len(military)
    return called / max(1, total)


def _decoded(picture: Picture) -> BgrImage:
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise SourceError(f"{picture.path}: the picture does not decode; restore it")
    return np.asarray(image, np.uint8)
