"""Types left out of a training, tried with a few of their photos as references.

A trial draws references of every type left out from some of its events, and looks at all photos of
other events: those of the same types, of other military vehicles, and of civil ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.identity import NOT_A_VEHICLE, group_of
from marchpast.records import BoolArray, FloatArray, IntArray
from marchpast.references import prototype
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_labels import CIVIL, UNIONS, LabelSpace
from marchpast.training.classifier_metrics import softmax
from marchpast.training.gallery_looks import Looks

COUNTS = (1, 3, 5, 10)
"""References of each type."""
DRAWS = 6
PARTS = {"referenced": 0.1, "other military": 0.6, "civil": 0.3}
"""What a trial's vehicles are taken to be, whatever the photos happen to be: one in ten is of a
type with references. More would make every answer by references look surer than it is."""
_SEED = 20261123
_NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One draw of references.

    Attributes:
        looks: What was drawn from.
        count: References of each type.
        references: By type, rows of `looks`.
        rows: `(Q,)` rows that are looked at; none is of an event that references are from.
        truth: `(Q,)` place of the type among `references`, -1 for anything else.
        is_open: `(Q, S)`: labels too coarse to tell whether the photo shows the type.
        distance: `(Q, S)`: see `GallerySettings`.
        group: `(Q, S)` mass of the type's group.
        is_heard: `(Q,)`: whether references have a say, see `identity.ByReferences`.
    """

    looks: Looks
    count: int
    references: Mapping[str, IntArray]
    rows: IntArray
    truth: IntArray
    is_open: BoolArray
    distance: FloatArray
    group: FloatArray
    is_heard: BoolArray

    @property
    def part(self) -> list[str]:
        """What each photo counts as, a key of `PARTS`."""
        nodes = self.looks.nodes
        return [
            "referenced" if truth >= 0 else "civil" if nodes[row] == CIVIL else "other military"
            for row, truth in zip(self.rows, self.truth, strict=True)
        ]

    @property
    def weights(self) -> FloatArray:
        """`(Q,)`: what each photo counts, so that the parts have the shares of `PARTS`."""
        part = np.array(self.part)
        found = np.zeros(len(part), np.float32)
        for name, share in PARTS.items():
            found[part == name] = share / max(1, int((part == name).sum()))
        return found


def trials_of(
    looks: Looks,
    taxonomy: Taxonomy,
    *,
    counts: Sequence[int] = COUNTS,
    draws: int = DRAWS,
    types: Sequence[str] = (),
) -> list[Trial]:
    """Return trials with so many references a type; types with too few photos are left out.

    Args:
        looks: Photos.
        taxonomy: The tree.
        counts: References of each type.
        draws: Trials for each count.
        types: Tried together; by default all types left out.
    """
    found = []
    for count in counts:
        generator = np.random.default_rng([_SEED, count])
        for _ in range(draws):
            drawn = {node: _drawn(looks, node, count, generator) for node in (types or looks.types)}
            references = {node: rows for node, rows in drawn.items() if rows is not None}
            if references:
                found.append(_trial(looks, count, references, taxonomy))
    return found


def _drawn(looks: Looks, node: str, count: int, generator: np.random.Generator) -> IntArray | None:
    """Draw references of a type from as few events as hold so many; one event is left to try."""
    rows = np.flatnonzero(np.array(looks.nodes) == node)
    events = np.array(looks.events)[rows]
    names = generator.permutation(np.unique(events))
    for used in range(1, len(names)):
        inside = rows[np.isin(events, names[:used])]
        if len(inside) >= count:
            return np.asarray(generator.permutation(inside)[:count], np.int64)
    return None


def _trial(
    looks: Looks, count: int, references: Mapping[str, IntArray], taxonomy: Taxonomy
) -> Trial:
    nodes, events = np.array(looks.nodes), np.array(looks.events)
    taken = np.unique(events[np.concatenate(list(references.values()))])
    types = list(references)
    rows = np.flatnonzero(~np.isin(events, taken) & (looks.is_checked | np.isin(nodes, types)))
    points = looks.projection.project(looks.embedding)
    prototypes = np.stack([prototype(points[chosen]) for chosen in references.values()])
    shares = np.asarray(softmax(looks.logits[rows]), np.float32)
    group = [
        _mass(shares, looks.space, group_of(taxonomy, t, learnt=looks.space.nodes)) for t in types
    ]
    return Trial(
        looks=looks,
        count=count,
        references=references,
        rows=rows,
        truth=np.array(
            [types.index(node) if node in types else _NONE for node in nodes[rows]], np.int64
        ),
        is_open=np.array(
            [[_may_be(taxonomy, node, other) for other in types] for node in nodes[rows]], np.bool_
        ),
        distance=np.asarray(1.0 - points[rows] @ prototypes.T, np.float32),
        group=np.stack(group, axis=1),
        is_heard=np.array([_is_heard(looks, row) for row in rows.tolist()], np.bool_),
    )


def _is_heard(looks: Looks, row: int) -> bool:
    answer = looks.answers[row]
    is_open = answer.level != "type" and answer.node not in (CIVIL, NOT_A_VEHICLE)
    return is_open and looks.crops[row].size_px >= looks.smallest_px


def _mass(shares: FloatArray, space: LabelSpace, node: str) -> FloatArray:
    return np.asarray(shares[:, space.within(node)].sum(axis=1), np.float32)


def _may_be(taxonomy: Taxonomy, label: str, node: str) -> bool:
    """Whether a photo with a coarser label may show the type."""
    roots = UNIONS.get(label, (label,))
    return label != node and any(
        root in taxonomy.nodes and taxonomy.is_within(node, root) for root in roots
    )
