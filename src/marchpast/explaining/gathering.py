"""The evidence that the facts hold, each item in a sentence with its strength and its source."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from marchpast.explaining.earlier import ENOUGH_YEARS, earlier_years
from marchpast.explaining.facts import Facts, InventoryFit, ReuseMatch, ReuseSearch
from marchpast.explaining.season import any_within, day_words, load_calendar, season_of
from marchpast.explaining.strict import one_line
from marchpast.explaining.table import Kind, Table, Weight
from marchpast.explaining.weighing import Item
from marchpast.taxonomy import Taxonomy

RETURN_DAYS = 15
"""Days after an event in which its equipment may still be on its way back: 10 to 24 May after a
parade on 9 May. Our judgement; `calendar.yaml` marks it as not sourced."""

SAME_DAY = datetime.timedelta(days=1)
"""A copy of the day before may be of the same publication: time zones differ, and so do the days on
which something is filmed, published and shown again."""

_FITS = {
    "consistent": "fit_complete",
    "consistent, but does not prove it": "fit_partial",
    "inconsistent": "fit_contradicted",
    "explains nothing": "fit_nothing_announced",
    "cannot tell": "fit_says_nothing",
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """One item of evidence.

    Attributes:
        kind: Its kind, with source and basis.
        text: What is the case, in words.
        weights: Likelihood ratios as ranges, by explanation; empty: it says nothing.
        sources: Addresses.
    """

    kind: Kind
    text: str
    weights: Mapping[str, Weight]
    sources: tuple[str, ...] = ()

    @property
    def item(self) -> Item:
        """The same for weighing."""
        return Item(self.kind.group, self.weights)


def gather(facts: Facts, table: Table, taxonomy: Taxonomy) -> list[Gathered]:
    """Return the evidence that the facts hold, in the order it is shown.

    Raises:
        ExplanationError: If a finding or an explanation is not on the list.
    """
    gathered = [] if facts.fit is None else [_fit(facts, facts.fit, table)]
    gathered += _from_season(facts, table, taxonomy)
    gathered += _from_earlier_years(facts, table, taxonomy)
    gathered += _from_places(facts, table, taxonomy)
    if facts.reuse is not None:
        gathered.append(_reuse(facts, facts.reuse, table))
    for finding in facts.findings:
        kind = table.finding(finding.kind)
        text = f"You found: {one_line(finding.text)}"
        gathered.append(Gathered(kind, text, kind.weights_of(announced="parade_move")))
    return gathered


def _fit(facts: Facts, fit: InventoryFit, table: Table) -> Gathered:
    explains = table.rival(fit.explains).id
    name, text = _FITS[fit.overall], f"{fit.inventory} ({fit.place}): {fit.overall}. {fit.reason}"
    if why := _is_of_another_time(facts.date, fit.event_date):
        name, text = "fit_says_nothing", f"{text} But {why}."
    elif not _is_same_place(facts.place, fit.place):
        fits = name in ("fit_complete", "fit_partial")
        name = "fit_elsewhere" if fits else "fit_says_nothing"
        text += f" But it is for {fit.place}, and the place given is {facts.place}."
    kind = table.kinds[name]
    return Gathered(kind, text, kind.weights_of(announced=explains))


def _is_of_another_time(date: datetime.date, event: datetime.date | None) -> str:
    """Return why an event cannot be what the equipment moved for on a day; empty if it can."""
    if event is None:
        return "the event has no date, so it may be of another year"
    day = day_words(event)
    if date - event > datetime.timedelta(days=RETURN_DAYS):
        return f"the event was on {day}, more than {RETURN_DAYS} days before the date given"
    if date.year != event.year:
        return f"the event is on {day}, in another year than the date given"
    return ""


def _is_same_place(stated: str, announced: str) -> bool:
    known = load_calendar()
    if known.places_in(stated) & known.places_in(announced):
        return True
    words, name = (" ".join(text.casefold().split()) for text in (stated, announced))
    return re.search(rf"\b{re.escape(name)}\b", words) is not None


def _from_season(facts: Facts, table: Table, taxonomy: Taxonomy) -> Iterator[Gathered]:
    season = season_of(facts.date, facts.place, [kind.nodes for kind in facts.seen], taxonomy)
    day = day_words(facts.date)
    notes = "".join(f" {note}" for note in season.notes)
    if season.window is None:
        name, text = "season_outside", f"{day} lies in no season of parade moves that is known."
    elif season.verdict == "no equipment":
        name, text = "no_equipment_that_year", f"{day} lies in what is otherwise the season."
    else:
        name = "season_inside" if season.verdict == "inside" else "season_unsure"
        text = f"{day} lies in: {season.window.name}. {season.window.note}"
        if not (season.window.places or load_calendar().places_in(facts.place)):
            text += (
                " It holds for nearly every large city of Russia; whether the place given is one, "
                "or on the way to one, is not known here."
            )
    kind = table.kinds[name]
    weights = kind.weights_of(announced="parade_move", ceiling=max(1.0, season.ceiling))
    yield Gathered(kind, text.rstrip() + notes, weights, season.sources)


def _from_earlier_years(facts: Facts, table: Table, taxonomy: Taxonomy) -> Iterator[Gathered]:
    earlier = earlier_years(facts, taxonomy)
    if earlier is None or not facts.seen:
        return
    years = ", ".join(map(str, earlier.years))
    if earlier.naming:
        names = ", ".join(taxonomy.name(node) for node in earlier.kinds)
        kind = table.kinds["earlier_years_name_it"]
        text = (
            f"Of {len(earlier.years)} earlier parades in {earlier.place} with a list ({years}), "
            f"{len(earlier.naming)} named kinds seen here: {names}."
        )
    elif earlier.may_name:
        kind = table.kinds["earlier_years_may_name_it"]
        text = (
            f"Of {len(earlier.years)} earlier parades in {earlier.place} with a list ({years}), "
            f"{len(earlier.may_name)} named kinds that some vehicle here may be; none surely is."
        )
    elif len(earlier.years) >= ENOUGH_YEARS:
        kind = table.kinds["earlier_years_do_not_name_it"]
        text = (
            f"None of {len(earlier.years)} earlier parades in {earlier.place} with a list "
            f"({years}) named a kind that a vehicle here may be; the lists are partial."
        )
    else:
        return
    yield Gathered(kind, text, kind.weights_of(announced="parade_move"), earlier.sources)


def _from_places(facts: Facts, table: Table, taxonomy: Taxonomy) -> Iterator[Gathered]:
    known = load_calendar()
    here = known.places_in(facts.place)
    seen = [kind.nodes for kind in facts.seen]
    for row in known.recurring:
        if row.place in here and any_within(seen, row.nodes, taxonomy):
            kind = table.kinds["passes_every_year"]
            weights = kind.weights_of(announced="parade_move")
            yield Gathered(kind, f"As reported, {row.text}.", weights, row.sources)


def _reuse(facts: Facts, search: ReuseSearch, table: Table) -> Gathered:
    name, text = _found(facts.date, search)
    if search.matches and search.measured:
        text += f" {one_line(search.measured)}"
    kind = table.kinds[name]
    return Gathered(kind, text, kind.weights_of(announced="parade_move"))


def _found(date: datetime.date, search: ReuseSearch) -> tuple[str, str]:
    """Return the kind of evidence that a search is, and what it found, in words."""
    # Decoding and picture hashes come with it, which nobody needs who made no search.
    from marchpast.reuse import length

    archive = f"your archive of {length(search.hours * 3600)}"
    dated = sorted(
        ((match.date, match.name, match) for match in search.matches if match.date is not None),
        key=lambda row: row[:2],
    )
    undated = [match for match in search.matches if match.date is None]
    if dated and date - dated[0][0] > SAME_DAY:
        day, _, match = dated[0]
        told = f"which you dated {day_words(day)}, before the date given"
        return "reuse_earlier", f"{_matched(match)} in {archive}, {told}."
    if undated:
        return "reuse_undated", f"{_matched(undated[0])} in {archive}, which has no date there."
    if dated:
        day, _, match = dated[0]
        told = f"which you dated {day_words(day)}: not more than a day before the date given"
        return "reuse_not_earlier", f"{_matched(match)} in {archive}, {told}."
    if search.hours > 0:
        return "reuse_none", f"No match in {archive}. That does not make it original."
    return "reuse_not_searched", "Your archive holds no footage, so nothing was searched."


def _matched(match: ReuseMatch) -> str:
    of = f" of {one_line(match.clip)}" if match.clip else ""
    return f"{match.seconds:.1f} s{of} match {one_line(match.name)}"
