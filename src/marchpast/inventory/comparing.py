"""What the sightings and an announcement say together.

The announcement never informs the sightings: it is compared with answers that are already given.
Nothing here confirms anything. What was seen can fit an announcement, contradict it, or be of a
kind that settles neither.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from marchpast.inventory.announced import Amount, AnnouncedLine, Inventory
from marchpast.inventory.counting import NO_VEHICLE, UNKNOWN, SeenCount, count_as
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy, load_taxonomy

Verdict = Literal["covered", "surplus", "not announced", "not seen", "cannot tell"]
Overall = Literal[
    "consistent, but does not prove it", "inconsistent", "explains nothing", "cannot tell"
]

# "About N" is taken to allow up to a quarter more, and two vehicles at least. Ours: round figures
# in announcements are off by up to a tenth ("about 200" was said of 194), and since a surplus is an
# accusation the band is wider than what was met.
ABOUT_SHARE = 0.25
ABOUT_VEHICLES = 2

_MILITARY = "military_vehicle"


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """What came of one kind of vehicle.

    Attributes:
        node: Taxonomy id: of the announced line, or of what was seen and not announced.
        announced: `None` when no line of the announcement covers it.
        seen: How many were seen that this line covers, each under the narrowest line.
        verdict: What the two say together.
        reason: Why, one sentence.
    """

    node: str
    announced: AnnouncedLine | None
    seen: SeenCount
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing the sightings with one inventory.

    Attributes:
        inventory_id: Which inventory.
        place: Where the event was to be.
        date: ISO date of the event, `None` when not known.
        total: Announced in all, `None` when no number was given.
        is_partial: True when the announcement names some of the equipment only.
        seen_total: All military vehicles that were seen, named or only known to be military.
        lines: The announced lines in their order, then what was seen outside them.
        overall: The verdict on the whole.
        reason: Why, one sentence or two.
    """

    inventory_id: str
    place: str
    date: str | None
    total: Amount | None
    is_partial: bool
    seen_total: SeenCount
    lines: tuple[ComparisonLine, ...]
    overall: Overall
    reason: str


def compare(
    sightings: Sequence[Sighting], inventory: Inventory, taxonomy: Taxonomy | None = None
) -> Comparison:
    """Compare what was seen with what was announced.

    Civil vehicles, boxes without a vehicle and vehicles without an answer take no part.

    Args:
        sightings: Of one run, in any order; civil and unnamed ones may be among them.
        inventory: What was announced.
        taxonomy: The package's when `None`.

    Raises:
        TaxonomyError: If a sighting or a line has a node that the taxonomy does not have.
    """
    taxonomy = taxonomy or load_taxonomy()
    military = [s for s in sightings if _is_military(s, taxonomy)]
    announced, others = _assigned(military, inventory, taxonomy)
    lines = [
        _announced_line(line, announced[line.node], others, taxonomy) for line in inventory.lines
    ]
    lines += [_other_line(node, others[node], inventory, taxonomy) for node in others]
    seen_total = count_as(_MILITARY, military)
    unnamed = sum(s.identity.node in (UNKNOWN, "vehicle") for s in sightings)
    overall, reason = _overall(lines, seen_total, inventory, taxonomy)
    if unnamed:
        reason += f" {_number(unnamed, 'track')} without a name left out."
    return Comparison(
        inventory_id=inventory.id,
        place=inventory.place,
        date=inventory.date,
        total=inventory.total,
        is_partial=inventory.is_partial,
        seen_total=seen_total,
        lines=tuple(lines),
        overall=overall,
        reason=reason,
    )


def most_allowed(amount: Amount | None) -> float:
    """Return how many vehicles an announced number allows without contradiction.

    >>> most_allowed(Amount(8, "exact")), most_allowed(Amount(90, "about"))
    (8, 113)
    >>> most_allowed(Amount(50, "at_least"))
    inf
    """
    if amount is None or amount.qualifier == "at_least":
        return math.inf
    if amount.qualifier == "exact":
        return amount.value
    return amount.value + max(ABOUT_VEHICLES, math.ceil(amount.value * ABOUT_SHARE))


def _is_military(sighting: Sighting, taxonomy: Taxonomy) -> bool:
    node = sighting.identity.node
    return node not in (UNKNOWN, NO_VEHICLE) and taxonomy.is_within(node, _MILITARY)


def _assigned(
    military: Sequence[Sighting], inventory: Inventory, taxonomy: Taxonomy
) -> tuple[dict[str, list[Sighting]], dict[str, list[Sighting]]]:
    """Return the sightings by the narrowest line above them, and the rest by their own node."""
    announced: dict[str, list[Sighting]] = {line.node: [] for line in inventory.lines}
    others: dict[str, list[Sighting]] = {}
    for sighting in military:
        node = sighting.identity.node
        above = [up for up in taxonomy.lineage(node) if up in announced]
        if above:
            announced[above[-1]].append(sighting)
        else:
            others.setdefault(node, []).append(sighting)
    return announced, {node: others[node] for node in taxonomy.nodes if node in others}


