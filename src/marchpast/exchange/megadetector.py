"""MegaDetector batch results, format version 1.6, for Timelapse, AddaxAI and their like.

Format: https://lila.science/megadetector-output-format. A box is of category `3`, which in that
world is `vehicle`; what the vehicle is, is its classification.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from marchpast import files
from marchpast.exchange import lost
from marchpast.exchange.categories import UNNAMED
from marchpast.exchange.view import FrameBoxes, ResultView, relative_xywh
from marchpast.report import ModelEntry, SourceEntry

FORMAT_VERSION: Final = "1.6"
_VEHICLE: Final = "3"
# What that project takes for a video, whatever the file holds; it then wants a frame rate.
_VIDEO_SUFFIXES: Final = (".mp4", ".avi", ".mpeg", ".mpg", ".mov", ".mkv", ".flv")
_UNKNOWN_RATE: Final = 1.0
_FAILED_RATE: Final = -1.0


def write_megadetector(view: ResultView, out: Path) -> Iterator[str]:
    """Write the file and yield what it cannot hold.

    Args:
        view: Of the result.
        out: The file.

    Raises:
        ResultError: If a line of the result is not of the format.
        OSError: If the file cannot be written.
    """
    frames: dict[str, list[FrameBoxes]] = defaultdict(list)
    for frame in view.frames():
        frames[frame.source.name].append(frame)
    images = [_image(source, frames[source.name]) for source in view.result.sources]
    images += [_failure(row.source, row.message) for row in view.result.failures]
    named = [row for row in view.categories.rows if row.node != UNNAMED]
    content = {
        "info": _info(view),
        "detection_categories": {_VEHICLE: "vehicle"},
        "classification_categories": {str(row.index): row.name for row in named},
        "classification_category_descriptions": {
            str(row.index): ";".join(row.lineage) for row in named
        },
        "images": images,
    }
    files.write_text(out, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    yield from lost.left_by_all(view)
    yield lost.left_of_names(holds="the answer and its probability are kept, no set")
    yield "tracks: which boxes are one vehicle is not in the file"
    for source in view.result.sources:
        yield from _left_of_times(source, frames[source.name])


def _info(view: ResultView) -> dict[str, Any]:
    by_task = {model.task: model for model in view.result.models}
    info: dict[str, Any] = {"format_version": FORMAT_VERSION}
    if (detector := by_task.get("detect")) is not None:
        info["detector"] = _called(detector)
        if isinstance(threshold := view.result.settings.get("min_confidence"), float):
            info["detector_metadata"] = {"typical_detection_threshold": threshold}
    if (classifier := by_task.get("classify")) is not None:
        info["classifier"] = _called(classifier)
    return info


def _called(model: ModelEntry) -> str:
    return f"marchpast {model.name} {model.version} ({model.sha256[:12]})"


def _image(source: SourceEntry, frames: list[FrameBoxes]) -> dict[str, Any]:
    is_video = source.kind == "video" or _is_video_name(source.name)
    entry: dict[str, Any] = {"file": source.name}
    if is_video:
        entry["frame_rate"] = _mean_rate(source)
        entry["frames_processed"] = [frame.frame_index for frame in frames]
    entry["detections"] = [
        row for frame in frames for row in _detections(frame, is_numbered=is_video)
    ]
    return entry


def _detections(frame: FrameBoxes, *, is_numbered: bool) -> Iterator[dict[str, Any]]:
    for box in frame.boxes:
        row: dict[str, Any] = {
            "category": _VEHICLE,
            "conf": float(box.confidence),
            "bbox": list(relative_xywh(box, frame.source)),
        }
        if box.sighting is not None:
            row["classifications"] = [[str(box.category.index), float(box.sighting.probability)]]
        if is_numbered:
            row["frame_number"] = frame.frame_index
        yield row


def _failure(name: str, message: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"file": name, "failure": message, "detections": None}
    if _is_video_name(name):
        entry |= {"frame_rate": _FAILED_RATE, "frames_processed": []}
    return entry


def _is_video_name(name: str) -> bool:
    return name.lower().endswith(_VIDEO_SUFFIXES)


def _mean_rate(source: SourceEntry) -> float:
    """Return frames per second on average over what was decoded; 1 where nothing tells."""
    if not _has_rate(source):
        return _UNKNOWN_RATE
    return round((source.frames_decoded - 1) / (source.last_time_s - source.first_time_s), 6)


def _has_rate(source: SourceEntry) -> bool:
    is_long = source.frames_decoded > 1 and source.last_time_s > source.first_time_s
    return source.kind == "video" and is_long


def _left_of_times(source: SourceEntry, frames: list[FrameBoxes]) -> Iterator[str]:
    """Yield how far off a time is that a reader computes as frame number by frame rate."""
    if source.kind == "picture":
        return
    if not _has_rate(source):
        yield f"{source.name}: nothing tells its frame rate; 1 a second stands in for it"
        return
    rate = _mean_rate(source)
    off = max((abs(frame.time_s - frame.frame_index / rate) for frame in frames), default=0.0)
    yield (
        f"{source.name}: times are told by frame number and mean rate ({rate:g} a second) only, "
        f"up to {off:.3f} s off the presentation time"
    )
