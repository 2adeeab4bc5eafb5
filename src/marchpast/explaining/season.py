"""The time of the year: is a day in a season of parade moves, as far as the calendar knows?"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from marchpast.explaining.strict import Filled, StrictModel, Text, data_of
from marchpast.taxonomy import Taxonomy

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
MonthDay = Annotated[str, Field(pattern=r"^\d\d-\d\d$")]


class Event(StrictModel):
    """A parade that comes every year.

    Attributes:
        id: Short name.
        name: To show.
        day: Month and day.
        moved: Month and day in years when it was moved.
    """

    id: Filled
    name: Filled
    day: MonthDay
    moved: Mapping[int, MonthDay]


class Window(StrictModel):
    """A span of days in which equipment moves for a parade; `calendar.yaml` documents the keys."""

    id: Filled
    name: Filled
    first: MonthDay = Field(alias="from")
    last: MonthDay = Field(alias="to")
    places: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    drawn_from: tuple[int, ...] = ()
    unsure: bool = False
    unsure_in: tuple[int, ...] = ()
    note: Text = ""
    sources: tuple[str, ...]

    def days(self, year: int) -> tuple[datetime.date, datetime.date]:
        """Return the first and the last day in a year."""
        return _day(year, self.first), _day(year, self.last)


class Departure(StrictModel):
    """What was different in some years or months: the exceptions of the calendar."""

    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    cancels: bool = False
    text: Filled
    sources: tuple[str, ...]


class Recurring(StrictModel):
    """A place that certain columns pass nearly every year."""

    place: Filled
    nodes: tuple[str, ...]
    text: Filled
    sources: tuple[str, ...]


class Calendar(StrictModel):
    """The calendar of the package."""

    format: Literal["marchpast-calendar/1"]
    events: tuple[Event, ...]
    windows: tuple[Window, ...]
    exceptions: tuple[Departure, ...]
    recurring: tuple[Recurring, ...]
    places: Mapping[str, tuple[str, ...]]

    def places_in(self, text: str) -> frozenset[str]:
        """Return the known places that a text names.

        >>> sorted(load_calendar().places_in("Alabino, on the way to Moscow"))
        ['Moscow']
        """
        words = " ".join(text.casefold().replace("ё", "е").split())
        return frozenset(
            place
            for place, spellings in self.places.items()
            if any(re.search(_pattern(spelling), words) for spelling in spellings)
        )

    def event_day(self, year: int) -> datetime.date:
        """Return the day of the Victory Day parade of a year, as far as the calendar knows."""
        event = self.events[0]
        return _day(year, event.moved.get(year, event.day))


@dataclass(frozen=True, slots=True)
class Season:
    """What the calendar says of a day.

    Attributes:
        verdict: `no equipment`: the parade there was announced without any.
        window: The window that the day lies in, `None` outside.
        ceiling: Days of the year over days of the season there, one decimal, rounded down.
        notes: What was different that year, one sentence each.
        sources: Addresses of what the above rests on.
    """

    verdict: Literal["inside", "unsure", "outside", "no equipment"]
    window: Window | None
    ceiling: float
    notes: tuple[str, ...]
    sources: tuple[str, ...]


@cache
def load_calendar() -> Calendar:
    """Return the calendar of the package."""
    return Calendar.model_validate(data_of("calendar.yaml"))


def season_of(
    date: datetime.date, place: str, seen: Sequence[Sequence[str]], taxonomy: Taxonomy
) -> Season:
    """Say whether a day lies in a season of parade moves.

    Args:
        date: The day.
        place: As the user writes it; where it names no known place, what holds everywhere holds.
        seen: The sets of taxonomy ids that vehicles were answered with.
        taxonomy: Where ids are looked up.
    """
    known = load_calendar()
    here = known.places_in(place)
    notes = [
        exception
        for exception in known.exceptions
        if (not exception.years or date.year in exception.years)
        and (not exception.months or date.month in exception.months)
        and (not exception.places or here & set(exception.places))
    ]
    windows = [w for w in known.windows if _applies(w, date.year, here, seen, taxonomy)]
    span = {day for window in windows for day in _all_days(window, date.year)}
    year = 366 if calendar.isleap(date.year) else 365
    ceiling = int(10 * year / len(span)) / 10 if span else 1.0
    texts = tuple(exception.text for exception in notes)
    sources = [url for exception in notes for url in exception.sources]
    cancelled = any(exception.cancels for exception in notes)
    around = [w for w in windows if w.days(date.year)[0] <= date <= w.days(date.year)[1]]
    sure = [w for w in around if not (w.unsure or date.year in w.unsure_in)]
    window = next(iter([*sure, *around]), None)
    verdict: Literal["inside", "unsure", "outside", "no equipment"] = "outside"
    if window is not None:
        verdict = "no equipment" if cancelled else "inside" if sure else "unsure"
        sources = [*window.sources, *sources]
    return Season(verdict, window, ceiling, texts, tuple(dict.fromkeys(sources)))


def _applies(
    window: Window,
    year: int,
    here: frozenset[str],
    seen: Sequence[Sequence[str]],
    taxonomy: Taxonomy,
) -> bool:
    return (
        (not window.years or year in window.years)
        and year not in window.drawn_from
        and (not window.places or bool(here & set(window.places)))
        and (not window.nodes or any_within(seen, window.nodes, taxonomy))
    )


def day_words(date: datetime.date) -> str:
    """Return a day as people write it, in English whatever the locale.

    >>> day_words(datetime.date(2017, 5, 9))
    '9 May 2017'
    """
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def any_within(seen: Sequence[Sequence[str]], groups: Sequence[str], taxonomy: Taxonomy) -> bool:
    """Return whether all answers of some vehicle lie within one of the groups."""
    return any(
        bool(nodes) and all(taxonomy.is_within(node, group) for node in nodes)
        for nodes in seen
        for group in groups
    )


def _all_days(window: Window, year: int) -> Iterator[datetime.date]:
    first, last = window.days(year)
    for offset in range((last - first).days + 1):
        yield first + datetime.timedelta(days=offset)


def _day(year: int, month_day: str) -> datetime.date:
    month, day = month_day.split("-")
    return datetime.date(year, int(month), int(day))


def _pattern(spelling: str) -> str:
    words = [re.escape(word).replace(r"\*", r"\w*") for word in spelling.split()]
    return r"\b" + " ".join(words) + r"\b"
