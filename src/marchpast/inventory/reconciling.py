"""Every way in which what was seen fits an announcement, and what holds in all of them.

The model is in docs/decisions/0008-reconciliation.md. For each scene (vehicles detected together)
the feasible assignments place as many of them as possible on lines that may take them; any further
track may be a vehicle of its own or not. A bound of a line holds in all of them, for every scene.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from marchpast.inventory.announced import Amount
from marchpast.inventory.ledger import Excess, Ledger
from marchpast.inventory.observing import Observation

# "About N" and "up to N" are taken to allow up to a quarter more, and two vehicles at least. Ours:
# round figures in announcements are off by up to a tenth ("about 200" was said of 194), "up to" is
# said loosely, and since a surplus is an accusation the band is wider than what was met.
ABOUT_SHARE = 0.25
ABOUT_VEHICLES = 2


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What holds in every feasible assignment.

    Attributes:
        least: For each line, how many of the vehicles seen it accounts for at least, if no more
            than must be exceed the lines. What may be of a kind that no line names may be so here,
            even where the list claims to be complete.
        most: For each line, how many at most.
        left_over: Most vehicles of one scene that no line may take, however they are placed.
        excesses: Why some are left over, the clearest scene for each set of lines.
        over_total: The clearest scene with more vehicles than were announced in all, if any.
    """

    least: tuple[int, ...]
    most: tuple[int, ...]
    left_over: int
    excesses: tuple[Excess, ...]
    over_total: Excess | None


def bound_assignments(
    observation: Observation, *, room: Sequence[float], is_partial: bool, total: float
) -> Reconciled:
    """Find the bounds of every line and every set of lines that is exceeded.

    Args:
        observation: What was seen.
        room: For each line the most that it may hold, a whole number or `inf`.
        is_partial: Whether kinds that no line names may take part.
        total: The most that all vehicles together may be, or `inf`.
    """
    # What is asked of a line must not rest on the list being complete, which is what is tested.
    freely = Ledger(observation, room, unnamed_room=math.inf)
    ledger = freely if is_partial else Ledger(observation, room, unnamed_room=0)
    violators = sorted(ledger.violators(), key=lambda lines: (len(lines), sorted(lines)))
    return Reconciled(
        least=tuple(freely.least()),
        most=tuple(freely.most(total)),
        left_over=ledger.left_over(),
        excesses=tuple(ledger.clearest(lines) for lines in violators),
        over_total=ledger.over_total(total),
    )


def most_allowed(amount: Amount | None) -> float:
    """Return how many vehicles an announced number allows without contradiction.

    >>> most_allowed(Amount(8, "exact")), most_allowed(Amount(90, "about"))
    (8, 113)
    >>> most_allowed(Amount(50, "at_least"))
    inf
    """
    if amount is None or amount.qualifier == "at_least":
        return math.inf
    if amount.qualifier == "exact":
        return amount.value
    return amount.value + max(ABOUT_VEHICLES, math.ceil(amount.value * ABOUT_SHARE))
