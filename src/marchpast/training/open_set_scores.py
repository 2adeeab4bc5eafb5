"""Scores that tell kinds a classifier never learnt from those it knows; higher is stranger.

Numpy only. Each method is named after its source; all see the logits and the embedding of a crop,
those that measure a distance also see the embeddings of the training crops of listed types.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray, FloatArray
from marchpast.training.classifier_gallery import Gallery
from marchpast.training.classifier_metrics import softmax

Scores = npt.NDArray[np.float64]

_SHRINKAGE = 0.1


def all_scores(
    logits: FloatArray, embedding: FloatArray, gallery: Gallery, *, types: BoolArray
) -> dict[str, Scores]:
    """Return the score of every method, `(N,)` each.

    Args:
        logits: `(N, L)`.
        embedding: `(N, D)`.
        gallery: Of the training crops.
        types: `(L,)`: which leaves are types; the others say "none of the types listed".
    """
    wide = logits.astype(np.float64)
    shares = softmax(logits)
    projected = gallery.project(embedding)
    scores = {
        # Hendrycks and Gimpel 2017.
        "max_probability": -shares[:, types].max(axis=1),
        # Hendrycks et al. 2022.
        "max_logit": -wide[:, types].max(axis=1),
        # Liu et al. 2020, over the types alone.
        "energy": -_log_sum_exp(wide[:, types]),
        # The tree's own word: the types against every other leaf.
        "energy_gap": _log_sum_exp(wide[:, ~types]) - _log_sum_exp(wide[:, types]),
        "entropy": -(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1),
        "feature_norm": -np.linalg.norm(embedding.astype(np.float64), axis=1),
        # Wang et al. 2022 (ViM): how much of the embedding lies outside the known directions.
        "residual": _residual(embedding, gallery),
        # Sun et al. 2022.
        "neighbours": gallery.novelty(embedding).astype(np.float64),
        # Lee et al. 2018.
        "mahalanobis": _mahalanobis(projected, gallery),
    }
    return {**scores, **_combined(scores)}


def auroc(known: Scores, unknown: Scores) -> float:
    """Return how often an unknown crop scores above a known one, ties counting half.

    >>> auroc(np.array([0.1, 0.2]), np.array([0.2, 0.3]))
    0.875
    """
    order = np.sort(known)
    below = np.searchsorted(order, unknown, side="left")
    upto = np.searchsorted(order, unknown, side="right")
    return float((below + upto).mean() / (2 * len(known)))


def _combined(scores: dict[str, Scores]) -> dict[str, Scores]:
    pairs = {
        "energy_and_neighbours": ("energy", "neighbours"),
        "max_probability_and_neighbours": ("max_probability", "neighbours"),
        "energy_gap_and_neighbours": ("energy_gap", "neighbours"),
    }
    return {
        name: sum((_standard(scores[part]) for part in parts), np.zeros(1))
        for name, parts in pairs.items()
    }


def _standard(score: Scores) -> Scores:
    return (score - np.median(score)) / max(float(np.std(score)), 1e-9)


def _residual(embedding: FloatArray, gallery: Gallery) -> Scores:
    centred = embedding - gallery.mean
    basis, _ = np.linalg.qr(gallery.directions)
    inside = (centred @ basis) @ basis.T
    norm = np.linalg.norm(centred, axis=1)
    return np.asarray(np.linalg.norm(centred - inside, axis=1) / np.maximum(norm, 1e-9), np.float64)


def _mahalanobis(projected: FloatArray, gallery: Gallery) -> Scores:
    """Squared distance to the nearest type's mean under one shrunk covariance."""
    leaves = np.unique(gallery.leaf)
    means = np.stack([gallery.points[gallery.leaf == leaf].mean(axis=0) for leaf in leaves])
    inside = gallery.points - means[np.searchsorted(leaves, gallery.leaf)]
    covariance = inside.T @ inside / len(inside)
    size = len(covariance)
    covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * np.trace(covariance) / size * np.eye(
        size
    )
    inverse = np.linalg.inv(covariance.astype(np.float64))
    found = [
        np.einsum("np,pq,nq->n", offset, inverse, offset)
        for offset in (projected - mean for mean in means)
    ]
    return np.asarray(np.min(found, axis=0))


def _log_sum_exp(values: npt.NDArray[np.float64]) -> Scores:
    high = values.max(axis=1, keepdims=True)
    return np.asarray(np.log(np.exp(values - high).sum(axis=1)) + high[:, 0])
