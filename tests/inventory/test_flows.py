"""Placements against every way of placing few vehicles on few lines."""

import itertools
import math
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.inventory.flows import Placement, Ways

_LINES = 4
_WAYS = st.sets(st.integers(0, _LINES - 1), min_size=1, max_size=3).map(lambda s: tuple(sorted(s)))
_SUPPLY = st.dictionaries(_WAYS, st.integers(1, 2), max_size=3)
_ROOM = st.lists(st.sampled_from([0, 1, 2, 3, math.inf]), min_size=_LINES, max_size=_LINES)


def _every_placement(supply: Mapping[Ways, int], room: Sequence[float]) -> list[tuple[int, ...]]:
    """Return how many each line holds, for every way of placing as many as can be placed."""
    vehicles = [ways for ways, number in supply.items() for _ in range(number)]
    found = []
    for places in itertools.product(*([*ways, None] for ways in vehicles)):
        held = tuple(places.count(line) for line in range(_LINES))
        if all(number <= limit for number, limit in zip(held, room, strict=True)):
            found.append(held)
    most = max(map(sum, found))
    return [held for held in found if sum(held) == most]


@settings(deadline=None)
@given(_SUPPLY, _ROOM)
def test_placements_are_those_of_the_oracle(supply: dict[Ways, int], room: list[float]) -> None:
    placement = Placement(supply, room)
    every = _every_placement(supply, room)
    assert sum(placement.left_over.values()) == sum(supply.values()) - sum(every[0])
    held = tuple(placement.held().get(line, 0) for line in range(_LINES))
    assert held in every
    for line in range(_LINES):
        assert placement.least(line) == min(each[line] for each in every)


@settings(deadline=None)
@given(_SUPPLY, _ROOM)
def test_violators_account_for_what_is_left_over(
    supply: dict[Ways, int], room: list[float]
) -> None:
    placement = Placement(supply, room)
    violators = placement.violators()
    assert bool(violators) == bool(placement.left_over)
    for lines in violators:
        inside = sum(number for ways, number in supply.items() if lines.issuperset(ways))
        assert inside > sum(room[line] for line in lines)
    for ways in placement.left_over:
        assert any(lines.issuperset(ways) for lines in violators)


def test_what_stands_in_the_way_is_moved_over() -> None:
    # A path of two moves: 2 takes from 1, 1 from 0, and so 0 has room for the one that needs it.
    supply = {(0, 1): 1, (1, 2): 1, (0,): 1}
    placement = Placement(supply, [1, 1, 1])
    assert placement.left_over == {}
    assert placement.held() == {0: 1, 1: 1, 2: 1}


def test_lines_without_room_do_not_join_violators() -> None:
    placement = Placement({(0, 2): 2, (1, 2): 2}, [1, 1, 0])
    assert sorted(map(sorted, placement.violators())) == [[0, 2], [1, 2]]
