"""The smallest union: against every possible union, and on what people would expect."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.identity.masses import Masses, NodeTable
from marchpast.identity.sets import LEAST_MASS, PENALTIES, SetMaker, simplest
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
LABELS = (
    "civilian_vehicle",
    "tank",
    "t80",
    "bmp2",
    "bmp3",
    "s300ps_pm",
    "s400",
    "osa",
    "bastion_p",
    "background",
)
TABLE = NodeTable(TAXONOMY, LABELS)
MAKER = SetMaker(TAXONOMY, TABLE, few_photos=())
SHARES = st.lists(st.floats(0.0, 1.0), min_size=len(LABELS), max_size=len(LABELS)).filter(
    lambda values: sum(values[:-1]) > 0.1
)


def masses(values: list[float] | None = None, **shares: float) -> Masses:
    """Masses of shares of the labels; by name, the rest is spread evenly."""
    if values is None:
        rest = (1 - sum(shares.values())) / (len(LABELS) - len(shares))
        values = [shares.get(label, rest) for label in LABELS]
    probabilities = np.array(values) / sum(values)
    return TABLE.masses(probabilities)


def unions(node: str) -> Iterator[frozenset[str]]:
    """Every set of nodes at or under a node, none within another."""
    yield frozenset([node])
    below: list[frozenset[str]] = [frozenset()]
    for child in TABLE.children(node):
        below = [one | other for one in below for other in (frozenset(), *unions(child))]
    yield from below


ALL_UNIONS = sorted(set(unions("vehicle")), key=sorted)
MEMBERS = np.array([[node in union for node in TABLE.nodes] for union in ALL_UNIONS], np.float64)
COSTS = MEMBERS @ [3.0 + max(1, len(TAXONOMY.types_under(node))) for node in TABLE.nodes]


@settings(max_examples=40, deadline=None)
@given(SHARES, st.sampled_from(PENALTIES))
def test_no_union_is_worth_more(values: list[float], penalty: float) -> None:
    held = masses(values)
    nodes = MAKER.choose(held, penalty=penalty)
    mass = MEMBERS @ held.values / held["vehicle"]
    chosen = ALL_UNIONS.index(frozenset(nodes))
    # Where the best set holds too little, it is that of a smaller penalty.
    gaps = []
    for step in (step for step in PENALTIES if step <= penalty):
        worth = mass - step * COSTS
        gaps.append(worth.max() - worth[chosen])
    assert nodes == ("vehicle",) or min(gaps) < 1e-9
    assert mass[chosen] >= LEAST_MASS - 1e-9


@settings(max_examples=40, deadline=None)
@given(SHARES, st.booleans())
def test_a_smaller_penalty_only_widens(values: list[float], with_types: bool) -> None:
    held = masses(values)
    chain = MAKER.chain(held, with_types=with_types)
    for row in (0, 7, 20, 54):
        assert chain[row] == MAKER.choose(held, penalty=PENALTIES[row], with_types=with_types)
    for narrow, wide in itertools.pairwise(chain):
        # That all is open is said only where no union holds enough, or is worth its names.
        if narrow != ("vehicle",):
            assert all(any(TAXONOMY.is_within(n, w) for w in wide) for n in narrow)


@given(st.lists(st.sampled_from(TAXONOMY.nodes), min_size=1, max_size=12))
def test_the_simplest_union_says_the_same(nodes: list[str]) -> None:
    said = simplest(TAXONOMY, nodes)
    for type_ in TAXONOMY.types:
        line = set(TAXONOMY.lineage(type_))
        assert line.isdisjoint(said) == line.isdisjoint(nodes)
    assert not any(a != b and TAXONOMY.is_within(a, b) for a in said for b in said)
    assert list(said) == [node for node in TAXONOMY.nodes if node in said]


def test_a_set_crosses_the_tree() -> None:
    nodes = MAKER.choose(masses(s400=0.5, osa=0.02, bastion_p=0.44), penalty=0.02)
    assert nodes == ("s400", "bastion_p")


def test_a_group_stands_for_its_types_where_that_is_shorter() -> None:
    assert MAKER.choose(masses(bmp2=0.5, bmp3=0.45), penalty=0.02) in (
        ("bmp_family",),
        ("bmp2", "bmp3"),
    )
    assert MAKER.choose(masses(tank=0.95), penalty=0.02) == ("tank",)


def test_that_a_vehicle_is_there_is_taken_for_granted() -> None:
    assert MAKER.choose(masses(t80=0.58, background=0.4), penalty=0.02) == ("t80",)


def test_a_set_that_would_hold_too_little_is_widened() -> None:
    held = masses(s400=0.5, osa=0.2, bastion_p=0.2)
    # At this penalty a name that holds less than 0.4 is not worth its cost.
    nodes = MAKER.choose(held, penalty=0.1)
    assert "s400" in nodes
    assert sum(held[node] for node in nodes) >= LEAST_MASS * held["vehicle"]


def test_without_types_they_are_in_through_their_groups() -> None:
    held = masses(osa=0.97)
    assert MAKER.choose(held, penalty=0.02) == ("osa",)
    assert MAKER.choose(held, penalty=0.02, with_types=False) == ("sam_short",)


def test_lookalikes_stand_beside_what_few_photos_taught() -> None:
    wary = SetMaker(TAXONOMY, TABLE, few_photos=("bastion_p", "osa"))
    assert wary.choose(masses(bastion_p=0.97), penalty=0.02) == (
        "bastion_p",
        "bal",
        "iskander_m",
    )
    assert "tochka_u" in wary.choose(masses(osa=0.97), penalty=0.02)
    # It is not what the set is most: nothing joins.
    nodes = wary.choose(masses(t80=0.75, bastion_p=0.24), penalty=0.02)
    assert set(nodes) == {"t80", "bastion_p"}


@pytest.mark.parametrize("with_types", [True, False])
def test_joined_lookalikes_are_no_types_where_none_may_be_told(with_types: bool) -> None:
    wary = SetMaker(TAXONOMY, TABLE, few_photos=("bastion_p", "coastal_defence"))
    nodes = wary.choose(masses(bastion_p=0.97), penalty=0.02, with_types=with_types)
    assert any(TAXONOMY.node(node).is_type for node in nodes) == with_types
