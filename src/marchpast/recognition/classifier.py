"""Naming vehicles by their crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from marchpast.errors import ModelContractError
from marchpast.inference import ClassifierCard, Model, squash
from marchpast.records import BgrImage, FloatArray

# Larger batches were measured no faster on a CPU.
_LARGEST_BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class CropScores:
    """What a network says of some crops.

    Attributes:
        logits: `(N, L)` float32, one column a label.
        novelty: `(N,)` float32, 0 or more: how unlike the pictures learnt each crop is; `None`
            where the network does not say.
        attributes: `(N, A)` float32 in [0, 1]: how likely each of the card's attributes is, of
            known and unknown types alike; `None` where the network does not say.
        embedding: `(N, D)` float32: what the logits are read from, to compare crops with one
            another; `None` where the network does not give it.
    """

    logits: FloatArray
    novelty: FloatArray | None = None
    attributes: FloatArray | None = None
    embedding: FloatArray | None = None


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

    def score(self, images: Sequence[BgrImage]) -> CropScores:
        """Score crops as `classify` does, and say how unlike the pictures learnt each is."""
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
        self._names = card.outputs.names
        self._attribute_count = len(card.outputs.attributes)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the columns of the logits stand for."""
        return self._model.card.labels

    def classify(self, images: Sequence[BgrImage]) -> FloatArray:
        """Score crops, at most eight at a time; see `Classifier.classify`.

        Raises:
            ModelContractError: If the network's numbers are not logits of the card's labels.
        """
        return self.score(images).logits

    def score(self, images: Sequence[BgrImage]) -> CropScores:
        """Score crops, at most eight at a time; see `Classifier.score`.

        Raises:
            ModelContractError: If the network's numbers are not those that the card promises.
        """
        batches = [
            self._score(images[start : start + _LARGEST_BATCH])
            for start in range(0, len(images), _LARGEST_BATCH)
        ]
        return CropScores(
            self._joined("logits", (len(self.labels),), batches),
            self._joined("novelty", (), batches) if "novelty" in self._names else None,
            self._joined("attributes", (self._attribute_count,), batches)
            if "attributes" in self._names
            else None,
            self._embedding(batches) if "embedding" in self._names else None,
        )

    def _score(self, images: Sequence[BgrImage]) -> dict[str, npt.NDArray[Any]]:
        tensor = squash(images, self._model.card.input.size)
        outputs = dict(zip(self._names, self._model.run(tensor), strict=True))
        for name, output in outputs.items():
            if len(output) != len(images) or not np.isfinite(output).all():
                raise ModelContractError(
                    f"model {self._model.card.name}: {name} must be {len(images)} rows of finite "
                    f"numbers, got shape {output.shape}; the network is damaged or was exported "
                    "wrongly"
                )
        return outputs

    def _embedding(self, batches: Sequence[dict[str, npt.NDArray[Any]]]) -> FloatArray:
        """The embeddings of all batches; how long they are is the network's own business."""
        width = batches[0]["embedding"].shape[1:] if batches else (0,)
        if len(width) != 1:
            raise ModelContractError(
                f"model {self._model.card.name}: a row of embedding must be one vector, got shape "
                f"{width}; export it again"
            )
        return self._joined("embedding", width, batches)

    def _joined(
        self, name: str, shape: tuple[int, ...], batches: Sequence[dict[str, npt.NDArray[Any]]]
    ) -> FloatArray:
        """One output of all batches, each row of the given shape."""
        parts = [np.asarray(batch[name], np.float32) for batch in batches]
        if any(part.shape[1:] != shape for part in parts):
            raise ModelContractError(
                f"model {self._model.card.name}: a row of {name} must be {shape}, got "
                f"{parts[0].shape[1:]}; export it again"
            )
        return np.concatenate([np.zeros((0, *shape), np.float32), *parts])
