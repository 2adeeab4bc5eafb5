"""What a number in a sentence counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marchpast.errors import TaxonomyError
from marchpast.inventory.drafting.items import Item
from marchpast.taxonomy import Taxonomy

_FIGURE_OF = {
    "equipment": "total",
    "personnel": "personnel",
    "aircraft": "aircraft",
    "historic": "historic",
}
_VEHICLES = ("equipment", "unit", "vehicle")
_ENDS = (
    "comma",
    "colon",
    "semicolon",
    "open",
    "close",
    "dash",
    "partial",
    "continuation",
    "and",
    "in_all",
    "aside",
)
_BEHIND_DASH = ("name", "historic_word", "historic")
_SIGNS_BEFORE = ("dash", "colon", "open", "times")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number counts: one of the three is set.

    Attributes:
        names: Indices of items, each counted by the whole number.
        figure: Name of a field of `Figures`.
        why_not: Why it cannot be said; empty for a number that needs no place.
    """

    names: tuple[int, ...] = ()
    figure: str = ""
    why_not: str | None = None


@dataclass(slots=True)
class _Phrase:
    """The words right of a number up to the first that says what is counted."""

    stop: int
    narrowing: int = 0
    is_historic: bool = False
    generic: str = ""
    is_more: bool = False


def bind(items: Sequence[Item], at: int, taxonomy: Taxonomy) -> Bound:
    """Say what the number `items[at]` counts.

    A number goes with what follows it (`8 systems «Osa»`), or, behind a sign, with what stands
    before it (`Osa - 8 units`). Where two readings are open the answer is `why_not`.
    """
    phrase = _phrase(items, at)
    stop = items[phrase.stop] if phrase.stop < len(items) else None
    is_each = at > 0 and items[at - 1].kind == "each"
    before = _before(items, at - is_each)
    if stop and stop.kind == "name":
        if before is not None and _explains(items[before], stop, taxonomy):
            return _backwards(items, before, is_each=is_each)
        return _forwards(items, at, phrase.stop, taxonomy, is_each=is_each)
    if phrase.is_more:
        return Bound(why_not="comes on top of something else")
    if stop and stop.kind == "equipment":
        return _of_equipment(items, phrase, taxonomy)
    if stop and stop.kind == "personnel" and at > 0 and items[at - 1].kind == "open":
        return Bound(why_not="counts the people of what stands before it")
    if stop and stop.kind in _FIGURE_OF:
        return Bound(figure=_FIGURE_OF[stop.kind])
    if stop and stop.kind in ("other", "designation", "quoted"):
        return Bound(why_not="counts something that an inventory has no line for")
    if before is not None:
        return _backwards(items, before, is_each=is_each)
    return _bare(items, at, phrase, stop)


def _phrase(items: Sequence[Item], at: int) -> _Phrase:
    """Walk over adjectives and generic words behind a number."""
    phrase = _Phrase(at + 1)
    phrase.is_more = at > 0 and items[at - 1].kind == "more"
    while phrase.stop < len(items):
        item = items[phrase.stop]
        follows = items[phrase.stop + 1].kind if phrase.stop + 1 < len(items) else ""
        if item.kind in ("unit", "vehicle"):
            phrase.generic = item.kind
        elif item.kind == "narrowing":
            phrase.narrowing += 1
        elif item.kind == "historic_word":
            phrase.is_historic = True
        elif item.kind == "more":
            phrase.is_more = True
        elif item.kind in ("and", "comma") and phrase.narrowing and follows == "narrowing":
            pass  # "wheeled and tracked vehicles"
        elif item.kind == "dash" and phrase.stop == at + 1 and follows in _BEHIND_DASH:
            pass  # "twenty of them - tanks"
        elif item.kind == "times" and phrase.stop == at + 1:
            pass  # "8 x Osa"
        elif item.kind != "filler":
            break
        phrase.stop += 1
    return phrase


