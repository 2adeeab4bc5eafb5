"""Fit the temperature and the thresholds of a finished classifier anew.

The network stays as it is; only what its card says about answers changes. Whoever has labelled
pictures of their own footage can hold the answers to a share that is right there, without torch.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from marchpast.errors import ModelContractError, SourceError
from marchpast.files import write_text
from marchpast.inference import ClassifierCard, Model
from marchpast.progress import SILENCE, Progress
from marchpast.taxonomy import load_taxonomy
from marchpast.training.attribute_calibration import attribute_scales
from marchpast.training.calibration_data import Thresholds
from marchpast.training.card_toml import to_toml
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_cutting import cut_crops
from marchpast.training.classifier_detail import add_figures, detail_of
from marchpast.training.classifier_evaluate import (
    Evaluation,
    evaluate,
    size_figures,
    smallest_size,
    thresholds_of,
)
from marchpast.training.classifier_figures import figures_of
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_learnt import Learnt
from marchpast.training.datasets import Picture
from marchpast.training.exported import rounded, scores_of, settings_of
from marchpast.training.set_figures import fitted_sets

FEWEST_CROPS = 30
"""With fewer, one lucky answer moves the share that is right by more than three points."""
FEWEST_EVENTS = 2
"""The threshold is chosen on one half of the events and measured on the other."""
_STORED_SIDE_PX = 288
_EXACT_COLLECTIONS = ("tank_types",)
"""Of the project's own: its `tank` is a tank of another country."""
_SEED = 20261122


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What changed.

    Attributes:
        crops: Military vehicles that decided.
        events: Events they are from.
        before: Temperature and threshold of the card as it was.
        after: As they are now.
        sets: What the card now says of sets.
    """

    crops: int
    events: int
    before: Thresholds
    after: Thresholds
    sets: Mapping[str, Any]


def recalibrate(
    folder: Path,
    pictures: Sequence[Picture],
    *,
    target: float,
    only_sets: bool = False,
    progress: Progress = SILENCE,
) -> Recalibration:
    """Measure the answers of a classifier on pictures and rewrite its card accordingly.

    Args:
        folder: Model folder; its `card.toml` is replaced, the network is not touched.
        pictures: Labelled, of events the network never learnt from.
        target: Share of answers that shall be right, over all levels.
        only_sets: Leave temperature and thresholds as they are, and fit only how wide sets are and
            how sure attributes.
        progress: Told how far it is, in crops.

    Raises:
        ModelError: If the folder holds no classifier, or one that is damaged.
        SourceError: If a picture does not decode, or there are too few vehicles.
        TaxonomyError: If a label is no node of the taxonomy.
        OSError: If the card cannot be written.
    """
    model = Model.load(folder, device="cpu")
    card = model.card
    if not isinstance(card, ClassifierCard):
        raise ModelContractError(
            f"{folder}: a {card.task} model has nothing to calibrate; give a classifier"
        )
    crops = cut_crops(
        pictures,
        exact_collections=_EXACT_COLLECTIONS,
        stored_side=_STORED_SIDE_PX,
        backgrounds=0.0,
        generator=np.random.default_rng(_SEED),
    )
    evaluation = _evaluated(model, card, crops, progress)
    count = int(evaluation.military.sum())
    events = {crop.event for crop in crops}
    if count < FEWEST_CROPS or len(events) < FEWEST_EVENTS:
        raise SourceError(
            f"{count} labelled military vehicles of {len(events)} events are too few to calibrate "
            f"on; {FEWEST_CROPS} of {FEWEST_EVENTS} are needed, better some hundred"
        )
    before = Thresholds(
        *(getattr(card.settings, field.name) for field in dataclasses.fields(Thresholds))
    )
    after = before if only_sets else rounded(thresholds_of(evaluation, target=target))
    path = folder / "card.toml"
    tables: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    if not only_sets:
        _refit(folder, tables, model, evaluation, after, target=target)
    _refit_sets(folder, tables, model, evaluation)
    write_text(path, to_toml(tables))
    return Recalibration(count, len(events), before, after, tables["settings"]["sets"])


def _evaluated(
    model: Model, card: ClassifierCard, crops: Sequence[LabelledCrop], progress: Progress
) -> Evaluation:
    if not crops:
        raise SourceError("no labelled vehicle is in these pictures; label some first")
    taxonomy = load_taxonomy()
    space = LabelSpace(card.labels, taxonomy)
    progress.start("measuring", len(crops))
    views = [crop.view(card.input.size[0]) for crop in crops]
    logits, novelty = scores_of(model, views, progress=progress)
    progress.finish()
    return evaluate(
        crops,
        logits,
        space,
        taxonomy=taxonomy,
        novelty=novelty,
        thin_nodes=card.settings.thin_nodes,
        rendered_types=card.settings.rendered_types,
    )


def _refit(
    folder: Path,
    tables: dict[str, Any],
    model: Model,
    evaluation: Evaluation,
    fitted: Thresholds,
    *,
    target: float,
) -> None:
    """Replace thresholds and figures of the answers; what these pictures cannot measure stays."""
    side = model.card.input.size[0]
    sizes = size_figures(
        evaluation, fitted, scores_of=lambda views: scores_of(model, views), side=side
    )
    seen = {crop.node for crop in evaluation.crops}
    settings = tables["settings"]
    for field in dataclasses.fields(Thresholds):
        settings.pop(field.name, None)
    settings |= {
        **settings_of(fitted),
        "min_type_size_px": smallest_size(sizes, target=target),
        "unvalidated_types": [
            node for node in settings.get("unvalidated_types", ()) if node not in seen
        ],
    }
    figures = figures_of(evaluation, fitted, target=target, taxonomy=load_taxonomy(), seed=_SEED)
    collections = Counter(crop.collection for crop in evaluation.crops)
    figures["made_small"] = sizes
    figures["calibrated_on"] = {"target": target, "crops": dict(sorted(collections.items()))}
    tables["figures"] = tables.get("figures", {}) | figures
    training = tables.get("training", {})
    learnt = Learnt(training.get("crops_by_label", {}), training.get("rendered_by_label", {}))
    add_figures(folder, detail_of(evaluation, fitted, learnt=learnt))


def _refit_sets(folder: Path, tables: dict[str, Any], model: Model, evaluation: Evaluation) -> None:
    """Replace how wide sets are and how sure attributes, given the thresholds of the answers."""
    settings = tables["settings"]
    taxonomy = load_taxonomy()
    scales = attribute_scales(model, evaluation.crops, taxonomy, before=settings.get("attributes"))
    sets, detail = fitted_sets(
        evaluation,
        settings,
        scores_of=lambda views: scores_of(model, views),
        side=model.card.input.size[0],
        taxonomy=taxonomy,
        seed=_SEED,
    )
    settings |= {"attributes": scales, "sets": sets}
    add_figures(folder, detail)
