"""The vehicles that a name is held against: of a result, of a picture, of a crop."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.drawn import LABELS, Vehicle, draw, recognizer, write_clip

from marchpast.errors import ResultError, SourceError, UnknownModelError
from marchpast.inference import ClassifierCard, find_model, load_card
from marchpast.labelling import vehicles_of_footage, vehicles_of_result
from marchpast.media import open_source
from marchpast.pipeline import Recognizer
from marchpast.records import BgrImage
from marchpast.run import Run


def write_picture(path: Path, image: BgrImage) -> Path:
    cv2.imwrite(str(path), image)
    return path


def write_result(folder: Path, clip: Path, *models: ClassifierCard) -> Path:
    """A finished run of the drawn recognizer, as if made by these models."""
    drawn = recognizer()
    made = Recognizer(
        drawn.detector,
        drawn.classifier,
        drawn.judge,
        min_confidence=drawn.min_confidence,
        track_confidence=drawn.track_confidence,
        models=[(card, "CPUExecutionProvider") for card in models],
    )
    with Run(folder, recognizer=made) as run:
        list(run.sightings(open_source(clip)))
        run.save()
    return folder


@pytest.fixture(scope="module")
def card() -> ClassifierCard:
    card = load_card(find_model("classifier"))
    assert isinstance(card, ClassifierCard)
    return card


def test_the_vehicles_of_a_clip(clip: Path) -> None:
    found = vehicles_of_footage(clip, recognizer())
    assert sorted(row.node for row in found.identities.values()) == [
        *("bm21_grad", "civilian_vehicle", "osa", "osa")
    ]
    assert all(id_.startswith("convoy.mp4#") for id_ in found.identities)
    assert found.learnt == frozenset(LABELS)
    assert found.weakly_learnt == frozenset()


def test_a_picture_in_which_nothing_is_found_is_one_vehicle(tmp_path: Path) -> None:
    # The drawn detector knows pure colours alone; the classifier takes the nearest.
    crop = np.full((60, 90, 3), (70, 170, 70), np.uint8)
    found = vehicles_of_footage(write_picture(tmp_path / "crop.png", crop), recognizer())
    assert [(id_, row.node) for id_, row in found.identities.items()] == [("crop.png#1", "osa")]


def test_a_picture_in_which_something_is_found_is_not_taken_whole(tmp_path: Path) -> None:
    image = draw([Vehicle("osa", 10, 20, 0), Vehicle("btr80", 150, 90, 0)], 0.0)
    found = vehicles_of_footage(write_picture(tmp_path / "two.png", image), recognizer())
    assert sorted(row.node for row in found.identities.values()) == ["btr80", "osa"]


def test_a_video_in_which_nothing_is_found_shows_nothing(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "empty.mp4", [], seconds=0.4)
    assert not vehicles_of_footage(clip, recognizer()).identities


def test_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(SourceError):
        vehicles_of_footage(tmp_path / "a.jpg", recognizer())


def test_a_result_of_the_classifier_at_hand(
    clip: Path, tmp_path: Path, card: ClassifierCard
) -> None:
    found = vehicles_of_result(write_result(tmp_path / "result", clip, card))
    again = vehicles_of_footage(clip, recognizer())
    assert found.identities.keys() == again.identities.keys()
    for id_, identity in again.identities.items():
        assert found.identities[id_].node == identity.node
        assert found.identities[id_].probability == pytest.approx(identity.probability, abs=1e-4)
    assert found.learnt == frozenset(card.labels)
    assert found.weakly_learnt >= {*card.settings.rendered_types, *card.settings.thin_nodes}


def test_what_another_classifier_learnt_is_not_known(clip: Path, tmp_path: Path) -> None:
    assert vehicles_of_result(write_result(tmp_path / "result", clip)).learnt is None


def test_no_result_and_no_classifier(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(ResultError):
        vehicles_of_result(tmp_path)
    folder = write_result(tmp_path / "result", clip)
    with pytest.raises(UnknownModelError):
        vehicles_of_result(folder, classifier="no-such-model")
