"""The report page: one file that needs nothing beside it, no network and no script.

Every text that came from outside passes :func:`~marchpast.report.text.printable` and
Jinja2's escaping; the page holds no link and no address that a browser would open.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marchpast.identity import said
from marchpast.records import Level, SeenAttribute
from marchpast.report import wording
from marchpast.report.compared import LineEntry
from marchpast.report.counts import IntervalEntry
from marchpast.report.naming import MILITARY, Language, Namer, Side
from marchpast.report.pictures import Thumbnail, read_crop, thumbnail
from marchpast.report.ranked_rows import ranked_rows
from marchpast.report.schema import Result
from marchpast.report.sighted import AttributeEntry, SightingEntry
from marchpast.report.text import printable
from marchpast.taxonomy import Taxonomy

PICTURE_LIMIT: Final = 400
"""Cards with a picture; at about 20 kB each the page stays under 10 MB. The rest name theirs."""

LEVEL_WORDS: Final[dict[Level, str]] = {
    "type": "Type",
    "family": "Family only",
    "category": "Category only",
    "class": "Military or civil only",
    "unknown": "No answer",
}
_LEVELS: Final[tuple[Level, ...]] = ("type", "family", "category", "class", "unknown")


@dataclass(frozen=True, slots=True)
class Card:
    """One sighting as the page shows it."""

    entry: SightingEntry
    anchor: int
    when: str
    exactness: int
    picture: Thumbnail | None


@dataclass(frozen=True, slots=True)
class Group:
    """The sightings of one category."""

    node: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """How many sightings were answered at one level, in words."""

    level: Level
    exactness: int
    count: int
    words: str


def render_page(
    result: Result, *, folder: Path, taxonomy: Taxonomy, language: Language = "en"
) -> str:
    """Return the text of `report.html`.

    Args:
        result: What to show.
        folder: The result folder, where the crops are.
        taxonomy: Where names come from.
        language: Of the vehicles' names; everything else is English.

    Raises:
        ResultError: If a crop is missing or does not open.
        TaxonomyError: If a node of the result is not in the taxonomy.
    """
    namer = Namer(taxonomy, language)
    cards = tuple(_cards(result, folder, namer))
    military = _on_side(cards, "military", namer)
    civil = _on_side(cards, "civil", namer)
    untold = _on_side(cards, "untold", namer)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            namer=namer,
            headline=_headline(result, len(military), len(civil), len(untold)),
            answers=_answers(military, namer),
            groups=_groups(military, namer),
            untold=untold,
            civil=civil,
            empty=_on_side(cards, "none", namer),
            comparison=result.comparison,
            ranked=ranked_rows(result, namer),
            announced_words=_announced_words(result),
            kinds=_kinds(result, namer),
            military_count=_military_count(result),
            told=_lines(result, is_open=False),
            untold_lines=_lines(result, is_open=True),
            frames_used=sum(source.frames_used for source in result.sources),
            broken=sum(source.status != "complete" for source in result.sources),
        )
    )


@functools.cache
def _environment() -> Environment:
    """Return the environment of the templates; everything is escaped, nothing is optional."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # What a `{{ }}` prints is cleaned before it is escaped, so no place can forget it.
        finalize=_cleaned,
    )
    environment.globals["level_words"] = LEVEL_WORDS
    environment.globals["covered"] = wording.covered
    helpers: dict[str, Callable[..., str]] = {
        "amount": wording.amount,
        "seen_number": wording.seen_number,
        "interval": wording.interval,
        "figures": wording.figures,
        "share": wording.share,
        "seen_words": _seen_words,
        "clock": wording.clock,
        "number": wording.number,
        "counted": wording.counted,
        "capitalised": wording.capitalised,
        "day": wording.day,
        "size": wording.size,
        "setting": wording.setting,
    }
    environment.filters.update(helpers)
    return environment


def _cleaned(value: object) -> object:
    return printable(value) if type(value) is str else value


