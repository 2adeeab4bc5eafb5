"""Figures of a detector: pure functions of boxes, confidences and truth.

Average precision is COCO's: precision made monotone, read at 101 recalls, greedy matching in
order of confidence, each truth once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.recognition import iou
from marchpast.records import BoolArray, FloatArray

Curve = npt.NDArray[np.float64]

COCO_IOU_THRESHOLDS = tuple(float(value) for value in np.arange(0.5, 0.96, 0.05).round(2))


@dataclass(frozen=True, slots=True, eq=False)
class PictureResult:
    """What was found in one picture and what is there.

    Attributes:
        xyxy: `(N, 4)` float32 found boxes.
        confidence: `(N,)` float32.
        truth: `(M, 4)` float32 true boxes, same frame of reference.
    """

    xyxy: FloatArray
    confidence: FloatArray
    truth: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """All found boxes of all pictures, most confident first.

    Attributes:
        confidence: `(N,)` float32, descending.
        is_true: `(N,)` whether the box is matched to a truth.
        truths: Number of true boxes.
        pictures: Number of pictures.
    """

    confidence: FloatArray
    is_true: BoolArray
    truths: int
    pictures: int


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


def box_figures(results: Sequence[PictureResult]) -> BoxFigures:
    """Return the figures of a set of pictures."""
    precisions = [average_precision(rank(results, iou)) for iou in COCO_IOU_THRESHOLDS]
    ranking = rank(results, 0.5)
    return BoxFigures(
        pictures=ranking.pictures,
        boxes=ranking.truths,
        ap50=precisions[0],
        ap50_95=float(np.mean(precisions)),
        recall_at_1=recall_at(ranking, false_per_picture=1.0),
        recall_at_01=recall_at(ranking, false_per_picture=0.1),
    )


def rank(results: Sequence[PictureResult], iou_threshold: float) -> Ranking:
    """Match every picture's boxes to its truth and sort all of them by confidence."""
    confidence = [result.confidence for result in results]
    is_true = [match(result, iou_threshold) for result in results]
    flat = np.concatenate([*confidence, np.zeros(0, np.float32)])
    order = np.argsort(-flat, kind="stable")
    return Ranking(
        flat[order],
        np.concatenate([*is_true, np.zeros(0, np.bool_)])[order],
        sum(len(result.truth) for result in results),
        len(results),
    )


def match(result: PictureResult, iou_threshold: float) -> BoolArray:
    """Return which boxes are true: `(N,)`, in the order given.

    The most confident box chooses first, the truth it overlaps most among those left.
    """
    is_true = np.zeros(len(result.confidence), np.bool_)
    overlap = iou(result.xyxy, result.truth)
    if not overlap.size:
        return is_true
    free = np.ones(len(result.truth), np.bool_)
    for row in np.argsort(-result.confidence, kind="stable"):
        best = int(np.argmax(np.where(free, overlap[row], -1.0)))
        if free[best] and overlap[row, best] >= iou_threshold:
            free[best] = False
            is_true[row] = True
    return is_true


def average_precision(ranking: Ranking) -> float:
    """Return the average precision, 0.0 when there is no truth."""
    if ranking.truths == 0:
        return 0.0
    hits = np.cumsum(ranking.is_true)
    recall = hits / ranking.truths
    precision = hits / np.arange(1, len(hits) + 1)
    monotone: Curve = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.append(monotone, 0.0)[np.minimum(at, len(monotone))].mean())


def recall_at(ranking: Ranking, *, false_per_picture: float) -> float:
    """Return the share of truths found before more false boxes than allowed were raised."""
    if ranking.truths == 0:
        return 0.0
    allowed = false_per_picture * ranking.pictures
    kept = np.cumsum(~ranking.is_true) <= allowed
    return float(ranking.is_true[kept].sum() / ranking.truths)


def confidence_at(ranking: Ranking, *, false_per_picture: float) -> float:
    """Return the lowest confidence at which no more false boxes than allowed are raised.

    1.0 when even the most confident box is one too many.
    """
    kept = np.cumsum(~ranking.is_true) <= false_per_picture * ranking.pictures
    return float(ranking.confidence[kept][-1]) if kept.any() else 1.0
