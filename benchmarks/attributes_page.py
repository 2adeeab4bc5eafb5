"""What was measured of the attributes, as a part of `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marchpast.evaluation.shares import shown

_INTRODUCTION = """\
## Attributes

Wheels or tracks on {n} validation crops of {events} events whose label decides it, by a scale
fitted on other events, and what a person saw on crops labelled by eye
(`python -m benchmarks.attributes`; 95 % intervals over crops).
"""
_LOSS = """\
The log-loss of wheels or tracks is {alone:.3f} by the attribute alone and {names:.3f} by the names
alone; counted as independent the two give {independent:.3f}, because both come of one embedding,
and pooled with a weight of a quarter for the attribute {pooled:.3f}.
"""
_ABSENT = "The number of axles is measured at each export and not told by the shipped classifier.\n"


def attributes_section(results: Mapping[str, Any]) -> str:
    """Return the part in Markdown.

    Args:
        results: Content of `results/attributes.json`.
    """
    drive, by_eye = results["drive"], results["by_eye"]
    lines = ["| | told | rightly |", "| --- | --- | --- |"]
    for least, row in drive["told"].items():
        lines.append(_line(f"wheels or tracks, told where at least {least} sure", row))
    names = {"drive": "wheels or tracks, by eye", "axles": "number of axles, by eye"}
    lines += [_line(names[name], row) for name, row in by_eye.items()]
    loss = drive["log_loss"]
    words = _LOSS.format(
        alone=loss["attribute alone"],
        names=loss["pooled with the names, weight 0"],
        independent=loss["as if independent of the names"],
        pooled=loss["pooled with the names, weight 0.25"],
    )
    parts = [_INTRODUCTION.format(**drive), "\n".join(lines), "", words]
    return "\n".join(parts if "axles" in by_eye else [*parts, _ABSENT])


def _line(name: str, row: Mapping[str, Any]) -> str:
    return f"| {name} | {row['n']} of {row['of']} | {shown(row)} |"
