"""What the sightings and an announcement say together.

The announcement never informs the sightings: it is compared with answers that are already given.
Nothing here confirms anything. What was seen can fit an announcement, contradict it, or be of a
kind that settles neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.inventory.announced import Figures, Inventory
from marchpast.inventory.clip_links import ClipLink
from marchpast.inventory.comparison import Comparison, ComparisonLine
from marchpast.inventory.counting import count_as
from marchpast.inventory.observing import MILITARY, Kind, Observation, observe
from marchpast.inventory.priors import Prior, ranked, refuse_circular
from marchpast.inventory.reconciling import Reconciled, bound_assignments, most_allowed
from marchpast.inventory.verdicts import Judgement
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy, load_taxonomy


def reconcile(
    sightings: Sequence[Sighting],
    inventory: Inventory,
    taxonomy: Taxonomy | None = None,
    *,
    level: float = 0.9,
    links: Sequence[ClipLink] = (),
    prior: Prior | None = None,
) -> Comparison:
    """Compare what was seen with what was announced.

    A vehicle takes part as the set it was answered with, or as the one node where there is no set.
    Civil vehicles, boxes without a vehicle and vehicles without an answer take no part.

    Args:
        sightings: Of one run, in any order; civil and unnamed ones may be among them.
        inventory: What was announced.
        taxonomy: The package's when `None`.
        level: How probable it must be, by the calibrated masses, that the names carry a
            contradiction before it is stated, above 0.5 and below 1.
        links: Clips that are disjoint, whose vehicles are then added. That clips show the same
            convoy changes nothing here: clips are not added unless they are said to be disjoint.
        prior: For `Comparison.rankings` only; no verdict depends on it.

    Raises:
        CircularPriorError: If the prior knows the inventory.
        TaxonomyError: If a sighting or a line has a node that the taxonomy does not have.
        ValueError: If the level is out of its range, or a link names a source that is not there.
    """
    if not 0.5 < level < 1:
        raise ValueError(f"level must be above 0.5 and below 1, got {level}")
    if prior is not None:
        refuse_circular(prior, inventory)
    taxonomy = taxonomy or load_taxonomy()
    nodes = [taxonomy.node(line.node).id for line in inventory.lines]
    observation = observe(sightings, nodes, taxonomy, links=links)
    reconciled = bound_assignments(
        observation,
        room=[most_allowed(line.amount) for line in inventory.lines],
        is_partial=inventory.is_partial,
        total=_most_in_all(inventory),
    )
    judgement = Judgement(inventory, taxonomy, observation, reconciled, level=level)
    lines = _announced_lines(inventory, judgement, observation, reconciled)
    lines += _others(judgement, observation, taxonomy)
    sure = [s for s, kind in _pairs(observation) if not kind.may_be_civil]
    seen_total = count_as(MILITARY, sure)
    whole = judgement.of_all(lines, seen_total)
    return Comparison(
        inventory_id=inventory.id,
        place=inventory.place,
        date=inventory.date,
        total=inventory.total,
        is_partial=inventory.is_partial,
        seen_total=seen_total,
        lines=tuple(lines),
        overall=whole.overall,
        reason=whole.reason,
        because=whole.because,
        left_over=reconciled.left_over,
        level=level,
        prior=prior,
        rankings=() if prior is None else ranked(sightings, prior, taxonomy),
    )


def _most_in_all(inventory: Inventory) -> float:
    """Return the most vehicles that the total allows: the announced one, or else the reported one.

    Historic vehicles are in the total or beside it, which announcements hardly ever say: the wider
    reading counts.
    """
    said = Figures(inventory.total, historic=inventory.historic)
    if inventory.total is None:
        said = inventory.reported
    beside = 0.0 if said.historic is None else most_allowed(said.historic)
    return most_allowed(said.total) + beside


def _announced_lines(
    inventory: Inventory, judgement: Judgement, observation: Observation, reconciled: Reconciled
) -> list[ComparisonLine]:
    surely: list[list[Sighting]] = [[] for _ in inventory.lines]
    for sighting, kind in _pairs(observation):
        if kind.within is not None:
            surely[kind.within].append(sighting)
    lines = []
    for i, announced in enumerate(inventory.lines):
        seen = count_as(announced.node, surely[i])
        excess = judgement.excess_of_line(i)
        verdict, reason = judgement.of_line(i, seen)
        lines.append(
            ComparisonLine(
                node=announced.node,
                nodes=(announced.node,),
                announced=announced,
                seen=seen,
                covered_least=reconciled.least[i],
                covered_most=reconciled.most[i],
                over=excess.over if excess else 0,
                shown_at=excess.scene.moments if excess else (),
                verdict=verdict,
                reason=reason,
            )
        )
    return lines


def _others(
    judgement: Judgement, observation: Observation, taxonomy: Taxonomy
) -> list[ComparisonLine]:
    """Return a line for each set of answers that is not surely of one announced line."""
    by_kind: dict[Kind, list[Sighting]] = {}
    for sighting, kind in _pairs(observation):
        if kind.within is None:
            by_kind.setdefault(kind, []).append(sighting)
    lines = []
    for kind in sorted(by_kind, key=judgement.order):
        node = _nearest_above(kind.nodes, taxonomy)
        seen = count_as(node, by_kind[kind])
        excess = judgement.excess_of_kind(kind)
        verdict, reason = judgement.of_kind(kind, seen)
        lines.append(
            ComparisonLine(
                node=node,
                nodes=kind.nodes,
                announced=None,
                seen=seen,
                covered_least=None,
                covered_most=None,
                over=excess.over if excess else 0,
                shown_at=excess.scene.moments if excess else (),
                verdict=verdict,
                reason=reason,
            )
        )
    return lines


def _pairs(observation: Observation) -> zip[tuple[Sighting, Kind]]:
    return zip(observation.sightings, observation.kinds, strict=True)


def _nearest_above(nodes: Sequence[str], taxonomy: Taxonomy) -> str:
    """Return the nearest node at or above all of these."""
    first, *others = [taxonomy.lineage(node) for node in nodes]
    return [up for up in first if all(up in lineage for lineage in others)][-1]
