"""Predictions that the explanations make, drafted for a watch-list."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from marchpast.explaining.attachment import DraftEntry
from marchpast.explaining.facts import Facts
from marchpast.explaining.predictions import Prediction
from marchpast.explaining.season import day_words, load_calendar
from marchpast.explaining.table import Table


def drafts(facts: Facts, table: Table) -> Iterator[DraftEntry]:
    """Yield what each explanation lets one expect, with the days filled in.

    What hangs on a parade that was over before the date given is left out.
    """
    event = _event(facts)
    for rival in table.rivals:
        for draft in rival.predicts:
            anchor = event if draft.anchor == "event" else facts.date
            first = anchor + datetime.timedelta(days=draft.from_day)
            last = anchor + datetime.timedelta(days=draft.to_day)
            if last < facts.date:
                continue
            days = {"event": day_words(event), "from": day_words(first), "to": day_words(last)}
            yield DraftEntry(
                explanation=rival.id,
                text=f"{draft.text.format_map(days)}.",
                window_from=first,
                window_to=last,
                check=draft.check,
            )


def predicted(
    draft: DraftEntry, *, id: str, made_on: datetime.date, probability: float
) -> Prediction:
    """Return a draft as a prediction, with the number its author states.

    Raises:
        ValueError: If the probability is none.
    """
    return Prediction(
        id=id,
        made_on=made_on,
        text=draft.text,
        explanation=draft.explanation,
        window_from=draft.window_from,
        window_to=draft.window_to,
        probability=probability,
        check=draft.check,
    )


def _event(facts: Facts) -> datetime.date:
    """Return the day of the parade: the announcement's if it is of that year, or the calendar's."""
    fit = facts.fit
    if (
        fit is not None
        and fit.explains == "parade_move"
        and fit.event_date is not None
        and fit.event_date.year == facts.date.year
    ):
        return fit.event_date
    return load_calendar().event_day(facts.date.year)
