"""Ranges of probabilities, by hand and by what must hold for every table."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.explaining.weighing import Item, Span, combined, share, standing_out, weigh

RIVALS = ("a", "b", "c")
EQUAL = dict.fromkeys(RIVALS, (1.0, 1.0))


def weight_pairs(least: float, most: float) -> st.SearchStrategy[tuple[float, float]]:
    ends = st.floats(least, most)
    return st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair)))


weights = st.dictionaries(st.sampled_from(RIVALS), weight_pairs(0.01, 100), max_size=3)
items = st.builds(Item, st.sampled_from(["one", "two", "three"]), weights)
tables = st.lists(items, max_size=5)
starts = st.fixed_dictionaries({id_: weight_pairs(0.1, 10) for id_ in RIVALS})


def test_a_table_worked_by_hand() -> None:
    spans = weigh(
        [
            Item("fit", {"a": (1, 5)}),
            Item("season", {"a": (1, 9)}),
            Item("date", {"b": (0.1, 0.5)}),
        ],
        EQUAL,
    )
    # a: 1 to 45, b: 0.1 to 0.5, c: 1.
    by_hand = {
        "a": (1 / 2.5, 45 / 46.1),
        "b": (0.1 / 46.1, 0.5 / 2.5),
        "c": (1 / 46.5, 1 / 2.1),
    }
    for id_, (low, high) in by_hand.items():
        assert spans[id_].low == pytest.approx(low)
        assert spans[id_].high == pytest.approx(high)


def test_without_evidence_the_starting_weights_are_the_answer() -> None:
    spans = weigh([], {"a": (2, 2), "b": (1, 1), "c": (1, 1)})
    assert spans == {"a": Span(0.5, 0.5), "b": Span(0.25, 0.25), "c": Span(0.25, 0.25)}


def test_of_a_group_the_strongest_for_and_the_strongest_against_count_once() -> None:
    rows = [
        Item("parades", {"a": (1, 5)}),
        Item("parades", {"a": (2, 3)}),
        Item("parades", {"a": (0.3, 0.8)}),
        Item("parades", {"a": (0.5, 1)}),
    ]
    assert combined(rows, "a") == pytest.approx((2 * 0.3, 5 * 0.8))


def test_items_of_different_groups_multiply() -> None:
    rows = [Item("parades", {"a": (2, 5)}), Item("season", {"a": (2, 3)})]
    assert combined(rows, "a", start=(3, 4)) == (12, 60)


def test_ranges_that_touch_give_no_winner() -> None:
    assert standing_out({"a": Span(0.4, 0.6), "b": Span(0.2, 0.4)}) is None
    assert standing_out({"a": Span(0.41, 0.6), "b": Span(0.2, 0.4)}) == "a"


@given(tables, starts)
def test_ranges_are_ranges_of_probabilities(
    table: list[Item], start: dict[str, tuple[float, float]]
) -> None:
    for span in weigh(table, start).values():
        assert 0 <= span.low <= span.high * (1 + 1e-9)
        assert span.high <= 1


@given(tables, starts, st.data())
def test_whatever_the_strengths_are_within_their_ranges_the_probability_is_too(
    table: list[Item], start: dict[str, tuple[float, float]], data: st.DataObject
) -> None:
    spans = weigh(table, start)
    drawn = {}
    for id_ in RIVALS:
        low, high = combined(table, id_, start=start[id_])
        drawn[id_] = data.draw(st.floats(low, max(low, high)))
    total = sum(drawn.values())
    for id_, span in spans.items():
        assert span.low * (1 - 1e-9) <= drawn[id_] / total <= span.high * (1 + 1e-9)


@given(tables, starts, st.sampled_from(RIVALS), weight_pairs(1, 100))
def test_evidence_for_an_explanation_never_lowers_it_nor_raises_another(
    table: list[Item], start: dict[str, tuple[float, float]], for_: str, weight: tuple[float, float]
) -> None:
    before = weigh(table, start)
    for group in ("one", "a group of its own"):
        after = weigh([*table, Item(group, {for_: weight})], start)
        assert after[for_].low >= before[for_].low * (1 - 1e-9)
        assert after[for_].high >= before[for_].high * (1 - 1e-9)
        for other in set(RIVALS) - {for_}:
            assert after[other].low <= before[other].low * (1 + 1e-9)
            assert after[other].high <= before[other].high * (1 + 1e-9)


@given(tables, starts, st.sampled_from(RIVALS), weight_pairs(0.01, 1))
def test_evidence_against_an_explanation_never_raises_it(
    table: list[Item],
    start: dict[str, tuple[float, float]],
    against: str,
    weight: tuple[float, float],
) -> None:
    before = weigh(table, start)[against]
    after = weigh([*table, Item("two", {against: weight})], start)[against]
    assert after.low <= before.low * (1 + 1e-9)
    assert after.high <= before.high * (1 + 1e-9)


@given(tables, starts)
def test_a_winner_overlaps_with_nobody(
    table: list[Item], start: dict[str, tuple[float, float]]
) -> None:
    spans = weigh(table, start)
    leader = standing_out(spans)
    overlapping = [
        {one, other}
        for one, other in itertools.combinations(RIVALS, 2)
        if spans[one].low <= spans[other].high and spans[other].low <= spans[one].high
    ]
    assert all(leader not in pair for pair in overlapping)


@given(tables, starts, st.permutations(RIVALS))
def test_the_order_of_the_evidence_does_not_matter(
    table: list[Item], start: dict[str, tuple[float, float]], order: list[str]
) -> None:
    forwards, backwards = weigh(table, start), weigh(table[::-1], start)
    for id_ in order:
        assert forwards[id_].low == pytest.approx(backwards[id_].low)
        assert forwards[id_].high == pytest.approx(backwards[id_].high)


@given(tables, starts)
def test_the_share_of_all_but_one_is_what_the_one_leaves(
    table: list[Item], start: dict[str, tuple[float, float]]
) -> None:
    sums = {id_: combined(table, id_, start=start[id_]) for id_ in RIVALS}
    one, others = share({"a"}, sums), share({"b", "c"}, sums)
    assert one.low + others.high == pytest.approx(1)
    assert one.high + others.low == pytest.approx(1)
