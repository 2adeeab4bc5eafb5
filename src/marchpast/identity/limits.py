"""How exactly types may be answered that were learnt from few pictures."""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.taxonomy import Taxonomy


def exactness_limits(
    taxonomy: Taxonomy, *, labels: Sequence[str], thin_types: Sequence[str]
) -> dict[str, str]:
    """Return the node that is answered for each thin type.

    An S-400, never learnt, was named Smerch at 0.99: what seven crops teach of a Smerch does not
    exclude it. So a thin type is answered as the deepest node that also holds every look-alike
    that was never learnt; as itself where all of them were.

    Args:
        taxonomy: Tells look-alikes and ancestors.
        labels: What the classifier learnt.
        thin_types: Types learnt from few crops.

    Raises:
        TaxonomyError: If a thin type is no node.
    """
    return {label: _limit(taxonomy, label, labels) for label in thin_types}


def unlearnt_lookalikes(
    taxonomy: Taxonomy, label: str, *, labels: Sequence[str]
) -> tuple[str, ...]:
    """Return the look-alikes of a type that the classifier never learnt, sorted."""
    alike = {row.node for row in taxonomy.lookalikes(label) if row.node is not None}
    for group in taxonomy.lookalike_groups:
        if label in group.members:
            alike |= set(group.members)
    return tuple(sorted(alike - {label} - set(labels)))


def _limit(taxonomy: Taxonomy, label: str, labels: Sequence[str]) -> str:
    common = set(taxonomy.lineage(label))
    for other in unlearnt_lookalikes(taxonomy, label, labels=labels):
        common &= set(taxonomy.lineage(other))
    return max(common, key=lambda node: len(taxonomy.lineage(node)))
