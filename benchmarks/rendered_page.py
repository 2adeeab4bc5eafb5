"""What rendered pictures are worth, as a part of `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marchpast.evaluation.shares import shown

_WORDS = {
    "network": "rendered pictures (the training itself)",
    "rendered": "rendered pictures",
    "photos_1": "1 photo",
    "photos_5": "5 photos",
    "photos_10": "10 photos",
    "rendered_and_photos_10": "rendered pictures and 10 photos",
}
_INTRODUCTION = """\
## Learnt from rendered pictures

`python -m benchmarks.rendered`. Types that have photos are learnt without them: a short training
(three to eight epochs at 160 px from ImageNet's weights) learns from photos of everything else,
two epochs more with rendered pictures mixed in teach the types left out, and all their photos try
it. That estimates what an answer of a type is worth of which only rendered pictures were learnt.
The first line of a type is that training itself; in the others one row of the last layer was
taught anew on its features, from rendered crops or from photos of other events (five draws; the
features had seen the rendered crops, which favours the photos). Photos labelled only "truck" or
"armoured vehicle" stayed in the training, and some of these may show the type.
Without either the type has no label and is never named.
"""


def rendered_section(results: Mapping[str, Any]) -> str:
    """Return the part in Markdown.

    Args:
        results: Content of `results/rendered.json`.
    """
    parts = [_INTRODUCTION, _means(results["mean"]), _types(results["types"])]
    parts += [_amounts(results["types"]), _lights(results["types"])]
    if "other_types" in results:
        lines = [
            (title, shown(shares["top_1"]), shown(shares["top_3"]))
            for title, shares in results["other_types"].items()
        ]
        parts.append(
            "Types that have photos, on validation photos, before and after rendered pictures were "
            "mixed in:\n\n" + _table(("training", "top-1", "top-3"), lines)
        )
    return "\n".join(part for part in parts if part)


def _means(means: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        (_WORDS[name], f"{row['top_1']:.2f}", f"{row['top_3']:.2f}", str(row["types"]))
        for name, row in means.items()
    ]
    return _table(("learnt from, mean over types", "top-1", "top-3", "types"), lines)


def _types(types: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for node, row in types.items():
        for name, shares in {"network": row["network"], **row["one_row"]}.items():
            first = f"`{node}`, {row['rendered']} rendered" if name == "network" else ""
            lines.append((first, _WORDS[name], shown(shares["top_1"]), shown(shares["top_3"])))
    return _table(("type", "learnt from", "top-1", "top-3"), lines)


def _amounts(types: Mapping[str, Mapping[str, Any]]) -> str:
    """Top-1 and top-3 by the number of rendered crops, the mean over types that have as many."""
    counts = sorted({int(count) for row in types.values() for count in row["amount"]})
    lines = []
    for count in counts:
        rows = [row["amount"][str(count)] for row in types.values() if str(count) in row["amount"]]
        lines.append((str(count), *_mean(rows), str(len(rows))))
    return _table(("rendered crops, mean over types", "top-1", "top-3", "types"), lines)


def _lights(types: Mapping[str, Mapping[str, Any]]) -> str:
    found = [row["light"] for row in types.values() if row["light"]]
    lines = [
        (words, *_mean([row[name] for row in found]), str(len(found)))
        for name, words in (("day", "by day alone"), ("every_light", "as many, of every light"))
        if found
    ]
    return _table(("rendered light, mean over types", "top-1", "top-3", "types"), lines)


def _mean(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        f"{sum(row[key]['value'] for row in rows) / len(rows):.2f}" for key in ("top_1", "top_3")
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(row) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)
