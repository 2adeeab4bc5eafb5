"""The tables of figures that go into a detector's card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from marchpast.evaluation.box_scores import Found, match
from marchpast.recognition import iou
from marchpast.training.detector_evaluate import (
    Examined,
    false_per_100,
    military_figures,
    recall,
)
from marchpast.training.detector_loss import MILITARY

_SMALL, _LARGE = 0.1, 0.3


def figures(examined: Sequence[Examined], *, min_confidence: float) -> dict[str, Any]:
    """Return the card's tables of figures; every table says on how many it rests.

    Args:
        examined: All pictures of the validation split.
        min_confidence: At which recalls and alarms are counted.
    """
    with_military = [row for row in examined if row.has_military]
    without = [row for row in examined if not row.has_military]
    at = {"min_confidence": min_confidence}
    return {
        "military": _overall(with_military)
        | {
            "recall_at_min_confidence": round(recall(with_military, **at), 4),
            "false_boxes_per_100_pictures": round(false_per_100(with_military, **at), 1),
            "called_civil": round(_called_civil(with_military, min_confidence), 4),
        },
        "by_collection": {
            collection: _overall(rows) | {"recall_at_min_confidence": round(recall(rows, **at), 4)}
            for collection, rows in _grouped(with_military, lambda row: row.picture.collection)
        },
        "recall_by_size": _recall_by_size(with_military, min_confidence),
        "recall_by_vehicles_in_picture": {
            name: {
                "pictures": len(rows),
                "boxes": sum(len(row.result.truth) for row in rows),
                "recall": round(recall(rows, **at), 4),
            }
            for name, rows in _grouped(with_military, _vehicles)
        },
        "without_military": {
            "pictures": len(without),
            "false_boxes_per_100_pictures": round(false_per_100(without, **at), 1),
            "pictures_with_a_false_box_per_100": round(_alarmed_per_100(without, **at), 1),
        },
        "false_boxes_per_100_by_source": {
            source: round(false_per_100(rows, **at), 1)
            for source, rows in _grouped(without, lambda row: row.picture.source)
        },
    }


def _overall(examined: Sequence[Examined]) -> dict[str, Any]:
    return {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in asdict(military_figures(examined)).items()
    }


def _grouped(
    examined: Sequence[Examined], key: Callable[[Examined], str]
) -> list[tuple[str, list[Examined]]]:
    """Return the rows of each key, keys in order."""
    groups: dict[str, list[Examined]] = defaultdict(list)
    for row in examined:
        groups[key(row)].append(row)
    return sorted(groups.items())


def _vehicles(row: Examined) -> str:
    count = len(row.result.truth)
    return {1: "1", 2: "2"}.get(count, "3_or_more")


def _alarmed_per_100(examined: Sequence[Examined], *, min_confidence: float) -> float:
    alarmed = sum(bool((row.result.confidence >= min_confidence).any()) for row in examined)
    return 100.0 * alarmed / max(1, len(examined))


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


def _is_found(result: Found, index: int, min_confidence: float) -> bool:
    """Whether one truth is found, matched for itself alone."""
    sure = result.above(min_confidence)
    alone = Found(sure.xyxy, sure.confidence, sure.truth[index : index + 1], sure.event)
    return bool((match(alone, 0.5) >= 0).any())


def _called_civil(examined: Sequence[Examined], min_confidence: float) -> float:
    """Share of true military boxes that a civil box covers and no military one."""
    called, total = 0, 0
    for row in examined:
        kept = row.found.select(row.found.confidence >= min_confidence)
        overlap = iou(row.result.truth, kept.xyxy) >= 0.5
        military = (overlap & (kept.class_id == MILITARY)).any(axis=1)
        civil = (overlap & (kept.class_id != MILITARY)).any(axis=1)
        called += int((civil & ~military).sum())
        total += len(military)
    return called / max(1, total)