def _forwards(
    items: Sequence[Item], number: int, at: int, taxonomy: Taxonomy, *, is_each: bool
) -> Bound:
    """Count the name at an index, or each of a list of bare names."""
    names = [at]
    while _is_listed(items, names[-1] + 1, taxonomy):
        names.append(names[-1] + 2)
    if is_each:
        return Bound(names=tuple(names))
    # Within a list a number is of its own item: "Osa, 8 S-300, Bal".
    before = number - 1
    while before > 0 and items[before].kind in ("comma", "and"):
        before -= 1
    is_within = before < number - 1 and items[before].kind == "name"
    if len(names) > 1 and not is_within:
        return Bound(why_not="may count the first of the names behind it or all of them together")
    return Bound(names=(at,))


def _is_listed(items: Sequence[Item], at: int, taxonomy: Taxonomy) -> bool:
    """Return whether a comma or "and", and a bare name behind it, stand at an index."""
    return (
        at + 1 < len(items)
        and items[at].kind in ("comma", "and")
        and items[at + 1].kind == "name"
        and not (at + 2 < len(items) and items[at + 2].kind in _SIGNS_BEFORE)
        and not _has_head(items[at + 1], taxonomy)
    )


def _has_head(item: Item, taxonomy: Taxonomy) -> bool:
    """Return whether a name says itself what it is: `MLRS «Grad»`, but not `«Grad»`."""
    assert item.name is not None
    rest = item.name.text.partition(" ")[2]
    try:
        return bool(rest) and taxonomy.find(rest).id == item.name.node
    except TaxonomyError:
        return False


def _before(items: Sequence[Item], at: int) -> int | None:
    """Return the index of what a number behind a sign goes with: `Osa (8)`, `total: 50`."""
    if at < 2 or items[at - 1].kind not in _SIGNS_BEFORE:
        return None
    return at - 2 if items[at - 2].kind in ("name", *_FIGURE_OF) else None


def _backwards(items: Sequence[Item], before: int, *, is_each: bool) -> Bound:
    item = items[before]
    if item.kind != "name":
        return Bound(figure=_FIGURE_OF[item.kind])
    names = [before]
    while (
        names[0] >= 2
        and items[names[0] - 1].kind in ("comma", "and")
        and items[names[0] - 2].kind == "name"
    ):
        names.insert(0, names[0] - 2)
    if len(names) > 1 and not is_each and items[before + 1].kind != "open":
        return Bound(why_not="may count the last of the names before it or all of them together")
    return Bound(names=tuple(names) if is_each else (before,))


def _explains(name: Item, group: Item, taxonomy: Taxonomy) -> bool:
    """Return whether `group` only says what `name` is: `T-90 - 12 tanks`."""
    if not (name.name and group.name and name.name.node and group.name.node):
        return False
    return taxonomy.is_within(name.name.node, group.name.node)


def _of_equipment(items: Sequence[Item], phrase: _Phrase, taxonomy: Taxonomy) -> Bound:
    if phrase.narrowing == 1:
        return Bound(why_not="counts one sort of equipment, not all of it")
    after = phrase.stop + 1
    while after < len(items) and items[after].kind == "filler":
        after += 1
    follows = items[after].kind if after < len(items) else ""
    if follows == "branch":
        return Bound(why_not="counts the equipment of one service, not all of it")
    if follows == "name":
        return _forwards(items, phrase.stop, after, taxonomy, is_each=False)
    is_historic = phrase.is_historic or follows == "historic_word"
    return Bound(figure="historic" if is_historic else "total")


def _bare(items: Sequence[Item], at: int, phrase: _Phrase, stop: Item | None) -> Bound:
    """A number of "units" or "vehicles", or of nothing that is said."""
    number = items[at].number
    assert number is not None
    if phrase.is_historic and (phrase.generic or stop is None or stop.kind in _ENDS):
        return Bound(figure="historic")
    signs = at > 1 and items[at - 1].kind in _SIGNS_BEFORE
    is_in_all = at > 0 and items[at - 1 - signs].kind == "in_all"
    if phrase.generic or is_in_all:
        if phrase.narrowing == 1:
            return Bound(why_not="counts one sort of vehicle, not all of them")
        if stop and stop.kind not in _ENDS:
            return Bound(why_not="counts a kind of thing that is not known")
        if not is_in_all and any(item.kind == "name" for item in items[:at]):
            return Bound(why_not="may count what is named before it or everything")
        return Bound(figure="total")
    is_idle = number.amount is not None and number.amount.value == 1
    return Bound(why_not="" if is_idle or number.looks_like_year else "what it counts is not said")
