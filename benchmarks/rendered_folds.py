"""Trainings that left some types out, and what they make of every crop.

One learnt from photos alone; the other went on from its weights (or from those it started from)
with rendered pictures among the photos, those of the types left out too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from benchmarks.rendered_detail import DETAILS, reduced
from marchpast.records import BoolArray, FloatArray, IntArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_export import load_network
from marchpast.training.classifier_heads import start_rows
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.classifier_model import CropClassifier, outputs_of
from marchpast.training.classifier_train import cut_split
from marchpast.training.config_file import find_config, read_config

MOST_PHOTOS, MOST_CHECKED, MOST_RENDERED = 120, 60, 30
"""Crops looked at of one label that is tried in no fold, photos of the training and of the
validation side, and rendered crops of any label: one row of the head needs no more."""
_SEED = 20261123


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """What the trainings of a fold are shown.

    Attributes:
        rows: Photos of both sides, then rendered crops.
        is_train: `(N,)`: photos of the training side and rendered crops.
    """

    rows: tuple[LabelledCrop, ...]
    is_train: BoolArray

    @property
    def is_rendered(self) -> BoolArray:
        """`(N,)`: which crops were rendered."""
        return np.array([crop.is_rendered for crop in self.rows], np.bool_)

    def of(self, node: str) -> BoolArray:
        """`(N,)`: which crops are labelled so."""
        return np.array([crop.node == node for crop in self.rows], np.bool_)

    def allowed(self, space: LabelSpace) -> BoolArray:
        """`(N, L)`: the leaves each crop may be."""
        return allowed_matrix(space, [(crop.node, crop.is_exact) for crop in self.rows])


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """One training's last layer, and its outputs for every crop.

    Attributes:
        space: Its leaves.
        head: Its last layer.
        logits: `(N, L)`.
        features: `(N, D)`.
        allowed: `(N, L)`.
    """

    space: LabelSpace
    head: torch.nn.Linear
    logits: FloatArray
    features: FloatArray
    allowed: BoolArray

    def with_fresh_row(self, node: str, crops: Crops, *, taxonomy: Taxonomy) -> Learnt:
        """Return it with a label as if it had just been added: it starts as the one above it."""
        others = [label for label in self.space.labels if label != node]
        space = LabelSpace((*others, node), taxonomy)
        kept = [self.space.labels.index(label) for label in others]
        head = torch.nn.Linear(self.head.in_features, len(space))
        with torch.no_grad():
            # Without a label above it the row starts as the mean of all.
            head.weight[:] = self.head.weight.mean(dim=0)
            head.bias[:] = self.head.bias.mean()
            own = {name: tensor.clone() for name, tensor in head.state_dict().items()}
            old = {"head.weight": self.head.weight[kept], "head.bias": self.head.bias[kept]}
            state, _ = start_rows(old, own, others, space)
            head.weight[:], head.bias[:] = state["head.weight"], state["head.bias"]
            logits = head(torch.from_numpy(self.features)).numpy()
        return Learnt(space, head, logits, self.features, crops.allowed(space))


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """The trainings that left the same types out.

    Attributes:
        config: Of the training with rendered pictures.
        crops: What they are shown.
        photos_alone: Saw photos alone, and has no label for the types left out.
        mixed: Saw rendered pictures too; `None` where there is no such training.
        detail: `(rows, features)` of the rendered crops of types left out with less to see in
            them, by what was taken away; the features are those of `photos_alone`.
    """

    config: ClassifierConfig
    crops: Crops
    photos_alone: Learnt
    mixed: Learnt | None
    detail: Mapping[str, tuple[IntArray, FloatArray]] = field(default_factory=dict)

    @property
    def is_learnable(self) -> BoolArray:
        """`(N,)`: training crops that may be learnt from: no photo of a type left out."""
        left_out = np.array([crop.node in self.config.data.left_out for crop in self.crops.rows])
        known = self.photos_alone.allowed.any(axis=1) | self.crops.is_rendered
        return np.asarray(self.crops.is_train & known & ~(left_out & ~self.crops.is_rendered))


def config_of(name: str) -> ClassifierConfig:
    """Return the settings of a fold, by the name of a bundled configuration or a file."""
    return read_config(find_config(name), ClassifierConfig)


def whole(config: ClassifierConfig) -> ClassifierConfig:
    """Return the settings with no type left out: these decide what is cut."""
    return config.model_copy(update={"data": config.data.model_copy(update={"left_out": ()})})


def cut_all(
    data: Path,
    rendered: Path,
    *,
    config: ClassifierConfig,
    tried: Sequence[str],
    untested: Sequence[str] = (),
) -> Crops:
    """Cut the photos of both sides and the rendered crops.

    Args:
        data: Folder of the collections.
        rendered: Folder of rendered pictures.
        config: Settings; photos of the types it leaves out are cut too.
        tried: Types of which every photo is kept.
        untested: Origins of photos to leave out altogether.

    Raises:
        SourceError: If a collection or a picture is damaged.
    """
    train = cut_split(data, "train", config=whole(config), rendered=rendered)
    return assembled(train, cut_split(data, "val", config=config), tried=tried, untested=untested)


def assembled(
    train: Sequence[LabelledCrop],
    val: Sequence[LabelledCrop],
    *,
    tried: Sequence[str],
    untested: Sequence[str] = (),
) -> Crops:
    """Put the crops of both sides together, thinned where there are many of one label."""
    left = set(untested)
    photos, checked = (
        thinned([crop for crop in side if not crop.is_rendered], most=most, whole=tried)
        for side, most in ((train, MOST_PHOTOS), (val, MOST_CHECKED))
    )
    drawn = thinned([crop for crop in train if crop.is_rendered], most=MOST_RENDERED, whole=tried)
    rows = [crop for crop in (*photos, *checked, *drawn) if crop.origin not in left]
    is_val = {id(crop) for crop in checked}
    return Crops(tuple(rows), np.array([id(crop) not in is_val for crop in rows], np.bool_))


def thinned(
    crops: Sequence[LabelledCrop], *, most: int, whole: Sequence[str] = ()
) -> list[LabelledCrop]:
    """Keep at most so many crops of a label, drawn at random, in their order; all of some."""
    kept: Counter[str] = Counter()
    chosen = []
    for row in np.random.default_rng(_SEED).permutation(len(crops)):
        if crops[row].node in whole or kept[crops[row].node] < most:
            kept[crops[row].node] += 1
            chosen.append(row)
    return [crops[row] for row in sorted(chosen)]


def read_fold(
    alone: Path,
    mixed: Path | None,
    *,
    config: ClassifierConfig,
    crops: Crops,
    taxonomy: Taxonomy,
) -> Fold:
    """Let the trainings of a fold look at every crop once.

    Args:
        alone: Folder of the training with photos alone.
        mixed: Folder of the one with rendered pictures, where there is one.
        config: Of the second.
        crops: From `cut_all`.
        taxonomy: The tree.

    Raises:
        OSError: If a folder holds no training.
    """
    torch.set_num_threads(config.threads)
    network, photos_alone = _looked_at(alone, crops, config=config, taxonomy=taxonomy)
    both = _looked_at(mixed, crops, config=config, taxonomy=taxonomy)[1] if mixed else None
    return Fold(config, crops, photos_alone, both, _detail(network, crops, config=config))


def _detail(
    network: CropClassifier, crops: Crops, *, config: ClassifierConfig
) -> dict[str, tuple[IntArray, FloatArray]]:
    left_out = [crop.node in config.data.left_out for crop in crops.rows]
    rows = np.flatnonzero(np.array(left_out) & crops.is_rendered)
    found = {}
    for kind in DETAILS:
        views = [reduced(crops.rows[row], kind).view(config.side) for row in rows]
        found[kind] = (rows, outputs_of(network, views)[1])
    return found


def _looked_at(
    run: Path, crops: Crops, *, config: ClassifierConfig, taxonomy: Taxonomy
) -> tuple[CropClassifier, Learnt]:
    space = LabelSpace(json.loads((run / "labels.json").read_text("utf-8")), taxonomy)
    network = load_network(run, label_count=len(space))
    logits, features = outputs_of(network, [crop.view(config.side) for crop in crops.rows])
    return network, Learnt(space, network.head, logits, features, crops.allowed(space))
