"""Detector and classifier on networks whose answers are written in the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from marchpast.errors import ModelContractError
from marchpast.inference import ClassifierCard, DetectorCard, Model
from marchpast.recognition import OnnxClassifier, OnnxDetector
from marchpast.records import BgrImage

Tensor = npt.NDArray[np.uint8]
Answer = Callable[[Tensor], list[npt.NDArray[Any]]]

COMMON: Mapping[str, Any] = {
    "format": "marchpast-model/1",
    "name": "fake",
    "version": "1",
    "licence": "MIT",
    "file": "model.onnx",
    "sha256": "0" * 64,
    "started_from": "nothing",
    "command": "built in a test",
}


class FakeSession:
    """Stands for ONNX Runtime; remembers what it was given."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.shapes: list[tuple[int, ...]] = []

    def get_providers(self) -> list[str]:
        return ["CPUExecutionProvider"]

    def run(self, names: Sequence[str], feeds: Mapping[str, Tensor]) -> list[npt.NDArray[Any]]:
        (tensor,) = feeds.values()
        self.shapes.append(tensor.shape)
        return self._answer(tensor)


def detector_card(**changes: Any) -> DetectorCard:
    return DetectorCard(
        **{
            **COMMON,
            "task": "detect",
            "labels": ("military_vehicle", "civilian_vehicle"),
            "input": {
                "name": "image",
                "size": (320, 320),
                "colour_order": "BGR",
                "resize": "letterbox",
                "multiple_of": 32,
            },
            "outputs": {"names": ("xyxy", "confidence", "class_id")},
            "settings": {"min_confidence": 0.5, "track_confidence": 0.2},
            **changes,
        }
    )


def classifier_card(**changes: Any) -> ClassifierCard:
    return ClassifierCard(
        **{
            **COMMON,
            "task": "classify",
            "labels": ("blue", "green", "red"),
            "input": {
                "name": "crops",
                "size": (8, 8),
                "colour_order": "BGR",
                "resize": "squash",
            },
            "outputs": {"names": ("embedding", "logits")},
            "settings": {"temperature": 1.0, "min_mass": 0.8},
            **changes,
        }
    )


def boxes(
    *rows: tuple[float, float, float, float, float, int],
) -> list[npt.NDArray[Any]]:
    table = np.array(rows, np.float32).reshape(-1, 6)
    return [table[:, :4], table[:, 4], table[:, 5].astype(np.int64)]


def detector(answer: Answer, **settings: Any) -> OnnxDetector:
    return OnnxDetector(Model(detector_card(), FakeSession(answer)), **settings)


def find_bright(tensor: Tensor) -> list[npt.NDArray[Any]]:
    """A box around everything that is pure white; padding and ground are not."""
    rows, columns = np.nonzero((tensor[0] == 255).all(axis=2))
    if not len(rows):
        return boxes()
    return boxes((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.9, 0))


@pytest.mark.parametrize("shape", [(180, 320), (1080, 1920), (960, 540), (100, 100), (77, 501)])
def test_boxes_come_back_to_source_pixels(shape: tuple[int, int]) -> None:
    height, width = shape
    image = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = width // 5, height // 4, 3 * width // 5, 3 * height // 4
    image[y1:y2, x1:x2] = 255
    found = detector(find_bright).detect(image)
    pixel = max(1.0, 2 * max(height, width) / 320)
    assert np.abs(found.xyxy - np.array([[x1, y1, x2, y2]])).max() <= pixel
    assert found.class_id.tolist() == [0]


def test_detections_are_sorted_clipped_and_weak_or_empty_ones_dropped() -> None:
    def answer(_: Tensor) -> list[npt.NDArray[Any]]:
        return boxes(
            (10, 10, 60, 40, 0.3, 1),
            (-20, 20, 50, 400, 0.9, 0),
            (100, 10, 160, 40, 0.1, 0),
            (100, 10, 100.5, 40, 0.8, 0),
            (400, 10, 460, 40, 0.8, 0),
            (200, 10, 260, 40, 0.6, 0),
        )

    found = detector(answer).detect(np.zeros((160, 320, 3), np.uint8))
    assert found.confidence.tolist() == pytest.approx([0.9, 0.6, 0.3])
    assert found.class_id.tolist() == [0, 0, 1]
    assert found.xyxy.tolist() == [[0, 20, 50, 160], [200, 10, 260, 40], [10, 10, 60, 40]]
    assert found.xyxy.dtype == np.float32
    assert found.confidence.dtype == np.float32
    assert found.class_id.dtype == np.int64


def test_the_floor_is_the_cards_the_callers_or_this_pictures() -> None:
    def answer(_: Tensor) -> list[npt.NDArray[Any]]:
        levels = (0.7, 0.4, 0.25, 0.1)
        return boxes(*((10, 10 + 20 * i, 60, 25 + 20 * i, c, 0) for i, c in enumerate(levels)))

    image = np.zeros((320, 320, 3), np.uint8)
    assert len(detector(answer).detect(image)) == 3
    assert len(detector(answer, min_confidence=0.3).detect(image)) == 2
    assert len(detector(answer).detect(image, min_confidence=0.05)) == 4


def test_nothing_found_is_an_empty_frame() -> None:
    found = detector(lambda _: boxes()).detect(np.zeros((1, 1, 3), np.uint8))
    assert len(found) == 0
    assert found.xyxy.shape == (0, 4)


