"""The card of a classifier, as plain tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_learnt import Learnt
from marchpast.training.classifier_model import STARTED_FROM
from marchpast.training.classifier_onnx import INPUT_NAME, output_names

LIMITS = (
    "The field photos it learnt from show single, often damaged vehicles of the war in Ukraine; "
    "formations of small, clean vehicles are outside of what its figures measure.",
    'Clean, side-on photos of other armour still lean towards "main battle tank", because most '
    "such photos it learnt from show foreign tanks: see the clean photos and the photos of tanks "
    "in the figures, of which there are few.",
    "A type that is not among the labels is answered as its group at best. The distance to the "
    "pictures learnt (novelty) withholds most type names that would be false, not all: what looks "
    "like a listed type and was never learnt can still be taken for it.",
    "Of the types in settings.unvalidated_types there were pictures to learn from, but none of "
    "another event to measure on.",
    "Labels of variants were read by people from pictures, not confirmed by documents.",
    "Attributes are right as often as its document says; their probabilities are not calibrated.",
)

RENDERED_LIMIT = (
    "Types in settings.rendered_only were learnt from rendered pictures alone, those in "
    "settings.rendered_types with fewer than ten photos. Nothing measures how often such names are "
    "right; the rendered figures (docs/figures.md) leave the photos of other types out to estimate "
    "it. These names need min_rendered_score, and those without any photo are flagged."
)


def card_of(
    space: LabelSpace,
    *,
    config: ClassifierConfig,
    command: str,
    version: str,
    sha256: str,
    attributes: Sequence[str],
    settings: Mapping[str, Any],
    training: Mapping[str, Any],
    figures: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the tables of a card in the format `marchpast-model/1`."""
    return {
        "format": "marchpast-model/1",
        "name": "classifier",
        "version": version,
        "task": "classify",
        "licence": "MIT",
        "file": "model.onnx",
        "sha256": sha256,
        "started_from": STARTED_FROM,
        "command": command,
        "labels": list(space.labels),
        "input": {
            "name": INPUT_NAME,
            "size": [config.side, config.side],
            "colour_order": "BGR",
            "resize": "squash",
        },
        "outputs": {"names": list(output_names(attributes)), "attributes": list(attributes)},
        "settings": dict(settings),
        "training": dict(training),
        "figures": dict(figures),
        "limits": {"text": [*LIMITS, *([RENDERED_LIMIT] if training["crops_rendered"] else [])]},
    }


def training_table(
    crops: Sequence[LabelledCrop],
    *,
    config: ClassifierConfig,
    epochs: int,
    splits_sha256: str,
    commit: str,
) -> dict[str, Any]:
    """Return what the network learnt from: counts by label, by collection and by source.

    `crops_by_label` counts photos and frames, `rendered_by_label` rendered crops.
    """
    learnt = Learnt.of(crops)
    return {
        "seed": config.seed,
        "epochs": epochs,
        "views_per_epoch": config.batch * config.steps_per_epoch,
        "crops": len(crops),
        "splits": "datasets/splits.json",
        "splits_sha256": splits_sha256,
        "commit": commit,
        "crops_mined": sum(crop.is_mined for crop in crops),
        "crops_rendered": sum(learnt.rendered.values()),
        "crops_by_label": dict(sorted(learnt.photos.items())),
        "rendered_by_label": dict(sorted(learnt.rendered.items())),
        "crops_by_collection": _counts(crop.collection for crop in crops),
        "crops_by_source": _counts(crop.source for crop in crops),
    }


def _counts(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
