"""Numbers, times and amounts in words, the same in every part of the report."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from marchpast.inventory import Qualifier
from marchpast.report.announced import AmountEntry, FiguresEntry
from marchpast.report.counts import CountEntry, IntervalEntry
from marchpast.report.schema import Setting, SourceEntry
from marchpast.report.sighted import SightingEntry

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
_QUALIFIER_WORDS: dict[Qualifier, str] = {
    "exact": "",
    "at_least": "at least ",
    "at_most": "at most ",
    "about": "about ",
}


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


def listed(parts: Sequence[str], *, last: str = "and") -> str:
    """Join parts as a sentence does.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], last="or")
    ('a, b and c', 'a or b')
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def share(rate: float) -> str:
    """Return a share as people say it.

    >>> share(0.9), share(0.95)
    ('9 in 10', '95 in 100')
    """
    percent = round(rate * 100)
    return f"{percent // 10} in 10" if percent % 10 == 0 else f"{percent} in 100"


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


def figures(entry: FiguresEntry) -> str:
    """Return the numbers of a statement, those that it gives; empty when it gives none.

    >>> fifty, some = (AmountEntry(value=v, qualifier="about") for v in (50, 9))
    >>> figures(FiguresEntry(total=fifty, personnel=None, aircraft=some, historic=None))
    'about 50 pieces of equipment in all; about 9 aircraft'
    """
    if entry.total == AmountEntry(value=0, qualifier="exact"):
        return "nothing"
    named = (
        (entry.total, "pieces of equipment in all"),
        (entry.personnel, "people"),
        (entry.aircraft, "aircraft"),
        (entry.historic, "historic vehicles"),
    )
    return "; ".join(f"{amount(said)} {words}" for said, words in named if said is not None)


def seen_number(entry: CountEntry) -> str:
    """Return how many were seen: most at one moment, and all that were followed.

    >>> seen_number(CountEntry(node="osa", at_once=3, tracks=5))
    'at least 3, in 5 tracks'
    """
    if entry.tracks == 0:
        return "none"
    return f"at least {number(entry.at_once)}, in {counted(entry.tracks, 'track')}"


def interval(entry: IntervalEntry) -> str:
    """Return how many different vehicles, and how sure that is.

    >>> interval(IntervalEntry(
    ...     node="osa", low=3, high=5, at_once=2, tracks=6, expected=4.0, level=0.9
    ... ))
    'from 3 to 5 (90 %)'
    """
    ends = number(entry.low)
    if entry.high != entry.low:
        ends = f"from {ends} to {number(entry.high)}"
    return f"{ends} ({entry.level * 100:.0f} %)"


def covered(least: int | None, most: int | None) -> str:
    """Return how many of those seen an announced line accounts for.

    >>> covered(2, 4), covered(3, 3), covered(None, None)
    ('2 to 4', '3', '–')
    """
    if least is None or most is None:
        return "–"
    return number(least) if least == most else f"{number(least)} to {number(most)}"


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