def _cards(result: Result, folder: Path, namer: Namer) -> Iterator[Card]:
    """Yield the cards, the most exact answers first, then by name and likelihood."""
    sources = {source.name: source for source in result.sources}

    def rank(entry: SightingEntry) -> tuple[int, str, float, str, int]:
        level = _LEVELS.index(entry.level)
        return (level, entry.node, -entry.probability, entry.source, entry.track_id)

    for number, entry in enumerate(sorted(result.sightings, key=rank), start=1):
        has_picture = number <= PICTURE_LIMIT
        yield Card(
            entry=entry,
            anchor=number,
            when=wording.when(entry, sources.get(entry.source)),
            exactness=_exactness(entry.level),
            picture=thumbnail(read_crop(folder / entry.best.crop)) if has_picture else None,
        )


def _on_side(cards: Sequence[Card], side: Side, namer: Namer) -> tuple[Card, ...]:
    return tuple(card for card in cards if namer.side(card.entry.node) == side)


def _groups(cards: Sequence[Card], namer: Namer) -> tuple[Group, ...]:
    """Return the categories, the one with most sightings first."""
    by_category: dict[str, list[Card]] = {}
    for card in cards:
        by_category.setdefault(namer.category(card.entry.node), []).append(card)
    order = sorted(by_category, key=lambda node: (-len(by_category[node]), node))
    return tuple(Group(node, tuple(by_category[node])) for node in order)


def _answers(cards: Sequence[Card], namer: Namer) -> tuple[Answers, ...]:
    """Return what the military sightings were answered as, one line per level."""
    lines = []
    for level in _LEVELS:
        nodes = Counter(card.entry.node for card in cards if card.entry.level == level)
        ranked = sorted(nodes.items(), key=lambda item: (-item[1], item[0]))
        words = [f"{count} as {namer.shown(node)}" for node, count in ranked]
        if len(ranked) == 1:
            words = [f"as {namer.shown(ranked[0][0])}"]
        if words:
            lines.append(Answers(level, _exactness(level), nodes.total(), wording.listed(words)))
    return tuple(lines)


def _exactness(level: Level) -> int:
    """Return 4 for a type down to 0 for no answer."""
    return len(_LEVELS) - 1 - _LEVELS.index(level)


def _announced_words(result: Result) -> str:
    """Return what was announced in all, in words."""
    if result.comparison is None:
        return ""
    announced = result.comparison.inventory.announced
    parts = ["no total"] if announced.total is None else []
    return "; ".join([*parts, *filter(None, [wording.figures(announced)])])


def _lines(result: Result, *, is_open: bool) -> tuple[LineEntry, ...]:
    """Return the lines of the comparison that say something, or the others.

    Vehicles of many kinds at once, of which the announcement settles nothing, have a table of
    their own: the page would not be read for them.
    """
    lines = result.comparison.lines if result.comparison is not None else ()
    return tuple(
        line
        for line in lines
        if is_open == (line.announced is None and line.verdict == "cannot tell")
    )


def _kinds(result: Result, namer: Namer) -> tuple[IntervalEntry, ...]:
    """Return what may have been there, each kind right after the one that holds it."""
    rows = (row for row in result.count_intervals if row.high > 0)
    return tuple(sorted(rows, key=lambda row: namer.place(row.node)))


def _military_count(result: Result) -> IntervalEntry | None:
    return next((row for row in result.count_intervals if row.node == MILITARY), None)


def _seen_words(entry: AttributeEntry) -> str:
    return said(SeenAttribute(entry.name, entry.value, entry.origin, entry.probability))


def _headline(result: Result, military: int, civil: int, untold: int) -> str:
    """Return what was seen, in one line that claims no more than the run can know."""
    sources = wording.counted(len(result.sources), "source")
    if not result.sources:
        return "No source could be read"
    if military:
        return f"{wording.counted(military, 'sighting')} of military vehicles in {sources}"
    if untold:
        return f"No vehicle was answered as military in {sources}"
    if civil:
        return f"No military vehicle was found in {sources}"
    return f"No vehicle was found in {sources}"
