r"""Fit how near a vehicle must be to a user's references for them to count.

    python -m marchpast.training.gallery_calibration --data FOLDER --model FOLDER \
        --fold open_set_a RUN_A --fold open_set_b RUN_B --fold open_set_c RUN_C

Every fold is a run of `classifier_train` whose configuration leaves types out; what is fitted on
the other folds is measured on each. Goes into `[settings.gallery]` of the model folder's card, and
the projection, taken out of the network, beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx

from marchpast.files import write_bytes, write_text
from marchpast.inference import ClassifierCard, load_card
from marchpast.records import BoolArray, FloatArray
from marchpast.taxonomy import load_taxonomy
from marchpast.training.card_toml import to_toml
from marchpast.training.gallery_folds import cut_photos, read_fold
from marchpast.training.gallery_odds import (
    Damping,
    Weights,
    damped,
    fit_damping,
    fit_odds,
    names_of,
    shares_by,
)
from marchpast.training.gallery_trials import PARTS, Trial, trials_of

_logger = logging.getLogger(__name__)

FILE = "gallery.npz"
_HINT = 0.3
_SURE = 0.6
_FEWEST = 30


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What references made of photos that had no part in the fit.

    Attributes:
        share: `(Q,)` of the likeliest type.
        is_right: `(Q,)`: whether it is that type.
        weight: `(Q,)`: what each photo counts.
    """

    share: FloatArray
    is_right: BoolArray
    weight: FloatArray

    def from_(self, least: float) -> tuple[float, int]:
        """Return how often a type of at least this share is right, and of how many photos."""
        rows = self.share >= least
        weight = self.weight[rows]
        right = float((weight * self.is_right[rows]).sum() / max(float(weight.sum()), 1e-9))
        return right, int(rows.sum())


def cross_fitted(trials: Sequence[Trial], damping: Damping) -> Said:
    """Measure each training with what the others give."""
    parts = []
    for name in names_of(trials):
        weights = fit_odds([trial for trial in trials if trial.looks.name != name])
        own = [trial for trial in trials if trial.looks.name == name]
        parts += [_said(trial, damped(weights, damping)) for trial in own]
    return Said(
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.is_right for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def settings_from(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return `[settings.gallery]` but for the projection.

    Raises:
        ValueError: If fewer than two trainings are given, or references point to too little.
    """
    folds = names_of(trials)
    if len(folds) < 2:
        raise ValueError(f"two folds are needed, so that one measures the other; got {len(folds)}")
    damping = fit_damping(trials)
    measured = cross_fitted(trials, damping)
    pointed, looks = measured.from_(_HINT)
    sure, surest = measured.from_(_SURE)
    if looks < _FEWEST:
        raise ValueError(
            f"references point to a type in {looks} looks, {_FEWEST} are needed to say how often "
            "they are right; these photos are not told apart by the network"
        )
    weights = damped(fit_odds(trials), damping)
    names = ("offset", "distance", "group")
    types = {node for trial in trials for node in trial.references}
    return {
        **{name: round(value, 3) for name, value in zip(names, weights, strict=True)},
        "prior": PARTS["referenced"],
        "most": round(sure if surest >= _FEWEST else _SURE, 2),
        "min_hint": _HINT,
        "measured": (
            f"types given at least {_HINT} were right in {pointed:.2f} of {looks} looks, at least "
            f"{_SURE} in {sure:.2f} of {surest}, where {PARTS['referenced']:.0%} of the vehicles "
            f"are of such types: {len(types)} types left out of {len(folds)} trainings, 1 to 10 "
            "references each, every training measured with what the others give "
            "(marchpast.training.gallery_calibration)"
        ),
    }


def projection_of(network: Path) -> dict[str, FloatArray]:
    """Return `mean` and `directions` out of an exported classifier.

    Raises:
        ValueError: If the graph is none of `classifier_onnx`.
    """
    graph = onnx.load(str(network)).graph
    arrays = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    centred = [node for node in graph.node if list(node.input[:1]) == ["embedding"]]
    for subtract in (node for node in centred if node.op_type == "Sub"):
        for multiply in graph.node:
            if multiply.op_type == "MatMul" and multiply.input[0] == subtract.output[0]:
                weight = makers[multiply.input[1]].input[0]
                return {"mean": arrays[subtract.input[1]], "directions": arrays[weight]}
    raise ValueError(f"{network}: no projection of the embedding is in it; export it again")


def write_settings(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write projection and settings to a model folder; the network is not touched.

    Raises:
        ModelError: If the card is not one.
        OSError: If the folder cannot be written.
    """
    path = folder / "card.toml"
    tables: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    stream = io.BytesIO()
    np.savez(stream, **projection_of(folder / tables["file"]))  # type: ignore[arg-type]
    content = stream.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    write_bytes(folder / FILE, content)
    tables["settings"]["gallery"] = {"file": FILE, "sha256": sha256, **settings}
    write_text(path, to_toml(tables))
    load_card(folder)


def _said(trial: Trial, weights: Weights) -> Said:
    shares = shares_by(trial, weights)
    best = shares.argmax(axis=1)
    judged = trial.is_heard & ~trial.is_open[np.arange(len(best)), best]
    return Said(
        np.asarray(shares.max(axis=1)[judged], np.float32),
        (best == trial.truth)[judged],
        trial.weights[judged],
    )


def main() -> None:
    """Fit on all folds and write to the model folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument("--model", type=Path, required=True, help="model folder to write to")
    parser.add_argument(
        "--fold",
        nargs=2,
        action="append",
        required=True,
        metavar=("CONFIG", "RUN"),
        help="a run that left types out; two or more",
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    cv2.setNumThreads(1)
    folds = [(name, Path(run)) for name, run in arguments.fold]
    taxonomy = load_taxonomy()
    card = load_card(arguments.model)
    if not isinstance(card, ClassifierCard):
        parser.error(f"{arguments.model}: a {card.task} model; give a classifier")
    train, val = cut_photos(arguments.data, folds)
    trials = [
        trial
        for name, run in folds
        for trial in trials_of(read_fold(name, run, train, val, rules=card.settings), taxonomy)
    ]
    settings = settings_from(trials)
    write_settings(arguments.model, settings)
    for name, value in settings.items():
        _logger.info("%s = %s", name, value)


if __name__ == "__main__":
    main()
