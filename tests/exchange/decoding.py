"""Every format read back by other code than wrote it: one row a box, as the result has it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from marchpast.exchange import UNNAMED
from marchpast.report import load_result, read_rows

Rows = list[tuple[Any, ...]]


def of_result(folder: Path, *fields: str) -> Rows:
    """Rows of the result itself; boxes to 2 decimals of a pixel."""
    rows = []
    for row in read_rows(folder):
        for found in row.detections:
            facts = {
                "source": row.source,
                "frame": row.frame_index,
                "time": row.time_s,
                "xyxy": found.xyxy,
                "confidence": found.confidence,
                "node": found.node or UNNAMED,
                "track": found.track_id,
            }
            rows.append(tuple(facts[name] for name in fields))
    return rows


def of_coco(path: Path) -> Rows:
    content = json.loads(path.read_text("utf-8"))
    images = {row["id"]: row for row in content["images"]}
    names = {row["id"]: row["name"] for row in content["categories"]}
    return [
        (
            images[row["image_id"]]["source"],
            images[row["image_id"]]["frame_index"],
            images[row["image_id"]]["time_s"],
            _xyxy(row["bbox"], 1, 1),
            row["score"],
            names[row["category_id"]],
            row.get("track_id"),
        )
        for row in content["annotations"]
    ]


def of_megadetector(path: Path, folder: Path) -> Rows:
    content = json.loads(path.read_text("utf-8"))
    sizes = {row.name: (row.width, row.height) for row in load_result(folder).sources}
    lineages = content["classification_category_descriptions"]
    rows: Rows = []
    for image in content["images"]:
        for row in image["detections"] or ():
            named = row.get("classifications")
            node = lineages[named[0][0]].split(";")[-1] if named else UNNAMED
            box = _xyxy(row["bbox"], *sizes[image["file"]])
            rows.append((image["file"], row.get("frame_number", 0), box, row["conf"], node))
    return rows


def of_yolo(out: Path, stems: Iterable[tuple[str, str, int, tuple[int, int]]]) -> Rows:
    classes = (out / "classes.txt").read_text("utf-8").splitlines()
    rows: Rows = []
    for stem, source, frame, (width, height) in stems:
        for line in (out / "labels" / f"{stem}.txt").read_text("utf-8").splitlines():
            number, *shares = line.split()
            x, y, w, h = (float(share) for share in shares)
            box = _xyxy((x - w / 2, y - h / 2, w, h), width, height)
            rows.append((source, frame, box, classes[int(number)]))
    return rows


def of_table(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            (
                row["source"],
                int(row["frame_index"]),
                float(row["time_s"]),
                tuple(float(row[name]) for name in ("x1", "y1", "x2", "y2")),
                float(row["confidence"]),
                row["node"],
                int(row["track_id"]) if row["track_id"] else None,
            )
            for row in csv.DictReader(stream)
        ]


def of_fiftyone(path: Path, folder: Path) -> Rows:
    content = json.loads(path.read_text("utf-8"))
    sizes = {row.name: (row.width, row.height) for row in load_result(folder).sources}
    return [
        (
            row["attributes"]["source"],
            row["attributes"]["frame_index"],
            row["attributes"]["time_s"],
            _xyxy(row["bounding_box"], *sizes[row["attributes"]["source"]]),
            row["confidence"],
            row["label"],
            row["attributes"].get("index"),
        )
        for rows in content["labels"].values()
        for row in rows
    ]


def _xyxy(xywh: Iterable[float], width: int, height: int) -> tuple[float, ...]:
    x, y, w, h = xywh
    corners = (x * width, y * height, (x + w) * width, (y + h) * height)
    return tuple(round(value, 2) + 0.0 for value in corners)
