"""A still picture looked at several times: at several sizes, and as in a mirror.

A video shows a vehicle in many frames, a picture shows it once. Small vehicles are found at a
larger size, vehicles that fill the picture at a smaller one, and what only one look finds is
doubtful. The looks are fused as in Solovyev et al. 2021, "Weighted boxes fusion", with one change:
a look has a say about a box only if the box has a size at which the network is at home (after
Singh and Davis 2018, "SNIP"), so that a tank which fills the picture is not outvoted by a look
that is too close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.inference import Model, PictureSettings
from marchpast.recognition.boxes import iou
from marchpast.recognition.detector import OnnxDetector
from marchpast.records import BgrImage, BoolArray, Detections, FloatArray, IntArray

# Solovyev et al. match at 0.55; what is left over this far is one vehicle twice.
_SAME = 0.55
_DOUBLE = 0.6
# What a single look is less sure of than this moves no box and no count.
_WEAKEST = 0.06


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a picture.

    Attributes:
        long_side: Longer side of the network's input, pixels.
        is_mirrored: Left and right exchanged.
        judges: Shortest and longest side (the longer one of a box, in pixels of the network's
            input) on which this look has a say.
    """

    long_side: int
    is_mirrored: bool = False
    judges: tuple[float, float] = (0.0, float("inf"))


class ViewsDetector:
    """Finds vehicles in a picture by several looks at it; thread-safe if the detectors are.

    Args:
        looks: A detector for each view; each should answer what it is unsure of too, down to 0.06.
        min_confidence: Weaker boxes are dropped.

    Raises:
        ValueError: If there is no view, or the detectors have different labels.
    """

    def __init__(
        self, looks: Sequence[tuple[View, OnnxDetector]], *, min_confidence: float
    ) -> None:
        if not looks or any(detector.labels != looks[0][1].labels for _, detector in looks):
            raise ValueError(
                f"one view at least, and detectors with the same labels are needed, got "
                f"{[detector.labels for _, detector in looks]}"
            )
        self._looks = tuple(looks)
        self._min_confidence = min_confidence

    @property
    def labels(self) -> tuple[str, ...]:
        """What `Detections.class_id` counts."""
        return self._looks[0][1].labels

    def detect(self, image: BgrImage, *, min_confidence: float | None = None) -> Detections:
        """Return the vehicles in a picture; see `Detector.detect`.

        Args:
            image: `(H, W, 3)` uint8 BGR; not changed.
            min_confidence: For this picture, instead of the detector's own.

        Raises:
            ModelContractError: If the network's numbers are not boxes.
        """
        seen = [_seen(image, view, detector) for view, detector in self._looks]
        found = fused(seen, [view for view, _ in self._looks], longest_px=max(image.shape[:2]))
        floor = self._min_confidence if min_confidence is None else min_confidence
        return found.select(found.confidence >= floor)


def picture_detector(
    model: Model, settings: PictureSettings, *, min_confidence: float | None = None
) -> ViewsDetector:
    """Return the detector for still pictures that a card describes.

    Args:
        model: A detector.
        settings: Of its card.
        min_confidence: Instead of the card's.

    Raises:
        ModelContractError: If the model is not a detector.
        ValueError: If a size does not fit the network's stride.
    """
    home = OnnxDetector(model)
    own_size = max(model.card.input.size)
    looks = [
        (View(own_size), home)
        if size == own_size
        else (View(size, judges=settings.judges), OnnxDetector(model, size=size))
        for size in settings.sizes
    ]
    if settings.mirrored:
        looks.append((View(own_size, is_mirrored=True), home))
    return ViewsDetector(
        looks,
        min_confidence=settings.min_confidence if min_confidence is None else min_confidence,
    )


def fused(seen: Sequence[Detections], views: Sequence[View], *, longest_px: int) -> Detections:
    """Return the boxes that several looks at one picture agree on, the surest first.

    A box is the mean of those that look alike, weighted by confidence; its confidence is their sum
    over the number of looks that have a say about a box of its size.

    Args:
        seen: What each look found, in pixels of the upright picture.
        views: As many.
        longest_px: Longer side of the picture.
    """
    shares = np.array([view.long_side / longest_px for view in views])
    parts = [
        found.select(_has_say(found.xyxy, view, share) & (found.confidence >= _WEAKEST))
        for found, view, share in zip(seen, views, shares, strict=True)
    ]
    every = Detections(
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.confidence for part in parts]),
        np.concatenate([part.class_id for part in parts]),
    )
    look = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.argsort(-every.confidence, kind="stable")
    every, look = every.select(order), look[order]
    clusters = _clusters(every, look)
    xyxy = np.array(
        [np.average(every.xyxy[rows], axis=0, weights=every.confidence[rows]) for rows in clusters],
        np.float32,
    ).reshape(-1, 4)
    asked = np.array(
        [_has_say(xyxy, view, share) for view, share in zip(views, shares, strict=True)]
    ).sum(axis=0)
    sure = np.array(
        [
            every.confidence[rows].sum() / max(count, len(rows))
            for rows, count in zip(clusters, asked, strict=True)
        ],
        np.float32,
    )
    class_id = every.class_id[[rows[0] for rows in clusters]]
    return _without_doubles(Detections(xyxy, sure, np.asarray(class_id, np.int64)))


def _seen(image: BgrImage, view: View, detector: OnnxDetector) -> Detections:
    if not view.is_mirrored:
        return detector.detect(image, min_confidence=_WEAKEST)
    found = detector.detect(np.ascontiguousarray(image[:, ::-1]), min_confidence=_WEAKEST)
    xyxy = found.xyxy.copy()
    xyxy[:, [0, 2]] = image.shape[1] - found.xyxy[:, [2, 0]]
    return Detections(xyxy, found.confidence, found.class_id)


def _has_say(xyxy: FloatArray, view: View, share: float) -> BoolArray:
    """Say which boxes have a size at which this look has a say, `(N,)`."""
    side = (xyxy[:, 2:] - xyxy[:, :2]).max(axis=1, initial=0.0) * share
    return np.asarray((side >= view.judges[0]) & (side <= view.judges[1]))


def _clusters(every: Detections, look: IntArray) -> list[list[int]]:
    """Return rows that show one vehicle, at most one a look, round the surest that is left."""
    same = (iou(every.xyxy, every.xyxy) > _SAME) & (
        every.class_id[:, None] == every.class_id[None, :]
    )
    is_free = np.ones(len(every), np.bool_)
    clusters = []
    for row in range(len(every)):
        if not is_free[row]:
            continue
        members = np.flatnonzero(same[row] & is_free)
        is_free[members] = False
        _, first = np.unique(look[members], return_index=True)
        clusters.append(sorted(members[first].tolist()))
    return clusters


def _without_doubles(found: Detections) -> Detections:
    """Return the boxes by falling confidence without those that repeat a surer one."""
    found = found.select(np.argsort(-found.confidence, kind="stable"))
    overlap = (iou(found.xyxy, found.xyxy) > _DOUBLE) & (
        found.class_id[:, None] == found.class_id[None, :]
    )
    kept: list[int] = []
    for row in range(len(found)):
        if not overlap[row, kept].any():
            kept.append(row)
    return found.select(np.array(kept, np.int64))
