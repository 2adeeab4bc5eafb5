"""What a search says, in sentences that are true whatever it found.

A match says that two files show the same pictures, and nothing of which was first. No match says
something of the archive, and nothing of the clip.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from marchpast.reuse.document import MatchEntry, MeasuredEntry, Verdict
from marchpast.reuse.matching import Match

CANNOT_FIND: Final = (
    "Footage that is not in your archive: that nothing matches does not make a clip new.",
    "Which of two copies was there first: the archived one may itself be a copy.",
    "Stretches of less than about two seconds, single pictures, and pictures too dark or too plain "
    "to be told apart.",
    "Clips that were zoomed by more than about a tenth, turned by more than a few degrees, run "
    "backwards, slowed to less than 0.75 or sped up to more than 1.35 of their speed, and a "
    "horizontal part cut out of upright footage.",
    "The same event filmed by another camera.",
    "Footage from a camera that stands still while hardly anything moves: it is listed as alike "
    "and not as a match, because the same view looks the same on another day.",
)
_MEASURED: Final = Path(__file__).parent / "data" / "measured.json"
_SPEED_NOTED: Final = 0.03


@cache
def measured() -> MeasuredEntry:
    """Return how often the search was wrong on made footage (`python -m benchmarks.reuse`)."""
    figures = json.loads(_MEASURED.read_text("utf-8"))
    sentence = (
        f"On made footage, {figures['false_matches']} of {figures['unrelated_clips']} clips of "
        f"other footage had a false match in an archive of {figures['hours']:.1f} hours made to be "
        f"mistaken for them (at most {100 * figures['upper_95']:.2g} %, with 95 % confidence). A "
        "larger archive has more chances of one: look at the pictures."
    )
    return MeasuredEntry(sentence=sentence, **figures)


def length(seconds: float) -> str:
    """Return a length of footage in words.

    >>> length(0.4), length(1), length(90), length(7260)
    ('0.4 seconds', '1 second', '1.5 minutes', '2 hours')
    """
    for unit, name in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= unit or unit == 1:
            shown = f"{seconds / unit:.1f}".removesuffix(".0")
            return f"{shown} {name}" if shown == "1" else f"{shown} {name}s"
    raise AssertionError("one second is the least unit")


def clock(seconds: float) -> str:
    """Return a moment as `m:ss.s` or `h:mm:ss.s`.

    >>> clock(3.25), clock(59.96), clock(3725.5)
    ('0:03.2', '1:00.0', '1:02:05.5')
    """
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    shown = f"{rest // 10:02d}.{rest % 10}"
    return f"{minutes // 60}:{minutes % 60:02d}:{shown}" if minutes >= 60 else f"{minutes}:{shown}"


def statement(
    matches: Sequence[MatchEntry],
    alike: Sequence[MatchEntry],
    *,
    searched: str,
    same_file: str | None,
    frames_used: int,
    frames_usable: int,
) -> tuple[str, ...]:
    """Return what to say of one clip, a sentence each.

    Args:
        matches: Same footage.
        alike: Looks alike and is no match.
        searched: How much was searched, such as `3 hours of your archive (7 files)`; empty where
            the archive holds nothing but the clip itself.
        same_file: Name of the archived file with the same bytes.
        frames_used: Of the clip.
        frames_usable: Not too plain.
    """
    nothing = f"No match in {searched}." if searched else "Your archive holds no other footage."
    said = [match.sentence for match in matches] or [nothing]
    if same_file is not None:
        said.append(
            f"This very file is in your archive as {same_file} (same SHA-256); it was not compared "
            "with itself."
        )
    if frames_usable < frames_used:
        said.append(
            f"{frames_used - frames_usable} of the {frames_used} frames looked at are too dark or "
            "too plain to be compared."
        )
    said += [entry.sentence for entry in alike]
    if searched and not matches:
        said.append("That nothing matches does not make a clip new.")
    return tuple(said)


def sentence(entry: MatchEntry, *, source: str) -> str:
    """Return a finding in words.

    Args:
        entry: The finding; its own sentence is not read.
        source: The clip's name.
    """
    ours = f"{clock(entry.clip_from_s)} to {clock(entry.clip_to_s)} of {source}"
    theirs = f"{clock(entry.file_from_s)} to {clock(entry.file_to_s)} of {entry.file}"
    if entry.file_date is not None:
        theirs += f" (which you dated {entry.file_date.isoformat()})"
    if entry.verdict == "nothing_moves":
        return (
            f"{ours} look like {theirs}, but hardly anything moves in them: no match, because the "
            "same view looks the same at another moment."
        )
    if entry.verdict == "moves_differ":
        return (
            f"{ours} look like {theirs}, but what moves in them does not move alike: no match, "
            "perhaps the same view at another moment."
        )
    if not entry.is_time_certain:
        theirs += ", or other moments of it that look the same"
    changes = "".join(f", {change}" for change in _changes(entry))
    return f"{ours} show the same pictures as {theirs}{changes}."


def _changes(entry: MatchEntry) -> list[str]:
    """Return how the clip differs from the file."""
    changes = []
    if entry.is_mirrored:
        changes.append("mirrored")
    if entry.is_cropped:
        changes.append(f"cropped to {100 * (entry.part[2] - entry.part[0]):.0f} % of the width")
    if entry.borders_removed:
        changes.append("with bars or borders around")
    if entry.covered:
        changes.append(f"with something else at the {' and the '.join(entry.covered)}")
    if not entry.speed_from <= 1 <= entry.speed_to and abs(entry.speed - 1) >= _SPEED_NOTED:
        changes.append(f"at about {entry.speed:.2f} times its speed")
    return changes


def verdict_of(match: Match) -> Verdict:
    """Return the verdict of a match, as `reuse.json` names it."""
    if match.is_sure:
        return "same_footage"
    return "nothing_moves" if match.likeness.moves is None else "moves_differ"
