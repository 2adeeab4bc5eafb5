"""The figures of the classifier and of the answers, on labelled boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.evaluation.calibration import calibration_figure
from marchpast.evaluation.intervals import area_under_curve, share_of
from marchpast.evaluation.labelled import CIVIL, SETS, WORLDS, LabelledBox
from marchpast.evaluation.looking import MILITARY, Named
from marchpast.evaluation.names import Names
from marchpast.evaluation.set_figures import set_figures
from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.pipeline import Recognizer
from marchpast.taxonomy import Taxonomy, load_taxonomy

_TOP = 3
_Truths = Callable[[LabelledBox], set[str]]
_Answer = Callable[[npt.NDArray[np.float64]], str]
_LEVELS = ("type", "family", "category", "class")


def naming_figures(named: Sequence[Named], recognizer: Recognizer) -> dict[str, Any]:
    """Return the figures of all labelled boxes and of every kind of pictures apart."""
    names = Names(recognizer, load_taxonomy())
    worlds: dict[str, list[Named]] = {"all": list(named)}
    for row in named:
        worlds.setdefault(WORLDS.get(row.collection, row.collection), []).append(row)
    return {world: _world(rows, names) for world, rows in worlds.items() if rows}


def open_set_figures(named: Sequence[Named], recognizer: Recognizer) -> dict[str, Any]:
    """Return how well simple scores tell types that are no label from those that are.

    Unknown are boxes whose type, read exactly, is no label, and photos of tanks known to be of a
    country whose tanks are none. Most come from other pictures than the known ones do, so
    the pictures differ too: leaving types out of training measures this cleanly.
    """
    names = Names(recognizer, load_taxonomy())
    known = [row for row in named if row.box.node in names.types]
    unknown = [
        row
        for row in named
        if (row.box.node in names.taxonomy.types and row.box.node not in names.types)
        or (row.collection == "tank_types" and row.box.is_not)
    ]
    types = [names.labels.index(name) for name in names.types]

    def doubt(row: Named) -> float:
        return 1 - float(row.probabilities[types].max())

    scores: dict[str, Callable[[Named], float]] = {
        "one minus the likeliest type": doubt,
        "energy of the logits": lambda row: row.energy,
    }
    if all(row.novelty is not None for row in (*known, *unknown)):
        scores["novelty, as the network says"] = lambda row: row.novelty or 0.0
    slope = names.novelty_slope
    if slope is not None:
        # What the judge holds against its threshold, with the sign turned.
        scores["as shipped: doubt and novelty"] = lambda row: (
            _log_odds(doubt(row)) + slope * (row.novelty or 0.0)
        )
    found = {
        name: area_under_curve(
            [score(row) for row in known],
            [score(row) for row in unknown],
            known_events=[row.event for row in known],
            unknown_events=[row.event for row in unknown],
        )
        for name, score in scores.items()
    }
    return {name: entry for name, entry in found.items() if entry is not None}


def is_right(row: Named, taxonomy: Taxonomy) -> bool | None:
    """Whether the answer is the truth or lies above it; `None` where the label cannot tell.

    An answer below a coarse label ("T-80" for a box labelled `tank`) may be right or wrong. It is
    left out, while a wrong branch under a coarse label counts: the figure errs on the low side.
    """
    answer = row.identity.node
    roots = SETS.get(row.box.node, (row.box.node,))
    if any(taxonomy.is_within(root, answer) for root in roots):
        return True
    if any(taxonomy.is_within(answer, node) for node in row.box.is_not):
        return False
    return None if any(taxonomy.is_within(answer, root) for root in roots) else False


def _world(rows: Sequence[Named], names: Names) -> dict[str, Any]:
    military = [row for row in rows if row.box.node != CIVIL]
    civil = [row for row in rows if row.box.node == CIVIL]
    figures: dict[str, Any] = {"crops": len(rows), "military": len(military)}
    known = [row for row in military if row.box.node in names.types]
    trained = [row for row in known if row.box.node in names.well_trained]
    if known:
        figures["types_with_10_training_crops"] = _ranks(trained, names)
        figures["all_listed_types"] = _ranks(known, names)
        figures["per_type"] = _per_type(known, names)
    if military:
        figures["coarse"] = _coarse(military, names)
        figures["answers"] = _answers(military, known, names)
        sets = set_figures(military, names.taxonomy)
        if sets:
            figures["sets"] = sets
    calibration = _calibration(rows, known, names)
    if calibration:
        figures["calibration"] = calibration
    vetoes: dict[str, tuple[list[Named], Callable[[Named], bool]]] = {
        "civil_called_military": (civil, lambda row: _is_military(row, names.taxonomy)),
        "military_called_civil_or_nothing": (
            military,
            lambda row: row.identity.node in (CIVIL, NOT_A_VEHICLE),
        ),
    }
    for name, (of, test) in vetoes.items():
        if of:
            figures[name] = _share([test(row) for row in of], of)
    return figures


def _ranks(rows: Sequence[Named], names: Names) -> dict[str, Any]:
    """Top-1 and top-3 in both readings, and in the detector's own boxes where there are none."""
    figures: dict[str, Any] = {"types": len({row.box.node for row in rows})}
    pairs = [(row, row.probabilities) for row in rows]
    found = [(row, row.in_found_box) for row in rows if row.in_found_box is not None]
    for suffix, order, given in (
        ("", names.ranked_types, pairs),
        ("_against_all_labels", names.ranked_labels, pairs),
        ("_in_found_box", names.ranked_types, found),
    ):
        if given:
            some = [row for row, _ in given]
            ranks = [order(values).index(row.box.node) for row, values in given]
            figures[f"top_1{suffix}"] = _share([rank == 0 for rank in ranks], some)
            figures[f"top_{_TOP}{suffix}"] = _share([rank < _TOP for rank in ranks], some)
    return figures


