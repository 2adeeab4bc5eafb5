"""Which labels some training crops can teach, and how often each crop is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import BACKGROUND, CIVIL, NO_MILITARY, choose_labels

_WITHOUT_MILITARY = (BACKGROUND, CIVIL, NO_MILITARY)
# No names of collections: these hold a slash in none.
_CIVIL_GROUP, _MINED_GROUP = "/civil", "/mined"


def labels_of(
    crops: Sequence[LabelledCrop], *, config: ClassifierConfig, taxonomy: Taxonomy
) -> tuple[str, ...]:
    """Choose the labels that these training crops can teach.

    A rendered crop without a type (its vehicle is covered) makes no inner node a label.
    """
    nodes = {crop.node for crop in crops}
    # A collection's own label is no node and so no type.
    is_type = {node: _is_type(node, taxonomy) for node in nodes}
    exact = Counter(crop.node for crop in crops if crop.is_exact or is_type[crop.node])
    coarse = Counter(
        crop.node for crop in crops if not (crop.is_exact or crop.is_rendered or is_type[crop.node])
    )
    return choose_labels(
        exact,
        coarse,
        taxonomy=taxonomy,
        is_type=is_type,
        min_type_crops=config.data.min_type_crops,
        min_coarse_crops=config.data.min_coarse_crops,
    )


def _is_type(node: str, taxonomy: Taxonomy) -> bool:
    known = node not in (BACKGROUND, NO_MILITARY, "mlrs_or_sam", "light_vehicle")
    return known and taxonomy.node(node).is_type


def sampling_weights(
    crops: Sequence[LabelledCrop], *, config: ClassifierConfig
) -> npt.NDArray[np.float64]:
    """Return how likely each crop is drawn; the weights sum to 1.

    Inside a collection a label is drawn in proportion to the square root of its crops, so rare
    types are seen often without being learnt by heart; the collections, the crops without a
    military vehicle and those mined with a detector get their set shares. Rendered crops get
    theirs of all, and every kind in them is drawn alike.
    """
    is_rendered = np.array([crop.is_rendered for crop in crops], np.bool_)
    weights = np.zeros(len(crops))
    share = _rendered_share(config, is_rendered)
    rendered = [crop.rendered.kind for crop in crops if crop.rendered is not None]
    if rendered:
        count = Counter(rendered)
        weights[is_rendered] = [share / len(count) / count[kind] for kind in rendered]
    photos = [crop for crop in crops if not crop.is_rendered]
    if photos:
        weights[~is_rendered] = (1.0 - share) * _photo_weights(photos, config=config)
    return np.asarray(weights / weights.sum(), np.float64)


def _rendered_share(config: ClassifierConfig, is_rendered: BoolArray) -> float:
    if not is_rendered.any() or config.data.rendered is None:
        return 0.0
    return 1.0 if is_rendered.all() else config.data.rendered.share


def _photo_weights(
    crops: Sequence[LabelledCrop], *, config: ClassifierConfig
) -> npt.NDArray[np.float64]:
    cells = [(_group_of(crop), crop.node) for crop in crops]
    count = Counter(cells)
    weights = np.array([count[cell] ** -0.5 for cell in cells])
    groups = np.array([cell[0] for cell in cells])
    shares = {
        _CIVIL_GROUP: config.data.civil_share,
        _MINED_GROUP: config.data.mined_share,
        **config.data.shares,
    }
    named = {name: share for name, share in shares.items() if (groups == name).any()}
    others = ~np.isin(groups, list(named))
    rest = 1.0 - sum(named.values()) if others.any() else 0.0
    weights[others] *= rest / max(weights[others].sum(), 1e-12)
    for name, share in named.items():
        weights[groups == name] *= share / weights[groups == name].sum()
    return np.asarray(weights / weights.sum(), np.float64)


def _group_of(crop: LabelledCrop) -> str:
    if crop.is_mined:
        return _MINED_GROUP
    return _CIVIL_GROUP if crop.node in _WITHOUT_MILITARY else crop.collection


def leaf_prior(allowed: BoolArray) -> npt.NDArray[np.float32]:
    """Square root of how many crops speak for a leaf, a set sharing its crop evenly."""
    votes = (allowed / allowed.sum(axis=1, keepdims=True)).sum(axis=0)
    return np.sqrt(votes + 1.0).astype(np.float32)
