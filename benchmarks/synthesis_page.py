"""What was measured on rendered clips and of the renderer, as parts of `docs/figures.md`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CLIPS = """\
## Rendered clips

Vehicles that the whole flow followed and counted in rendered clips of six seconds, whose truth is
exact (`python -m benchmarks.rendered_clips`). A vehicle is clear that is once half visible and at
least 32 pixels long; a count is exact that lies between the clear military vehicles and all of
which anything is seen, and the count error is how far it lies outside. *Found* is the share of
clear boxes, military and civil, with a followed box at an overlap of 0.5. *Switches* are vehicles
that go on under another track, *extra* the tracks a vehicle got beyond its first. The clips
compare lights, places and ways of filming; they say nothing of photographs.
"""
_RENDERING = """\
## Rendering

`python -m benchmarks.rendering` renders the first {pictures} pictures of a seed in {runs}
processes on {processor}: {cpu_s_a_picture:.1f} processor seconds a picture, that is
{pictures_a_core_hour} pictures in an hour of one core, with at most {peak_memory_mib} MiB of
memory. The processes wrote {same}.
"""


def clips_section(results: Mapping[str, Any]) -> str:
    """Return the part in Markdown.

    Args:
        results: Content of `results/rendered_clips.json`.
    """
    lines = [
        "| | clips | clear vehicles | counted exactly | count error | found | switches | extra |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in results["figures"].items():
        found = "none" if row["found"] is None else f"{row['found']:.2f}"
        lines.append(
            f"| {name} | {row['clips']} | {row['vehicles']} | {row['exact']:.2f} | "
            f"{row['count_error']:.2f} | {found} | {row['switches']} | {row['extra']} |"
        )
    return _CLIPS + "\n" + "\n".join(lines) + "\n"


def rendering_section(results: Mapping[str, Any]) -> str:
    """Return the part in Markdown.

    Args:
        results: Content of `results/rendering.json`.
    """
    same = "the same bytes" if results["same_bytes"] else "**different bytes**"
    return _RENDERING.format(**results, same=same, processor=results["conditions"]["processor"])
