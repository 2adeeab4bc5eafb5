"""From ranges of likelihood ratios to ranges of probabilities.

Each explanation has a starting weight, a range too, and each item of evidence multiplies it by a
number between the ends of the item's range. An explanation is least probable when its own numbers
are at their lower ends and all others at their upper ends, and most probable the other way round:

    low  = l / (l + h of all others)        high = h / (h + l of all others)

These are outer bounds: whatever the numbers are within their ranges, the probability lies within.
They rest on the items being independent of each other. Items that are not are put in one group,
and of a group the strongest for an explanation counts once, and the strongest against it once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from marchpast.explaining.table import Weight


@dataclass(frozen=True, slots=True)
class Item:
    """One item of evidence, as far as weighing goes.

    Attributes:
        group: Items of one group rest on much the same thing.
        weights: Likelihood ratios as ranges, by explanation; one that is missing has 1 to 1.
    """

    group: str
    weights: Mapping[str, Weight]


@dataclass(frozen=True, slots=True)
class Span:
    """A probability as a range, both ends included."""

    low: float
    high: float

    def is_above(self, other: Span) -> bool:
        """Return whether all of this range lies above all of the other."""
        return self.low > other.high


def weigh(items: Iterable[Item], start: Mapping[str, Weight]) -> dict[str, Span]:
    """Return the probability of each explanation as a range.

    Args:
        items: The evidence.
        start: Weight of each explanation before any evidence, as a range, positive; only ratios
            count.

    >>> spans = weigh([Item("date", {"old": (20, 1000)})], {"old": (1, 1), "new": (1, 1)})
    >>> round(spans["old"].low, 3), round(spans["new"].high, 3)
    (0.952, 0.048)
    """
    weights = {id_: combined(items, id_, start=weight) for id_, weight in start.items()}
    return {id_: share({id_}, weights) for id_ in weights}


def share(of: set[str], weights: Mapping[str, Weight]) -> Span:
    """Return the probability that one of some explanations is true, as a range."""
    low, high = (math.fsum(weights[id_][end] for id_ in of) for end in (0, 1))
    others = [weight for id_, weight in weights.items() if id_ not in of]
    least, most = (math.fsum(weight[end] for weight in others) for end in (0, 1))
    return Span(low / (low + most), high / (high + least))


def combined(items: Iterable[Item], explanation: str, *, start: Weight = (1.0, 1.0)) -> Weight:
    """Return the weight of an explanation after all evidence, as a range."""
    low, high = start
    rows = sorted(
        ((item.group, item.weights[explanation]) for item in items if explanation in item.weights),
        key=lambda row: row[0],
    )
    for _, grouped in groupby(rows, key=lambda row: row[0]):
        for least, most in _counting([weight for _, weight in grouped]):
            low, high = low * least, high * most
    return low, high


def _counting(weights: list[Weight]) -> tuple[Weight, Weight]:
    """Return the strongest for and the strongest against, of one group; 1 to 1 where none is."""
    speaking = [(max(low, 1.0), max(high, 1.0)) for low, high in weights]
    against = [(min(low, 1.0), min(high, 1.0)) for low, high in weights]
    return (
        (max(low for low, _ in speaking), max(high for _, high in speaking)),
        (min(low for low, _ in against), min(high for _, high in against)),
    )


def standing_out(spans: Mapping[str, Span]) -> str | None:
    """Return the explanation whose range lies above every other, `None` where ranges overlap."""
    for id_, span in spans.items():
        if all(span.is_above(other) for key, other in spans.items() if key != id_):
            return id_
    return None