def _per_type(rows: Sequence[Named], names: Names) -> dict[str, Any]:
    found = {}
    for node in sorted({row.box.node for row in rows}):
        some = [row for row in rows if row.box.node == node]
        ranks = [names.ranked_types(row.probabilities).index(node) for row in some]
        found[node] = {
            "top_1": _share([rank == 0 for rank in ranks], some),
            "top_3": _share([rank < _TOP for rank in ranks], some),
        }
    return found


def _coarse(rows: Sequence[Named], names: Names) -> dict[str, Any]:
    """Top-1 of the category and of `COARSE`; a label that fits two groups is left out."""
    found = {}
    readings: dict[str, tuple[_Truths, _Answer]] = {
        "category_top_1": (names.true_categories, names.likeliest_category),
        "group_top_1": (names.true_groups, names.likeliest_group),
    }
    for name, (truths, answer) in readings.items():
        certain = [row for row in rows if len(truths(row.box)) == 1 and row.box.node != MILITARY]
        hits = [answer(row.probabilities) in truths(row.box) for row in certain]
        found[name] = _share(hits, certain)
        found[f"{name}_by_group"] = {
            group: _share(
                [hit for hit, row in zip(hits, certain, strict=True) if group in truths(row.box)],
                [row for row in certain if group in truths(row.box)],
            )
            for group in sorted({next(iter(truths(row.box))) for row in certain})
        }
    return found


def _answers(military: Sequence[Named], known: Sequence[Named], names: Names) -> dict[str, Any]:
    checked = [(row, is_right(row, names.taxonomy)) for row in military if _is_answered(row)]
    judged = [(row, right) for row, right in checked if right is not None]
    by_level = {}
    for level in _LEVELS:
        at = [(row, right) for row, right in judged if row.identity.level == level]
        if at:
            by_level[level] = _share([right for _, right in at], [row for row, _ in at])
    figures: dict[str, Any] = {
        "right_at_any_level": _share([right for _, right in judged], [row for row, _ in judged]),
        "right_by_level": by_level,
        "the_label_cannot_check": _share(
            [right is None for _, right in checked], [row for row, _ in checked]
        ),
        "at_level": {
            level: _share([row.identity.level == level for row in military], military)
            for level in (*_LEVELS, "unknown")
        },
        "type_level_of_all": _type_level(military),
    }
    if known:
        of_known = [(row, is_right(row, names.taxonomy)) for row in known if _is_answered(row)]
        figures["type_level_of_listed_types"] = _type_level(known)
        figures["right_at_any_level_of_listed_types"] = _share(
            [right is True for _, right in of_known], [row for row, _ in of_known]
        )
    return figures


def _type_level(rows: Sequence[Named]) -> dict[str, Any]:
    return _share([row.identity.level == "type" for row in rows], rows)


def _calibration(rows: Sequence[Named], known: Sequence[Named], names: Names) -> dict[str, Any]:
    """Of the answers at whatever level, and of the likeliest type among all labels."""
    checked = [(row, is_right(row, names.taxonomy)) for row in rows if _is_answered(row)]
    judged = [(row, right) for row, right in checked if right is not None]
    found = {
        "answers": calibration_figure(
            [row.identity.probability for row, _ in judged],
            [right for _, right in judged],
            [row.event for row, _ in judged],
        ),
        "likeliest_label": calibration_figure(
            [float(row.probabilities.max()) for row in known],
            [names.ranked_labels(row.probabilities)[0] == row.box.node for row in known],
            [row.event for row in known],
        ),
    }
    return {name: entry for name, entry in found.items() if entry is not None}


def _is_answered(row: Named) -> bool:
    return row.identity.node not in (UNKNOWN, NOT_A_VEHICLE)


def _is_military(row: Named, taxonomy: Taxonomy) -> bool:
    return _is_answered(row) and taxonomy.is_within(row.identity.node, MILITARY)


def _share(hits: Sequence[bool], rows: Sequence[Named]) -> dict[str, Any]:
    return share_of(hits, [row.event for row in rows])


def _log_odds(share: float) -> float:
    held = min(max(share, 1e-9), 1 - 1e-9)
    return float(np.log(held / (1 - held)))
