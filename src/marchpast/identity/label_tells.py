"""What to look at to tell a label from what it is, or from what it is taken for."""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.identity.evidence_words import separating_facts, tell_between
from marchpast.records import Identity
from marchpast.taxonomy import Taxonomy

_NARROW = ("type", "family")


def rivals_of(
    taxonomy: Taxonomy, node: str, answered: Sequence[str], identity: Identity
) -> list[str]:
    """Return the types answered that a label does not name, likeliest first.

    Args:
        taxonomy: Tells the types under a node.
        node: What the label names.
        answered: The kinds that are left; those wider than a family say nothing.
        identity: Tells what is likely.
    """
    likely = {row.node: row.probability for row in (*identity.masses, *identity.candidates)}
    narrow = [row for row in answered if taxonomy.level(row) in _NARROW]
    types = dict.fromkeys(type_ for row in narrow for type_ in taxonomy.types_under(row))
    beside = [row for row in types if not taxonomy.is_within(row, node)]
    return sorted(beside, key=lambda row: -likely.get(row, 0.0))


def tell_of(taxonomy: Taxonomy, node: str, rivals: Sequence[str]) -> str:
    """Return what separates a label from the likeliest other kind, or from its usual look-alikes.

    A tell of the taxonomy, or else a fact that the two cannot share; empty without either.

    Args:
        taxonomy: Holds tells and facts.
        node: What the label names.
        rivals: Other types, likeliest first.
    """
    types = taxonomy.types_under(node)
    usual = [row.node for type_ in types for row in taxonomy.lookalikes(type_) if row.node]
    for others in (rivals, [row for row in usual if row not in types]):
        for other in others:
            for type_ in types:
                if tell := tell_between(taxonomy, type_, other):
                    return tell
            if facts := separating_facts(taxonomy, node, other):
                return facts[0]
    return ""


def are_alike(taxonomy: Taxonomy, one: str, other: str) -> bool:
    """Return whether two types are known to be taken for each other."""
    if tell_between(taxonomy, one, other):
        return True
    return any(
        all(
            any(taxonomy.is_within(row, member) for member in group.members) for row in (one, other)
        )
        for group in taxonomy.lookalike_groups
        if all(taxonomy.level(member) in _NARROW for member in group.members)
    )
