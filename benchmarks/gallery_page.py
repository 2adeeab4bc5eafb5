"""What references are worth, as a part of `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marchpast.evaluation.shares import shown

_INTRODUCTION = """\
## Recognised by references

`python -m benchmarks.gallery`. Trainings that left types out, short ones at 160 px; all types of a
training get so many references at once, from other events than the photos that are tried, and every
photo is answered by the shipped rules. How references count was fitted on the other trainings.
Figures are means over draws; intervals draw whole events. "Where they point" weighs photos so that
one in ten is of a type with references, six of other military vehicles and three of civil ones, as
the fit does. Photos whose label cannot tell are left out. References name nothing: the one-node
answer stays or becomes less exact.
"""
_SHIPPED = """\
The shipped classifier, one type in the store at a time. Foreign tanks are all "another tank" to it,
and their photos were learnt from as that; each counts as an event of its own, though some may
show the same vehicle. Types of the taxonomy without a label have two or three photos each.
"""
_REFERENCED = {
    "nearest_of_the_store": "its type is the nearest of the store",
    "first_candidate": "its type is the first of all candidates",
    "among_first_three": "among the first three",
    "pointed_to_rightly": "the references point to its type",
    "set_holds_before": "the set holds it, without references",
    "set_holds_after": "the set holds it, with references",
}
_OTHERS = {
    "pointed_falsely": "references point to a type that it is not",
    "right_answer_made_wrong": "a right answer becomes wrong",
    "right_answer_made_less_exact": "a right answer becomes less exact",
    "set_holds_before": "the set holds the truth, without references",
    "set_holds_after": "the set holds the truth, with references",
}


def gallery_section(results: Mapping[str, Any]) -> str:
    """Return the part in Markdown.

    Args:
        results: Content of `results/gallery.json`.
    """
    left_out = results["left_out"]
    parts = [_INTRODUCTION, _table("types left out", left_out), _by_type(results)]
    parts.append(_SHIPPED)
    for title, content in results["shipped"].items():
        if content:
            parts.append(_table(title.replace("_", " "), content))
    return "\n".join(parts)


def _table(title: str, content: Mapping[str, Any]) -> str:
    counts = list(content)
    lines = [_row([title, *(f"references: {count}" for count in counts)])]
    lines.append(_row(["---"] * (len(counts) + 1)))
    lines.append(_row(["types", *(str(content[count]["types"]) for count in counts)]))
    for key, words in _REFERENCED.items():
        lines.append(_row([words, *(shown(content[c]["referenced"][key]) for c in counts)]))
    said = [content[count] for count in counts]
    lines.append(
        _row(
            ["where they point, they are right", *(shown(row["right_of_pointed"]) for row in said)]
        )
    )
    means = [row["stated_of_pointed"]["value"] for row in said]
    lines.append(
        _row(["… and state, on average", *("–" if m is None else f"{m:.2f}" for m in means)])
    )
    for part in ("other_military", "civil"):
        for key, words in _OTHERS.items():
            title = f"{part.replace('_', ' ')}: {words}"
            lines.append(_row([title, *(shown(content[c][part][key]) for c in counts)]))
    return "".join(lines)


def _by_type(results: Mapping[str, Any]) -> str:
    content = results["left_out_by_type"].get("5", {})
    lines = [_row(["type, 5 references", "first candidate", "pointed to"])]
    lines.append(_row(["---"] * 3))
    for node, entry in content.items():
        cells = (shown(entry["first_candidate"]), shown(entry["pointed_to_rightly"]))
        lines.append(_row([f"`{node}`", *cells]))
    return "".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
