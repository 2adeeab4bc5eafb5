"""What was measured of re-used footage, as a part of `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marchpast.evaluation.shares import shown

_INTRODUCTION = """\
## Re-used footage

Found and falsely found stretches (`python -m benchmarks.reuse`): {films} drawn films of
{hours:.1f} hours make the archive; sub-clips of 3 to 10 seconds of them are altered, singly and in
pairs, and clips of other films are searched too. The films are made to be mistaken for each other:
forty places with five films each, two of them from one fixed camera with other vehicles. A clip is
found when a match lies within 0.6 seconds of where it was cut. Brackets hold Wilson's 95 %
interval. The films are drawn, so the figures say how the search bears what was done to a clip and
nothing about the variety of the world.
"""
_UNRELATED = """\
Clips of other films, altered likewise, with a match in the archive, by what makes them hard:
"""
_BEYOND = """\
What the search does not promise to find:
"""
_SCALE = """\
An archive of {frames:,} frames ({hours} hours) with {hashes:,} hashes is read in {read_s} s and
indexed in {index_s} s, once (`python -m benchmarks.reuse_scale`). A search then takes, for a clip
of {clip_seconds:.0f} seconds whose hashes are at hand, from the first look-up to the compared
pictures, on one core of {processor}:
"""
_REAL = """\
Sub-clips of {files} real clips ({minutes:.1f} minutes, not part of this repository) searched among
them: {found} of {n} found, {false} with a match in another file.
"""


def reuse_section(results: Mapping[str, Any], scale: Mapping[str, Any] | None) -> str:
    """Return the part in Markdown.

    Args:
        results: Content of `results/reuse.json`.
        scale: Content of `results/reuse_scale.json`, if it was measured.
    """
    parts = [
        _INTRODUCTION.format(**results),
        _shares("alteration", "found", results["altered"]),
        _UNRELATED,
        _shares("clips", "falsely matched", results["unrelated"]),
        _BEYOND,
        _shares("alteration", "found", results["beyond"]),
    ]
    if "real" in results:
        parts.append(_real(results["real"]))
    if scale is not None:
        parts += [_SCALE.format(**scale, processor=scale["conditions"]["processor"]), _times(scale)]
    return "\n".join(parts)


def _shares(name: str, share: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [f"| {name} | {share} |", "| --- | --- |"]
    lines += [f"| {key} | {shown(entry)} |" for key, entry in rows.items()]
    return "\n".join(lines) + "\n"


def _times(scale: Mapping[str, Any]) -> str:
    lines = ["| clip | median s | slowest s |", "| --- | --- | --- |"]
    lines += [
        f"| {key} | {row['median']} | {row['max']} |" for key, row in scale["search_s"].items()
    ]
    ratio = f"{scale['faster_than_comparing_all']:.0f}"
    return (
        "\n".join(lines)
        + f"\n\n{scale['found']} were found there; the look-up was {ratio} times as fast as "
        "comparing every hash with every other.\n"
    )


def _real(real: Mapping[str, Any]) -> str:
    entries = list(real["altered"].values())
    total = sum(entry["n"] for entry in entries)
    return _REAL.format(
        files=real["files"],
        minutes=60 * real["hours"],
        found=round(sum((entry["value"] or 0) * entry["n"] for entry in entries)),
        n=total,
        false=round((real["false"]["value"] or 0) * real["false"]["n"]),
    )
