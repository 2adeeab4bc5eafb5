"""What can be seen of a vehicle whatever its type: attributes, taught from facts about the types.

A crop labelled at any level teaches an attribute where all types below its label agree on it, so
coarse labels teach too; a rendered crop teaches what its blueprint has. Each attribute is a
logistic regression on features of the embedding (`classifier_gallery`): most on its projection, few
weights, so that they may hold for types never trained. The projection keeps what tells types
apart, though, and loses most of what tells axles apart: these are read from the whole of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.records import FloatArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import UNIONS
from marchpast.training.classifier_metrics import wilson_interval
from marchpast.training.logistic import fit_logistic

NO, YES, OPEN_VALUE = 0, 1, -1

_GROUPS = {
    # A rotating turret with a gun: hulls with a fixed or an open gun do not count.
    "gun_turret": (
        ("tank", "ifv", "btr_8x8", "akatsiya", "gvozdika", "msta_s"),
        ("mtlb", "towed_gun", "malka", "mlrs", "missile_tel", "sam_long", "military_truck"),
    ),
    # Tubes, rails or canisters of rockets or missiles that make the outline.
    "launcher": (
        ("mlrs", "missile_tel", "sam_long", "sam_medium"),
        ("tank", "ifv", "apc_wheeled", "towed_gun", "military_truck", "sp_gun"),
    ),
}
AXLES = {"axles_2": (2,), "axles_3": (3,), "axles_4": (4,), "axles_5_or_more": tuple(range(5, 20))}
"""Attributes of wheeled vehicles; the likeliest of them is the count."""
ATTRIBUTES = ("tracks", *AXLES, *_GROUPS)
SHIPPED = ("tracks",)
"""What is shipped where nobody labelled validation crops by eye (`attribute_checks` decides
elsewhere): right for nine in ten crops of types left out of a training too (341 of 362). The gun
turret (267 of 338) and the launcher (230 of 273) were so for types that were learnt only: they are
marks of those types."""
_RIDGE = 5.0
_AXLES_RIDGE = 0.5
"""Chosen on training crops alone, five times with the photos of a fifth of the types left out:
right for 169 of 178 of these photos (146 with 5, 166 with 1, 167 with 0.1)."""
_FEWEST = 15


@dataclass(frozen=True, slots=True, eq=False)
class AttributeHead:
    """Logistic regressions on features of the embedding.

    Attributes:
        names: Of the attributes.
        weight: `(A, F)`.
        bias: `(A,)`.
    """

    names: tuple[str, ...]
    weight: FloatArray
    bias: FloatArray

    def only(self, names: Sequence[str]) -> AttributeHead:
        """Return the head of some of the attributes."""
        rows = [index for index, name in enumerate(self.names) if name in names]
        kept = tuple(self.names[row] for row in rows)
        return AttributeHead(kept, self.weight[rows], self.bias[rows])

    def probabilities(self, features: FloatArray) -> npt.NDArray[np.float64]:
        """Return `(N, A)`: how likely each attribute is, of `(N, F)` features."""
        odds = features.astype(np.float64) @ self.weight.T + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def attribute_values(taxonomy: Taxonomy, nodes: Sequence[str]) -> IntArray:
    """Return `(N, A)` of `YES`, `NO` or `OPEN_VALUE` for crops with these labels."""
    known: dict[str, list[int]] = {}
    for node in nodes:
        if node not in known:
            roots = UNIONS.get(node, (node,))
            types = [row for root in roots for row in _types_under(taxonomy, root)]
            known[node] = [
                _agreed([_of_type(taxonomy, row, name) for row in types]) for name in ATTRIBUTES
            ]
    return np.array([known[node] for node in nodes], np.int64).reshape(len(nodes), len(ATTRIBUTES))


def crop_values(taxonomy: Taxonomy, crops: Sequence[LabelledCrop]) -> IntArray:
    """Return `(N, A)` like `attribute_values`, from the renderer's truth where there is one.

    Of rendered vehicles the axles count only where a side is seen, and turret and launcher stay
    with the facts of the type: a renderer calls any part that turns a turret.
    """
    values = attribute_values(taxonomy, [crop.node for crop in crops])
    for row, crop in zip(values, crops, strict=True):
        if crop.rendered is None or "drive" not in crop.rendered.attributes:
            continue
        seen = crop.rendered.attributes
        is_wheeled = seen["drive"] == "wheels"
        row[ATTRIBUTES.index("tracks")] = NO if is_wheeled else YES
        for name, counts in AXLES.items():
            is_told = is_wheeled and crop.rendered.is_side_seen and seen.get("axles") is not None
            value = (YES if seen["axles"] in counts else NO) if is_told else OPEN_VALUE
            row[ATTRIBUTES.index(name)] = value
    return values


def fit_attributes(features: FloatArray, values: IntArray, *, projected: int) -> AttributeHead:
    """Fit every attribute that enough crops show and enough lack.

    Args:
        features: `(N, F)` of training crops, by `Gallery.features`.
        values: `(N, A)` of `attribute_values`.
        projected: How many of the features are the projection; the axles are told from the rest,
            the other attributes from these.
    """
    names, weights = [], []
    for name, column in zip(ATTRIBUTES, values.T, strict=True):
        known = column != OPEN_VALUE
        truth = column[known] == YES
        if min(truth.sum(), (~truth).sum()) < _FEWEST:
            continue
        names.append(name)
        part = slice(projected, None) if name in AXLES else slice(projected)
        ridge = _AXLES_RIDGE if name in AXLES else _RIDGE
        fitted = fit_logistic(features[known, part].astype(np.float64), truth, ridge=ridge)
        row = np.zeros(features.shape[1] + 1, np.float32)
        row[:-1][part], row[-1] = fitted[:-1], fitted[-1]
        weights.append(row)
    table = np.array(weights, np.float32).reshape(len(names), features.shape[1] + 1)
    return AttributeHead(tuple(names), table[:, :-1], table[:, -1])


def attribute_rows(
    head: AttributeHead, features: FloatArray, values: IntArray, *, condition: str
) -> list[dict[str, Any]]:
    """Return how often each attribute is told rightly, for the tables of `figures.json`."""
    told = head.probabilities(features) > 0.5
    rows = []
    for index, name in enumerate(head.names):
        column = values[:, ATTRIBUTES.index(name)]
        known = column != OPEN_VALUE
        right = int((told[known, index] == (column[known] == YES)).sum())
        low, high = wilson_interval(right, int(known.sum()))
        rows.append(
            {
                "attribute": name,
                "condition": condition,
                "n": int(known.sum()),
                "with": int((column == YES).sum()),
                "right": right,
                "low": round(low, 3),
                "high": round(high, 3),
                "shipped": name in SHIPPED,
            }
        )
    return rows


def _types_under(taxonomy: Taxonomy, node: str) -> tuple[str, ...]:
    return (node,) if taxonomy.node(node).is_type else tuple(taxonomy.types_under(node))


def _agreed(values: Sequence[int]) -> int:
    return values[0] if values and len(set(values)) == 1 else OPEN_VALUE


def _of_type(taxonomy: Taxonomy, node: str, name: str) -> int:
    chassis = taxonomy.node(node).chassis
    if name in _GROUPS:
        shown, lacking = _GROUPS[name]
        if any(taxonomy.is_within(node, root) for root in shown):
            return YES
        return NO if any(taxonomy.is_within(node, root) for root in lacking) else OPEN_VALUE
    if chassis is None or chassis.running_gear == "towed":
        return OPEN_VALUE
    is_wheeled = chassis.running_gear == "wheeled"
    if name == "tracks":
        return NO if is_wheeled else YES
    if not is_wheeled or not chassis.axles:
        return OPEN_VALUE
    return _agreed([YES if axles in AXLES[name] else NO for axles in chassis.axles])
