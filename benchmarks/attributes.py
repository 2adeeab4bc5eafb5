"""How far the shipped classifier's attributes can be believed: wheels or tracks, and axles.

    python -m benchmarks.attributes --data FOLDER

On validation crops whose label tells the attribute, and on those that a person labelled by eye
(`datasets/attribute_labels.json`). The scale of the card was fitted on the former, so a scale of
its own is fitted for each fifth of the events on the other four.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.common import RESULTS, print_table, write_results
from marchpast.evaluation.shares import share, shown
from marchpast.identity import SURE_ENOUGH
from marchpast.inference import ClassifySettings, Model, find_model
from marchpast.records import BgrImage, BoolArray, FloatArray
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.attribute_checks import read_seen_crops
from marchpast.training.attributes import ATTRIBUTES, AXLES, OPEN_VALUE, YES, attribute_values
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_cutting import cut_crops
from marchpast.training.datasets import load_pictures
from marchpast.training.logistic import fit_logistic

Column = npt.NDArray[np.float64]

OUT = RESULTS / "attributes.json"
WEIGHTS = (0.0, 0.1, 0.25, 0.5, 1.0)
"""Of the attribute against the names, in log-odds, when the two are pooled."""
_TOLD_FROM = (0.8, SURE_ENOUGH)
_FOLDS, _RIDGE, _BATCH, _STORED_SIDE = 5, 0.01, 16, 288


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What the classifier says of some crops.

    Attributes:
        labels: `(N, L)` calibrated probabilities.
        attributes: `(N, A)` as the graph gives them.
    """

    labels: FloatArray
    attributes: FloatArray


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    model, taxonomy = Model.load(find_model("classifier"), device="cpu"), load_taxonomy()
    crops = cut_crops(
        load_pictures(arguments.data, split="val"),
        exact_collections=(),
        stored_side=_STORED_SIDE,
        backgrounds=0.0,
        generator=np.random.default_rng(0),
    )
    results = {
        "classifier_sha256": model.card.sha256,
        "drive": drive_figures(model, crops, taxonomy),
        "by_eye": eye_figures(model, arguments.data),
    }
    _print(results)
    write_results(arguments.out, results)


def drive_figures(
    model: Model, crops: Sequence[LabelledCrop], taxonomy: Taxonomy
) -> dict[str, Any]:
    """Return how wheels or tracks are told where the label of a crop decides between them."""
    truth = attribute_values(taxonomy, [crop.node for crop in crops])[:, ATTRIBUTES.index("tracks")]
    known = np.flatnonzero(truth != OPEN_VALUE)
    crops = [crops[row] for row in known.tolist()]
    on_tracks = truth[known] == YES
    side = model.card.input.size[0]
    scores = scores_of(model, [crop.view(side) for crop in crops])
    column = model.card.outputs.attributes.index("tracks")
    odds = log_odds(scores.attributes[:, column].astype(np.float64))
    told = crossfitted(odds, on_tracks, [crop.event for crop in crops])
    named = named_share(scores.labels, model.card.labels, taxonomy)
    return {
        "n": len(crops),
        "events": len({crop.event for crop in crops}),
        "told": {str(least): told_row(told, on_tracks, least=least) for least in _TOLD_FROM},
        "log_loss": {
            "attribute alone": log_loss(told, on_tracks),
            "as if independent of the names": log_loss(
                shares_of(log_odds(named) + log_odds(told)), on_tracks
            ),
            **{
                f"pooled with the names, weight {weight:g}": log_loss(
                    shares_of((1 - weight) * log_odds(named) + weight * log_odds(told)), on_tracks
                )
                for weight in WEIGHTS
            },
        },
    }


