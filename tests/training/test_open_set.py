"""Scores of strangeness in a made-up space where the truth is known."""

import numpy as np
import pytest

from marchpast.training.classifier_gallery import Gallery, fit_gallery
from marchpast.training.open_set_scores import all_scores, auroc

TYPES, SIZE = 4, 96


def _world(count: int, seed: int, *, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    leaf = generator.integers(len(centres), size=count)
    noise = 0.3 * generator.standard_normal((count, SIZE))
    return (centres[leaf] + noise).astype(np.float32), leaf


@pytest.fixture(scope="module")
def centres() -> np.ndarray:
    return 2.0 * np.random.default_rng(0).standard_normal((TYPES + 1, SIZE))


@pytest.fixture(scope="module")
def gallery(centres: np.ndarray) -> Gallery:
    embedding, leaf = _world(200, 1, centres=centres[:TYPES])
    return fit_gallery(embedding, leaf)


def test_a_kind_never_learnt_is_far(centres: np.ndarray, gallery: Gallery) -> None:
    known, _ = _world(100, 2, centres=centres[:TYPES])
    unknown, _ = _world(100, 3, centres=centres[TYPES:])
    near, far = (gallery.novelty(rows).astype(np.float64) for rows in (known, unknown))
    assert auroc(near, far) > 0.99


def test_scores_rank_the_unknown_higher(centres: np.ndarray, gallery: Gallery) -> None:
    # Logits are likeness to the centres of the types, and one leaf of none of them.
    def looked(seed: int, which: np.ndarray) -> dict[str, np.ndarray]:
        embedding, _ = _world(100, seed, centres=which)
        logits = np.concatenate([embedding @ centres[:TYPES].T / 40, np.ones((100, 1))], axis=1)
        types = np.array([True] * TYPES + [False])
        return all_scores(logits.astype(np.float32), embedding, gallery, types=types)

    known, unknown = looked(4, centres[:TYPES]), looked(5, centres[TYPES:])
    for method in (
        "max_probability",
        "max_logit",
        "energy",
        "energy_gap",
        "neighbours",
        "mahalanobis",
        "residual",
    ):
        assert auroc(known[method], unknown[method]) > 0.9, method


def test_points_are_their_own_neighbours(gallery: Gallery) -> None:
    assert np.linalg.norm(gallery.points, axis=1) == pytest.approx(np.ones(200), abs=1e-5)
    assert gallery.novelty(np.zeros((0, SIZE), np.float32)).shape == (0,)


def test_crops_of_no_type_are_no_points(centres: np.ndarray) -> None:
    embedding, leaf = _world(60, 6, centres=centres[:TYPES])
    leaf[:20] = -1
    assert len(fit_gallery(embedding, leaf).points) == 40
    with pytest.raises(ValueError, match="needs 3 crops"):
        fit_gallery(embedding, np.full(60, -1))


def test_auroc_by_hand() -> None:
    assert auroc(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])) == pytest.approx(4.5 / 6)
    assert auroc(np.array([1.0]), np.array([0.0])) == 0.0
