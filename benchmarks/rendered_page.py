"""What rendered pictures are worth, as a part of `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marchpast.evaluation.shares import shown

_MEANS = {
    "rendered": "30 rendered crops",
    "photos_1": "1 photo",
    "photos_5": "5 photos",
    "photos_10": "10 photos",
    "rendered_and_photos_10": "30 rendered crops and 10 photos",
    "rendered_5": "5 rendered crops",
    "rendered_20": "20 rendered crops",
    "light_day": "rendered crops by day alone",
    "light_every": "as many, of every light",
    "detail_no_place": "rendered crops before even grey",
    "detail_smooth": "rendered crops without fine detail",
    "detail_outline": "rendered crops in one colour",
    "rendered_seen": "rendered crops, on features that learnt from them",
    "network": "the training with rendered pictures itself",
    "network_all_labels": "… against every rendered type as well",
}
_TYPES = ("rendered", "photos_1", "photos_5", "photos_10", "rendered_and_photos_10", "network")
_OTHERS = {
    "top_1": "likeliest label, types that have photos",
    "top_3": "among the first three types",
    "everything": "likeliest label, every validation photo looked at",
}
_INTRODUCTION = """\
## Learnt from rendered pictures

`python -m benchmarks.rendered`. Types that have twenty photos or more are learnt without them,
several in a fold: a short training at 160 px on photos of everything else. Without anything more
such a type has no label and is never named. On the features of that training, which saw neither
photos nor rendered pictures of the type, its row of the last layer is then taught in one and the
same way from rendered crops or from photos of other events (three draws each; the photos of those
events are not tested), and competes with the labels of the training. "The training with rendered
pictures itself" went on for two epochs with rendered pictures of all types among the photos.
Intervals draw whole events. Photos labelled only "truck" or "armoured vehicle" stayed in the
trainings, and some of these may show the type.
"""


def rendered_section(results: Mapping[str, Any]) -> str:
    """Return the part in Markdown.

    Args:
        results: Content of `results/rendered.json`.
    """
    types, means = results["types"], results["mean"]
    parts = [_INTRODUCTION, _means(means)]
    parts += [_shares(types, means, "top_1", "top-1"), _shares(types, means, "top_3", "top-3")]
    parts += [_costs(types), _networks(types), _others(results["folds"]), _folds(results["folds"])]
    return "\n".join(part for part in parts if part)


def _means(means: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, words in _MEANS.items():
        if name in means:
            row = means[name]
            lines.append((words, *_two(row, ""), *_two(row, "rendered_"), row["types"]))
    columns = (
        "learnt from, mean over types",
        "top-1",
        "top-3",
        "30 rendered crops, same types: top-1",
        "top-3",
        "types",
    )
    return _table(columns, lines)


def _two(row: Mapping[str, Any], prefix: str) -> tuple[str, str]:
    return f"{row[f'{prefix}top_1']:.2f}", f"{row[f'{prefix}top_3']:.2f}"


def _shares(
    types: Mapping[str, Mapping[str, Any]], means: Mapping[str, Any], key: str, words: str
) -> str:
    """One line a type, one column a condition."""
    shown_names = [name for name in _TYPES if name in means]
    lines = []
    for node, row in types.items():
        cells = {**row["one_row"], **({"network": row["network"]} if "network" in row else {})}
        counts = f"{row['photos']} photos of {row['events']} events, {row['rendered']} rendered"
        shares = (_short(cells[name][key]) if name in cells else "" for name in shown_names)
        lines.append((f"`{node}`, {counts}", *shares))
    return _table((words, *(_MEANS[name] for name in shown_names)), lines)


def _short(entry: Mapping[str, Any]) -> str:
    low, high = entry["interval_95"]
    return f"{entry['value']:.2f} [{low:.2f}, {high:.2f}]"


def _costs(types: Mapping[str, Mapping[str, Any]]) -> str:
    """What the new row spoils among photos of everything else."""
    lines = [
        (
            f"`{node}`",
            *(
                _signed(row["one_row"][name]["others_change"]) if name in row["one_row"] else ""
                for name in ("rendered", "photos_10")
            ),
        )
        for node, row in types.items()
    ]
    columns = ("change in right labels of other validation photos", "rendered crops", "10 photos")
    return _table(columns, lines)


def _networks(types: Mapping[str, Mapping[str, Any]]) -> str:
    """What is said of the types with and without rendered pictures, and of what else."""
    lines = [
        (
            f"`{node}`",
            _short(row["right_category"]["photos_alone"]),
            _short(row["right_category"]["with_rendered"]),
            shown(row["wrongly_named"]),
        )
        for node, row in types.items()
        if "right_category" in row
    ]
    columns = (
        "likeliest label is of the right category",
        "training with photos alone",
        "with rendered pictures",
        "other validation photos given this name",
    )
    return _table(columns, lines)


def _others(folds: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, fold in folds.items():
        for key, row in fold.get("other_types", {}).items():
            shares = shown(row["photos_alone"]), shown(row["with_rendered"])
            lines.append((f"`{name}`: {_OTHERS[key]}", *shares, _signed(row["change"])))
    columns = ("everything else", "training with photos alone", "with rendered pictures", "change")
    return _table(columns, lines)


def _folds(folds: Mapping[str, Mapping[str, Any]]) -> str:
    """What each fold is made of."""
    lines = [
        (
            f"`{name}`",
            ", ".join(fold["left_out"]),
            fold["photos_alone"]["epochs"],
            fold["mixed"]["epochs"] if fold["mixed"] else "no such training",
            fold["untested"],
        )
        for name, fold in folds.items()
    ]
    columns = (
        "fold",
        "left out",
        "epochs with photos alone",
        "epochs of the training with rendered pictures",
        "photos not tested, as an older label had let the training see them",
    )
    return _table(columns, lines)


def _signed(entry: Mapping[str, Any]) -> str:
    low, high = entry["interval_95"]
    return f"{entry['value']:+.3f} [{low:+.3f}, {high:+.3f}]"


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(map(str, row)) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)