def _announced_line(
    line: AnnouncedLine,
    sightings: Sequence[Sighting],
    others: dict[str, list[Sighting]],
    taxonomy: Taxonomy,
) -> ComparisonLine:
    seen = count_as(line.node, sightings)
    name = taxonomy.name(line.node)
    given = "without a number" if line.amount is None else str(line.amount)
    verdict: Verdict
    if seen.tracks:
        is_surplus = seen.at_once > most_allowed(line.amount)
        verdict = "surplus" if is_surplus else "covered"
        reason = f"{_interval(seen)}; announced {given}"
        if not is_surplus:
            reason += "; this is what the footage shows of the parade, not how complete it was"
    elif wider := [node for node in others if taxonomy.is_within(line.node, node)]:
        verdict = "cannot tell"
        names = " and ".join(taxonomy.name(node) for node in wider)
        reason = f"no vehicle was named {name}, but what was seen as {names} may be one"
    else:
        verdict = "not seen"
        reason = f"no {name} in this footage, which says nothing about the parade"
    return ComparisonLine(line.node, line, seen, verdict, reason)


def _other_line(
    node: str, sightings: Sequence[Sighting], inventory: Inventory, taxonomy: Taxonomy
) -> ComparisonLine:
    seen = count_as(node, sightings)
    narrower = [line.node for line in inventory.lines if taxonomy.is_within(line.node, node)]
    verdict: Verdict = "cannot tell"
    if inventory.announces_nothing:
        verdict = "not announced"
        reason = f"{_interval(seen)}; the announcement was that no equipment takes part"
    elif narrower:
        names = " or ".join(map(taxonomy.name, narrower))
        reason = f"{_interval(seen)}; may be {names}, which is announced, or something else"
    elif inventory.is_partial:
        reason = (
            f"{_interval(seen)}; the announcement does not name every kind, so what it leaves out "
            "is no contradiction"
        )
    else:
        verdict = "not announced"
        reason = f"{_interval(seen)}; the announcement names every kind and not this one"
        if alike := _announced_lookalikes(node, inventory, taxonomy):
            reason += f"; it is easily taken for {alike}, which is announced"
    return ComparisonLine(node, None, seen, verdict, reason)


def _announced_lookalikes(node: str, inventory: Inventory, taxonomy: Taxonomy) -> str:
    alike = [
        lookalike.name
        for lookalike in taxonomy.lookalikes(node)
        if lookalike.node is not None
        and any(taxonomy.is_within(lookalike.node, line.node) for line in inventory.lines)
    ]
    return " or ".join(alike)


def _overall(
    lines: Sequence[ComparisonLine],
    seen_total: SeenCount,
    inventory: Inventory,
    taxonomy: Taxonomy,
) -> tuple[Overall, str]:
    if not seen_total.tracks:
        return "cannot tell", "No military vehicle was seen: there is nothing to compare."
    if inventory.announces_nothing:
        return "explains nothing", (
            "The announcement was that no equipment takes part, so the parade explains nothing of "
            "what was seen; nor does this say what does."
        )
    named = _namer(lines, taxonomy)
    against = [
        f"{verdict}: {named(verdict)}" for verdict in ("surplus", "not announced") if named(verdict)
    ]
    if seen_total.at_once > most_allowed(inventory.total):
        against.append(f"{seen_total.at_once} seen at once, {inventory.total} announced in all")
    if against:
        return "inconsistent", (
            f"If the names are right, more was seen than was announced: {'; '.join(against)}."
        )
    if not named("covered"):
        return "cannot tell", (
            "Nothing that was seen contradicts the announcement, and nothing is surely of a kind "
            "that it names."
        )
    reason = (
        f"Announced and seen: {named('covered')}; nothing contradicts the announcement. The same "
        "vehicles may have moved for another reason."
    )
    if open_ := [line for line in lines if line.verdict == "cannot tell" and not line.announced]:
        names = ", ".join(taxonomy.name(line.node) for line in open_)
        reason += f" It says nothing about {names}."
    return "consistent, but does not prove it", reason


def _namer(lines: Sequence[ComparisonLine], taxonomy: Taxonomy) -> Callable[[Verdict], str]:
    def named(verdict: Verdict) -> str:
        return ", ".join(taxonomy.name(line.node) for line in lines if line.verdict == verdict)

    return named


def _interval(seen: SeenCount) -> str:
    return f"at least {seen.at_once} seen, in {_number(seen.tracks, 'track')}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
