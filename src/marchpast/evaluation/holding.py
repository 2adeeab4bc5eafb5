"""Whether a set of nodes holds what a label says."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from marchpast.taxonomy import Taxonomy


def meant_by(
    taxonomy: Taxonomy,
    roots: Sequence[str],
    *,
    is_not: Collection[str] = (),
    is_exact: bool = False,
) -> frozenset[str]:
    """Return every node that a labelled vehicle may be.

    An inner node among them stands for a vehicle of that group that is none of the types under
    it.

    Args:
        taxonomy: The tree.
        roots: The label: nodes that the vehicle is in one of.
        is_not: Nodes that it is known not to be in.
        is_exact: Whether it is known to be none of the types under its node.

    Raises:
        TaxonomyError: If one of them is no node.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> sorted(meant_by(load_taxonomy(), ["icbm"]))
    ['icbm', 'topol_m', 'yars']
    """
    if is_exact:
        return frozenset(roots)
    within = taxonomy.is_within
    return frozenset(
        node
        for node in taxonomy.nodes
        if any(within(node, root) for root in roots)
        and not any(within(node, other) for other in is_not)
    )


def holds(taxonomy: Taxonomy, nodes: Collection[str], meant: Collection[str]) -> bool | None:
    """Return whether a set holds the truth; `None` where the label is too coarse to tell.

    Args:
        taxonomy: The tree.
        nodes: The set: each node stands for everything under it.
        meant: What the vehicle may be, see `meant_by`.

    >>> from marchpast.taxonomy import load_taxonomy
    >>> tree = load_taxonomy()
    >>> holds(tree, ["icbm", "osa"], ["yars"]), holds(tree, ["osa"], ["yars"])
    (True, False)
    >>> holds(tree, ["yars"], meant_by(tree, ["icbm"])) is None
    True
    """
    inside = {node for node in meant if not set(taxonomy.lineage(node)).isdisjoint(nodes)}
    if len(inside) == len(set(meant)):
        return True
    return None if inside else False
