"""The tables too long for a card: reliability, figures by type, confusion; `figures.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from marchpast.files import write_text
from marchpast.records import BoolArray
from marchpast.training.calibration_data import Thresholds
from marchpast.training.classifier_evaluate import Evaluation
from marchpast.training.classifier_labels import CIVIL
from marchpast.training.classifier_learnt import Learnt
from marchpast.training.classifier_metrics import Probabilities, softmax, top_k_right

FIGURES_NAME = "figures.json"
_BINS = 10
_SIZES_PX = (0, 48, 96, 192)
_FEWEST_IN_CONDITION = 30


def add_figures(folder: Path, tables: Mapping[str, Any]) -> None:
    """Write tables to `figures.json` of a model folder; those of other commands stay."""
    path = folder / FIGURES_NAME
    old: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    write_text(path, json.dumps({**old, **tables}, indent=1) + "\n")


def detail_of(evaluation: Evaluation, thresholds: Thresholds, *, learnt: Learnt) -> dict[str, Any]:
    """Return the tables `reliability`, `per_type` and `confusion`.

    Args:
        evaluation: Of validation crops.
        thresholds: Its temperature makes the probabilities.
        learnt: Training crops by label.
    """
    probabilities = softmax(evaluation.logits, thresholds.temperature)
    return {
        "reliability": _reliability(evaluation, probabilities),
        "per_type": _per_type(evaluation, probabilities, learnt),
        "confusion": _confusion(evaluation, probabilities),
    }


def conditions(evaluation: Evaluation) -> dict[str, BoolArray]:
    """Return which crops belong to which condition, for conditions with enough crops."""
    single = evaluation.allowed.sum(axis=1) == 1
    size = np.array([crop.size_px for crop in evaluation.crops])
    civil = np.array([crop.node == CIVIL for crop in evaluation.crops], np.bool_)
    found = {
        "all": single,
        "field photos": single & evaluation.of("vehicles") & evaluation.military,
        "clean photos": single
        & evaluation.military
        & (evaluation.of("clean") | evaluation.of("tank_types")),
        "civil vehicles": single & civil,
    }
    for low, high in zip(_SIZES_PX, (*_SIZES_PX[1:], None), strict=True):
        rows = (size >= low) & (size < (np.inf if high is None else high))
        name = f"{low} px and more" if high is None else f"{low} to {high} px"
        found[f"military, shorter side {name}"] = single & evaluation.military & rows
    return {name: rows for name, rows in found.items() if rows.sum() >= _FEWEST_IN_CONDITION}


def _reliability(evaluation: Evaluation, probabilities: Probabilities) -> list[dict[str, Any]]:
    """Of the likeliest leaf, on crops with one allowed leaf, in equal bins of its probability."""
    best = probabilities.argmax(axis=1)
    right = evaluation.allowed[np.arange(len(best)), best]
    confidence = probabilities.max(axis=1)
    index = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    rows = []
    for condition, members in conditions(evaluation).items():
        for number in range(_BINS):
            inside = members & (index == number)
            if inside.any():
                rows.append(
                    {
                        "condition": condition,
                        "low": round(number / _BINS, 2),
                        "high": round((number + 1) / _BINS, 2),
                        "n": int(inside.sum()),
                        "confidence": round(float(confidence[inside].mean()), 4),
                        "right": int(right[inside].sum()),
                    }
                )
    return rows


def _per_type(
    evaluation: Evaluation, probabilities: Probabilities, learnt: Learnt
) -> list[dict[str, Any]]:
    everything = np.ones(len(evaluation.space), np.bool_)
    first = top_k_right(probabilities, evaluation.allowed, k=1, among=everything)
    third = top_k_right(probabilities, evaluation.allowed, k=3, among=evaluation.leaf_is_type)
    nodes = np.array([crop.node for crop in evaluation.crops])
    table = []
    for label, is_type in zip(evaluation.space.labels, evaluation.leaf_is_type, strict=True):
        if not is_type:
            continue
        rows = evaluation.typed & (nodes == label)
        table.append(
            {
                "type": label,
                "train_crops": int(learnt.photos.get(label, 0)),
                "rendered_crops": int(learnt.rendered.get(label, 0)),
                "val_crops": int(rows.sum()),
                "top1": int(first[rows].sum()),
                "top3": int(third[rows].sum()),
            }
        )
    return table


def _confusion(evaluation: Evaluation, probabilities: Probabilities) -> dict[str, Any]:
    """Counts of the likeliest leaf (columns) by the true leaf (rows), where that is one leaf."""
    single = evaluation.allowed.sum(axis=1) == 1
    size = len(evaluation.space)
    counts = np.zeros((size, size), np.int64)
    truth, best = evaluation.allowed.argmax(axis=1), probabilities.argmax(axis=1)
    np.add.at(counts, (truth[single], best[single]), 1)
    used = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    return {
        "labels": [evaluation.space.labels[index] for index in used],
        "counts": counts[np.ix_(used, used)].tolist(),
    }
