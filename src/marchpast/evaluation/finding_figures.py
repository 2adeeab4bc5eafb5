"""The figures of the detector, and of the whole flow's silence on civil pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from marchpast.evaluation.box_scores import match, precision_figures, recall_figure
from marchpast.evaluation.intervals import share_of
from marchpast.evaluation.labelled import WORLDS
from marchpast.evaluation.looking import Looked
from marchpast.pipeline import Recognizer

_SIZES = (0.1, 0.3)
_SIZE_NAMES = ("under 10 % of the picture", "10 to 30 %", "over 30 %")
_GROUP = 3


def finding_figures(looked: Sequence[Looked], recognizer: Recognizer) -> dict[str, Any]:
    """Return the detector's figures on pictures with tight boxes; nothing without any."""
    rows = [row for row in looked if row.is_measurable]
    military = [row for row in rows if len(row.found.truth)]
    if not military:
        return {}
    everything = [row.found for row in rows]
    alone = [row.found for row in military]
    _, least = recognizer.finder("picture")
    return {
        "pictures": len(military),
        "pictures_without_military": len(rows) - len(military),
        **precision_figures(alone),
        "recall_at_1_false": {
            "military_pictures": recall_figure(alone, false_per_picture=1.0),
            "all_pictures": recall_figure(everything, false_per_picture=1.0),
        },
        "recall_at_0.1_false": {
            "military_pictures": recall_figure(alone, false_per_picture=0.1),
            "all_pictures": recall_figure(everything, false_per_picture=0.1),
        },
        "at_shipped_threshold": _at_threshold(military, rows, least),
        "by_one_look": {
            **precision_figures([row.found_once for row in military]),
            "recall_at_0.1_false": recall_figure(
                [row.found_once for row in military], false_per_picture=0.1
            ),
        },
    } | _by_world(military)


def silence_figures(looked: Sequence[Looked], recognizer: Recognizer) -> dict[str, Any]:
    """Return how often the whole flow answers a military vehicle where there is none.

    Sources that no picture was trained on are apart from those with other pictures in training.
    """
    civil = [row for row in looked if row.is_alarm is not None]
    if not civil:
        return {}
    trained = trained_sources(recognizer)
    new = [row for row in civil if row.picture.source not in trained]
    old = [row for row in civil if row.picture.source in trained]
    sources = sorted({row.picture.source for row in civil})
    return {
        "all": _alarms(civil, by_source=True),
        "sources_left_out_of_training": _alarms(new, by_source=True),
        "sources_with_other_pictures_in_training": _alarms(old, by_source=True),
        "by_source": {
            source: _alarms([row for row in civil if row.picture.source == source], by_source=False)
            | {"in_training": source in trained}
            for source in sources
        },
    }


def trained_sources(recognizer: Recognizer) -> set[str]:
    """Return every source that the cards of the models say they were trained on."""
    names: set[str] = set()
    for card, _ in recognizer.models:
        for key, table in card.training.items():
            if key.endswith("by_source") and isinstance(table, dict):
                names |= set(table)
    return names


def _by_world(military: Sequence[Looked]) -> dict[str, Any]:
    """Kinds of pictures apart, where there is more than one."""
    worlds = [WORLDS.get(row.picture.collection, row.picture.collection) for row in military]
    names = list(dict.fromkeys(worlds))
    if len(names) == 1:
        return {}
    parts = {
        name: [row.found for row, its in zip(military, worlds, strict=True) if its == name]
        for name in names
    }
    return {
        "by_kind_of_picture": {
            name: {
                **precision_figures(found),
                "recall_at_0.1_false": recall_figure(found, false_per_picture=0.1),
            }
            for name, found in parts.items()
        }
    }


def _alarms(rows: Sequence[Looked], *, by_source: bool) -> dict[str, Any]:
    """Pictures of one source are alike; within a source, those of one file are."""
    names = [row.picture.source if by_source else row.picture.name for row in rows]
    entry = share_of([bool(row.is_alarm) for row in rows], names)
    if not by_source:
        del entry["events"]
    return entry


def _at_threshold(
    military: Sequence[Looked], rows: Sequence[Looked], least: float
) -> dict[str, Any]:
    hits: list[tuple[Looked, int, bool]] = []
    for row in military:
        chosen = set(match(row.found.above(least), 0.5).tolist())
        hits += [(row, index, index in chosen) for index in range(len(row.found.truth))]
    return {
        "recall": _share(hits),
        "false_boxes_a_picture": {
            "military_pictures": _false(military, least),
            "all_pictures": _false(rows, least),
        },
        "recall_by_size": _grouped(hits, lambda row, index: _SIZE_NAMES[_size(row, index)]),
        "recall_by_number": _grouped(hits, lambda row, _: _number(len(row.found.truth))),
    }


def _grouped(
    hits: Sequence[tuple[Looked, int, bool]], key: Callable[[Looked, int], str]
) -> dict[str, Any]:
    names = [key(row, index) for row, index, _ in hits]
    order = (*_SIZE_NAMES, "1 vehicle", "2 vehicles", f"{_GROUP} or more vehicles")
    return {
        name: _share([hit for hit, its in zip(hits, names, strict=True) if its == name])
        for name in order
        if name in names
    }


def _share(hits: Sequence[tuple[Looked, int, bool]]) -> dict[str, Any]:
    return share_of([hit for *_, hit in hits], [row.picture.event for row, *_ in hits])


def _size(row: Looked, index: int) -> int:
    x1, y1, x2, y2 = row.found.truth[index]
    return int(np.searchsorted(_SIZES, max(x2 - x1, y2 - y1) / row.longest_px, side="right"))


def _number(count: int) -> str:
    if count >= _GROUP:
        return f"{_GROUP} or more vehicles"
    return "1 vehicle" if count == 1 else f"{count} vehicles"


def _false(rows: Sequence[Looked], least: float) -> float:
    counts = [int((match(row.found.above(least), 0.5) < 0).sum()) for row in rows]
    return round(sum(counts) / max(1, len(rows)), 4)
