"""Small random comparisons, and what every feasible assignment says of them, one by one.

Nothing here is shared with `marchpast.inventory` but the records: what a set may be is read off the
tree type by type, and assignments are all written out instead of being found as flows.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.inventory import Amount, AnnouncedLine, Inventory, InventorySource, Qualifier
from marchpast.records import AnswerSet, Candidate, Crop, Identity, Sighting, Track
from marchpast.taxonomy import Taxonomy

# Types, groups above them, a group with hundreds of ways out, and what is civil.
NODES = (
    "osa",
    "tor",
    "sam_short",
    "s300ps_pm",
    "s300_family",
    "s400",
    "sam_long",
    "air_defence",
    "btr80",
    "btr_8x8",
    "afv",
    "military_vehicle",
    "civilian_vehicle",
)
_QUALIFIERS: tuple[Qualifier, ...] = ("exact", "exact", "at_most", "about", "at_least")
_CIVIL, _UNNAMED, _ABSENT = -1, -2, -3

Worlds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Case:
    """Sightings and what was announced."""

    sightings: tuple[Sighting, ...]
    inventory: Inventory


@dataclass(frozen=True, slots=True)
class Truth:
    """What holds in all feasible assignments of a case; the fields of `Reconciled` and two more.

    Attributes:
        least: For each line.
        most: For each line.
        left_over: As in `Comparison`.
        is_over_total: Whether one frame shows more than were announced in all.
    """

    least: tuple[int, ...]
    most: tuple[int, ...]
    left_over: int
    is_over_total: bool


def made_sighting(
    nodes: Sequence[str],
    frames: Sequence[int],
    *,
    source: str = "a.mp4",
    track_id: int = 1,
    probability: float = 1.0,
) -> Sighting:
    """Return a sighting with a set as its answer, detected in some frames (25 a second)."""
    index = np.array(sorted(frames), np.int64)
    left = 20 * track_id  # no box within another
    track = Track(
        track_id=track_id,
        class_id=0,
        frame_index=index,
        time_s=index / 25,
        xyxy=np.tile(np.array([left, 0, left + 10, 10], np.float32), (len(index), 1)),
        confidence=np.ones(len(index), np.float32),
        crops=(Crop(0, 0.0, (0.0, 0.0, 1.0, 1.0), np.zeros((1, 1, 3), np.uint8), 1.0),),
    )
    answer = AnswerSet(tuple(nodes), probability, 0.9, "made for a test")
    node = nodes[0] if nodes else "unknown"
    # That it is military is surer than which vehicle it is.
    masses = (Candidate("military_vehicle", 0.9999),)
    identity = Identity(node, "type", probability, "a test", (), masses=masses, answer=answer)
    return Sighting(source, track, identity)


def made_inventory(
    lines: Mapping[str, Amount | None],
    *,
    total: Amount | None = None,
    is_partial: bool = False,
    id_: str = "made",
    place: str = "Testograd",
    date: str | None = "2017-05-09",
) -> Inventory:
    """Return an inventory of lines."""
    return Inventory(
        id=id_,
        place=place,
        date=date,
        total=total,
        lines=tuple(AnnouncedLine(node, amount) for node, amount in lines.items()),
        is_partial=is_partial,
        sources=(InventorySource(f"https://example.org/{id_}", "a test"),),
        confidence="high",
        note="",
        sha256=hashlib.sha256(id_.encode()).hexdigest(),
    )


def random_case(rng: np.random.Generator, taxonomy: Taxonomy) -> Case:
    """Return up to five vehicles in up to two clips of four frames, and up to four lines."""
    names = rng.permutation(NODES[:-2])[: rng.integers(1, 5)].tolist()
    lines = {name: _random_amount(rng) for name in names}
    sightings = []
    for track_id in range(int(rng.integers(1, 6))):
        frames = rng.permutation(4)[: rng.integers(1, 4)].tolist()
        source = "a.mp4" if rng.random() < 0.7 else "b.mp4"
        # Half of them of announced kinds, so that lines are often exceeded together.
        nodes = _random_set(rng, names if rng.random() < 0.5 else NODES, taxonomy)
        sightings.append(made_sighting(nodes, frames, source=source, track_id=track_id))
    total = _random_amount(rng)
    if total == Amount(0, "exact"):
        total = None
    inventory = made_inventory(lines, total=total, is_partial=bool(rng.random() < 0.5))
    return Case(tuple(sightings), inventory)


def _random_set(rng: np.random.Generator, among: Sequence[str], taxonomy: Taxonomy) -> list[str]:
    """Return one to three nodes, none within another, in the order of the tree."""
    chosen: list[str] = []
    for node in rng.permutation(list(among))[: rng.integers(1, 4)].tolist():
        if not any(taxonomy.is_within(node, c) or taxonomy.is_within(c, node) for c in chosen):
            chosen.append(node)
    return sorted(chosen, key=taxonomy.nodes.index)


def _random_amount(rng: np.random.Generator) -> Amount | None:
    if rng.random() < 0.3:
        return None
    return Amount(int(rng.integers(0, 4)), _QUALIFIERS[int(rng.integers(len(_QUALIFIERS)))])


def oracle(case: Case, taxonomy: Taxonomy) -> Truth:
    """Return what holds in all feasible assignments, by writing them all out."""
    inventory = case.inventory
    room = [_room(line.amount) for line in inventory.lines]
    total = _room(inventory.total)
    options = [_options(sighting, inventory, taxonomy) for sighting in case.sightings]
    options_known = [sorted(each) for each in options if each != {_CIVIL}]
    seen = [s for s, each in zip(case.sightings, options, strict=True) if each != {_CIVIL}]
    least, most = [0] * len(room), [math.inf] * len(room)
    left_over = 0
    frames = list(_frames(seen))
    surely = [sum(_CIVIL not in options_known[i] for i in together) for together in frames]
    in_all = max([total, *surely])
    for together in frames:
        worlds = _worlds(options_known, together)
        worlds = worlds[((worlds >= 0) | (worlds == _UNNAMED)).sum(axis=1) <= in_all]
        held = np.stack([(worlds == line).sum(axis=1) for line in range(len(room))], axis=1)
        over = np.maximum(held - np.array(room), 0).sum(axis=1)
        unnamed = (worlds == _UNNAMED).sum(axis=1) * (not inventory.is_partial)
        left_over = max(left_over, int((over + unnamed).min()))
        feasible = np.minimum(held, np.array(room))[over == over.min()]
        least = [max(a, int(b)) for a, b in zip(least, feasible.min(axis=0), strict=True)]
        most = [min(a, int(b)) for a, b in zip(most, feasible.max(axis=0), strict=True)]
    if not seen:
        most = [0] * len(room)
    return Truth(tuple(least), tuple(map(int, most)), left_over, in_all > total)


def _room(amount: Amount | None) -> float:
    if amount is None or amount.qualifier == "at_least":
        return math.inf
    if amount.qualifier == "exact":
        return amount.value
    return amount.value + max(2, math.ceil(amount.value / 4))


def _options(sighting: Sighting, inventory: Inventory, taxonomy: Taxonomy) -> set[int]:
    """Return where a vehicle may belong, from every type that it may be.

    A group may also be a kind of its own that the tree lacks, which counts as the group itself.
    """
    assert sighting.identity.answer is not None
    lines = [line.node for line in inventory.lines]
    options = set()
    for node in sighting.identity.answer.nodes:
        for kind in (n for n in taxonomy.nodes if node in taxonomy.lineage(n)):
            above = [lines.index(up) for up in taxonomy.lineage(kind) if up in lines]
            if "military_vehicle" not in taxonomy.lineage(kind):
                options.add(_CIVIL)
            else:
                options.add(above[-1] if above else _UNNAMED)
    return options


def _frames(sightings: Sequence[Sighting]) -> Iterator[list[int]]:
    """Yield who is seen in each frame of each clip."""
    places = {(s.source, f) for s in sightings for f in s.track.frame_index.tolist()}
    for source, frame in sorted(places):
        yield [
            i
            for i, sighting in enumerate(sightings)
            if sighting.source == source and frame in sighting.track.frame_index
        ]


def _worlds(options: Sequence[Sequence[int]], together: Sequence[int]) -> Worlds:
    """Return `(worlds, vehicles)`: who is seen has a place, any other has one or is no other."""
    choices = [[*each] if i in together else [*each, _ABSENT] for i, each in enumerate(options)]
    grids = np.meshgrid(*(np.array(each) for each in choices), indexing="ij")
    return np.stack([grid.ravel() for grid in grids], axis=1)
