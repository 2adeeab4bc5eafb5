"""What a detector finds in labelled pictures, and how often it cries wolf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    rank,
)

IOU_THRESHOLD = 0.45
"""Overlap above which the less confident of two boxes is dropped; 0.6 left doubles."""

SCORE_FLOOR = 0.03
MOST_CANDIDATES = 1000
MOST_BOXES = 300

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
