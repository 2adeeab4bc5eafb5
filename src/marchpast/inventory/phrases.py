"""The words that verdicts are given in."""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.inventory.announced import Inventory
from marchpast.inventory.counting import SeenCount
from marchpast.inventory.ledger import Excess
from marchpast.taxonomy import Taxonomy


class Phrases:
    """Phrases about what was announced. Lines are given as indexes."""

    def __init__(self, inventory: Inventory, taxonomy: Taxonomy) -> None:
        """Take what was announced, and where names are looked up."""
        self._inventory = inventory
        self._taxonomy = taxonomy

    def total(self) -> str:
        """Return the total, and whether it was announced or reported afterwards."""
        if self._inventory.total is None:
            return f"{self._inventory.reported.total} reported"
        return f"{self._inventory.total} announced"

    def announced(self, lines: frozenset[int]) -> str:
        """Return what was announced of some lines: `announced 8 and about 20`."""
        amounts = [line.amount for i, line in enumerate(self._inventory.lines) if i in lines]
        numbers = ["without a number" if amount is None else str(amount) for amount in amounts]
        return f"announced {' and '.join(numbers)}"

    def either(self, lines: frozenset[int]) -> str:
        """Return the names of lines; what no line names is a kind that is not on the list."""
        names = [line.node for i, line in enumerate(self._inventory.lines) if i in lines]
        is_beside = len(self._inventory.lines) in lines
        return self.names(names) + (" or not on the list" if is_beside else "")

    def names(self, nodes: Sequence[str]) -> str:
        """Return the names of what may be the one or the other."""
        return " or ".join(map(self._taxonomy.name, nodes))

    def announced_lookalikes(self, nodes: Sequence[str]) -> list[str]:
        """Return the names of what the nodes are taken for, as far as it was announced."""
        announced = [line.node for line in self._inventory.lines]
        alike = {
            lookalike.name: None
            for node in nodes
            for lookalike in self._taxonomy.lookalikes(node)
            if lookalike.node is not None
            and any(self._taxonomy.is_within(lookalike.node, line) for line in announced)
        }
        return list(alike)


def interval(seen: SeenCount) -> str:
    """Return how many were seen, in words."""
    return f"at least {seen.at_once} seen, in {number(seen.tracks, 'track')}"


def where(excess: Excess) -> str:
    """Return where they were seen together, in words."""
    moments = [f"{moment.source} at {moment.time_s:.1f} s" for moment in excess.scene.moments]
    return f" ({' and '.join(moments)})"


def number(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> number(1, "track"), number(2, "track")
    ('1 track', '2 tracks')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first(phrases: Sequence[str]) -> str:
    """Return the first three, and how many more there are."""
    more = f"; and {len(phrases) - 3} more" if len(phrases) > 3 else ""
    return "; ".join(phrases[:3]) + more
