"""What earlier parades at a place say: whether they showed what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from marchpast.explaining.facts import Facts
from marchpast.explaining.season import load_calendar
from marchpast.inventory import Inventory, bundled_inventories, load_inventory
from marchpast.taxonomy import Taxonomy

ENOUGH_YEARS = 3
"""Of fewer earlier parades, that none names what was seen says nothing: their lists are partial."""


@dataclass(frozen=True, slots=True)
class EarlierYears:
    """Earlier parades at the place given, as far as their lists are known.

    Attributes:
        place: As the inventories write it; several are joined by `and`.
        years: Of the earlier parades whose lists name something.
        naming: Those of them that name a kind that was surely seen.
        may_name: Those that name a kind that may have been seen: some answer of a set leads there.
        kinds: The nodes of theirs that were surely seen.
        sources: Addresses of those that name it.
    """

    place: str
    years: tuple[int, ...]
    naming: tuple[int, ...]
    may_name: tuple[int, ...]
    kinds: tuple[str, ...]
    sources: tuple[str, ...]


def earlier_years(facts: Facts, taxonomy: Taxonomy) -> EarlierYears | None:
    """Return what the bundled inventories of earlier years at the place say.

    Only years before the date given and before the inventory under test take part: that one
    informs through the comparison alone.

    Returns:
        `None` when no earlier parade of the place is known.
    """
    year = facts.date.year
    if facts.fit is not None and facts.fit.event_date is not None:
        year = min(year, facts.fit.event_date.year)
    here = load_calendar().places_in(facts.place)
    known = [
        each
        for each in _bundled()
        if each.place in here and each.lines and each.date and int(each.date[:4]) < year
    ]
    if not known:
        return None
    seen = [kind.nodes for kind in facts.seen]
    naming, kinds, sources = [], [], []
    for each in known:
        if found := [ln.node for ln in each.lines if _is_seen(ln.node, seen, taxonomy)]:
            naming.append(_year(each))
            kinds += found
            sources += [source.url for source in each.sources]
    return EarlierYears(
        place=" and ".join(sorted({each.place for each in known})),
        years=tuple(sorted({_year(each) for each in known})),
        naming=tuple(sorted(set(naming))),
        may_name=tuple(
            sorted(
                _year(each)
                for each in known
                if any(_may_be_seen(line.node, seen, taxonomy) for line in each.lines)
            )
        ),
        kinds=tuple(dict.fromkeys(kinds)),
        sources=tuple(dict.fromkeys(sources)),
    )


def _is_seen(line: str, seen: Sequence[Sequence[str]], taxonomy: Taxonomy) -> bool:
    """Return whether some vehicle is surely of the line: every answer of its set lies within."""
    return any(bool(nodes) and all(taxonomy.is_within(n, line) for n in nodes) for nodes in seen)


def _may_be_seen(line: str, seen: Sequence[Sequence[str]], taxonomy: Taxonomy) -> bool:
    return any(
        taxonomy.is_within(node, line) or taxonomy.is_within(line, node)
        for nodes in seen
        for node in nodes
    )


def _year(inventory: Inventory) -> int:
    return int((inventory.date or "0")[:4])


@cache
def _bundled() -> tuple[Inventory, ...]:
    return tuple(load_inventory(name) for name in bundled_inventories())
