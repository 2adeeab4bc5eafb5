"""Photos, and what the network of a training that left types out makes of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from marchpast.identity import MILITARY, Judge, brightness
from marchpast.inference import ClassifySettings, Projection
from marchpast.records import BoolArray, FloatArray, Identity
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_evaluate import evaluate
from marchpast.training.classifier_export import load_network
from marchpast.training.classifier_gallery import Gallery, fit_gallery
from marchpast.training.classifier_labels import BACKGROUND, NO_MILITARY, LabelSpace
from marchpast.training.classifier_metrics import is_military
from marchpast.training.classifier_model import outputs_of

_NO_LEAF = -1


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Photos and what one network makes of them.

    Attributes:
        name: Of the training.
        crops: The photos.
        is_checked: `(N,)`: photos of events that were not learnt from.
        space: The network's leaves.
        types: Types of which it saw no photo.
        logits: `(N, L)`.
        embedding: `(N, D)`.
        novelty: `(N,)`.
        projection: To the directions in which photos are compared.
        answers: What is answered to each without references.
        smallest_px: Of smaller vehicles references say nothing.
    """

    name: str
    crops: tuple[LabelledCrop, ...]
    is_checked: BoolArray
    space: LabelSpace
    types: tuple[str, ...]
    logits: FloatArray
    embedding: FloatArray
    novelty: FloatArray
    projection: Projection
    answers: tuple[Identity, ...]
    smallest_px: int

    @property
    def nodes(self) -> list[str]:
        """The label of every photo."""
        return [crop.node for crop in self.crops]

    @property
    def events(self) -> list[str]:
        """The event of every photo."""
        return [crop.event for crop in self.crops]


def look_at_fold(
    run: Path,
    *,
    config: ClassifierConfig,
    train: Sequence[LabelledCrop],
    val: Sequence[LabelledCrop],
    rules: ClassifySettings,
    taxonomy: Taxonomy,
) -> Looks:
    """Let the network of a training that left types out look at photos.

    Args:
        run: Its folder.
        config: Its settings.
        train: Crops of the training side, those of the types left out too.
        val: Crops of the other side.
        rules: How answers are given: those of the shipped card.
        taxonomy: The tree.

    Raises:
        OSError: If the folder holds no training.
    """
    space = LabelSpace(json.loads((run / "labels.json").read_text("utf-8")), taxonomy)
    network = load_network(run, label_count=len(space))
    torch.set_num_threads(config.threads)
    military = [crop for crop in train if is_military(crop.node)]
    checked = [crop for crop in val if crop.node not in (BACKGROUND, NO_MILITARY)]
    crops = (*military, *checked)
    logits, embedding = outputs_of(network, [crop.view(config.side) for crop in crops])
    gallery = _learnt(crops[: len(military)], logits, embedding, space, config, taxonomy)
    novelty = gallery.novelty(embedding)
    return Looks(
        name=run.name,
        crops=crops,
        is_checked=np.arange(len(crops)) >= len(military),
        space=space,
        types=config.data.left_out,
        logits=logits,
        embedding=embedding,
        novelty=novelty,
        projection=Projection(gallery.mean, gallery.directions),
        answers=answers_to(
            crops, logits, novelty, space, rules=rules_for(space, rules), taxonomy=taxonomy
        ),
        smallest_px=rules.min_type_size_px,
    )


def answers_to(
    crops: Sequence[LabelledCrop],
    logits: FloatArray,
    novelty: FloatArray,
    space: LabelSpace,
    *,
    rules: ClassifySettings,
    taxonomy: Taxonomy,
) -> tuple[Identity, ...]:
    """Return what is answered to photos without references.

    Args:
        crops: The photos.
        logits: `(N, L)`.
        novelty: `(N,)`.
        space: The leaves.
        rules: How answers are given.
        taxonomy: The tree.
    """
    judge = Judge.from_settings(taxonomy, labels=space.labels, settings=rules)
    return tuple(
        judge.identify(
            logits[row : row + 1],
            size_px=crop.size_px,
            found_as=MILITARY,
            novelty=novelty[row : row + 1],
            brightness=brightness_of(crop),
        )
        for row, crop in enumerate(crops)
    )


def rules_for(space: LabelSpace, rules: ClassifySettings) -> ClassifySettings:
    """Return rules without what they say of types that a training learnt from photos."""
    rendered = tuple(node for node in rules.rendered_types if node not in space.labels)
    return rules.model_copy(update={"rendered_types": rendered})


def brightness_of(crop: LabelledCrop) -> float:
    """Return how bright the box of a photo is."""
    x1, y1, x2, y2 = (round(value) for value in crop.xyxy)
    return brightness([crop.image[y1:y2, x1:x2]])


def _learnt(
    crops: Sequence[LabelledCrop],
    logits: FloatArray,
    embedding: FloatArray,
    space: LabelSpace,
    config: ClassifierConfig,
    taxonomy: Taxonomy,
) -> Gallery:
    """What novelty is measured from, as in `open_set`: no photo of a type left out."""
    count = len(crops)
    learnt = evaluate(crops, logits[:count], space, taxonomy=taxonomy)
    seen = np.array([crop.node not in config.data.left_out for crop in crops], np.bool_)
    leaf = np.where(learnt.typed & seen, learnt.allowed.argmax(axis=1), _NO_LEAF)
    return fit_gallery(embedding[:count][seen], leaf[seen])
