"""The parts of a classifier's document: conditions, types, confusion, calibration, open set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marchpast.inference import ModelCard
from marchpast.training.card_page_sets import sets_part
from marchpast.training.card_page_tables import records, short, shown, table


def classifier_parts(
    card: ModelCard, own: Mapping[str, Any], measured: Mapping[str, Any]
) -> list[str]:
    """Return the parts in order; what was not measured is left out.

    Args:
        card: Of the model.
        own: Content of `figures.json`, empty without one.
        measured: Content of `accuracy.json`.
    """
    worlds: Mapping[str, Any] = measured.get("classifier_on_true_boxes", {})
    parts = []
    if worlds:
        parts.append(_by_condition(worlds))
    per_type = _per_type(card, own, worlds)
    if per_type:
        columns = ("type", "photos learnt", "rendered", "photos that validate", "top-1", "top-3")
        parts.append(
            "## By type\n\nWhether the true type is the likeliest, or among the likeliest three; "
            "a type without validation crops was never measured. Photos are crops of photos and "
            "video frames; **rendered only** says that not one taught the type, and then every "
            "answer of it says so too.\n\n" + table(columns, per_type)
        )
    if "confusion" in own:
        parts.append("## What is taken for what\n\n![Confusion matrix](confusion.svg)\n")
    if reliability_bins(own, measured):
        parts.append(
            "## Is it as sure as it should be\n\nOn the broken line it is right exactly as often "
            "as it says; below the line it promises too much.\n\n"
            "![Reliability plot](reliability.svg)\n"
        )
    sets = sets_part(own)
    if sets:
        parts.append(sets)
    if own.get("open_set"):
        parts.append(
            "## Types it never learnt\n\nHow well a score tells types that were left out of "
            "training from known ones (area under the ROC curve; 0.5 is chance), a fold a set of "
            "types left out. Measured with short trainings on photos alone, not with the "
            "shipped weights, which know all of these types.\n\n" + _open_set(own["open_set"])
        )
    attributes = [*own.get("attributes_seen", ()), *own.get("attributes", ())]
    if attributes:
        parts.append("## Attributes\n\n" + records(attributes))
    return parts


def _by_condition(worlds: Mapping[str, Any]) -> str:
    figures = {
        "type, top-1": ("types_with_10_training_crops", "top_1"),
        "type, top-3": ("types_with_10_training_crops", "top_3"),
        "type, top-1 against all labels": (
            "types_with_10_training_crops",
            "top_1_against_all_labels",
        ),
        "category, top-1": ("coarse", "category_top_1"),
        "coarse group, top-1": ("coarse", "group_top_1"),
        "answers that are right, any level": ("answers", "right_at_any_level"),
        "… when answered as a type": ("answers", "right_by_level", "type"),
        "answered as a type": ("answers", "type_level_of_all"),
        "answered as a type, of listed types": ("answers", "type_level_of_listed_types"),
        "calibration error of the answers": ("calibration", "answers"),
        "sets that hold the truth": ("sets", "hold_the_truth"),
        "names in a set": ("sets", "names_mean"),
        "types that a set leaves open": ("sets", "types_left_open_mean"),
        "civil called military": ("civil_called_military",),
        "military called civil or nothing": ("military_called_civil_or_nothing",),
    }
    names = {
        name: [_at(content, keys) for content in worlds.values()] for name, keys in figures.items()
    }
    rows = [
        (name, *("" if entry is None else short(entry) for entry in entries))
        for name, entries in names.items()
        if any(entry is not None for entry in entries)
    ]
    return (
        "## By condition\n\nType figures are of types with at least 10 training crops.\n\n"
        + table(("", *worlds), rows)
    )


def _at(content: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    value: Any = content
    for key in keys:
        if key not in value:
            return None
        value = value[key]
    return value


def _per_type(
    card: ModelCard, own: Mapping[str, Any], worlds: Mapping[str, Any]
) -> list[tuple[object, ...]]:
    """Rows of the table by type: the shipped file's figures, else those of the export."""
    exported = {row["type"]: row for row in own.get("per_type", ())}
    trained: Mapping[str, Any] = card.training.get("crops_by_label", {})
    drawn: Mapping[str, Any] = card.training.get("rendered_by_label", {})
    shipped: Mapping[str, Any] = worlds.get("all", {}).get("per_type", {})
    rows: list[tuple[object, ...]] = []
    for name in sorted({*exported, *shipped}):
        row, entry = exported.get(name, {}), shipped.get(name)
        crops = row.get("train_crops", trained.get(name, 0))
        if entry is not None:
            tops = (entry["top_1"]["n"], shown(entry["top_1"]), shown(entry["top_3"]))
        else:
            n = row["val_crops"]
            counted = [f"{row[key]} of {n}" if n else "not measured" for key in ("top1", "top3")]
            tops = (n, *counted)
        rendered = row.get("rendered_crops", drawn.get(name, 0))
        only = " (**rendered only**)" if rendered and not crops else ""
        rows.append((f"`{name}`{only}", crops, rendered, *tops))
    return rows


def _open_set(rows: list[Mapping[str, Any]]) -> str:
    folds = list(dict.fromkeys(str(row["fold"]) for row in rows))
    methods: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        methods.setdefault(str(row["method"]), {})[str(row["fold"])] = row
    ordered = sorted(
        methods.items(),
        key=lambda item: -sum(row["auroc"] for row in item[1].values()) / len(item[1]),
    )
    body = []
    for method, by_fold in ordered:
        mean = sum(row["auroc"] for row in by_fold.values()) / len(by_fold)
        cells = [
            f"{row['auroc']:.2f} [{row['low']:.2f}, {row['high']:.2f}]" if row else ""
            for row in (by_fold.get(fold) for fold in folds)
        ]
        body.append((method, f"{mean:.3f}", *cells))
    sizes = {str(row["fold"]): f"{row['known']} known, {row['unknown']} unknown" for row in rows}
    heads = [f"{fold} ({sizes[fold]})" for fold in folds]
    return table(("method", "mean", *heads), body)


def reliability_bins(
    own: Mapping[str, Any], measured: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Return the bins of the plot: the shipped file's answers, then those of the export."""
    found: list[Mapping[str, Any]] = []
    every = measured.get("classifier_on_true_boxes", {}).get("all", {}).get("calibration", {})
    titles = {"answers": "answers, any level", "likeliest_label": "likeliest label"}
    for key, title in titles.items():
        found += [{**row, "condition": title} for row in every.get(key, {}).get("bins", ())]
    # `figures.json` counts, so that tables can be joined; a plot wants the share.
    exported = own.get("reliability", ())
    return [*found, *({**row, "right": row["right"] / row["n"]} for row in exported)]
