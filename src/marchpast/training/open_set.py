"""Measure which score tells kinds never learnt from known ones, by leaving types out.

    python -m marchpast.training.open_set --data FOLDER --out FOLDER --fold CONFIG RUN [--fold ...]

Every fold is a run of `classifier_train` whose configuration leaves types out (`data.left_out`).
Known are the validation crops of the listed types that it learnt, unknown all crops of the types
left out. The tables go to `figures.json` of the model folder `--out`, and to the terminal.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from marchpast.records import BoolArray, FloatArray
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.attributes import attribute_rows, attribute_values, fit_attributes
from marchpast.training.classifier_config import ClassifierConfig, load_config
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_detail import add_figures
from marchpast.training.classifier_evaluate import Evaluation, evaluate
from marchpast.training.classifier_gallery import Gallery, fit_gallery
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import is_military
from marchpast.training.classifier_model import CropClassifier, outputs_of
from marchpast.training.classifier_train import cut_split
from marchpast.training.open_set_scores import Scores, all_scores, auroc

_logger = logging.getLogger(__name__)

_BOOTSTRAPS = 400

Tables = dict[str, list[dict[str, Any]]]
"""Rows by the name of their table in `figures.json`."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Crops and what a network says of them: logits `(N, L)` and embeddings `(N, D)`."""

    crops: tuple[LabelledCrop, ...]
    logits: FloatArray
    embedding: FloatArray


