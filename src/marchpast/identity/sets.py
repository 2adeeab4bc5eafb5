"""The smallest union of groups and types that holds the truth at a stated rate.

A set costs something for every name in it and for every type it leaves open. For a penalty on
that cost the best set keeps the largest mass less penalty times cost; along the tree it is found
exactly, and a smaller penalty only ever gives a wider set. This is the set of least size at a
given coverage (Sadinle, Lei and Wasserman 2019, "Least Ambiguous Set-Valued Classifiers with
Bounded Error Levels") with the tree's own measure of size. Split conformal calibration
(Papadopoulos et al. 2002; condition by condition, "Mondrian", as in Vovk et al. 2003) finds the
largest penalty at which the sets hold the truth often enough; it is in the classifier's card,
`[settings.sets]`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from marchpast.identity.masses import Masses, NodeTable
from marchpast.records import BoolArray
from marchpast.taxonomy import Taxonomy

PENALTIES = tuple(float(value) for value in 0.5 * 0.85 ** np.arange(55))
"""The penalties there are, largest first: what calibration chooses from."""
LEAST_MASS = 0.8
"""A set that holds less is widened. Without it the sets of doubtful crops, which are to be few for
a mean to hold, would hold the truth in six of ten (`docs/decisions/0007-sets.md`)."""

_ROOT = "vehicle"
_NAME_COST = 3.0
"""One more name in an answer is as bad as three more types left open."""


class SetMaker:
    """Makes the sets of one classifier's labels."""

    def __init__(
        self, taxonomy: Taxonomy, table: NodeTable, *, few_photos: Collection[str]
    ) -> None:
        """Weigh every node.

        Args:
            taxonomy: The tree.
            table: Of the classifier's labels.
            few_photos: Types and groups learnt from few photos or none. Where one of them holds
                most of a set, its look-alikes stand beside it: no photo told them apart.
        """
        self._taxonomy = taxonomy
        self._table = table
        self._few_photos = frozenset(few_photos)
        rows = {node: row for row, node in enumerate(table.nodes)}
        self._upwards = sorted(rows.values(), key=lambda row: -int(table.depth[row]))
        self._children = [[rows[child] for child in table.children(node)] for node in table.nodes]
        open_types = [max(1, len(taxonomy.types_under(node))) for node in table.nodes]
        self._cost = _NAME_COST + np.array(open_types, np.float64)
        self._groups_cost = np.where(table.is_type, np.inf, self._cost)

    def choose(self, masses: Masses, *, penalty: float, with_types: bool = True) -> tuple[str, ...]:
        """Return the set at a penalty, in the order of the tree; `("vehicle",)` when all is open.

        Args:
            masses: What every node holds; that there is a vehicle at all is taken for granted.
            penalty: Of one unit of cost.
            with_types: Without them, a type is in the set only through its group.
        """
        steps = [penalty, *(step for step in PENALTIES if step < penalty)]
        shares, taken = self._taken(masses, steps, with_types=with_types)
        for rows in map(np.flatnonzero, taken.T):
            if shares[rows].sum() >= LEAST_MASS:
                return self._completed(rows, shares, with_types=with_types)
        return (_ROOT,)

    def chain(self, masses: Masses, *, with_types: bool = True) -> list[tuple[str, ...]]:
        """Return what `choose` gives at every one of `PENALTIES`."""
        shares, taken = self._taken(masses, PENALTIES, with_types=with_types)
        sets: list[tuple[str, ...]] = []
        wider: tuple[str, ...] = (_ROOT,)
        # From the widest: a set that holds too little is the next wider one.
        for rows in map(np.flatnonzero, taken.T[::-1]):
            if shares[rows].sum() >= LEAST_MASS:
                wider = self._completed(rows, shares, with_types=with_types)
            sets.append(wider)
        return sets[::-1]

    def _taken(
        self, masses: Masses, penalties: Sequence[float], *, with_types: bool
    ) -> tuple[npt.NDArray[np.float64], BoolArray]:
        """Return what each node holds of the vehicle, and `(nodes, penalties)`: the best sets."""
        shares = masses.values / max(masses[_ROOT], 1e-9)
        steps = np.asarray(penalties, np.float64)
        cost = self._cost if with_types else self._groups_cost
        worth = np.zeros((len(shares), len(steps)))
        taken = np.zeros(worth.shape, np.bool_)
        for row in self._upwards:
            below = worth[self._children[row]].sum(axis=0)
            own = shares[row] - steps * cost[row]
            taken[row] = own > below
            worth[row] = np.maximum(own, below)
        # What lies under a node of the set is in it already.
        covered = np.zeros_like(taken)
        for row in self._upwards[::-1]:
            for child in self._children[row]:
                covered[child] = covered[row] | taken[row]
        return shares, np.asarray(taken & ~covered, np.bool_)

    def _completed(
        self, rows: npt.NDArray[np.int64], shares: npt.NDArray[np.float64], *, with_types: bool
    ) -> tuple[str, ...]:
        nodes = {self._table.nodes[row] for row in rows}
        heaviest = self._table.nodes[max(rows, key=lambda row: (shares[row], -row))]
        alike = self.lookalikes(heaviest) if heaviest in self._few_photos else ()
        if not with_types:
            alike = tuple(self._taxonomy.lineage(node)[-2] for node in alike)
        return simplest(self._taxonomy, nodes | set(alike))

    def lookalikes(self, node: str) -> tuple[str, ...]:
        """Return what looks like a type, or like the types of a group, outside of it; sorted."""
        found: set[str] = set()
        for type_ in self._taxonomy.types_under(node):
            found |= {row.node for row in self._taxonomy.lookalikes(type_) if row.node is not None}
            for group in self._taxonomy.lookalike_groups:
                if type_ in group.members:
                    found |= set(group.members)
        return tuple(sorted(other for other in found if not self._taxonomy.is_within(other, node)))


def simplest(taxonomy: Taxonomy, nodes: Iterable[str]) -> tuple[str, ...]:
    """Return the same union in as few nodes as say it, in the order of the tree.

    Raises:
        TaxonomyError: If one of them is no node.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> simplest(load_taxonomy(), ["topol_m", "yars", "icbm", "osa"])
    ('icbm', 'osa')
    >>> simplest(load_taxonomy(), ["civilian_vehicle", "military_vehicle"])
    ('vehicle',)
    """
    kept = set(nodes)
    for node in reversed(taxonomy.nodes):
        children = taxonomy.children(node)
        if len(children) > 1 and kept.issuperset(children):
            kept.add(node)
    outer = {node for node in kept if not kept.intersection(taxonomy.lineage(node)[:-1])}
    return tuple(node for node in taxonomy.nodes if node in outer)
