"""Placing vehicles on announced lines: a maximal flow in whole numbers.

One side is kinds of vehicles, each with how many there are and which lines may take them; the
other is lines, each with the room it has. Vehicles are placed along augmenting paths (Ford and
Fulkerson 1956, "Maximal flow through a network"): where every line that may take a vehicle is full,
others are moved over to make room, and only if that fails is it left over. The lines reached by
then are full with vehicles that can go nowhere else (Hall 1935, "On representatives of subsets"),
which is the shortest account of why too many were seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

Ways = tuple[int, ...]
"""The lines that may take a kind, as ascending indexes; one at least."""

_Step = tuple[int, Ways] | None


class Placement:
    """As many vehicles as possible on lines, and what is left over."""

    def __init__(self, supply: Mapping[Ways, int], room: Sequence[float]) -> None:
        """Place the vehicles.

        Args:
            supply: How many vehicles there are of each kind; kinds with the same ways are one.
            room: What each line may hold, a whole number or `inf`.

        The total placed is the greatest possible, and `left_over` therefore the least.
        """
        self._room = list(room)
        self._on: dict[int, dict[Ways, int]] = {}
        self.left_over: dict[Ways, int] = {}
        # Kinds with one way first: those with a choice then fill what remains, and few move again.
        for ways in sorted(supply, key=len):
            if left := supply[ways] - self._place(ways, supply[ways]):
                self.left_over[ways] = left

    def held(self) -> dict[int, int]:
        """Return how many vehicles this placement has on each line; others may be as good."""
        return {line: sum(kinds.values()) for line, kinds in self._on.items()}

    def least(self, line: int) -> int:
        """Return how many vehicles a line holds in every placement that leaves as few over.

        What a line holds can be moved away only as far as the other lines can take it, and how much
        they take does not depend on the order of moving.
        """
        without = Placement({}, self._room)
        without._on = {other: dict(kinds) for other, kinds in self._on.items()}
        moved = without._on.pop(line, {})
        without._room[line] = 0
        return sum(count - without._place(ways, count) for ways, count in moved.items())

    def violators(self) -> list[frozenset[int]]:
        """Return the sets of full lines that the vehicles left over lead to.

        More vehicles lead only into such a set than it has room for. Sets that share vehicles are
        one; they may share a line that holds nothing because it has no room at all.
        """
        found: list[frozenset[int]] = []
        for ways in self.left_over:
            full = frozenset(self._reached(ways)[0])
            for other in [o for o in found if any(self._on.get(line) for line in o & full)]:
                found.remove(other)
                full |= other
            if full not in found:
                found.append(full)
        return found

    def _place(self, ways: Ways, count: int) -> int:
        """Place up to `count` vehicles; return how many found a place."""
        left = count
        for line in ways:
            if left and self._room[line] > 0:
                amount = int(min(left, self._room[line]))
                self._room[line] -= amount
                self._put(line, ways, amount)
                left -= amount
        while left:
            reached, free = self._reached(ways)
            if free is None:
                break
            left -= self._move_over(ways, left, reached, free)
        return count - left

    def _reached(self, ways: Ways) -> tuple[dict[int, _Step], int | None]:
        """Search breadth first for room.

        Returns:
            For each line reached the line before it and the kind that would move over from there
            (`None` for the first ones), and the line with room, if any.
        """
        before: dict[int, _Step] = dict.fromkeys(ways)
        waiting = deque(before)
        while waiting:
            line = waiting.popleft()
            if self._room[line] > 0:
                return before, line
            for kind in self._on.get(line, ()):
                for other in kind:
                    if other not in before:
                        before[other] = (line, kind)
                        waiting.append(other)
        return before, None

    def _move_over(self, ways: Ways, count: int, before: Mapping[int, _Step], free: int) -> int:
        """Move vehicles along the path that leads to a free line; return how many."""
        moves: list[tuple[int, int, Ways]] = []
        line = free
        while (step := before[line]) is not None:
            moves.append((step[0], line, step[1]))
            line = step[0]
        movable = [self._on[source][kind] for source, _, kind in moves]
        amount = int(min(count, self._room[free], *movable))
        self._room[free] -= amount
        for source, target, kind in moves:
            self._put(source, kind, -amount)
            self._put(target, kind, amount)
        self._put(line, ways, amount)
        return amount

    def _put(self, line: int, ways: Ways, amount: int) -> None:
        kinds = self._on.setdefault(line, {})
        kinds[ways] = kinds.get(ways, 0) + amount
        if not kinds[ways]:
            del kinds[ways]
