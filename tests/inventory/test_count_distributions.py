import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.inventory.count_rates import Rate, load_rates
from marchpast.inventory.distributions import (
    added,
    counted,
    ends,
    mean,
    shortest,
    sum_of,
    with_missed,
)

_SHARES = st.lists(st.floats(0, 1), max_size=6)


def enumerated(shares: list[float]) -> list[float]:
    total = [0.0] * (len(shares) + 1)
    for outcome in itertools.product((0, 1), repeat=len(shares)):
        total[sum(outcome)] += math.prod(
            share if hit else 1 - share for hit, share in zip(outcome, shares, strict=True)
        )
    return total


@given(_SHARES)
def test_the_sum_of_draws_is_that_of_every_outcome(shares: list[float]) -> None:
    assert sum_of(np.array(shares)) == pytest.approx(enumerated(shares), abs=1e-12)


@given(_SHARES, st.floats(0, 1))
def test_names_that_go_together_keep_each_tracks_probability(
    shares: list[float], together: float
) -> None:
    number = counted(np.array(shares), np.zeros(len(shares)), together=together)
    assert number.sum() == pytest.approx(1)
    assert mean(number) == pytest.approx(sum(shares))


def test_names_that_go_together_are_all_right_or_all_wrong() -> None:
    number = counted(np.full(4, 0.7), np.zeros(4), together=1.0)
    assert number == pytest.approx([0.3, 0, 0, 0, 0.7])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=5))
def test_with_a_common_cut_off_the_surest_tracks_count_first(
    tracks: list[tuple[float, float]],
) -> None:
    shares, repeats = (np.array([t[i] for t in tracks], float) for i in (0, 1))
    number = counted(shares, repeats, together=1.0)
    # Between two neighbouring shares the cut-off makes no difference.
    borders = sorted({0.0, 1.0, *shares.tolist()})
    expected = np.zeros(len(tracks) + 1)
    for low, high in itertools.pairwise(borders):
        new = [1 - r for s, r in zip(shares, repeats, strict=True) if s > (low + high) / 2]
        part = enumerated(new)
        expected[: len(part)] += (high - low) * np.array(part)
    assert number == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 6), st.integers(0, 6), st.floats(1, 3), st.floats(1, 6))
def test_missed_vehicles_follow_bayes_rule(found: int, others: int, a: float, b: float) -> None:
    pmf = np.zeros(found + 1)
    pmf[found] = 1
    total = with_missed(pmf, Rate(a, b), followed=found + others)
    # The same by brute force: a fine grid of rates, every number of vehicles.
    share = (np.arange(4000) + 0.5) / 4000
    weight = share ** (a - 1) * (1 - share) ** (b - 1)
    followed = found + others
    weight *= sum(
        math.comb(n, followed) * (1 - share) ** followed * share ** (n - followed) / (n + 20) ** 3
        for n in range(followed, followed + 400)
    )
    weight /= weight.sum()
    missed = range(60)
    expected = np.array(
        [math.comb(found + k - 1, k) * weight @ ((1 - share) ** found * share**k) for k in missed]
    )
    upto = np.cumsum(total[found : found + 60])
    assert upto == pytest.approx(np.cumsum(expected), abs=0.01)


def test_of_a_kind_that_was_not_found_none_is_missed() -> None:
    nothing = with_missed(np.array([1.0]), Rate(1, 1), followed=3)
    assert nothing[0] == pytest.approx(1)
    half = with_missed(np.array([0.5, 0.5]), Rate(1, 1), followed=1)
    assert half[0] == pytest.approx(0.5)


def test_counts_of_different_vehicles_add_up() -> None:
    assert added([np.array([0, 1.0]), np.array([0.5, 0, 0.5])]).tolist() == [0, 0.5, 0, 0.5]


def test_an_end_that_is_more_than_half_outside_is_left_out() -> None:
    number = np.array([0.08, 0.12, 0.6, 0.12, 0.08])
    assert ends(number, below=0.05, above=0.05) == (1, 3)
    assert ends(number, below=0.03, above=0.03) == (0, 4)
    assert ends(np.array([0, 0, 1.0]), below=0.05, above=0.05) == (2, 2)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8).filter(any), st.floats(0.1, 0.95))
def test_the_shortest_interval_is_the_shortest(weights: list[int], level: float) -> None:
    number = np.array(weights) / sum(weights)
    low, high = shortest(number, level=level)
    beyond = [*number[1:].tolist(), 0.0]
    enough = [
        (j - i, -number[i : j + 1].sum())
        for i in range(len(number))
        for j in range(i, len(number))
        if number[i : j + 1].sum() + beyond[j] / 2 >= level - 1e-12
    ]
    assert (high - low, -number[low : high + 1].sum()) == pytest.approx(min(enough))


def test_intervals_of_a_known_distribution_hold_as_often_as_stated() -> None:
    # Over many different distributions; each interval alone holds a little more or less.
    rng = np.random.default_rng(3)
    held: dict[str, list[float]] = {"ends": [], "shortest": []}
    for _ in range(300):
        number = sum_of(rng.uniform(0, 1, int(rng.integers(3, 30))))
        for name, (low, high) in {
            "ends": ends(number, below=0.05, above=0.05),
            "shortest": shortest(number, level=0.9),
        }.items():
            held[name].append(number[low : high + 1].sum())
    assert np.mean(held["ends"]) == pytest.approx(0.9, abs=0.02)
    assert np.mean(held["shortest"]) == pytest.approx(0.9, abs=0.02)


def test_levels_of_a_rate_have_its_mean() -> None:
    for rate in (Rate(1, 1), Rate(0.1, 1), Rate(5, 2)):
        assert rate.levels(4).mean() == pytest.approx(rate.a / (rate.a + rate.b), abs=1e-4)


def test_the_packages_rates_say_what_they_must() -> None:
    rates = load_rates()
    assert [row.up_to for row in rates.misses] == sorted(row.up_to for row in rates.misses)
    assert rates.misses[-1].up_to == 1
    means = [row.rate.a / (row.rate.a + row.rate.b) for row in rates.misses]
    assert means == sorted(means, reverse=True), "smaller vehicles are missed more often"
    assert 0 < rates.interrupted < 1
    assert 0 <= rates.shared_names <= 1
    assert rates.missed(0.02) is rates.misses[0].rate
    assert rates.missed(1.0) is rates.misses[-1].rate
