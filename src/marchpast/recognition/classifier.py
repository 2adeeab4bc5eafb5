"""Naming vehicles by their crops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from marchpast.errors import ModelContractError
from marchpast.inference import ClassifierCard, Model, squash
from marchpast.records import BgrImage, FloatArray

# Larger batches were measured no faster on a CPU.
_LARGEST_BATCH = 8


class Classifier(Protocol):
    """Anything that scores crops; may be called from several threads at once."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What the columns of the logits stand for."""
        ...

    def classify(self, images: Sequence[BgrImage]) -> FloatArray:
        """Score crops.

        Args:
            images: `(h, w, 3)` uint8 BGR each, any sizes, cut tightly; not changed.

        Returns:
            `(N, L)` float32 logits, one column a label; no rows for no images.
        """
        ...


class OnnxClassifier:
    """A classifier on ONNX Runtime; thread-safe.

    Args:
        model: Its card is a classifier's.

    Raises:
        ModelContractError: If the model is not a classifier.
    """

    def __init__(self, model: Model) -> None:
        card = model.card
        if not isinstance(card, ClassifierCard) or "logits" not in card.outputs.names:
            raise ModelContractError(
                f"model {card.name}: a classifier is needed, task classify with an output "
                f"logits; the card says {card.task} with {', '.join(card.outputs.names)}"
            )
        self._model = model
        self._logits = card.outputs.names.index("logits")

    @property
    def labels(self) -> tuple[str, ...]:
        """What the columns of the logits stand for."""
        return self._model.card.labels

    def classify(self, images: Sequence[BgrImage]) -> FloatArray:
        """Score crops, at most eight at a time; see `Classifier.classify`.

        Raises:
            ModelContractError: If the network's numbers are not logits of the card's labels.
        """
        batches = [
            self._score(images[start : start + _LARGEST_BATCH])
            for start in range(0, len(images), _LARGEST_BATCH)
        ]
        none = np.zeros((0, len(self.labels)), np.float32)
        return np.concatenate([none, *batches])

    def _score(self, images: Sequence[BgrImage]) -> FloatArray:
        tensor = squash(images, self._model.card.input.size)
        logits = np.asarray(self._model.run(tensor)[self._logits], np.float32)
        if logits.shape != (len(images), len(self.labels)):
            raise ModelContractError(
                f"model {self._model.card.name}: logits must be "
                f"{(len(images), len(self.labels))}, got {logits.shape}; export it again"
            )
        if not np.isfinite(logits).all():
            raise ModelContractError(
                f"model {self._model.card.name}: the network answered with values that are not "
                "finite; it is damaged or was exported wrongly"
            )
        return logits