def eye_figures(model: Model, data: Path) -> dict[str, Any]:
    """Return how wheels or tracks, and axles where the graph tells them, are told by eye."""
    seen = read_seen_crops(data, side=model.card.input.size[0])
    if not seen:
        return {}
    scores = scores_of(model, [crop.view for crop in seen]).attributes.astype(np.float64)
    names = model.card.outputs.attributes
    rows = {}
    known = np.array([crop.drive is not None for crop in seen])
    on_tracks = np.array([crop.drive == "tracks" for crop in seen])
    told = scores[:, names.index("tracks")]
    rows["drive"] = told_row(told[known], on_tracks[known], least=0.5)
    if all(name in names for name in AXLES):
        known = np.array([crop.axles is not None for crop in seen])
        best = scores[:, [names.index(name) for name in AXLES]].argmax(axis=1)
        counts = list(AXLES.values())
        right = np.array([crop.axles in counts[i] for crop, i in zip(seen, best, strict=True)])
        rows["axles"] = share_row(right[known], of=int(known.sum()))
    return rows


def scores_of(model: Model, views: Sequence[BgrImage]) -> Scores:
    """Return what the classifier says of squashed crops."""
    names = list(model.card.outputs.names)
    parts = [
        model.run(np.stack(views[start : start + _BATCH])) for start in range(0, len(views), _BATCH)
    ]
    logits, attributes = (
        np.concatenate([part[names.index(name)] for part in parts])
        for name in ("logits", "attributes")
    )
    settings = model.card.settings
    assert isinstance(settings, ClassifySettings)
    scaled = logits.astype(np.float64) / settings.temperature
    shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return Scores(shares.astype(np.float32), attributes)


def named_share(labels: FloatArray, names: Sequence[str], taxonomy: Taxonomy) -> Column:
    """Return `(N,)`: of the mass on names with a known drive, how much is on tracks."""
    nodes = [name if name in taxonomy.nodes else "vehicle" for name in names]
    drive = attribute_values(taxonomy, nodes)[:, ATTRIBUTES.index("tracks")]
    on_tracks = labels[:, drive == YES].sum(axis=1).astype(np.float64)
    both = labels[:, drive != OPEN_VALUE].sum(axis=1).astype(np.float64)
    return np.asarray(on_tracks / np.maximum(both, 1e-12))


def crossfitted(odds: Column, truth: BoolArray, events: Sequence[str]) -> Column:
    """Return `(N,)` probabilities by a scale that was fitted on other events."""
    known = sorted(set(events))
    folds = np.random.default_rng(0).integers(0, _FOLDS, len(known))
    fold = np.array([folds[known.index(event)] for event in events])
    told = np.zeros(len(odds))
    for number in range(_FOLDS):
        held = fold == number
        slope, offset = fit_logistic(odds[~held, None], truth[~held], ridge=_RIDGE)
        told[held] = shares_of(slope * odds[held] + offset)
    return told


def told_row(told: Column, truth: BoolArray, *, least: float) -> dict[str, Any]:
    """Return how many are told at least so surely, and how many of these rightly."""
    sure = np.maximum(told, 1 - told) >= least
    return share_row(((told > 0.5) == truth)[sure], of=len(truth))


def share_row(right: BoolArray, *, of: int) -> dict[str, Any]:
    """Return the share that is right, and of how many crops these are those that were told."""
    return {"of": of, **share(int(right.sum()), len(right))}


def log_loss(told: Column, truth: BoolArray) -> float:
    """Return the mean negative log-likelihood."""
    shares = np.clip(np.where(truth, told, 1 - told), 1e-4, 1)
    return round(float(-np.log(shares).mean()), 4)


def log_odds(shares: Column) -> Column:
    """Return log-odds, away from certainty."""
    inside = np.clip(shares, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inside / (1 - inside)))


def shares_of(odds: Column) -> Column:
    """Return the inverse of `log_odds`."""
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def _print(results: Mapping[str, Any]) -> None:
    drive = results["drive"]
    rows = [[f"told at {least} or more", row] for least, row in drive["told"].items()]
    rows += [[f"by eye: {name}", row] for name, row in results["by_eye"].items()]
    print_table(
        "Attributes",
        ["what", "of", "rightly"],
        [[name, row["of"], shown(row)] for name, row in rows],
    )
    print_table(
        f"Log-loss of wheels or tracks, {drive['n']} crops of {drive['events']} events",
        ["what", "log-loss"],
        [[name, value] for name, value in drive["log_loss"].items()],
    )


if __name__ == "__main__":
    main()
