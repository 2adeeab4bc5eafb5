"""Dates, times and other numbers that count no vehicle; the date of the event."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from marchpast.inventory.drafting.words import lexicon

VICTORY_YEAR = 1945

_NUMERIC = re.compile(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.((?:19|20)\d{2})(?![\w]|\.\d)")
_ISO = re.compile(r"(?<![\w-])((?:19|20)\d{2})-(\d{2})-(\d{2})(?![\w-])")
_OTHERS = re.compile(
    r"(?<![\w.,])(?:"
    r"\d{1,2}:\d{2}"  # a time of day
    r"|(?:в|at|к|до|с|на|from|около)\s\d{1,2}\.\d{2}(?![\d])"
    r"|\d{1,2}[xх×]\d{1,2}"  # a wheel formula
    r"|\d+-?(?:st|[nr]d|th)"  # ordinals
    r"|\d+-(?:й|я|е|го|му|ю|ая|ой|ом|м|ый|ых|ому)"
    r"|(?:19|20)\d{2}\s*[-–—/]\s*(?:19|20)\d{2}(?:\s*(?:гг?\.?|годов|года|годах))?"
    r"|(?:19|20)\d{2}\s*(?:гг?\.|год[а-я]*)"
    r"|(?:№|n[o°]\.?)\s*\d+"
    r")(?!\w)"
)
_YEAR = re.compile(r"(?<![\w.,-])((?:19|20)\d{2})(?![\w]|[.,-]\d)")
_EARLIER_YEAR = re.compile(r"(?<!\w)(?:в|in)\s+((?:19|20)\d{2})(?:\s*(?:г\.|году))?(?!\w)")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a sentence names.

    Attributes:
        start: First character.
        end: One past the last.
        month: 1 to 12.
        day: 1 to 31.
        year: `None` when it is not said.
    """

    start: int
    end: int
    month: int
    day: int
    year: int | None


def days(text: str) -> Iterator[Day]:
    """Yield the days of a text that went through `plain`.

    >>> [(day.year, day.month, day.day) for day in days("9 мая 2017 года, 24 june")]
    [(2017, 5, 9), (None, 6, 24)]
    """
    month = lexicon().month
    for pattern in (
        rf"(?<![\w.,])(?P<d>\d{{1,2}})(?:-?(?:го|е|st|[nr]d|th))?\s+(?:of\s+)?(?P<m>{month})(?!\w)"
        r"(?:,?\s+(?P<y>(?:19|20)\d{2})(?:\s*(?:г\.|год[а-я]*))?(?!\w))?",
        rf"(?<!\w)(?P<m>{month})\.?\s+(?P<d>\d{{1,2}})(?:st|[nr]d|th)?(?![\w])"
        r"(?:,?\s+(?P<y>(?:19|20)\d{2})(?!\w))?",
    ):
        for match in re.finditer(pattern, text):
            number = next(n for n, names in lexicon().months.items() if names.fullmatch(match["m"]))
            year = int(match["y"]) if match["y"] else None
            yield Day(match.start(), match.end(), number, int(match["d"]), year)
    for match in _NUMERIC.finditer(text):
        yield Day(match.start(), match.end(), int(match[2]), int(match[1]), int(match[3]))
    for match in _ISO.finditer(text):
        yield Day(match.start(), match.end(), int(match[2]), int(match[3]), int(match[1]))


def asides(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of dates, times, ordinals and years; none overlap."""
    spans = [(day.start, day.end) for day in days(text)]
    spans += [match.span() for match in _OTHERS.finditer(text)]
    end = 0
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            yield start, stop
            end = stop


def years(text: str) -> frozenset[int]:
    """Return the years of this century that a text names."""
    return frozenset(int(match[1]) for match in _YEAR.finditer(text) if int(match[1]) >= 2000)


def other_years(text: str, year: int | None) -> bool:
    """Return whether a sentence says `in` some year that is not the event's, or not alone."""
    named = {int(match[1]) for match in _EARLIER_YEAR.finditer(text)}
    is_beside_this_year = bool(named) and lexicon().this_year.search(text) is not None
    return is_beside_this_year or any(2000 <= other != year for other in named if year)


def year_of_anniversary(text: str) -> int | None:
    """Return the year of an anniversary of the Victory: the 72nd is 2017.

    >>> year_of_anniversary("парад в честь 72-й годовщины победы")
    2017
    """
    words = lexicon().anniversary
    counting = rf"(?<![\w.,])(\d{{2,3}})(?:-?[а-яa-z]{{1,3}})?[\s-]+(?:{words}).{{0,40}}"
    for match in re.finditer(counting, text):
        year = VICTORY_YEAR + int(match[1])
        if re.search("побед|victory", match[0]) and 2000 <= year < 2100:
            return year
    return None


def iso(year: int, month: int, day: int) -> str | None:
    """Return a date as `YYYY-MM-DD`, `None` when no calendar has it."""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None
