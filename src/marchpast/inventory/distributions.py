"""Distributions of counts, as arrays: element `k` is the probability of `k` vehicles."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.inventory.count_rates import Rate

Pmf = npt.NDArray[np.float64]

_NEGLIGIBLE = 1e-9
_CUT_OFF = 1e-6
_MOST_MISSED = 400
"""So many missed stand for any larger number."""
_TYPICAL = 20
"""Half of all clips of convoys are taken to show eight vehicles or fewer, one in nine more than
forty, one in 36 more than a hundred: a prior in proportion to `1 / (N + 20) ** 3`. Ours, after the
convoys of the fact-checks this project started from, which had from seven to some fifty."""
_LEVELS = 24


def sum_of(shares: npt.NDArray[np.float64]) -> Pmf:
    """Return the distribution of a sum of independent yes-or-no draws, by exact convolution.

    The Poisson-binomial distribution (Wang 1993).

    Args:
        shares: `(..., T)` probability of each.

    Returns:
        `(..., T + 1)`.

    >>> sum_of(np.array([0.5, 0.5])).tolist()
    [0.25, 0.5, 0.25]
    """
    total = _nothing_yet(shares)
    for place in range(shares.shape[-1]):
        _add(total, shares[..., place, None], place)
    return total


def counted(
    shares: npt.NDArray[np.float64], repeats: npt.NDArray[np.float64], *, together: float
) -> Pmf:
    """Return how many different vehicles of a kind some tracks show.

    Wrong names of like vehicles go together: what makes one BTR-80 look like a BTR-82A makes the
    next one do so. With weight `together` all tracks are therefore of the kind down to one common
    cut-off, as sure ones before unsure ones; with the rest each is by itself. Each track keeps its
    own probability.

    Args:
        shares: `(T,)` probability that the track's vehicle is of the kind.
        repeats: `(..., T)` probability that an earlier track showed the same vehicle.
        together: From 0 to 1.

    Returns:
        `(..., T + 1)`.
    """
    alone = sum_of(shares * (1 - repeats))
    order = np.argsort(-shares, kind="stable")
    steps = -np.diff(np.concatenate([[1.0], shares[order], [0.0]]))
    so_far = _nothing_yet(repeats)
    common = steps[0] * so_far
    for place, row in enumerate(order.tolist()):
        _add(so_far, 1 - repeats[..., row, None], place)
        if steps[place + 1] > 0:
            common[..., : place + 2] += steps[place + 1] * so_far[..., : place + 2]
    return np.asarray((1 - together) * alone + together * common)


def _nothing_yet(shares: npt.NDArray[np.float64]) -> Pmf:
    total = np.zeros((*shares.shape[:-1], shares.shape[-1] + 1))
    total[..., 0] = 1.0
    return total


def _add(total: Pmf, share: npt.NDArray[np.float64], place: int) -> None:
    """Add one more draw to the sum of `place` draws, in the array itself."""
    more = total[..., : place + 1] * share
    total[..., : place + 1] -= more
    total[..., 1 : place + 2] += more


def with_missed(found: Pmf, rate: Rate, *, followed: float) -> Pmf:
    """Return how many there were in all, from how many were found.

    The share missed is the clip's. What it may be follows by Bayes' rule from how many vehicles
    were followed in the clip and from how many a convoy has (`_TYPICAL`); given that share, the
    number missed of a kind is negative binomial. Of a kind of which none was found none is taken
    to be missed: this speaks of vehicles like those seen.

    Args:
        found: `(n,)`, of one kind.
        rate: Share missed, over clips.
        followed: Vehicles of any kind that were followed in the clip.
    """
    known = np.flatnonzero(found > _NEGLIGIBLE)
    missed = _missed(rate, max(1, round(followed)), len(found) - 1)
    total = np.zeros(len(found) + _MOST_MISSED)
    for number in known.tolist():
        total[number : number + _MOST_MISSED + 1] += found[number] * missed[number]
    return np.asarray(total / total.sum())


@functools.lru_cache(maxsize=32)
def _missed(rate: Rate, followed: int, most: int) -> Pmf:
    """Return `(most + 1, _MOST_MISSED + 1)`: how many are missed for each number found."""
    shares = rate.levels(_LEVELS)[:, None]
    found = np.arange(most + 1)
    # (levels, found): the probability that so many are missed, from none on.
    chance = _weights(rate.levels(_LEVELS), followed)[:, None] * (1 - shares) ** found
    table = np.zeros((most + 1, _MOST_MISSED + 1))
    for missed in range(_MOST_MISSED):
        table[:, missed] = chance.sum(axis=0)
        chance = chance * shares * (found + missed) / (missed + 1)
    table[:, -1] = np.maximum(1 - table.sum(axis=1), 0.0)
    table.setflags(write=False)
    return table


def _weights(shares: Pmf, followed: int) -> Pmf:
    """Return how likely each share missed is when so many were followed; they sum to 1."""
    chance = (1 - shares) ** followed
    likelihood = np.zeros(len(shares))
    for missed in range(_MOST_MISSED):
        number = followed + missed
        likelihood += chance / (number + _TYPICAL) ** 3
        chance = chance * shares * (number + 1) / (missed + 1)
    return np.asarray(likelihood / likelihood.sum())


def added(parts: Sequence[Pmf]) -> Pmf:
    """Return the distribution of the sum of independent counts, less a millionth above of each."""
    total = np.ones(1)
    for part in parts:
        above = np.cumsum(part[::-1])[::-1]
        total = np.convolve(total, part[: max(1, int((above > _CUT_OFF).sum()))])
    return np.asarray(total / total.sum())


def mean(pmf: Pmf) -> float:
    """Return the mean.

    >>> mean(np.array([0.25, 0.5, 0.25]))
    1.0
    """
    return float(np.arange(len(pmf)) @ pmf)


def ends(pmf: Pmf, *, below: float, above: float) -> tuple[int, int]:
    """Return the ends of an interval that leaves out so much on either side.

    A count is a whole number, so no interval leaves out exactly that much. Half of an end's own
    probability counts as outside (the mid-P convention, Lancaster 1961), which on the whole neither
    holds the truth more often than stated nor less.

    Args:
        pmf: Of the count.
        below: Probability left out below.
        above: Probability left out above.

    >>> ends(np.array([0.0, 0.02, 0.9, 0.08]), below=0.05, above=0.05)
    (2, 2)
    """
    middle = np.cumsum(pmf) - pmf / 2
    low = int(np.searchsorted(middle, below, side="left"))
    high = int(np.searchsorted(middle, 1 - above, side="right")) - 1
    return min(low, len(pmf) - 1), max(high, min(low, len(pmf) - 1), 0)


def shortest(pmf: Pmf, *, level: float) -> tuple[int, int]:
    """Return the ends of the shortest interval that holds so much.

    Of several as short the one that holds most. A count has a hard floor and a long tail above, so
    an interval that leaves out as much on either side would be much longer. A count is a whole
    number: the upper end is left out when what is missing is less than half of its probability,
    so that on the whole intervals hold the truth neither more often than stated nor less.

    Args:
        pmf: Of the count.
        level: Probability to hold.

    >>> shortest(np.array([0.0, 0.6, 0.2, 0.15, 0.05]), level=0.9)
    (1, 3)
    >>> shortest(np.array([0.0, 0.6, 0.28, 0.1, 0.02]), level=0.9)
    (1, 2)
    """
    upto = np.cumsum(pmf)
    before = upto - pmf
    # What the upper end must reach at least, itself and half of the next counted in.
    reached = upto + np.append(pmf[1:], 0.0) / 2
    high = np.maximum(np.searchsorted(reached, before + level - 1e-12), np.arange(len(pmf)))
    low = np.flatnonzero(high < len(pmf))
    width = high[low] - low
    held = upto[high[low]] - before[low]
    best = int(np.lexsort((-held, width))[0])
    return int(low[best]), int(high[low[best]])
