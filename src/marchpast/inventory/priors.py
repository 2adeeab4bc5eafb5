"""What earlier parades make of a ranking, and why the one under test may not be among them.

A prior never decides anything: it gives a second order of the likeliest types, to be shown beside
the order of the picture alone. It must not know the announcement that the same sightings are held
against, or the announcement would be confirmed by what it put in itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from marchpast.errors import CircularPriorError
from marchpast.inventory.announced import Inventory
from marchpast.records import Identity, Sighting
from marchpast.taxonomy import Taxonomy, load_taxonomy

_MILITARY = "military_vehicle"


@dataclass(frozen=True, slots=True)
class Prior:
    """How often earlier inventories name a kind.

    Attributes:
        about: What it is of, for the reader: "Vladivostok, earlier parades".
        origins: The inventories it was made of, one at least.
        weights: For each node that one of them names, the share that does, by the rule of
            succession: (named + 1) / (inventories + 2).
    """

    about: str
    origins: tuple[Inventory, ...]
    weights: Mapping[str, float]

    def weight(self, node: str, taxonomy: Taxonomy) -> float:
        """Return the weight of a node: the largest of its own and of those above it.

        A kind that no inventory names keeps 1 / (inventories + 2): rare, never impossible.
        """
        unnamed = 1 / (len(self.origins) + 2)
        return max(self.weights.get(above, unnamed) for above in taxonomy.lineage(node))


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A likely type, by the picture alone and with a prior.

    Attributes:
        node: Taxonomy id.
        by_picture: Calibrated probability by the picture alone.
        with_prior: The same weighted by the prior and shared out anew among the military
            candidates, whose sum stays; good for ranking only. Parades say nothing of civil
            vehicles: theirs is the picture's.
    """

    node: str
    by_picture: float
    with_prior: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates of one vehicle.

    Attributes:
        sighting: `Sighting.id`.
        candidates: Likeliest with the prior first.
    """

    sighting: str
    candidates: tuple[RankedCandidate, ...]


def prior_of(
    inventories: Sequence[Inventory], *, about: str, before: Inventory | None = None
) -> Prior:
    """Return the prior that some inventories make together.

    Args:
        inventories: Parades at a place, or of a season.
        about: What they are, for the reader.
        before: Leave out what has no date, or is not of an earlier year than this one.

    Raises:
        ValueError: If no inventory is left.
    """
    if before is not None:
        inventories = [each for each in inventories if _year(each) < _year(before)]
    if not inventories:
        raise ValueError(f"no inventory is left to make the prior {about!r} of; give earlier ones")
    named = Counter(line.node for inventory in inventories for line in inventory.lines)
    weights = {node: (n + 1) / (len(inventories) + 2) for node, n in sorted(named.items())}
    return Prior(about, tuple(inventories), MappingProxyType(weights))


def rank_with_prior(
    identity: Identity, prior: Prior, taxonomy: Taxonomy | None = None
) -> tuple[RankedCandidate, ...]:
    """Order the candidates of a vehicle by picture and prior together.

    The answer, its set and every comparison stay what they were.
    """
    taxonomy = taxonomy or load_taxonomy()
    military = [c for c in identity.candidates if taxonomy.is_within(c.node, _MILITARY)]
    weighted = {c.node: c.probability * prior.weight(c.node, taxonomy) for c in military}
    held = sum(candidate.probability for candidate in military)
    scale = held / (sum(weighted.values()) or 1.0)
    candidates = [
        RankedCandidate(
            c.node, c.probability, weighted[c.node] * scale if c in military else c.probability
        )
        for c in identity.candidates
    ]
    return tuple(sorted(candidates, key=lambda r: (-r.with_prior, -r.by_picture, r.node)))


def ranked(sightings: Sequence[Sighting], prior: Prior, taxonomy: Taxonomy) -> tuple[Ranking, ...]:
    """Return the ranking of every sighting, in the order of their ids."""
    return tuple(
        Ranking(sighting.id, rank_with_prior(sighting.identity, prior, taxonomy))
        for sighting in sorted(sightings, key=lambda s: (s.source, s.track.track_id))
    )


def refuse_circular(prior: Prior, inventory: Inventory) -> None:
    """Refuse a prior that knows the event under test.

    Raises:
        CircularPriorError: If one of its inventories has the id or the bytes of the one under
            test; or the place, and a date of the same year (a rehearsal, a moved parade) or none;
            or a source in common, and a date of the same year or none.
    """
    for origin in prior.origins:
        if why := _same_event(origin, inventory):
            raise CircularPriorError(
                f"inventory {inventory.id!r} cannot be compared with the prior {prior.about!r}: "
                f"its inventory {origin.id!r} has {why}, so the announcement would confirm itself; "
                "make the prior of other events"
            )


def _same_event(origin: Inventory, inventory: Inventory) -> str:
    if origin.id.casefold() == inventory.id.casefold():
        return "the same id"
    if origin.sha256 == inventory.sha256:
        return "the same content"
    undated = origin.date is None or inventory.date is None
    if not undated and _year(origin) != _year(inventory):
        return ""
    when = "no date to tell them apart" if undated else "a date of the same year"
    if _place(origin) == _place(inventory):
        return f"the same place and {when}"
    if {source.url for source in origin.sources} & {source.url for source in inventory.sources}:
        return f"the same source and {when}"
    return ""


def _year(inventory: Inventory) -> str:
    """Return the year; one after all years when there is no date."""
    return "9999" if inventory.date is None else inventory.date[:4]


def _place(inventory: Inventory) -> str:
    return " ".join(inventory.place.casefold().split())
