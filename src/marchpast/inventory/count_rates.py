"""What was measured of the shipped models, and what a count makes of it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = "count_rates.toml"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that is another in every clip.

    It differs far more than chance makes it differ (rain, dusk, trees, how fast things move), so it
    is a beta distribution over clips, fitted to what happened in each.

    Attributes:
        a: First parameter; `a / (a + b)` is the mean.
        b: Second parameter.
    """

    a: float
    b: float

    def levels(self, count: int) -> npt.NDArray[np.float64]:
        """Return `(count,)` means of as many equally likely parts, ascending.

        >>> Rate(1, 1).levels(4).round(3).tolist()
        [0.125, 0.375, 0.625, 0.875]
        """
        return _levels(self.a, self.b, count)


@functools.cache
def _levels(a: float, b: float, count: int) -> npt.NDArray[np.float64]:
    # In terms of a logit: the density has no poles there, whatever the parameters.
    logit = np.linspace(-25 / min(1.0, a), 25 / min(1.0, b), 20_001)
    share = np.exp(-np.logaddexp(0, -logit))
    log_density = -a * np.logaddexp(0, -logit) - b * np.logaddexp(0, logit)
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    borders = np.arange(count + 1) / count
    below = np.interp(borders, np.cumsum(weight), np.cumsum(weight * share))
    levels: npt.NDArray[np.float64] = np.diff(below, prepend=0.0)[1:] * count
    levels.setflags(write=False)
    return levels


@dataclass(frozen=True, slots=True)
class MissRate:
    """How often vehicles of a size are not found.

    Attributes:
        up_to: Longer side of a vehicle as a share of the picture's longer side; the last is 1.
        rate: Share not found.
    """

    up_to: float
    rate: Rate


@dataclass(frozen=True, slots=True)
class CountRates:
    """The figures a count rests on; where each comes from is written in `count_rates.toml`.

    Attributes:
        misses: By size, ascending.
        interrupted: Share of tracks that begin inside the picture, after another was lost where
            they may have come from, that show the vehicle of that other.
        other: Share of later tracks of which nothing tells whether they show a vehicle seen
            before, and which do.
        shared_names: How far wrong names of like vehicles in one place go together: 0 each by
            itself, 1 all or none.
    """

    misses: tuple[MissRate, ...]
    interrupted: float
    other: Rate
    shared_names: float

    def missed(self, size: float) -> Rate:
        """Return the rate for a vehicle's size, a share of the picture's longer side."""
        return next(row.rate for row in self.misses if size <= row.up_to)


@functools.cache
def load_rates() -> CountRates:
    """Read the figures that come with the package."""
    text = resources.files("marchpast.inventory").joinpath(FILE).read_text("utf-8")
    return rates_of(tomllib.loads(text))


def rates_of(document: Mapping[str, Any]) -> CountRates:
    """Return the figures that a parsed `count_rates.toml` holds."""
    return CountRates(
        misses=tuple(
            MissRate(row["up_to"], Rate(row["a"], row["b"])) for row in document["misses"]
        ),
        interrupted=document["interrupted"]["share"],
        other=Rate(document["other"]["a"], document["other"]["b"]),
        shared_names=document["shared_names"]["share"],
    )
