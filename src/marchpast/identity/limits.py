"""How exactly nodes may be answered that were learnt from few pictures."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from marchpast.taxonomy import Taxonomy


def exactness_limits(
    taxonomy: Taxonomy, *, labels: Sequence[str], thin_nodes: Sequence[str]
) -> dict[str, str]:
    """Return the node that is answered for each thin node.

    An S-400, never learnt, was named Smerch at 0.99: what seven crops teach of a Smerch does not
    exclude it. So a thin type is answered as the deepest node that also holds every look-alike
    that was never learnt; as itself where all of them were. A Bastion was answered as the family
    of the one Iskander that was learnt, at 0.92: a thin group is answered as the node above it.

    Args:
        taxonomy: Tells look-alikes and ancestors.
        labels: What the classifier learnt.
        thin_nodes: Types and groups learnt from few crops.

    Raises:
        TaxonomyError: If one of them is no node.
    """
    thin = frozenset(thin_nodes)
    return {node: _limit(taxonomy, node, labels, thin) for node in thin_nodes}


def limit_above(taxonomy: Taxonomy, node: str, *, thin_nodes: Sequence[str]) -> str:
    """Return the deepest node above `node` that is not thin.

    Raises:
        TaxonomyError: If it is no node.
    """
    allowed = taxonomy.lineage(node)[-2]
    while allowed in thin_nodes:
        allowed = taxonomy.lineage(allowed)[-2]
    return allowed


def unlearnt_lookalikes(
    taxonomy: Taxonomy, label: str, *, labels: Sequence[str]
) -> tuple[str, ...]:
    """Return the look-alikes of a type that the classifier never learnt, sorted."""
    alike = {row.node for row in taxonomy.lookalikes(label) if row.node is not None}
    for group in taxonomy.lookalike_groups:
        if label in group.members:
            alike |= set(group.members)
    return tuple(sorted(alike - {label} - set(labels)))


def _limit(taxonomy: Taxonomy, node: str, labels: Sequence[str], thin: AbstractSet[str]) -> str:
    allowed = taxonomy.lineage(node)[-2]
    if taxonomy.node(node).is_type:
        common = set(taxonomy.lineage(node))
        for other in unlearnt_lookalikes(taxonomy, node, labels=labels):
            common &= set(taxonomy.lineage(other))
        allowed = max(common, key=lambda row: len(taxonomy.lineage(row)))
    while allowed != node and allowed in thin:
        allowed = taxonomy.lineage(allowed)[-2]
    return allowed
