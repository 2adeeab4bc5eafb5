"""The sightings as the page shows them: cards, the most exact answers first, in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from marchpast.records import Level
from marchpast.report import pictures, wording
from marchpast.report.naming import Namer, Side
from marchpast.report.opinions import Opinions
from marchpast.report.pictures import Thumbnail, read_crop, share_of_page, thumbnail
from marchpast.report.schema import Result
from marchpast.report.sighted import SightingEntry

LEVELS: Final[tuple[Level, ...]] = ("type", "family", "category", "class", "unknown")


@dataclass(frozen=True, slots=True)
class Card:
    """One sighting as the page shows it.

    Attributes:
        entry: Of the result.
        anchor: Its number on the page, from 1.
        when: In words.
        exactness: 4 for a type down to 0 for no answer.
        side: Military, civil ...
        category: Direct child of the military or civil vehicles that the answer is in.
        picture: As large as the page allows; `None` beyond the limit.
        tiny: The same for the contact sheet.
        opinions: Of the reviewers.
        sheet: Its side-by-side sheet, relative to the folder; empty where there is none.
    """

    entry: SightingEntry
    anchor: int
    when: str
    exactness: int
    side: Side
    category: str
    picture: Thumbnail | None
    tiny: Thumbnail | None
    opinions: Opinions
    sheet: str


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


def cards_of(
    result: Result,
    folder: Path,
    namer: Namer,
    *,
    opinions: Mapping[str, Opinions],
    sheets: Sequence[str],
) -> Iterator[Card]:
    """Yield the cards, the most exact answers first, then by name and likelihood.

    A sheet belongs to the sighting whose crop has its name.

    Raises:
        ResultError: If a crop is missing or does not open.
        TaxonomyError: If a node of the result is not in the taxonomy.
    """
    sources = {source.name: source for source in result.sources}
    by_stem = {Path(sheet).stem: sheet for sheet in sheets}

    def rank(entry: SightingEntry) -> tuple[int, str, float, str, int]:
        level = LEVELS.index(entry.level)
        return (level, entry.node, -entry.probability, entry.source, entry.track_id)

    shown = min(len(result.sightings), pictures.PICTURE_LIMIT)
    for number, entry in enumerate(sorted(result.sightings, key=rank), start=1):
        picture, tiny = _pictures(folder / entry.best.crop, shown) if number <= shown else _NONE
        yield Card(
            entry=entry,
            anchor=number,
            when=wording.when(entry, sources.get(entry.source)),
            exactness=exactness(entry.level),
            side=namer.side(entry.node),
            category=namer.category(entry.node),
            picture=picture,
            tiny=tiny,
            opinions=opinions.get(entry.id, Opinions()),
            sheet=by_stem.get(Path(entry.best.crop).stem, ""),
        )


def grouped(cards: Sequence[Card]) -> tuple[Group, ...]:
    """Return the categories, the one with most sightings first."""
    by_category: dict[str, list[Card]] = {}
    for card in cards:
        by_category.setdefault(card.category, []).append(card)
    order = sorted(by_category, key=lambda node: (-len(by_category[node]), node))
    return tuple(Group(node, tuple(by_category[node])) for node in order)


def answers_of(cards: Sequence[Card], shown: Callable[[str], str]) -> tuple[Answers, ...]:
    """Return what sightings were answered as, one line per level.

    Args:
        cards: The sightings.
        shown: Gives the name of a node.
    """
    lines = []
    for level in LEVELS:
        nodes = Counter(card.entry.node for card in cards if card.entry.level == level)
        ranked = sorted(nodes.items(), key=lambda item: (-item[1], item[0]))
        words = [f"{count} as {shown(node)}" for node, count in ranked]
        if len(ranked) == 1:
            words = [f"as {shown(ranked[0][0])}"]
        if words:
            lines.append(Answers(level, exactness(level), nodes.total(), wording.listed(words)))
    return tuple(lines)


def exactness(level: Level) -> int:
    """Return 4 for a type down to 0 for no answer."""
    return len(LEVELS) - 1 - LEVELS.index(level)


_NONE: Final[tuple[None, None]] = (None, None)


def _pictures(crop: Path, pictures_shown: int) -> tuple[Thumbnail, Thumbnail]:
    image = read_crop(crop)
    return (
        thumbnail(image, most_bytes=share_of_page(pictures_shown)),
        thumbnail(image, most_bytes=pictures.TINY_MOST_BYTES, side=pictures.TINY_SIDE_PX),
    )
