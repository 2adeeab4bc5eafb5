"""Write the card of a classifier: TOML from plain tables, checked before it replaces the old."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_model import STARTED_FROM
from marchpast.training.classifier_onnx import INPUT_NAME, OUTPUT_NAMES

COMMAND = (
    "python -m marchpast.training.classifier_train "
    "--config src/marchpast/training/configs/classifier.toml --data DATA --run RUN, then "
    "python -m marchpast.training.classifier_export --run RUN --data DATA"
)

LIMITS = (
    "The field photos it learnt from show single, often damaged vehicles of the war in Ukraine; "
    "formations of small, clean vehicles are outside of what its figures measure.",
    'Clean, side-on photos lean towards "main battle tank", because most such photos it learnt '
    "from show foreign tanks: both clean BMP-3 photos of the validation side are called a tank.",
    "A type that is not among the labels is answered as its group at best, and can be taken for "
    "a listed type.",
    "Of the types in settings.unvalidated_types there were pictures to learn from, but none of "
    "another event to measure on.",
    "Labels of variants were read by people from pictures, not confirmed by documents.",
)


def card_of(
    space: LabelSpace,
    *,
    config: ClassifierConfig,
    version: str,
    sha256: str,
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
        "command": COMMAND,
        "labels": list(space.labels),
        "input": {
            "name": INPUT_NAME,
            "size": [config.side, config.side],
            "colour_order": "BGR",
            "resize": "squash",
        },
        "outputs": {"names": list(OUTPUT_NAMES)},
        "settings": dict(settings),
        "training": dict(training),
        "figures": dict(figures),
        "limits": {"text": list(LIMITS)},
    }


def training_table(
    crops: Sequence[LabelledCrop], *, config: ClassifierConfig, epochs: int, splits_sha256: str
) -> dict[str, Any]:
    """Return what the network learnt from: counts by label, by collection and by source."""
    return {
        "seed": config.seed,
        "epochs": epochs,
        "views_per_epoch": config.batch * config.steps_per_epoch,
        "crops": len(crops),
        "splits": "datasets/splits.json",
        "splits_sha256": splits_sha256,
        "crops_by_label": _counts(crop.node for crop in crops),
        "crops_by_collection": _counts(crop.collection for crop in crops),
        "crops_by_source": _counts(crop.source for crop in crops),
    }


def _counts(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def to_toml(table: Mapping[str, Any]) -> str:
    """Return TOML of nested tables of text, numbers, truth values and lists of these.

    >>> print(to_toml({"name": "a", "input": {"size": [2, 3]}}), end="")
    name = "a"
    <BLANKLINE>
    [input]
    size = [2, 3]
    """
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], above: tuple[str, ...]) -> list[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    nested = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in nested.items():
        path = (*above, _key(key))
        inner = _lines(value, path)
        if any(not isinstance(entry, Mapping) for entry in value.values()) or not value:
            inner = [f"[{'.'.join(path)}]", *inner]
        lines += ["", *inner] if inner[:1] != [""] else inner
    return lines


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return _text(value)


def _text(value: str) -> str:
    # JSON's text is TOML's basic string, as long as nothing beyond the BMP is escaped and DEL is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
