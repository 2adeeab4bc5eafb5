"""Truth in the form of COCO: masks as run lengths, annotations, categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from marchpast.records import BoolArray
from marchpast.synthesis.rendering import VehicleTruth

LEAST_VISIBLE = 0.15
"""A vehicle of which less is visible is not asked of a detector."""
LEAST_PX = 8.0
"""Nor is one whose box has a shorter side."""


def encoded_mask(mask: BoolArray) -> dict[str, list[int]]:
    """Return COCO's uncompressed run lengths of an `(H, W)` mask: columns, starting with zeros.

    >>> encoded_mask(np.array([[False, True], [True, True]]))
    {'size': [2, 2], 'counts': [1, 3]}
    """
    flat = mask.T.reshape(-1)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate([[0], changes, [len(flat)]])
    counts = np.diff(edges).tolist()
    if len(flat) and flat[0]:
        counts = [0, *counts]
    return {"size": [int(side) for side in mask.shape], "counts": counts}


def decoded_mask(segmentation: dict[str, list[int]]) -> BoolArray:
    """Return the `(H, W)` mask of run lengths from :func:`encoded_mask`."""
    height, width = segmentation["size"]
    values = np.arange(len(segmentation["counts"])) % 2 == 1
    flat = np.repeat(values, segmentation["counts"])
    return np.ascontiguousarray(flat.reshape(width, height).T)


def annotation(vehicle: VehicleTruth, *, blueprint: str) -> dict[str, Any]:
    """Return one vehicle's annotation, without the ids that only the whole set can give.

    `ignore` (and `iscrowd`, which COCO's tools heed) marks what is too hidden or too small to be
    asked of a detector.

    Args:
        vehicle: The truth.
        blueprint: What it was built from; several civil ones share a node.
    """
    x1, y1, x2, y2 = (float(value) for value in vehicle.xyxy)
    width, height = x2 - x1, y2 - y1
    ignore = vehicle.visible_fraction < LEAST_VISIBLE or min(width, height) < LEAST_PX
    return {
        "node": vehicle.node,
        "vehicle": blueprint,
        "bbox": [round(value, 2) for value in (x1, y1, width, height)],
        "area": int(vehicle.mask.sum()),
        "segmentation": encoded_mask(vehicle.mask),
        "iscrowd": int(ignore),
        "ignore": bool(ignore),
        "track_id": vehicle.track_id,
        "visible_fraction": round(float(vehicle.visible_fraction), 4),
        "azimuth_deg": round(float(vehicle.azimuth_deg), 1),
        "elevation_deg": round(float(vehicle.elevation_deg), 1),
        "distance_m": round(float(vehicle.distance_m), 2),
        "length_px": round(float(vehicle.length_px), 1),
        "state": vehicle.state,
        "covered": bool(vehicle.covered),
        "scheme": vehicle.scheme,
        "attributes": asdict(vehicle.attributes),
    }


def document(records: Sequence[dict[str, Any]], *, info: dict[str, Any]) -> dict[str, Any]:
    """Return the whole COCO document of picture records, in their order.

    Args:
        records: `{"image": {...}, "annotations": [...]}` of every picture.
        info: What goes under `info`.
    """
    nodes = sorted({item["node"] for record in records for item in record["annotations"]})
    category = {node: index for index, node in enumerate(nodes, start=1)}
    annotations: list[dict[str, Any]] = []
    for record in records:
        for item in record["annotations"]:
            rest = {key: value for key, value in item.items() if key != "node"}
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": record["image"]["id"],
                    "category_id": category[item["node"]],
                    **rest,
                }
            )
    return {
        "info": info,
        "images": [record["image"] for record in records],
        "annotations": annotations,
        "categories": [{"id": number, "name": node} for node, number in category.items()],
    }
