"""What was seen of a vehicle against what is known of every kind.

A person's word excludes for certain. A model's does not: it is pooled, with its calibrated
probability, with what the names already say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.identity.evidence_facts import Fact, attribute_facts, attributes, values_of
from marchpast.identity.masses import NOT_A_VEHICLE
from marchpast.records import BoolArray, SeenAttribute
from marchpast.taxonomy import Taxonomy

_MODEL_WEIGHT = 0.25
"""Of a model's attribute against its own names, in log-odds. Both are read from one embedding, so
they are no independent witnesses: counted as such, the log-loss of wheels or tracks rises from
0.077 by the names alone to 0.115 on 382 validation crops (events cross-fitted); pooled with this
weight it stays 0.077, with one half it rises to 0.084 (`benchmarks.attributes`)."""
_SPREAD = 0.01
"""Mass that is spread evenly over whatever fits a person's word: where the networks thought next
to nothing of any of it, what little they thought is noise and decides nothing."""
_MOST_SURE = 0.999
_OF_EVERY_MEMBER = ("drive",)
"""What a group's listed types agree on and its unlisted ones show too: an unlisted tank is tracked
as well, but it may have seven road wheels."""


def contradicts(
    taxonomy: Taxonomy, node: str, seen: SeenAttribute, *, others: Sequence[SeenAttribute] = ()
) -> bool:
    """Return whether a kind of vehicle cannot look like this.

    What is not known excludes nothing, and neither does a missing turret, radar or canister on a
    vehicle under a tarpaulin.

    Args:
        taxonomy: Tells the types under a node, and their chassis.
        node: A kind; a group is excluded when every type under it is.
        seen: One thing seen of the vehicle.
        others: Everything seen of it, for the tarpaulin.

    Raises:
        TaxonomyError: If there is no such node.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> contradicts(load_taxonomy(), "s400", SeenAttribute("drive", "tracks", "user"))
    True
    """
    types = taxonomy.types_under(node)
    values = _excluding_values(seen, others)
    if not types or not values:
        return False
    facts = (attribute_facts(taxonomy, type_)[seen.name] for type_ in types)
    return all(fact is not None and not fact & values for fact in facts)


class EvidenceTable:
    """The labels of a classifier against the attributes that vehicles can show."""

    def __init__(self, taxonomy: Taxonomy, labels: Sequence[str]) -> None:
        """Look up the facts of every label.

        Raises:
            TaxonomyError: If a label is neither a node nor `background`.
        """
        self._facts = tuple(
            {} if label == NOT_A_VEHICLE else _facts_of_label(taxonomy, label) for label in labels
        )

    def combine(
        self, probabilities: npt.NDArray[np.float64], seen: Sequence[SeenAttribute]
    ) -> npt.NDArray[np.float64]:
        """Return the probabilities given what was seen.

        A label whose fact is not known keeps its probability (Jeffrey's rule: only the shares of
        those that show the value and those that cannot change). A person's word takes everything
        from those that cannot; a model's moves the shares by a logarithmic opinion pool (Genest
        and Zidek 1986, "Combining Probability Distributions"), never to zero.

        Args:
            probabilities: `(L,)`, of the labels, sum 1.
            seen: By a model, by a person, or both; those of a person count last.

        Returns:
            `(L,)` that sum to 1; unchanged where a person's word leaves nothing.
        """
        combined = probabilities.copy()
        impossible = np.zeros(len(combined), np.bool_)
        words = []
        for one in seen:
            fits, excluded = self._sides(one, seen)
            if one.probability is not None:
                combined = _pooled(combined, fits, excluded, one.probability)
            else:
                words.append((fits, excluded))
                impossible |= excluded
        if impossible.all():
            return combined
        for fits, excluded in words:
            combined = _excluded(combined, fits & ~impossible, excluded, ~impossible)
        return combined

    def _sides(
        self, seen: SeenAttribute, others: Sequence[SeenAttribute]
    ) -> tuple[BoolArray, BoolArray]:
        """Which labels can show a value, and which are known not to."""
        values = _excluding_values(seen, others)
        facts = [row.get(seen.name) if values else None for row in self._facts]
        if seen.origin == "model":
            # A model counts the axles of whatever it sees, wheeled or not.
            facts = [fact or None for fact in facts]
        fits = np.array([fact is not None and bool(fact & values) for fact in facts], np.bool_)
        excluded = np.array([fact is not None and not fact & values for fact in facts], np.bool_)
        return fits, excluded


def _facts_of_label(taxonomy: Taxonomy, label: str) -> dict[str, Fact]:
    facts = dict(attribute_facts(taxonomy, label))
    if taxonomy.node(label).is_type:
        return facts
    kept = {name: facts[name] for name in _OF_EVERY_MEMBER}
    return {name: fact for name, fact in kept.items() if fact is not None and len(fact) == 1}


def _excluding_values(seen: SeenAttribute, others: Sequence[SeenAttribute]) -> frozenset[str]:
    """The values that what was seen leaves open; empty where it excludes nothing."""
    values = values_of(seen)
    is_covered = any(
        row.name == "tarpaulin" and row.value == "yes" and row.origin == "user" for row in others
    )
    if values and is_covered and attributes()[seen.name].absent in values:
        return frozenset()
    return values


def _excluded(
    probabilities: npt.NDArray[np.float64], fits: BoolArray, excluded: BoolArray, left: BoolArray
) -> npt.NDArray[np.float64]:
    """Move the mass of what a person excluded to what fits, or without that to all that is left."""
    moved = probabilities[excluded].sum()
    takers, spread = (fits, _SPREAD) if fits.any() else (left, np.finfo(np.float64).tiny)
    weights = np.where(takers, probabilities + spread / takers.sum(), 0.0)
    held = probabilities[takers].sum() + moved
    return np.where(takers, held * weights / weights.sum(), np.where(excluded, 0.0, probabilities))


def _pooled(
    probabilities: npt.NDArray[np.float64], fits: BoolArray, excluded: BoolArray, told: float
) -> npt.NDArray[np.float64]:
    """Move mass between the two sides as far as a model's attribute goes."""
    here, there = probabilities[fits].sum(), probabilities[excluded].sum()
    if min(here, there) <= 0:
        return probabilities
    told = min(max(told, 1 - _MOST_SURE), _MOST_SURE)
    odds = (1 - _MODEL_WEIGHT) * np.log(here / there) + _MODEL_WEIGHT * np.log(told / (1 - told))
    share = 1.0 / (1.0 + np.exp(-odds))
    both = here + there
    factors = np.where(fits, share * both / here, np.where(excluded, (1 - share) * both / there, 1))
    return probabilities * factors
