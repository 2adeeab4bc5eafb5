"""Optimal assignment of tracks to detections, without scipy (half a second to import)."""

from __future__ import annotations

import numpy as np

from marchpast.records import IntArray, TimeArray


def assign(cost: TimeArray, *, limit: float) -> tuple[IntArray, IntArray]:
    """Pair rows with columns at the least total cost; pairs at `limit` or above are refused.

    The total that is minimised is the cost of the pairs plus `limit` for every row or column
    pair that stays open, so one good pair is never given up for two bad ones unless their sum
    is lower. Pairs with no rival are taken at once; what competes is solved exactly by the
    shortest augmenting paths of Jonker and Volgenant (Computing 38, 1987).

    Args:
        cost: `(N, M)`, finite or `+inf`.
        limit: Costs at or above it are no pair.

    Returns:
        Row and column indices of the pairs, both int64, sorted by row.

    >>> rows, columns = assign(np.array([[1.0, 2.0], [1.5, 9.0]]), limit=5)
    >>> rows.tolist(), columns.tolist()
    ([0, 1], [1, 0])
    """
    feasible = cost < limit
    row_choices = feasible.sum(axis=1)
    column_choices = feasible.sum(axis=0)
    alone = feasible & (row_choices == 1)[:, None] & (column_choices == 1)
    rows, columns = np.nonzero(alone)
    row_choices[rows] = 0
    column_choices[columns] = 0
    open_rows, open_columns = np.flatnonzero(row_choices), np.flatnonzero(column_choices)
    if len(open_rows) and len(open_columns):
        clamped = np.minimum(cost[np.ix_(open_rows, open_columns)], limit)
        pairs = _solve(clamped) if len(open_rows) <= len(open_columns) else _solve(clamped.T)[::-1]
        below = clamped[pairs[0], pairs[1]] < limit
        rows = np.concatenate([rows, open_rows[pairs[0][below]]])
        columns = np.concatenate([columns, open_columns[pairs[1][below]]])
        order = np.argsort(rows)
        rows, columns = rows[order], columns[order]
    return rows.astype(np.int64), columns.astype(np.int64)


def _solve(cost: TimeArray) -> tuple[IntArray, IntArray]:
    """Assign every row of an `(N, M)` finite matrix, `N <= M`, to a column of its own."""
    count = len(cost)
    prices = np.zeros(cost.shape[1])
    best = cost.argmin(axis=1)
    # Column of each row and row of each column. The first row to want a column gets it at
    # price 0; only rows that find their best column taken need an augmenting path.
    column_of = np.full(count, -1)
    row_of = np.full(cost.shape[1], -1)
    wanted, first = np.unique(best, return_index=True)
    row_of[wanted] = first
    column_of[first] = wanted
    for row in np.flatnonzero(column_of < 0):
        _augment(int(row), cost, prices, column_of, row_of)
    return np.arange(count), column_of


def _augment(
    start: int, cost: TimeArray, prices: TimeArray, column_of: IntArray, row_of: IntArray
) -> None:
    """Give row `start` a column along the cheapest alternating path; updates the last three.

    `prices` are the column potentials; every assigned row sits on a column where
    `cost - prices` is its minimum, which is what makes the greedy path search optimal.
    """
    reduced = cost[start] - prices
    distance = reduced - reduced.min()
    came_from = np.full(len(prices), start)
    is_done = np.zeros(len(prices), bool)
    while True:
        column = int(np.where(is_done, np.inf, distance).argmin())
        reached = distance[column]
        is_done[column] = True
        row = row_of[column]
        if row < 0:
            break
        reduced = cost[row] - prices
        through = reached + reduced - reduced[column]
        closer = ~is_done & (through < distance)
        distance[closer] = through[closer]
        came_from[closer] = row
    prices[is_done] += distance[is_done] - reached
    while True:
        row = came_from[column]
        row_of[column] = row
        column_of[row], column = column, column_of[row]
        if row == start:
            return
