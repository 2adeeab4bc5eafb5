"""The embedding that a classifier's network gives beside its logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from marchpast.errors import ModelContractError
from marchpast.inference import ClassifierCard, Model
from marchpast.recognition import OnnxClassifier

WIDTH = 4


class Session:
    """Answers logits, and as embedding the crop's mean colour with a row's number behind it."""

    def __init__(self, *, dimensions: int = 2) -> None:
        self._dimensions = dimensions

    def get_providers(self) -> list[str]:
        return ["CPUExecutionProvider"]

    def run(self, names: list[str], feeds: dict[str, npt.NDArray[np.uint8]]) -> list[Any]:
        (tensor,) = feeds.values()
        means = tensor.reshape(len(tensor), -1, 3).mean(axis=1)
        embedding = np.concatenate([means, np.ones((len(means), 1))], axis=1).astype(np.float32)
        if self._dimensions == 3:
            embedding = embedding[:, :, None]
        answers = {"logits": np.zeros((len(tensor), 2), np.float32), "embedding": embedding}
        return [answers[name] for name in names]


def classifier(names: tuple[str, ...], **how: int) -> OnnxClassifier:
    card = ClassifierCard.model_validate(
        {
            "format": "marchpast-model/1", "name": "fake", "version": "1", "licence": "MIT",
            "file": "model.onnx", "sha256": "0" * 64, "started_from": "nothing",
            "command": "built in a test", "task": "classify", "labels": ["osa", "background"],
            "input": {"name": "crops", "size": [8, 8], "colour_order": "BGR", "resize": "squash"},
            "outputs": {"names": names}, "settings": {"temperature": 1.0, "min_mass": 0.8},
        }
    )  # fmt: skip
    return OnnxClassifier(Model(card, Session(**how)))


def test_every_crop_has_its_own_whatever_the_batches() -> None:
    images = [np.full((10, 12, 3), grey, np.uint8) for grey in range(20)]
    embedding = classifier(("embedding", "logits")).score(images).embedding
    assert embedding is not None
    assert embedding.shape == (20, WIDTH)
    assert embedding[:, 0].tolist() == list(range(20))


def test_a_network_without_one_has_none() -> None:
    assert classifier(("logits",)).score([np.zeros((9, 9, 3), np.uint8)]).embedding is None


def test_an_embedding_that_is_no_vector_is_refused() -> None:
    wrong = classifier(("embedding", "logits"), dimensions=3)
    with pytest.raises(ModelContractError, match="one vector"):
        wrong.score([np.zeros((9, 9, 3), np.uint8)])
