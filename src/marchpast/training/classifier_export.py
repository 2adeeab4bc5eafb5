"""Turn a training run into the model folder that is shipped: `model.onnx` and `card.toml`.

Every figure in the card is measured on the exported graph, through the same loader that users
have.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from marchpast.files import sha256_of, write_bytes, write_text
from marchpast.inference import Model
from marchpast.records import BgrImage, FloatArray
from marchpast.taxonomy import Taxonomy
from marchpast.training.attribute_calibration import attribute_scales
from marchpast.training.attribute_checks import SeenCrop, check_rows, shipped_of
from marchpast.training.attributes import AttributeHead, crop_values, fit_attributes
from marchpast.training.card_toml import to_toml
from marchpast.training.classifier_card import card_of, training_table
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_detail import add_figures, detail_of
from marchpast.training.classifier_evaluate import (
    evaluate,
    size_figures,
    smallest_size,
    thresholds_of,
)
from marchpast.training.classifier_figures import figures_of
from marchpast.training.classifier_gallery import Gallery, fit_gallery
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_learnt import Learnt, support_of, types_of
from marchpast.training.classifier_metrics import is_military
from marchpast.training.classifier_model import CropClassifier, outputs_of
from marchpast.training.classifier_onnx import to_onnx
from marchpast.training.classifier_train import epochs_of
from marchpast.training.datasets import SPLITS_FILE
from marchpast.training.export_common import commit_of
from marchpast.training.exported import rounded, scores_of, settings_of
from marchpast.training.set_figures import fitted_sets

TARGET = 0.95
"""Share of right answers that is promised."""
VERSION = "0.1.0"
LICENCE = "MIT"
_PARITY_CROPS = 200
_ROOT = Path(__file__).resolve().parents[3]


def export(
    run: Path,
    *,
    out: Path,
    config: ClassifierConfig,
    train: Sequence[LabelledCrop],
    val: Sequence[LabelledCrop],
    taxonomy: Taxonomy,
    command: str,
    seen: Sequence[SeenCrop] = (),
) -> dict[str, Any]:
    """Export the averaged weights of a run and measure them.

    Args:
        run: Holds `labels.json`, `network.pt` and `log.jsonl`.
        out: Model folder, made if missing.
        config: Of the run.
        train: The crops it learnt from: counted, and what novelty is measured from.
        val: The crops that calibrate it and that its figures are measured on.
        taxonomy: The tree.
        command: How all of it can be made again, commands joined by ", then ".
        seen: Validation crops with what a person saw; they decide which attributes it tells.

    Returns:
        The tables of the card. Reliability, figures by type and the confusion matrix go to
        `figures.json` beside it.

    Raises:
        OSError: If the run is incomplete or the folder cannot be written.
        ModelError: If the exported graph does not keep the contract.
    """
    space = LabelSpace(json.loads((run / "labels.json").read_text("utf-8")), taxonomy)
    network = load_network(run, label_count=len(space))
    gallery, head = heads_of(network, train, space, side=config.side, taxonomy=taxonomy)
    checked = _checked(network, gallery, head, seen)
    shipped = head.only(shipped_of(checked))
    content = to_onnx(
        network,
        space.labels,
        side=config.side,
        gallery=gallery,
        attributes=shipped,
        version=VERSION,
        licence=LICENCE,
    ).SerializeToString()
    training = training_table(
        train,
        config=config,
        epochs=epochs_of(run),
        splits_sha256=sha256_of(SPLITS_FILE) if SPLITS_FILE.exists() else "",
        commit=commit_of(_ROOT),
    )

    def card(settings: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
        return card_of(
            space,
            config=config,
            command=command,
            version=VERSION,
            sha256=hashlib.sha256(content).hexdigest(),
            attributes=shipped.names,
            settings=settings,
            training=training,
            figures=figures,
        )

    with tempfile.TemporaryDirectory() as folder:
        # Loading needs a card, and the card's figures need a loaded model.
        _write_model(Path(folder), content, card({"temperature": 1.0, "min_mass": 0.9}, {}))
        model = Model.load(Path(folder), device="cpu")
        settings, figures, detail = _measure(
            model, network, train, val, space, config=config, taxonomy=taxonomy
        )
    tables = card(settings, figures)
    out.mkdir(parents=True, exist_ok=True)
    _write_model(out, content, tables)
    add_figures(out, {**detail, "attributes_seen": checked})
    Model.load(out, device="cpu")
    return tables


def load_network(run: Path, *, label_count: int) -> CropClassifier:
    """Return the averaged network of a run, ready to evaluate."""
    network = CropClassifier(label_count, pretrained=False)
    network.load_state_dict(torch.load(run / "network.pt", weights_only=True))
    return network.eval()


def heads_of(
    network: CropClassifier,
    train: Sequence[LabelledCrop],
    space: LabelSpace,
    *,
    side: int,
    taxonomy: Taxonomy,
) -> tuple[Gallery, AttributeHead]:
    """Return what novelty is measured from, and the attributes: both of military crops.

    In the first, rendered crops stand only for the types without a photo: near a rendered vehicle
    is not near the photos that a type's names were validated on.
    """
    with_photos = {crop.node for crop in train if not crop.is_rendered}
    crops = [crop for crop in train if is_military(crop.node)]
    logits, embedding = outputs_of(network, [crop.view(side) for crop in crops])
    learnt = evaluate(crops, logits, space, taxonomy=taxonomy)
    leaf = np.where(learnt.typed, learnt.allowed.argmax(axis=1), -1)
    is_point = np.array(
        [
            not crop.is_rendered or (crop.node in space.labels and crop.node not in with_photos)
            for crop in crops
        ]
    )
    gallery = fit_gallery(embedding[is_point], leaf[is_point])
    head = fit_attributes(
        gallery.features(embedding),
        crop_values(taxonomy, crops),
        projected=gallery.directions.shape[1],
    )
    return gallery, head


def _checked(
    network: CropClassifier, gallery: Gallery, head: AttributeHead, seen: Sequence[SeenCrop]
) -> list[dict[str, Any]]:
    if not seen:
        return []
    _, embedding = outputs_of(network, [crop.view for crop in seen])
    return check_rows(head, gallery.features(embedding), seen)


def _measure(
    model: Model,
    network: CropClassifier,
    train: Sequence[LabelledCrop],
    val: Sequence[LabelledCrop],
    space: LabelSpace,
    *,
    config: ClassifierConfig,
    taxonomy: Taxonomy,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Settings and figures of the exported graph, and the tables that go beside the card."""
    views = [crop.view(config.side) for crop in val]
    logits, novelty = scores_of(model, views)
    learnt = Learnt.of(train)
    support = support_of(learnt, space, taxonomy=taxonomy)
    evaluation = evaluate(
        val,
        logits,
        space,
        taxonomy=taxonomy,
        novelty=novelty,
        thin_nodes=support["thin_nodes"],
        rendered_types=support["rendered_types"],
    )
    thresholds = rounded(thresholds_of(evaluation, target=TARGET))
    sizes = size_figures(
        evaluation, thresholds, scores_of=lambda small: scores_of(model, small), side=config.side
    )
    validated = {crop.node for crop in val}
    settings = {
        **settings_of(thresholds),
        "min_type_size_px": smallest_size(sizes, target=TARGET),
        "unvalidated_types": [
            label for label in types_of(space, taxonomy) if label not in validated
        ],
        **support,
    }
    settings["attributes"] = attribute_scales(model, val, taxonomy)
    settings["sets"], set_detail = fitted_sets(
        evaluation,
        settings,
        scores_of=lambda views: scores_of(model, views),
        side=config.side,
        taxonomy=taxonomy,
        seed=config.seed,
    )
    figures = figures_of(evaluation, thresholds, target=TARGET, taxonomy=taxonomy, seed=config.seed)
    figures["made_small"] = sizes
    figures["export"] = _parity(network, views, logits)
    return settings, figures, {**detail_of(evaluation, thresholds, learnt=learnt), **set_detail}


def _parity(
    network: CropClassifier, views: Sequence[BgrImage], logits: FloatArray
) -> dict[str, Any]:
    """How far the exported graph (float16 weights) is from the trained network."""
    rows = np.linspace(0, len(views) - 1, min(len(views), _PARITY_CROPS)).round().astype(int)
    expected, _ = outputs_of(network, [views[row] for row in rows])
    agree = expected.argmax(axis=1) == logits[rows].argmax(axis=1)
    return {
        "n": len(rows),
        "top1_agreement": round(float(agree.mean()), 5),
        "largest_logit_difference": round(float(np.abs(expected - logits[rows]).max()), 5),
    }


def _write_model(folder: Path, content: bytes, tables: dict[str, Any]) -> None:
    """The graph first: with a torn pair the hash differs and the model is refused."""
    write_bytes(folder / "model.onnx", content)
    write_text(folder / "card.toml", to_toml(tables))
