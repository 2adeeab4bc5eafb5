"""Numbers, times and amounts in words, the same in every part of the report."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from marchpast.report.compared import AmountEntry, CountEntry
from marchpast.report.schema import Setting, SightingEntry, SourceEntry

# Not strftime, which would follow the machine's locale.
_MONTHS = {
    1: "January",
    2: "February",
    3: "March",
    4: "April",
    5: "May",
    6: "June",
    7: "July",
    8: "August",
    9: "September",
    10: "October",
    11: "November",
    12: "December",
}
_QUALIFIER_WORDS = {"exact": "", "at_least": "at least ", "about": "about "}


def number(value: int) -> str:
    """Return a whole number with its thousands set apart.

    >>> number(12345)
    '12,345'
    """
    return f"{value:,}"


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun.

    >>> counted(1, "source"), counted(2, "category", "categories")
    ('1 source', '2 categories')
    """
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def capitalised(text: str) -> str:
    """Return the text with its first letter raised, the others as they are.

    >>> capitalised("long-range SAM launcher")
    'Long-range SAM launcher'
    """
    return text[:1].upper() + text[1:]


def listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def clock(time_s: float) -> str:
    """Return a presentation time as `M:SS.s` or `H:MM:SS.s`.

    >>> clock(75.04), clock(3725.5), clock(-0.5)
    ('1:15.0', '1:02:05.5', '-0:00.5')
    """
    tenths = round(abs(time_s) * 10)
    sign = "-" if time_s < 0 and tenths else ""
    seconds, tenth = divmod(tenths, 10)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    lead = f"{hours}:{minute:02d}" if hours else f"{minute}"
    return f"{sign}{lead}:{second:02d}.{tenth}"


def amount(entry: AmountEntry | None) -> str:
    """Return what was announced, qualifier included; an amount is never made exact.

    >>> amount(AmountEntry(value=50, qualifier="at_least")), amount(None)
    ('at least 50', 'named, no count')
    """
    if entry is None:
        return "named, no count"
    if entry == AmountEntry(value=0, qualifier="exact"):
        return "none"
    return f"{_QUALIFIER_WORDS[entry.qualifier]}{number(entry.value)}"


def seen_range(entry: CountEntry) -> str:
    """Return how many were seen: most at one moment to all that were followed.

    >>> seen_range(CountEntry(node="osa", at_once=3, tracks=5))
    'from 3 to 5'
    """
    if entry.tracks == 0:
        return "none"
    if entry.at_once == entry.tracks:
        return number(entry.tracks)
    return f"from {number(entry.at_once)} to {number(entry.tracks)}"


def when(sighting: SightingEntry, source: SourceEntry | None) -> str:
    """Return where in its source a vehicle was seen."""
    if source is not None and source.kind == "picture":
        return "picture"
    first, last = clock(sighting.first_time_s), clock(sighting.last_time_s)
    frames = counted(sighting.frame_count, "frame")
    return f"{first}, {frames}" if first == last else f"{first} to {last}, {frames}"


def day(date: str) -> str:
    """Return an ISO date in words; anything else as it is.

    >>> day("2017-05-09"), day("spring 2017")
    ('9 May 2017', 'spring 2017')
    """
    try:
        parsed = datetime.date.fromisoformat(date)
    except ValueError:
        return date
    return f"{parsed.day} {_MONTHS[parsed.month]} {parsed.year}"


def size(value: int) -> str:
    """Return a file size in decimal units.

    >>> size(999), size(20_480), size(3_400_000_000)
    ('999 B', '20.5 kB', '3.4 GB')
    """
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= step:
            return f"{value / step:.1f} {unit}"
    return f"{value} B"


def setting(value: Setting) -> str:
    """Return a plain value as a person would write it.

    >>> setting(True), setting(None), setting(0.25)
    ('yes', 'not set', '0.25')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value is None else str(value)
