"""What one sentence of an announcement says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from marchpast.inventory.announced import Amount
from marchpast.inventory.drafting.binding import bind
from marchpast.inventory.drafting.dates import other_years
from marchpast.inventory.drafting.items import Item, scan
from marchpast.inventory.drafting.words import lexicon, plain
from marchpast.taxonomy import Taxonomy

_BESIDE = ("open", "colon", "dash", "filler", "unit", "number")


@dataclass(frozen=True, slots=True)
class About:
    """What the whole text is about.

    Attributes:
        place: `None` when no known place is named.
        year: `None` when not known.
    """

    place: str | None
    year: int | None


@dataclass(slots=True)
class Said:
    """What a sentence says.

    Attributes:
        figures: Name of a figure, its amount, the words it was read from.
        lines: Node, its number or `None`, the words it was read from.
        unplaced: What was found and goes nowhere, with the reason.
        has_partial: It says "including" or the like.
        has_complete: It says that a list is complete.
        is_without_equipment: It says that no equipment takes part.
    """

    figures: list[tuple[str, Amount, str]] = field(default_factory=list)
    lines: list[tuple[str, Amount | None, str]] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    has_partial: bool = False
    has_complete: bool = False
    is_without_equipment: bool = False


def places_in(text: str) -> dict[str, int]:
    """Return the places a text names, each with where it does so first."""
    small = plain(text)
    found = {name: pattern.search(small) for name, pattern in lexicon().places.items()}
    return {name: match.start() for name, match in found.items() if match}


def read_sentence(text: str, taxonomy: Taxonomy, about: About) -> Said:
    """Return what a sentence says of the event."""
    items = scan(text, taxonomy)
    kinds = {item.kind for item in items}
    said = Said(has_partial="partial" in kinds, has_complete="complete" in kinds)
    reason = _not_about_this(text, kinds, about)
    counted = (
        {} if reason else _count(text, items, taxonomy, said, _not_counted(text, kinds, about))
    )
    for at, item in enumerate(items):
        if item.kind == "number" and reason and not _is_year(item):
            said.unplaced.append(f"{_written(text, item)}: {reason}")
        elif item.kind == "name":
            _name(text, items, at, taxonomy, said, counted.get(at), reason)
        elif item.kind in ("designation", "quoted"):
            said.unplaced.append(f"{_written(text, item)}: no vehicle of the taxonomy")
    if not reason:
        _without_equipment(text, items, said)
        _add_aircraft(said)
    return said


def _not_about_this(text: str, kinds: set[str], about: About) -> str:
    """Return why a sentence as a whole says nothing of the event, or nothing."""
    named = places_in(text)
    if named and about.place not in named:
        return f"the sentence is about {' and '.join(named)}"
    if "other_year" in kinds or other_years(plain(text), about.year):
        return "the sentence is about another year"
    return ""


def _not_counted(text: str, kinds: set[str], about: About) -> str:
    """Return why the numbers of a sentence are not those of the event, or nothing."""
    if len(places_in(text)) > 1 or "elsewhere" in kinds:
        return "the sentence is about several places"
    return "the sentence is about a rehearsal" if "rehearsal" in kinds else ""


def _count(
    text: str, items: Sequence[Item], taxonomy: Taxonomy, said: Said, reason: str
) -> dict[int, Amount]:
    """Place the numbers and return those of names, by the index of the name."""
    counted: dict[int, Amount] = {}
    for at, item in enumerate(items):
        if item.number is None:
            continue
        bound = bind(items, at, taxonomy)
        why_not = _negated(items, item) or reason or bound.why_not or ""
        if item.number.amount is None and not why_not:
            why_not = "no certain number"
        if bound.why_not == "":
            continue
        if why_not or item.number.amount is None:
            said.unplaced.append(f"{_with_context(text, items, at)}: {why_not}")
            continue
        if bound.figure:
            said.figures.append((bound.figure, item.number.amount, _with_context(text, items, at)))
        for name in bound.names:
            if name in counted:
                said.unplaced.append(f"{_with_context(text, items, at)}: a second number of this")
            else:
                counted[name] = item.number.amount
        if item.number.is_range:
            said.unplaced.append(f"{_written(text, item)}: only the upper end was placed")
    return counted


def _name(
    text: str,
    items: Sequence[Item],
    at: int,
    taxonomy: Taxonomy,
    said: Said,
    amount: Amount | None,
    reason: str,
) -> None:
    """Make a line of the name at an index, or say why it is none."""
    name, written = items[at].name, _written(text, items[at])
    assert name is not None
    if name.node is None:
        names = " or ".join(taxonomy.name(node) for node in name.nodes)
        reason = reason or f"several vehicles are called so: {names}"
    elif name.certainty == "doubtful":
        reason = reason or name.reason
    reason = reason or _negated(items, items[at])
    if reason:
        number = f"{amount} " if amount else ""
        said.unplaced.append(f"{number}{written}: {reason}")
    elif name.node and (amount or not _is_heading(items, at, taxonomy)):
        said.lines.append((name.node, amount, written))


def _negated(items: Sequence[Item], item: Item) -> str:
    is_negated = any(other.kind == "negation" and other.clause == item.clause for other in items)
    return "the sentence seems to say that something does not take part" if is_negated else ""


def _is_heading(items: Sequence[Item], at: int, taxonomy: Taxonomy) -> bool:
    """Return whether a group's name only says what the name beside it is: `tanks: T-90, T-80`."""
    return any(
        _is_narrower(beside, items[at], taxonomy)
        for beside in (_beside(items, at, 1), _beside(items, at, -1))
        if beside is not None
    )


