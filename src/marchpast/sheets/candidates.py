"""Which kinds stand on a sheet when nobody names any: the answer and its look-alikes."""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.errors import SheetError
from marchpast.identity import NOT_A_VEHICLE, UNKNOWN
from marchpast.records import Identity
from marchpast.taxonomy import Taxonomy

MOST_CANDIDATES = 8
"""More columns than these nobody compares by eye."""
_MOST_CHOSEN = 5
_NARROW = ("type", "family")
_FEW = 3


def find_candidates(spellings: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the nodes that names in any spelling mean, each once.

    Raises:
        TaxonomyError: If one names no vehicle, or several.
        ValueError: If there are too many, or one lies within another.
    """
    nodes = tuple(dict.fromkeys(taxonomy.find(text).id for text in spellings))
    if not 1 <= len(nodes) <= MOST_CANDIDATES:
        raise ValueError(
            f"a sheet compares 1 to {MOST_CANDIDATES} kinds of vehicle, got {len(nodes)}"
        )
    for node in nodes:
        for other in nodes:
            if node != other and taxonomy.is_within(node, other):
                raise ValueError(
                    f"{taxonomy.name(node)} is a kind of {taxonomy.name(other)}, so the two cannot "
                    "be compared; leave one out"
                )
    return nodes


def default_candidates(identity: Identity, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the kinds of the models' answer, then what these are taken for, at most five.

    A wide answer is replaced by the likeliest types within it, no answer by the likeliest types;
    where nothing is known to be taken for it, the next likeliest types stand beside it.

    Args:
        identity: The models' answer.
        taxonomy: Tells look-alikes.

    Raises:
        SheetError: If the models name nothing at all.
    """
    likely = [row.node for row in identity.candidates if row.node not in (UNKNOWN, NOT_A_VEHICLE)]
    answered = (identity.node,) if identity.answer is None else identity.answer.nodes
    answered = tuple(node for node in answered if node not in (UNKNOWN, NOT_A_VEHICLE))
    chosen: dict[str, None] = {}
    for node in answered:
        chosen |= dict.fromkeys(_narrowed(node, likely, taxonomy))
    if not chosen:
        chosen = dict.fromkeys(likely[:_FEW])
    if not chosen:
        raise SheetError(
            "the models name no kind of vehicle, so there is nothing to compare it with; name "
            "candidates"
        )
    first = list(chosen)[:_MOST_CHOSEN]
    alike = [row for node in first for row in _alike(node, taxonomy)]
    _append(first, alike, taxonomy, most=_MOST_CHOSEN)
    if len(first) == 1:
        # Beside nothing a picture cannot be compared.
        _append(first, likely, taxonomy, most=_FEW)
    return tuple(first)


def _alike(node: str, taxonomy: Taxonomy) -> list[str]:
    """What a kind is taken for, then what is taken for it, then what shares its chassis."""
    taken_for = [row.node for row in taxonomy.lookalikes(node) if row.node]
    taken = [
        type_
        for type_ in taxonomy.types
        if any(row.node == node for row in taxonomy.lookalikes(type_))
    ]
    beside = [
        member
        for group in taxonomy.lookalike_groups
        for member in group.members
        if node in group.members and member != node
    ]
    return [*taken_for, *taken, *beside]


def _append(first: list[str], more: Sequence[str], taxonomy: Taxonomy, *, most: int) -> None:
    for node in more:
        if len(first) < most and not any(taxonomy.is_within(node, row) for row in first):
            first.append(node)


def _narrowed(node: str, likely: Sequence[str], taxonomy: Taxonomy) -> Sequence[str]:
    types = taxonomy.types_under(node)
    if taxonomy.level(node) in _NARROW or len(types) <= _FEW:
        return types if 0 < len(types) <= _FEW else (node,)
    within = [row for row in likely if taxonomy.is_within(row, node)]
    return within[:_FEW] or (node,)