def main() -> None:
    """Measure every method on every fold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument(
        "--fold",
        type=Path,
        nargs=2,
        action="append",
        required=True,
        metavar=("CONFIG", "RUN"),
        help="a run that left types out; may be given several times",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="model folder; the tables go to figures.json",
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    cv2.setNumThreads(1)
    tables: Tables = {"open_set": [], "attributes": []}
    for config_path, run in arguments.fold:
        config = load_config(config_path)
        torch.set_num_threads(config.threads)
        found = measure_fold(run, config=config, data=arguments.data, taxonomy=load_taxonomy())
        tables = {name: [*tables[name], *found[name]] for name in tables}
    add_figures(arguments.out, tables)
    for row in sorted(tables["open_set"], key=lambda row: (row["fold"], -row["auroc"])):
        _logger.info(
            "%-12s %-32s %.3f [%.3f, %.3f]  known %d, unknown %d",
            *(row[key] for key in ("fold", "method", "auroc", "low", "high", "known", "unknown")),
        )
    for row in tables["attributes"]:
        _logger.info(
            "%-12s %-28s %d of %d", *(row[key] for key in ("attribute", "condition", "right", "n"))
        )


def measure_fold(run: Path, *, config: ClassifierConfig, data: Path, taxonomy: Taxonomy) -> Tables:
    """Return the rows of one fold, `open_set` and `attributes`."""
    space = LabelSpace(json.loads((run / "labels.json").read_text("utf-8")), taxonomy)
    network = CropClassifier(len(space), pretrained=False)
    network.load_state_dict(torch.load(run / "network.pt", weights_only=True))
    whole = config.model_copy(update={"data": config.data.model_copy(update={"left_out": ()})})
    train, val = (
        look(
            network,
            [crop for crop in cut_split(data, split, config=whole) if is_military(crop.node)],
            side=config.side,
        )
        for split in ("train", "val")
    )
    return compare(
        train, val, space, left_out=config.data.left_out, taxonomy=taxonomy, fold=run.name
    )


def look(network: CropClassifier, crops: Sequence[LabelledCrop], *, side: int) -> Seen:
    """Run the network on one plain view of every crop."""
    logits, embedding = outputs_of(network, [crop.view(side) for crop in crops])
    return Seen(tuple(crops), logits, embedding)


def compare(
    train: Seen,
    val: Seen,
    space: LabelSpace,
    *,
    left_out: Sequence[str],
    taxonomy: Taxonomy,
    fold: str,
) -> Tables:
    """Score known and unknown crops with every method, and tell their attributes.

    Args:
        train: All training crops, those of the types left out too.
        val: All validation crops.
        space: The leaves of the network.
        left_out: The types it never saw.
        taxonomy: The tree.
        fold: Name of the rows.

    Returns:
        `open_set`: one row a method, with the area under the curve of unknown against known crops
        and its interval; `attributes`: one row an attribute and condition.
    """
    learnt, checked = _evaluated(train, space, taxonomy), _evaluated(val, space, taxonomy)
    is_learnt = learnt.typed & ~_is_one_of(train.crops, left_out)
    leaf = np.where(is_learnt, learnt.allowed.argmax(axis=1), -1)
    seen = ~_is_one_of(train.crops, left_out)
    military = seen & learnt.military
    gallery = fit_gallery(train.embedding[military], leaf[military])
    types = checked.leaf_is_type
    known = checked.typed & ~_is_one_of(val.crops, left_out)
    on_val = all_scores(val.logits, val.embedding, gallery, types=types)
    on_train = all_scores(train.logits, train.embedding, gallery, types=types)
    strange_val, strange_train = (_is_one_of(part.crops, left_out) for part in (val, train))
    events = (
        _events(val.crops, known),
        [
            *_events(val.crops, strange_val),
            *_events(train.crops, strange_train),
        ],
    )
    rows = []
    for method, scores in on_val.items():
        unknown = np.concatenate([scores[strange_val], on_train[method][strange_train]])
        low, high = _interval(scores[known], unknown, *events)
        rows.append(
            {
                "method": method,
                "fold": fold,
                "auroc": round(auroc(scores[known], unknown), 4),
                "low": round(low, 3),
                "high": round(high, 3),
                "known": int(known.sum()),
                "unknown": len(unknown),
            }
        )
    return {
        "open_set": rows,
        "attributes": _attribute_rows(
            train, val, gallery, left_out=left_out, taxonomy=taxonomy, fold=fold
        ),
    }


def _attribute_rows(
    train: Seen,
    val: Seen,
    gallery: Gallery,
    *,
    left_out: Sequence[str],
    taxonomy: Taxonomy,
    fold: str,
) -> list[dict[str, Any]]:
    strange = [_is_one_of(part.crops, left_out) for part in (train, val)]
    features = [gallery.features(part.embedding) for part in (train, val)]
    values = [
        attribute_values(taxonomy, [crop.node for crop in part.crops]) for part in (train, val)
    ]
    head = fit_attributes(
        features[0][~strange[0]],
        values[0][~strange[0]],
        projected=gallery.directions.shape[1],
    )
    strange_features = np.concatenate([features[0][strange[0]], features[1][strange[1]]])
    strange_values = np.concatenate([values[0][strange[0]], values[1][strange[1]]])
    return [
        *attribute_rows(
            head,
            features[1][~strange[1]],
            values[1][~strange[1]],
            condition=f"{fold}: other events",
        ),
        *attribute_rows(
            head, strange_features, strange_values, condition=f"{fold}: types left out"
        ),
    ]


def _evaluated(seen: Seen, space: LabelSpace, taxonomy: Taxonomy) -> Evaluation:
    return evaluate(seen.crops, seen.logits, space, taxonomy=taxonomy)


def _is_one_of(crops: Sequence[LabelledCrop], nodes: Sequence[str]) -> BoolArray:
    return np.array([crop.node in nodes for crop in crops], np.bool_)


def _events(crops: Sequence[LabelledCrop], rows: BoolArray) -> list[str]:
    return [crop.event for crop, keep in zip(crops, rows, strict=True) if keep]


def _interval(
    known: Scores, unknown: Scores, known_events: Sequence[str], unknown_events: Sequence[str]
) -> tuple[float, float]:
    """95 % bootstrap interval, drawing whole events on both sides."""
    generator = np.random.default_rng(0)
    drawn = [
        auroc(
            known[_drawn_rows(known_events, generator)],
            unknown[_drawn_rows(unknown_events, generator)],
        )
        for _ in range(_BOOTSTRAPS)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def _drawn_rows(events: Sequence[str], generator: np.random.Generator) -> Any:
    names, codes = np.unique(np.asarray(events), return_inverse=True)
    picked = generator.integers(len(names), size=len(names))
    return np.concatenate([np.flatnonzero(codes == code) for code in picked])


if __name__ == "__main__":
    main()
