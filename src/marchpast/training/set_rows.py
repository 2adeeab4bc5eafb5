"""What calibration and figures of sets are computed from: every crop's sets at every penalty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from marchpast.evaluation.holding import holds, meant_by
from marchpast.identity import (
    CONDITIONS,
    PENALTIES,
    Condition,
    Judge,
    SetLadder,
    brightness,
)
from marchpast.records import BgrImage, BoolArray, FloatArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import EXCEPTIONS, UNIONS
from marchpast.training.classifier_metrics import OPEN, RIGHT, WRONG, Verdicts


@dataclass(frozen=True, slots=True, eq=False)
class SetRows:
    """Looks at labelled military vehicles and their sets.

    Attributes:
        crop: `(N,)` index of the crop each look is at.
        is_made: `(N,)`: looks made dark.
        verdicts: `(penalties, N)`: whether the set holds the truth, `OPEN` where the label is too
            coarse to tell.
        names: `(penalties, N)`: nodes in the set.
        types: `(penalties, N)`: types that it leaves open.
        within: By condition `(N,)`: looks under it.
        events: Of each look.
    """

    crop: IntArray
    is_made: BoolArray
    verdicts: Verdicts
    names: IntArray
    types: IntArray
    within: Mapping[Condition, BoolArray]
    events: npt.NDArray[np.str_]

    def select(self, looks: BoolArray) -> SetRows:
        """Return some of the looks."""
        return replace(
            self,
            crop=self.crop[looks],
            is_made=self.is_made[looks],
            verdicts=self.verdicts[:, looks],
            names=self.names[:, looks],
            types=self.types[:, looks],
            within={name: members[looks] for name, members in self.within.items()},
            events=self.events[looks],
        )


def set_rows(
    judge: Judge,
    crops: Sequence[LabelledCrop],
    views: Sequence[BgrImage],
    logits: FloatArray,
    novelty: FloatArray | None,
    *,
    index: Sequence[int],
    is_made: bool,
    taxonomy: Taxonomy,
) -> SetRows:
    """Let a judge make the sets of looks at military vehicles; those it vetoes have none.

    Args:
        judge: With set settings; its penalties do not matter.
        crops: The vehicle of each look.
        views: What the network saw, `(side, side, 3)` uint8 BGR.
        logits: `(N, L)`.
        novelty: `(N,)`, where the network tells it.
        index: Of the crop each look is at.
        is_made: Whether these looks were made dark.
        taxonomy: The tree.
    """
    asked = [
        judge.set_ladder(
            logits[row : row + 1],
            size_px=crop.size_px,
            novelty=None if novelty is None else novelty[row : row + 1],
            brightness=brightness([views[row]]),
        )
        for row, crop in enumerate(crops)
    ]
    kept = [row for row, ladder in enumerate(asked) if ladder is not None]
    ladders = [ladder for ladder in asked if ladder is not None]
    seen = [crops[row] for row in kept]
    open_types = {node: len(taxonomy.types_under(node)) for node in taxonomy.nodes}
    return SetRows(
        crop=np.array([index[row] for row in kept], np.int64),
        is_made=np.full(len(kept), is_made),
        verdicts=_verdicts(seen, ladders, taxonomy),
        names=_columns([[len(nodes) for nodes in ladder.sets] for ladder in ladders]),
        types=_columns(
            [[sum(open_types[n] for n in nodes) for nodes in ladder.sets] for ladder in ladders]
        ),
        within={
            name: np.array([name in ladder.conditions for ladder in ladders], np.bool_)
            for name in CONDITIONS
        },
        events=np.array([crop.event for crop in seen], np.str_),
    )


def joined(one: SetRows, other: SetRows) -> SetRows:
    """Return the looks of both."""
    return SetRows(
        np.concatenate([one.crop, other.crop]),
        np.concatenate([one.is_made, other.is_made]),
        np.concatenate([one.verdicts, other.verdicts], axis=1),
        np.concatenate([one.names, other.names], axis=1),
        np.concatenate([one.types, other.types], axis=1),
        {name: np.concatenate([one.within[name], other.within[name]]) for name in CONDITIONS},
        np.concatenate([one.events, other.events]),
    )


def _verdicts(
    crops: Sequence[LabelledCrop], ladders: Sequence[SetLadder], taxonomy: Taxonomy
) -> Verdicts:
    words = {True: RIGHT, None: OPEN, False: WRONG}
    meant: dict[tuple[str, bool], frozenset[str]] = {}
    rows = []
    for crop, ladder in zip(crops, ladders, strict=True):
        label = (crop.node, crop.is_exact)
        if label not in meant:
            meant[label] = _meant(crop, taxonomy)
        found = {nodes: words[holds(taxonomy, nodes, meant[label])] for nodes in set(ladder.sets)}
        rows.append([found[nodes] for nodes in ladder.sets])
    return np.array(rows, np.int8).reshape(len(rows), len(PENALTIES)).T


def _meant(crop: LabelledCrop, taxonomy: Taxonomy) -> frozenset[str]:
    """What the label says: as for `LabelSpace.allowed`, in nodes of the tree."""
    return meant_by(
        taxonomy,
        UNIONS.get(crop.node, (crop.node,)),
        is_not=() if crop.is_exact else EXCEPTIONS.get(crop.node, ()),
        is_exact=crop.is_exact and crop.node not in UNIONS,
    )


def _columns(rows: Sequence[Sequence[int]]) -> IntArray:
    return np.array(rows, np.int64).reshape(len(rows), len(PENALTIES)).T
