"""Why an answer stopped at its level, one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.identity.masses import Masses
from marchpast.taxonomy import Taxonomy


def level_reason(
    taxonomy: Taxonomy, node: str, masses: Masses, *, best_label: str, min_mass: float
) -> str:
    """Say why `node` is answered and nothing below it.

    Args:
        taxonomy: Tells names and levels.
        node: The answer.
        masses: What every node holds.
        best_label: The classifier's likeliest label.
        min_mass: What an answer needs.
    """
    held = _held(taxonomy, node, masses)
    needed = f"an answer needs {min_mass:.2f}"
    if taxonomy.level(node) == "type" and masses[node] < min_mass:
        return f"{held}, and the crops are like the pictures it was learnt from"
    below = masses.best_below(node)
    if below is None:
        is_inner = best_label == node and taxonomy.level(node) not in ("type", "class")
        return f"{held}, most of it on none of the known types" if is_inner else f"{held}; {needed}"
    return f"{held}; {taxonomy.name(below)} within it holds {masses[below]:.2f}, and {needed}"


def small_reason(
    taxonomy: Taxonomy, node: str, masses: Masses, *, size_px: float, smallest: int
) -> str:
    """Say that the vehicle is too small in the picture for a type."""
    return (
        f"{_held(taxonomy, node, masses)}; its best view is {size_px:.0f} px on the shorter side, "
        f"and below {smallest} px no type is named"
    )


def thin_reason(
    taxonomy: Taxonomy, node: str, masses: Masses, *, alike: Sequence[str], min_mass: float | None
) -> str:
    """Say why a node learnt from few pictures is answered less exactly, or as itself.

    Args:
        taxonomy: Tells names.
        node: The thin node.
        masses: What every node holds.
        alike: Its look-alikes that were never learnt.
        min_mass: What an answer needs, where the node itself is answered.
    """
    held = _held(taxonomy, node, masses)
    if alike:
        names = ", ".join(taxonomy.name(other) for other in alike)
        return (
            f"{held}, but it was learnt from few pictures and these look-alikes from none: {names}"
        )
    if min_mass is None:
        return f"{held}, but it was learnt from few pictures"
    return f"{held}; an answer needs {min_mass:.2f}"


def _held(taxonomy: Taxonomy, node: str, masses: Masses) -> str:
    return f"{taxonomy.name(node)} holds {masses[node]:.2f}"
