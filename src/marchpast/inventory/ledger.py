"""The vehicles of every scene, counted by the lines they lead to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.inventory.count_rates import load_rates
from marchpast.inventory.distributions import counted
from marchpast.inventory.flows import Placement, Ways
from marchpast.inventory.observing import MILITARY, Observation, Scene
from marchpast.records import BoolArray, Identity, IntArray

_Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Excess:
    """Vehicles of one scene that lead nowhere but to lines with too little room for them.

    Attributes:
        lines: Those lines, as indexes; one after the last stands for what no line names.
        count: How many vehicles.
        room: How many of them the lines may hold.
        scene: Where they were seen together.
        members: Which sightings, as indexes.
        chance: That more of the names are right than there is room for, by the calibrated masses.
    """

    lines: frozenset[int]
    count: int
    room: int
    scene: Scene
    members: tuple[int, ...]
    chance: float

    @property
    def over(self) -> int:
        """Return by how many vehicles the room is exceeded."""
        return self.count - self.room


class Ledger:
    """How many vehicles of each kind every scene holds, and how much room the lines have."""

    def __init__(
        self, observation: Observation, room: Sequence[float], *, unnamed_room: float
    ) -> None:
        """Count.

        Args:
            observation: What was seen.
            room: For each line the most that it may hold, a whole number or `inf`.
            unnamed_room: The same for kinds that no line names.
        """
        self._scenes = observation.scenes
        self._kinds = observation.kinds
        self._unnamed = len(room)
        self._room = [*room, unnamed_room]
        beside = frozenset({self._unnamed})
        self._ways = [
            tuple(sorted(kind.lines | beside if kind.may_be_unnamed else kind.lines))
            for kind in self._kinds
        ]
        identities = [sighting.identity for sighting in observation.sightings]
        self._is_military = np.array([not kind.may_be_civil for kind in self._kinds], np.bool_)
        self._shares = np.array([_share_of_set(identity) for identity in identities])
        self._military_shares = np.array([_military_share(identity) for identity in identities])
        self._members = np.array([i for scene in self._scenes for i in scene.members], np.int64)
        sizes = np.array([len(scene.members) for scene in self._scenes], np.int64)
        self._starts = np.cumsum(sizes) - sizes
        must = {ways for ways, sure in zip(self._ways, self._is_military, strict=True) if sure}
        self._columns = sorted(must, key=lambda ways: (len(ways), ways))
        self._counts = self._count_columns(np.repeat(np.arange(len(sizes)), sizes))
        self._placed: list[tuple[Placement, Mapping[Ways, int], int]] | None = None

    def _count_columns(self, scene: IntArray) -> IntArray:
        """Return `(scenes, columns)`: how many surely military vehicles lead to the same places."""
        number = {ways: i for i, ways in enumerate(self._columns)}
        column = np.array([number.get(ways, 0) for ways in self._ways], np.int64)
        counts = np.zeros((len(self._scenes), len(self._columns)), np.int64)
        sure = self._is_military[self._members]
        np.add.at(counts, (scene[sure], column[self._members[sure]]), 1)
        return counts

    def least(self) -> list[int]:
        """Return how many vehicles each line holds in every feasible assignment of some scene."""
        least = [0] * len(self._room)
        for i, ways in enumerate(self._columns):
            if len(ways) == 1:
                seen = self._counts[:, i].max(initial=0)
                least[ways[0]] = int(min(seen, self._room[ways[0]]))
        for placement, _, _ in self._placements():
            for line, number in placement.held().items():
                if number > least[line]:
                    least[line] = max(least[line], placement.least(line))
        return least[: self._unnamed]

    def left_over(self) -> int:
        """Return the most vehicles of one scene that find no place, however they are placed."""
        return max(
            (sum(p.left_over.values()) + beside for p, _, beside in self._placements()), default=0
        )

    def violators(self) -> set[frozenset[int]]:
        """Return sets of lines that some scene exceeds: single ones, and several together."""
        single = {
            frozenset(ways)
            for i, ways in enumerate(self._columns)
            if len(ways) == 1 and self._counts[:, i].max(initial=0) > self._room[ways[0]]
        }
        return single | {lines for row in self._placements() for lines in self._joint(*row[:2])}

    def _joint(self, placement: Placement, supply: Mapping[Ways, int]) -> Iterator[frozenset[int]]:
        """Yield the sets that are exceeded by more than their single lines are."""
        for lines in placement.violators():
            if len(lines) > 1:
                inside = sum(n for ways, n in supply.items() if self._is_inside(ways, lines))
                over = inside - sum(self._room[line] for line in lines)
                single = [supply.get((i,), 0) - self._room[i] for i in lines - {self._unnamed}]
                if over > sum(n for n in single if n > 0):
                    yield lines

    def _placements(self) -> list[tuple[Placement, Mapping[Ways, int], int]]:
        """Return placements of the vehicles of every scene that can matter.

        With each comes what was placed, and how many more are left over of kinds whose only line
        nobody else leads to. A kind with two unlimited places always finds another, whatever the
        rest does: it forces nothing.
        """
        if self._placed is None:
            matters = [w for w in self._columns if sum(math.isinf(self._room[i]) for i in w) < 2]
            shared = {line for ways in matters if len(ways) > 1 for line in ways}
            together = [ways for ways in matters if not shared.isdisjoint(ways)]
            alone = [ways for ways in matters if shared.isdisjoint(ways)]
            limits = np.array([self._room[ways[0]] for ways in alone])
            beside = np.maximum(self._of(alone) - limits, 0).sum(axis=1).astype(np.int64)
            rows = np.unique(np.column_stack([self._of(together), beside]), axis=0)
            self._placed = []
            for row in rows:
                found = np.flatnonzero(row[:-1]).tolist()
                supply = {together[i]: int(row[i]) for i in found}
                self._placed.append((Placement(supply, self._room), supply, int(row[-1])))
        return self._placed

    def most(self, total: float) -> list[int]:
        """Return how many vehicles each line may account for at most.

        Args:
            total: The most that all vehicles together may be, or `inf`.
        """
        tracks = [0] * len(self._room)
        for kind in self._kinds:
            for line in kind.lines:
                tracks[line] += 1
        most = np.minimum(tracks, self._room)
        if math.isfinite(total) and len(self._scenes):
            leads = np.zeros((len(self._columns), len(self._room)))
            for column, ways in enumerate(self._columns):
                leads[column, list(ways)] = 1
            in_scene = self._counts.sum(axis=1)
            elsewhere = in_scene[:, None] - self._counts @ leads
            most = np.minimum(most, max(total, in_scene.max()) - elsewhere.max(axis=0))
        return [int(n) for n in most[: self._unnamed]]

    def clearest(self, lines: frozenset[int]) -> Excess:
        """Return the scene in which vehicles that lead only to these lines exceed them most."""
        inside = np.array([self._is_inside(ways, lines) for ways in self._ways], np.bool_)
        room = sum(self._room[line] for line in lines)
        excess = self._clearest(inside & self._is_military, self._shares, room=room, lines=lines)
        assert excess is not None, "a violator is exceeded in some scene"
        return excess

    def over_total(self, total: float) -> Excess | None:
        """Return the clearest scene with more vehicles than there may be in all."""
        lines = frozenset(range(len(self._room)))
        return self._clearest(self._is_military, self._military_shares, room=total, lines=lines)

    def _clearest(
        self, inside: BoolArray, shares: _Shares, *, room: float, lines: frozenset[int]
    ) -> Excess | None:
        """Return the scene whose number lies furthest above the room, in standard deviations."""
        if not len(self._scenes):
            return None
        is_inside = inside[self._members]
        p = np.where(is_inside, shares[self._members], 0.0)
        counts = np.add.reduceat(is_inside.astype(np.int64), self._starts)
        if counts.max() <= room:
            return None
        mean = np.add.reduceat(p, self._starts)
        spread = np.sqrt(np.add.reduceat(p * (1 - p), self._starts)) + 1e-6
        clearness = np.where(counts > room, np.round((mean - room - 0.5) / spread, 6), -np.inf)
        scene = self._scenes[int(clearness.argmax())]
        members = tuple(i for i in scene.members if inside[i])
        chance = chance_of_more_than(int(room), [float(shares[i]) for i in members])
        return Excess(lines, len(members), int(room), scene, members, chance)

    def _is_inside(self, ways: Ways, lines: frozenset[int]) -> bool:
        """Return whether a kind leads nowhere else; what no line names is an excess by itself."""
        return lines.issuperset(ways) and (ways != (self._unnamed,) or len(lines) == 1)

    def _of(self, columns: Sequence[Ways]) -> IntArray:
        """Return `(scenes, columns)`: the counts of some columns."""
        number = {ways: i for i, ways in enumerate(self._columns)}
        return self._counts[:, [number[ways] for ways in columns]]


def chance_of_more_than(limit: int, shares: Sequence[float]) -> float:
    """Return the chance that more than `limit` of some vehicles are what they were named.

    Wrong names of vehicles seen together go together, as the counts have it.

    Args:
        limit: How many may be.
        shares: For each vehicle the probability that its name holds.
    """
    known = np.array(sorted(shares))
    number = counted(known, np.zeros(len(known)), together=load_rates().shared_names)
    return min(1.0, float(number[limit + 1 :].sum()))


def _share_of_set(identity: Identity) -> float:
    """Return the calibrated mass of what was answered."""
    return identity.probability if identity.answer is None else identity.answer.probability


def _military_share(identity: Identity) -> float:
    for candidate in identity.masses:
        if candidate.node == MILITARY:
            return max(candidate.probability, _share_of_set(identity))
    return _share_of_set(identity)
