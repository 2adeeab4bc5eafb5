"""What a detector finds in labelled pictures, and how often it cries wolf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torchvision.ops import nms

from marchpast.errors import SourceError
from marchpast.evaluation.box_scores import (
    IOU_THRESHOLDS,
    Found,
    average_precision,
    confidence_at,
    ranked,
    recall_at,
)
from marchpast.inference import Letterbox, fitted_size
from marchpast.records import BgrImage, Detections
from marchpast.training.datasets import CIVIL_NODE, Picture
from marchpast.training.detector_loss import MILITARY
from marchpast.training.detector_model import DetectorNetwork

IOU_THRESHOLD = 0.45
"""Overlap above which the less confident of two boxes is dropped; 0.6 left doubles."""

SCORE_FLOOR = 0.03
MOST_CANDIDATES = 1000
MOST_BOXES = 300
_SAME = 0.5
"""Overlap from which a box has found a vehicle."""

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
    result: Found

    @property
    def has_military(self) -> bool:
        """Whether a military vehicle is there to be found."""
        return len(self.result.truth) > 0


@dataclass(frozen=True, slots=True)
class BoxFigures:
    """The figures of one set of pictures.

    Attributes:
        pictures: How many.
        boxes: True boxes in them.
        ap50: Average precision at an overlap of 0.5.
        ap50_95: Mean over overlaps 0.5, 0.55 ... 0.95.
        recall_at_1: Share of boxes found when one false box a picture is allowed.
        recall_at_01: The same with one false box in ten pictures.
    """

    pictures: int
    boxes: int
    ap50: float
    ap50_95: float
    recall_at_1: float
    recall_at_01: float


def examine(pictures: Sequence[Picture], detect: Detect) -> list[Examined]:
    """Run a detector over pictures; those with a military vehicle without a box are left out.

    Args:
        pictures: Of the validation split.
        detect: Finds boxes of class 0 (military) and 1 (civil).

    Raises:
        SourceError: If a picture does not decode.
    """
    examined = []
    for picture in pictures:
        truth = [box.xyxy for box in picture.boxes if box.node != CIVIL_NODE]
        if truth and not (picture.is_boxed and picture.all_boxed):
            continue
        found = detect(_decoded(picture))
        military = found.select(found.class_id == MILITARY)
        boxes = np.array(truth, np.float32).reshape(-1, 4)
        examined.append(
            Examined(
                picture, found, Found(military.xyxy, military.confidence, boxes, picture.event)
            )
        )
    return examined


def military_figures(examined: Sequence[Examined]) -> BoxFigures:
    """Figures on the pictures that have military vehicles; NaN where there are none."""
    results = [row.result for row in examined if row.has_military]
    rankings = [ranked(results, threshold) for threshold in IOU_THRESHOLDS]
    precisions = [average_precision(ranking) for ranking in rankings]
    return BoxFigures(
        pictures=len(results),
        boxes=sum(len(result.truth) for result in results),
        ap50=precisions[0],
        ap50_95=float(np.mean(precisions)),
        recall_at_1=recall_at(rankings[0], false_per_picture=1.0),
        recall_at_01=recall_at(rankings[0], false_per_picture=0.1),
    )


def recall(examined: Sequence[Examined], *, min_confidence: float) -> float:
    """Share of true military boxes found at a confidence and an overlap of 0.5."""
    rows = ranked([row.result for row in examined], _SAME)
    kept = rows.confidence >= min_confidence
    return float(rows.is_true[kept].sum() / max(1.0, rows.truths.sum()))


def false_per_100(examined: Sequence[Examined], *, min_confidence: float) -> float:
    """False military boxes per 100 pictures at a confidence."""
    rows = ranked([row.result for row in examined], _SAME)
    false = (~rows.is_true & (rows.confidence >= min_confidence)).sum()
    return 100.0 * float(false) / max(1, len(examined))


def confidence_for(examined: Sequence[Examined], *, false_per_picture: float) -> float:
    """The lowest confidence that raises no more false military boxes, over all pictures."""
    rows = ranked([row.result for row in examined], _SAME)
    return confidence_at(rows, false_per_picture=false_per_picture)


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


def _decoded(picture: Picture) -> BgrImage:
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise SourceError(f"{picture.path}: the picture does not decode; restore it")
    return np.asarray(image, np.uint8)
