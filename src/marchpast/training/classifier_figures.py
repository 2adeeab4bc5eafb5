"""The figures of a classifier's card: counts, shares and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.calibration import cross_fitted_answers
from marchpast.training.calibration_data import Thresholds
from marchpast.training.classifier_evaluate import Evaluation
from marchpast.training.classifier_labels import BACKGROUND, CIVIL, LabelSpace
from marchpast.training.classifier_metrics import (
    RIGHT,
    Verdicts,
    answer_verdicts,
    event_interval,
    expected_calibration_error,
    precision,
    softmax,
    top_k_right,
    wilson_interval,
)

WORLDS = {"field": "vehicles", "clean": "clean", "tank_photos": "tank_types"}
"""The kinds of photos that are reported apart, and the collection each is read from."""

GROUPS = {
    "tank": ("tank",),
    "armoured": ("afv", "at_missile_carrier"),
    "gun": ("artillery",),
    "rocket_or_missile": ("mlrs", "air_defence", "missile_tel"),
    "truck": ("military_truck", "protected_truck"),
    "civil": (CIVIL,),
}
"""Coarse groups; a leaf belongs to the last that holds one of its ancestors deepest."""


def figures_of(
    evaluation: Evaluation,
    thresholds: Thresholds,
    *,
    target: float,
    taxonomy: Taxonomy,
    seed: int,
) -> dict[str, Any]:
    """Return the figures of a card: nested tables of counts, shares and intervals."""
    probabilities = softmax(evaluation.logits, thresholds.temperature)
    figures: dict[str, Any] = {}
    for world, collection in WORLDS.items():
        rows = evaluation.of(collection) & evaluation.typed
        figures[world] = _type_figures(evaluation, probabilities, rows, seed=seed)
    figures["coarse"] = _coarse_figures(evaluation, probabilities)
    figures["veto"] = _veto_figures(evaluation, thresholds)
    figures["answers"] = _answer_figures(evaluation, thresholds, taxonomy)
    figures["answers_cross_fitted"] = _cross_fitted(evaluation, target=target, seed=seed)
    figures["calibration_error"] = _calibration_error(evaluation, probabilities)
    return figures


def _type_figures(
    evaluation: Evaluation,
    probabilities: npt.NDArray[np.float64],
    rows: BoolArray,
    *,
    seed: int,
) -> dict[str, Any]:
    """Top-1 over all leaves, top-3 over the types, on crops of a known type."""
    if not rows.any():
        return {"n": 0}
    among = np.ones(len(evaluation.space), np.bool_)
    first = top_k_right(probabilities[rows], evaluation.allowed[rows], k=1, among=among)
    third = top_k_right(
        probabilities[rows], evaluation.allowed[rows], k=3, among=evaluation.leaf_is_type
    )
    events = [crop.event for crop, keep in zip(evaluation.crops, rows, strict=True) if keep]
    return {
        "n": int(rows.sum()),
        "types": len(set(evaluation.allowed[rows].argmax(axis=1).tolist())),
        "events": len(set(events)),
        "top1": _share(first),
        "top1_95": _rounded(event_interval(first, events, seed=seed)),
        "top3": _share(third),
        "top3_95": _rounded(event_interval(third, events, seed=seed)),
    }


def _coarse_figures(
    evaluation: Evaluation, probabilities: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """How often the heaviest coarse group is the right one, by group."""
    codes = np.array([_group_of(evaluation.space, label) for label in evaluation.space.labels])
    names = [*GROUPS, BACKGROUND]
    mass = np.stack([probabilities[:, codes == name].sum(axis=1) for name in names], axis=1)
    fits = np.stack([(evaluation.allowed & (codes == name)).sum(axis=1) for name in names], axis=1)
    # A label that could be of two groups (a piece of street, maybe with a car) is left out.
    certain = (fits > 0).sum(axis=1) == 1
    truth, best = fits.argmax(axis=1), mass.argmax(axis=1)
    found = {}
    for index, name in enumerate(names):
        rows = certain & (truth == index)
        right = int((best[rows] == index).sum())
        found[name] = {"n": int(rows.sum()), "right": right, **_interval(right, int(rows.sum()))}
    military = certain & evaluation.military
    right = int((best[military] == truth[military]).sum())
    found["military"] = {
        "n": int(military.sum()),
        "right": right,
        **_interval(right, int(military.sum())),
    }
    return found


def _group_of(space: LabelSpace, label: str) -> str:
    if label == BACKGROUND:
        return BACKGROUND
    depth = {node: index for index, node in enumerate(space.lineage(label))}
    best = max(
        ((depth.get(root, -1), name) for name, roots in GROUPS.items() for root in roots),
        default=(-1, ""),
    )
    return best[1] if best[0] >= 0 else "other"


def _veto_figures(evaluation: Evaluation, thresholds: Thresholds) -> dict[str, Any]:
    """Civil taken for military and the other way round, at the answer's threshold."""
    space = evaluation.space
    chosen = evaluation.answers(thresholds)
    says_military = np.array(
        [index >= 0 and "military_vehicle" in space.lineage(space.nodes[index]) for index in chosen]
    )
    says_civil = np.array([index >= 0 and space.nodes[index] == CIVIL for index in chosen])
    nodes = np.array([crop.node for crop in evaluation.crops])
    civil, free = nodes == CIVIL, ~evaluation.military & (nodes != CIVIL)
    return {
        "civil_called_military": _counted(says_military[civil]),
        "civil_called_civil": _counted(says_civil[civil]),
        "background_called_military": _counted(says_military[free]),
        "military_called_civil": _counted(says_civil[evaluation.military]),
        "military_called_military": _counted(says_military[evaluation.military]),
    }


