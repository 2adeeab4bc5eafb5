"""Nearness to references: which types count, what is computed once, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.errors import ModelContractError, ReferenceStoreError
from marchpast.inference import Projection
from marchpast.recognition import CropScores
from marchpast.records import BgrImage, Detections, FloatArray
from marchpast.references import Gallery, Store, create_store, find_box, open_store

MODEL = "ab" * 32
# Three colour channels are three directions.
PROJECTION = Projection(np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
COLOURS = {"bal": (200, 20, 20), "osa": (20, 200, 20), "tor": (20, 20, 200)}


class MeanColour:
    """Embeds a crop as its mean colour, and counts how often it was asked."""

    labels = ("osa", "background")

    def __init__(self, *, embeds: bool = True) -> None:
        self.seen = 0
        self._embeds = embeds

    def classify(self, images: Sequence[BgrImage]) -> FloatArray:
        return self.score(images).logits

    def score(self, images: Sequence[BgrImage]) -> CropScores:
        self.seen += len(images)
        means = [image.reshape(-1, 3).mean(axis=0) for image in images]
        embedding = np.array(means, np.float32) if self._embeds else None
        return CropScores(np.zeros((len(images), 2), np.float32), embedding=embedding)


def paint(path: Path, colour: tuple[int, int, int], noise: int = 0) -> Path:
    image = np.full((40, 60, 3), colour, np.uint8)
    image[0, 0] = noise
    cv2.imwrite(str(path), image)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "store")
    for node, colour in COLOURS.items():
        for number in range(2):
            path = paint(tmp_path / f"{node}{number}.png", colour, noise=number)
            store.add(node, path, credit="me", licence="mine")
    return store


def gallery(store: Store, classifier: MeanColour, known: tuple[str, ...] = ()) -> Gallery:
    return Gallery.of(store, classifier, projection=PROJECTION, model_sha256=MODEL, known=known)


def test_the_type_of_the_same_look_is_nearest(store: Store) -> None:
    near = gallery(store, MeanColour()).nearness(np.array([[190.0, 30, 30]], np.float32))
    assert near[0].node == "bal"
    unit = np.array([190, 30, 30]) / np.linalg.norm([190, 30, 30])
    truth = np.array([200, 20, 20]) / np.linalg.norm([200, 20, 20])
    assert near[0].distance == pytest.approx(1 - unit @ truth, abs=1e-3)
    assert near[0].pictures == 2
    assert [row.distance for row in near] == sorted(row.distance for row in near)


def test_several_crops_count_as_their_mean(store: Store) -> None:
    made = gallery(store, MeanColour())
    rows = np.array([[200.0, 20, 20], [20.0, 200, 20]], np.float32)
    one, two = (made.nearness(rows[[place]])[0].distance for place in (0, 1))
    far = {row.node: row.distance for row in made.nearness(rows)}
    apart = {row.node: row.distance for row in made.nearness(rows[[1]])}
    assert far["bal"] == pytest.approx((one + apart["bal"]) / 2, abs=1e-6)
    assert two == pytest.approx(apart["osa"])


def test_types_learnt_from_photos_do_not_count(store: Store) -> None:
    made = gallery(store, MeanColour(), known=("osa",))
    assert made.types == ("bal", "tor")
    assert made.ignored == ("osa",)
    assert made.pictures == {"bal": 2, "tor": 2}
    assert "osa" not in [row.node for row in made.nearness(np.ones((1, 3), np.float32))]


def test_a_store_of_known_types_alone_says_nothing(store: Store) -> None:
    classifier = MeanColour()
    made = gallery(store, classifier, known=tuple(COLOURS))
    assert made.nearness(np.ones((1, 3), np.float32)) == ()
    assert classifier.seen == 0


def test_pictures_are_looked_at_once_a_model(store: Store, tmp_path: Path) -> None:
    first, second = MeanColour(), MeanColour()
    before = gallery(store, first)
    again = gallery(open_store(store.folder), second)
    assert (first.seen, second.seen) == (6, 0)
    probe = np.array([[10.0, 99, 40]], np.float32)
    assert before.nearness(probe) == again.nearness(probe)
    store.add("tor", paint(tmp_path / "new.png", (50, 50, 150)), credit="me", licence="mine")
    third = MeanColour()
    assert gallery(store, third).pictures["tor"] == 3
    assert third.seen == 1
    other = MeanColour()
    Gallery.of(store, other, projection=PROJECTION, model_sha256="cd" * 32, known=())
    assert other.seen == 7


def test_a_damaged_cache_is_made_anew(store: Store) -> None:
    gallery(store, MeanColour())
    (cache,) = store.folder.glob("embeddings-*.npz")
    whole = cache.read_bytes()
    cache.write_bytes(whole[: len(whole) // 2])
    classifier = MeanColour()
    gallery(store, classifier)
    assert classifier.seen == 6
    assert cache.read_bytes() == whole


def test_a_classifier_without_embeddings_is_refused(store: Store) -> None:
    with pytest.raises(ModelContractError, match="no embeddings"):
        gallery(store, MeanColour(embeds=False))


class Finds:
    """Finds what it was told."""

    labels = ("military_vehicle", "civilian_vehicle")

    def __init__(self, *rows: tuple[float, float, float, float, float, int]) -> None:
        table = np.array(rows, np.float32).reshape(-1, 6)
        self._found = Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))

    def detect(self, image: BgrImage) -> Detections:
        return self._found


def test_the_one_military_vehicle_is_found(tmp_path: Path) -> None:
    path = paint(tmp_path / "p.png", (9, 9, 9))
    found = Finds((5.4, 4, 50.2, 30, 0.9, 0), (0, 0, 60, 40, 0.9, 1), (1, 1, 9, 9, 0.1, 0))
    assert find_box(path, found, min_confidence=0.5) == (5, 4, 50, 30)
    far = Finds((2, 2, 6, 6, 0.9, 0), (5, 4, 50, 30, 0.6, 0))
    assert find_box(path, far, min_confidence=0.5) == (5, 4, 50, 30)


def test_none_or_several_vehicles_ask_for_a_box(tmp_path: Path) -> None:
    path = paint(tmp_path / "p.png", (9, 9, 9))
    with pytest.raises(ReferenceStoreError, match="no military vehicle"):
        find_box(path, Finds(), min_confidence=0.5)
    two = Finds((0, 0, 20, 20, 0.9, 0), (25, 0, 50, 20, 0.9, 0))
    with pytest.raises(ReferenceStoreError, match=r"which with --box; .*25,0,50,20 0,0,20,20"):
        find_box(path, two, min_confidence=0.5)
