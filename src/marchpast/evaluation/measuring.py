"""All figures of two models on labelled pictures, and the tables that show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marchpast.evaluation.finding_figures import finding_figures, silence_figures
from marchpast.evaluation.labelled import LabelledPicture
from marchpast.evaluation.looking import look_at
from marchpast.evaluation.naming_figures import naming_figures, open_set_figures
from marchpast.evaluation.shares import shown
from marchpast.pipeline import Recognizer
from marchpast.progress import SILENCE, Progress


def measure(
    pictures: Sequence[LabelledPicture],
    recognizer: Recognizer,
    *,
    progress: Progress = SILENCE,
) -> dict[str, Any]:
    """Return every figure of a set of pictures; what nothing is known of is absent."""
    looked, named = look_at(pictures, recognizer, progress=progress)
    results = {
        "models": [
            {"name": card.name, "version": card.version, "sha256": card.sha256}
            for card, _ in recognizer.models
        ],
        "pictures": len(pictures),
        "detector": finding_figures(looked, recognizer),
        "civil_pictures": silence_figures(looked, recognizer),
        "classifier_on_true_boxes": naming_figures(named, recognizer),
        "open_set": open_set_figures(named, recognizer),
    }
    return {name: entry for name, entry in results.items() if entry}


def rows_of(entry: Mapping[str, Any], *, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Flatten nested figures into rows of a name and a text.

    >>> list(rows_of({"a_b": {"c": 0.5}, "d": 2}))
    [('a b: c', '0.500'), ('d', '2')]
    """
    for key, value in entry.items():
        name = prefix + key.replace("_", " ")
        if isinstance(value, Mapping) and "value" in value and "interval_95" in value:
            yield name, shown(value)
        elif isinstance(value, Mapping):
            yield from rows_of(value, prefix=f"{name}: ")
        elif isinstance(value, float):
            yield name, f"{value:.3f}"
        elif not isinstance(value, list):
            yield name, str(value)


def tables(results: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield a title and rows of figure and value for everything that was measured."""
    if "detector" in results:
        yield "Detector, military vehicles, class-agnostic", list(rows_of(results["detector"]))
    if "civil_pictures" in results:
        parts = dict(results["civil_pictures"])
        sources = parts.pop("by_source")
        rows = [*rows_of(parts)]
        rows += [(source.split("@")[0], shown(entry)) for source, entry in sources.items()]
        yield "Civil pictures with a military answer, whole flow", rows
    worlds = dict(results.get("classifier_on_true_boxes", {}))
    if len(worlds) == 2:
        # Pictures of one kind only: the same figures twice.
        worlds.popitem()
    for world, figures in worlds.items():
        yield f"Classifier on true boxes: {world}", list(rows_of(figures))
    if "open_set" in results:
        yield (
            "Types that are no label against those that are, AUROC",
            list(rows_of(results["open_set"])),
        )