def _beside(items: Sequence[Item], at: int, step: int) -> Item | None:
    at += step
    while 0 <= at < len(items) and items[at].kind in _BESIDE:
        at += step
    return items[at] if 0 <= at < len(items) else None


def _is_narrower(item: Item, group: Item, taxonomy: Taxonomy) -> bool:
    if not (item.name and item.name.node and group.name and group.name.node):
        return False
    narrow, wide = item.name.node, group.name.node
    return narrow != wide and taxonomy.is_within(narrow, wide)


def _add_aircraft(said: Said) -> None:
    """Add up aircraft that one sentence counts kind by kind: `10 helicopters and 12 jets`."""
    counts = [amount for name, amount, _ in said.figures if name == "aircraft"]
    if said.has_partial or any(amount.qualifier != "exact" for amount in counts):
        return
    written = ", ".join(words for name, _, words in said.figures if name == "aircraft")
    others = [figure for figure in said.figures if figure[0] != "aircraft"]
    added = Amount(sum(amount.value for amount in counts), "exact")
    said.figures = [*others, ("aircraft", added, written)] if counts else others


def _without_equipment(text: str, items: Sequence[Item], said: Said) -> None:
    """Notice a clause that says that no equipment takes part, and no more than that."""
    for negation in (item for item in items if item.kind == "negation"):
        clause = [item for item in items if item.clause == negation.clause]
        kinds = [item.kind for item in clause]
        is_all = "equipment" in kinds and not {"name", "number", "narrowing", "branch"} & {*kinds}
        is_all &= not lexicon().limiting.search(plain(text[clause[0].start : clause[-1].end]))
        if is_all and kinds.count("negation") == 1:
            said.is_without_equipment = True
        elif not {"name", "number"} & {*kinds}:
            said.unplaced.append("the sentence seems to say that something does not take part")


def _is_year(item: Item) -> bool:
    return item.number is not None and item.number.looks_like_year


def _written(text: str, item: Item) -> str:
    return " ".join(text[item.start : item.end].split())


def _with_context(text: str, items: Sequence[Item], at: int) -> str:
    """Return a number with the two items behind it, so that a person sees which one it is."""
    last = items[min(at + 2, len(items) - 1)]
    return " ".join(text[items[at].start : last.end].split()).rstrip(",;:(–—- ")


def unplaced_of(said: Said) -> Iterator[str]:
    """Yield what a sentence could not place, each once."""
    yield from dict.fromkeys(said.unplaced)
