"""How well boxes are found: average precision as COCO defines it, and recall at false alarms.

Precision is made monotone and read at 101 recalls; matching is greedy in order of confidence,
each true box once. Intervals draw whole events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.evaluation.intervals import event_weights, figure, quantiles
from marchpast.recognition import iou
from marchpast.records import BoolArray, FloatArray

IOU_THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
_RECALLS = np.linspace(0, 1, 101)
_DRAWS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found in one picture, and what is there.

    Attributes:
        xyxy: `(N, 4)` float32 found boxes.
        confidence: `(N,)` float32.
        truth: `(M, 4)` float32 true boxes, same frame of reference.
        event: Of the picture.
    """

    xyxy: FloatArray
    confidence: FloatArray
    truth: FloatArray
    event: str

    def above(self, confidence: float) -> Found:
        """Return what remains at a confidence."""
        kept = self.confidence >= confidence
        return Found(self.xyxy[kept], self.confidence[kept], self.truth, self.event)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """All found boxes of all pictures, most confident first.

    Attributes:
        confidence: `(N,)` float32, descending.
        is_true: `(N,)` whether each is matched to a truth.
        picture: `(N,)` index of the picture each is in.
        truths: `(P,)` number of true boxes of every picture.
    """

    confidence: FloatArray
    is_true: BoolArray
    picture: npt.NDArray[np.int64]
    truths: npt.NDArray[np.float64]


def match(found: Found, iou_threshold: float) -> npt.NDArray[np.int64]:
    """Return which truth each found box is matched to, -1 for none: `(N,)`, in the order given.

    The most confident box chooses first, the truth it overlaps most among those left.
    """
    chosen = np.full(len(found.confidence), -1, np.int64)
    if not len(found.confidence) or not len(found.truth):
        return chosen
    overlap = iou(found.xyxy, found.truth)
    free = np.ones(len(found.truth), np.bool_)
    for row in np.argsort(-found.confidence, kind="stable"):
        best = int(np.argmax(np.where(free, overlap[row], -1.0)))
        if free[best] and overlap[row, best] >= iou_threshold:
            free[best] = False
            chosen[row] = best
    return chosen


def ranked(pictures: Sequence[Found], iou_threshold: float) -> Ranked:
    """Match every picture's boxes and sort all of them by confidence."""
    confidence = np.concatenate([np.zeros(0, np.float32), *(row.confidence for row in pictures)])
    is_true = [match(row, iou_threshold) >= 0 for row in pictures]
    picture = np.repeat(np.arange(len(pictures)), [len(row.confidence) for row in pictures])
    order = np.argsort(-confidence, kind="stable")
    return Ranked(
        confidence[order],
        np.concatenate([np.zeros(0, np.bool_), *is_true])[order],
        picture[order].astype(np.int64),
        np.array([len(row.truth) for row in pictures], np.float64),
    )


def average_precision(rows: Ranked, weights: npt.NDArray[np.float64] | None = None) -> float:
    """Return the average precision, NaN when there is no truth.

    Args:
        rows: The boxes.
        weights: `(P,)` how often every picture counts; once by default.
    """
    weight = np.ones(len(rows.truths)) if weights is None else weights
    total = float(weight @ rows.truths)
    if total == 0:
        return float("nan")
    counts = weight[rows.picture]
    hits, all_ = np.cumsum(counts * rows.is_true), np.cumsum(counts)
    precision = np.divide(hits, all_, out=np.zeros_like(hits), where=all_ > 0)
    monotone = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    at = np.searchsorted(hits / total, _RECALLS, side="left")
    return float(monotone[np.minimum(at, len(monotone) - 1)].mean())


def recall_at(
    rows: Ranked, *, false_per_picture: float, weights: npt.NDArray[np.float64] | None = None
) -> float:
    """Return the share of truths found before more false boxes than allowed were raised."""
    weight = np.ones(len(rows.truths)) if weights is None else weights
    total = float(weight @ rows.truths)
    if total == 0:
        return float("nan")
    counts = weight[rows.picture]
    false = np.cumsum(counts * ~rows.is_true)
    kept = false <= false_per_picture * weight.sum() + 1e-9
    return float((counts * rows.is_true)[kept].sum() / total)


def confidence_at(rows: Ranked, *, false_per_picture: float) -> float:
    """Return the lowest confidence at which no more false boxes than allowed are raised.

    1.0 when even the most confident box is one too many.
    """
    kept = np.cumsum(~rows.is_true) <= false_per_picture * len(rows.truths) + 1e-9
    return float(rows.confidence[kept][-1]) if kept.any() else 1.0


def precision_figures(pictures: Sequence[Found]) -> dict[str, Any]:
    """Return AP50 and AP50:95 of pictures that have a true box each."""
    rankings = [ranked(pictures, threshold) for threshold in IOU_THRESHOLDS]
    draws = event_weights([row.event for row in pictures], draws=_DRAWS)
    values = np.array([average_precision(rows) for rows in rankings])
    drawn = np.array([[average_precision(rows, weight) for rows in rankings] for weight in draws])
    return {
        "ap50": _figure(float(values[0]), drawn[:, 0], pictures),
        "ap50_95": _figure(float(values.mean()), drawn.mean(axis=1), pictures),
    }


def recall_figure(pictures: Sequence[Found], *, false_per_picture: float) -> dict[str, Any]:
    """Return the recall at a rate of false boxes, over the pictures given: all of them count."""
    rows = ranked(pictures, IOU_THRESHOLDS[0])
    draws = event_weights([row.event for row in pictures], draws=_DRAWS)
    drawn = np.array(
        [recall_at(rows, false_per_picture=false_per_picture, weights=weight) for weight in draws]
    )
    value = recall_at(rows, false_per_picture=false_per_picture)
    return _figure(value, drawn, pictures) | {"pictures": len(pictures)}


def _figure(
    value: float, drawn: npt.NDArray[np.float64], pictures: Sequence[Found]
) -> dict[str, Any]:
    boxes = sum(len(row.truth) for row in pictures)
    events = len({row.event for row in pictures if len(row.truth)})
    return figure(value, quantiles(drawn), n=boxes, events=events)
