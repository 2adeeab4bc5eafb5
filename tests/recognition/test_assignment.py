"""Assignment against trying every possibility."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from marchpast.recognition.assignment import assign
from marchpast.records import TimeArray

SHAPE = hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=4)
# Few values, so that ties and rivals are the rule; `inf` as a forbidden pair.
COST = hnp.arrays(np.float64, SHAPE, elements=st.sampled_from([0.0, 0.5, 1.0, 1.5, 3.0, np.inf]))


def least_total(cost: TimeArray, limit: float) -> float:
    """What the best choice of pairs saves against leaving all open, by enumeration."""
    rows, columns = range(cost.shape[0]), range(cost.shape[1])
    best = 0.0
    for size in range(1, min(cost.shape) + 1):
        for chosen in combinations(rows, size):
            for order in permutations(columns, size):
                pairs = [cost[pair] for pair in zip(chosen, order, strict=True)]
                if max(pairs) < limit:
                    best = min(best, sum(pairs) - limit * size)
    return best


@given(COST, st.sampled_from([0.25, 1.25, 2.0, 10.0]))
def test_the_total_is_the_least_possible(cost: TimeArray, limit: float) -> None:
    rows, columns = assign(cost, limit=limit)
    pairs = cost[rows, columns]
    assert len(set(rows.tolist())) == len(rows) == len(set(columns.tolist()))
    assert rows.tolist() == sorted(rows.tolist())
    assert (pairs < limit).all()
    assert pairs.sum() - limit * len(pairs) == least_total(cost, limit)


def test_a_chain_of_rivals_is_unwound() -> None:
    # Each row likes the column of the row before it best; only the diagonal serves all.
    size = 30
    cost = np.full((size, size), np.inf)
    cost[np.arange(size), np.arange(size)] = 2.0
    cost[np.arange(1, size), np.arange(size - 1)] = 1.0
    rows, columns = assign(cost, limit=100.0)
    assert np.array_equal(rows, columns)
    assert len(rows) == size