def _answer_figures(
    evaluation: Evaluation,
    thresholds: Thresholds,
    taxonomy: Taxonomy,
) -> dict[str, Any]:
    """Answers to military crops by level, at the shipped thresholds (fitted on these crops)."""
    rows = evaluation.military
    chosen = evaluation.answers(thresholds)[rows]
    found = answer_verdicts(chosen, evaluation.table[rows])
    levels = np.array(
        ["none" if index < 0 else taxonomy.level(evaluation.space.nodes[index]) for index in chosen]
    )
    table = {}
    for level in ("type", "family", "category", "class", "none"):
        at = levels == level
        right, judged = precision(found[at])
        table[level] = {"answers": int(at.sum()), "judged": judged, "right": right}
    right, judged = precision(found)
    table["all"] = {
        "crops": int(rows.sum()),
        "judged": judged,
        "right": right,
        **_interval(right, judged),
    }
    typed = evaluation.typed[rows]
    named = (chosen >= 0) & evaluation.is_type[np.maximum(chosen, 0)]
    table["listed_types"] = _named(typed, named, found)
    # A type that is no label, or a tank of another country: no type is right for it.
    unlisted = evaluation.unlisted[rows]
    table["unlisted_types"] = _named(unlisted, named, found)
    return table


def _named(rows: BoolArray, named: BoolArray, found: Verdicts) -> dict[str, int]:
    right = rows & named & (found == RIGHT)
    return {
        "crops": int(rows.sum()),
        "type_named": int((rows & named).sum()),
        "right": int(right.sum()),
    }


def _cross_fitted(evaluation: Evaluation, *, target: float, seed: int) -> dict[str, Any]:
    """Mean over halvings of the events: thresholds from one half, answers of the other."""
    picked = cross_fitted_answers(
        evaluation.for_calibration,
        evaluation.space,
        events=[crop.event for crop in evaluation.crops],
        target=target,
        seed=seed,
    )
    rows = evaluation.military
    shares: dict[str, list[tuple[int, int]]] = {"all": [], "type": []}
    for chosen in picked[:, rows]:
        found = answer_verdicts(chosen, evaluation.table[rows])
        named = (chosen >= 0) & evaluation.is_type[np.maximum(chosen, 0)]
        shares["all"].append(precision(found))
        shares["type"].append(precision(found[named]))
    return {
        name: {
            "halvings": len(pairs),
            "judged_mean": round(float(np.mean([judged for _, judged in pairs])), 1),
            "right_share": round(sum(r for r, _ in pairs) / max(1, sum(j for _, j in pairs)), 4),
        }
        for name, pairs in shares.items()
    }


def _calibration_error(
    evaluation: Evaluation, probabilities: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """Of the likeliest leaf, on crops with one allowed leaf."""
    rows = evaluation.allowed.sum(axis=1) == 1
    best = probabilities[rows].argmax(axis=1)
    right = evaluation.allowed[rows][np.arange(len(best)), best]
    error = expected_calibration_error(probabilities[rows].max(axis=1), right)
    return {"n": int(rows.sum()), "ece_15_bins": round(error, 4)}


def _share(right: BoolArray) -> float:
    return round(float(right.mean()), 4)


def _rounded(pair: tuple[float, float]) -> list[float]:
    return [round(value, 3) for value in pair]


def _interval(right: int, total: int) -> dict[str, Any]:
    return {"wilson_95": _rounded(wilson_interval(right, total))}


def _counted(flags: npt.NDArray[np.bool_]) -> dict[str, Any]:
    count = int(flags.sum())
    return {"n": len(flags), "count": count, **_interval(count, len(flags))}