def test_the_size_may_be_chosen_and_must_fit_the_stride() -> None:
    session = FakeSession(find_bright)
    model = Model(detector_card(), session)
    OnnxDetector(model, size=640).detect(np.zeros((1080, 1920, 3), np.uint8))
    OnnxDetector(model).detect(np.zeros((1080, 1920, 3), np.uint8))
    assert session.shapes == [(1, 384, 640, 3), (1, 192, 320, 3)]
    with pytest.raises(ValueError, match="multiple of 32"):
        OnnxDetector(model, size=650)


def test_threads_do_not_share_the_padded_buffer() -> None:
    shared = detector(find_bright)

    def picture(side: int) -> BgrImage:
        image = np.zeros((320, 320, 3), np.uint8)
        image[:side, :side] = 255
        return image

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda side: shared.detect(picture(side)), range(20, 220)))
    assert [frame.xyxy[0].tolist() for frame in found] == [
        [0, 0, side, side] for side in range(20, 220)
    ]


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        (boxes((10, 10, np.nan, 40, 0.9, 0)), "not finite"),
        (boxes((10, 10, 60, 40, np.inf, 0)), "not finite"),
        (boxes((10, 10, 60, 40, 0.9, 2)), "class ids must be 0 to 1"),
        (boxes((10, 10, 60, 40, 0.9, -1)), "class ids must be 0 to 1"),
        ([np.zeros((2, 5)), np.zeros(2), np.zeros(2, np.int64)], r"\(M, 4\)"),
    ],
)
def test_answers_that_are_no_boxes_are_refused(
    outputs: list[npt.NDArray[Any]], reason: str
) -> None:
    with pytest.raises(ModelContractError, match=reason):
        detector(lambda _: outputs).detect(np.zeros((320, 320, 3), np.uint8))


def test_a_classifier_is_no_detector_and_a_detector_no_classifier() -> None:
    with pytest.raises(ModelContractError, match="a detector is needed"):
        OnnxDetector(Model(classifier_card(), FakeSession(find_bright)))
    with pytest.raises(ModelContractError, match="a classifier is needed"):
        OnnxClassifier(Model(detector_card(), FakeSession(find_bright)))


def mean_colours(tensor: Tensor) -> list[npt.NDArray[Any]]:
    return [np.zeros((len(tensor), 4), np.float32), tensor.mean(axis=(1, 2)).astype(np.float32)]


def test_red_is_red_and_batches_equal_singles() -> None:
    session = FakeSession(mean_colours)
    classifier = OnnxClassifier(Model(classifier_card(), session))
    images = [np.full((5 + i, 9, 3), (i, 2 * i, 100 + i), np.uint8) for i in range(19)]
    together = classifier.classify(images)
    assert session.shapes == [(8, 8, 8, 3), (8, 8, 8, 3), (3, 8, 8, 3)]
    assert together.dtype == np.float32
    assert classifier.labels[int(together[0].argmax())] == "red"
    assert np.array_equal(together, np.concatenate([classifier.classify([i]) for i in images]))


def with_novelty(tensor: Tensor) -> list[npt.NDArray[Any]]:
    return [*mean_colours(tensor), tensor.max(axis=(1, 2, 3)).astype(np.float32)]


def test_novelty_is_told_where_the_network_tells_it() -> None:
    names = {"names": ("embedding", "logits", "novelty")}
    telling = OnnxClassifier(Model(classifier_card(outputs=names), FakeSession(with_novelty)))
    images = [np.full((5, 9, 3), number, np.uint8) for number in range(19)]
    scores = telling.score(images)
    assert np.array_equal(scores.logits, telling.classify(images))
    assert scores.novelty is not None
    assert scores.novelty.tolist() == list(range(19))
    silent = OnnxClassifier(Model(classifier_card(), FakeSession(mean_colours)))
    assert silent.score(images).novelty is None


def test_no_crops_give_no_rows() -> None:
    classifier = OnnxClassifier(Model(classifier_card(), FakeSession(mean_colours)))
    assert classifier.classify([]).shape == (0, 3)


@pytest.mark.parametrize(
    ("logits", "reason"),
    [(np.full((1, 3), np.nan), "finite"), (np.zeros((1, 2)), r"must be \(3,\)")],
)
def test_answers_that_are_no_logits_are_refused(
    logits: npt.NDArray[np.float64], reason: str
) -> None:
    session = FakeSession(lambda _: [np.zeros((1, 4)), logits])
    with pytest.raises(ModelContractError, match=reason):
        OnnxClassifier(Model(classifier_card(), session)).classify([np.zeros((4, 4, 3), np.uint8)])


@pytest.mark.parametrize(
    ("novelty", "reason"),
    [(np.array([np.nan]), "finite"), (np.zeros((1, 2)), r"row of novelty must be \(\)")],
)
def test_answers_that_are_no_novelty_are_refused(
    novelty: npt.NDArray[np.float64], reason: str
) -> None:
    session = FakeSession(lambda _: [np.zeros((1, 4)), np.zeros((1, 3)), novelty])
    card = classifier_card(outputs={"names": ("embedding", "logits", "novelty")})
    with pytest.raises(ModelContractError, match=reason):
        OnnxClassifier(Model(card, session)).score([np.zeros((4, 4, 3), np.uint8)])
