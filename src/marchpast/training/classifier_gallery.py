"""How unlike the pictures learnt a crop is: its distance to the training crops of listed types.

A network's probabilities do not tell a kind it never learnt: it is as sure of an S-400 being a
Smerch as of a Smerch. The distance between embeddings does better (`marchpast.training.open_set`
compares it with eleven other scores). Numpy only; `classifier_onnx` writes the same into the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from marchpast.records import FloatArray, IntArray

DIRECTIONS = 64
"""Principal directions of the embedding that are kept."""
WHITENING = 0.5
"""Power of each direction's spread that is divided out: 0 leaves it, 1 makes all alike."""
NEIGHBOURS = 3
_ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """What distances are measured from.

    Attributes:
        mean: `(D,)` of the training embeddings.
        directions: `(D, P)`: the principal directions, partly whitened.
        points: `(G, P)` unit vectors: the training crops of listed types.
        leaf: `(G,)` the leaf of each point.
    """

    mean: FloatArray
    directions: FloatArray
    points: FloatArray
    leaf: IntArray

    def project(self, embedding: FloatArray) -> FloatArray:
        """Return `(N, P)` unit vectors of `(N, D)` embeddings."""
        return _unit((embedding - self.mean) @ self.directions)

    def features(self, embedding: FloatArray) -> FloatArray:
        """Return `(N, P + D)`: the projected unit vectors, then the centred ones as unit vectors.

        The projection keeps what tells types apart; the rest of the embedding is beside it.
        """
        whole = _unit(embedding - self.mean)
        return np.concatenate([self.project(embedding), whole], axis=1)

    def novelty(self, embedding: FloatArray) -> FloatArray:
        """Return `(N,)` in [0, 2]: one minus the mean cosine to the nearest points.

        Sun et al. 2022, "Out-of-Distribution Detection with Deep Nearest Neighbors".
        """
        projected = self.project(embedding)
        parts = [np.zeros(0, np.float32)]
        for start in range(0, len(projected), _ROWS):
            likeness = projected[start : start + _ROWS] @ self.points.T
            parts.append(1.0 - np.sort(likeness, axis=1)[:, -NEIGHBOURS:].mean(axis=1))
        return np.asarray(np.concatenate(parts), np.float32)


def fit_gallery(embedding: FloatArray, leaf: IntArray) -> Gallery:
    """Find the principal directions of all crops; keep those with a leaf as points.

    Args:
        embedding: `(N, D)` of training crops of military vehicles.
        leaf: `(N,)` the listed type of each, -1 for crops of no listed type.

    Raises:
        ValueError: If fewer crops of listed types are given than neighbours are asked for.
    """
    typed = leaf >= 0
    if int(typed.sum()) < NEIGHBOURS:
        raise ValueError(
            f"a gallery needs {NEIGHBOURS} crops of listed types, got {int(typed.sum())}"
        )
    mean = embedding.mean(axis=0)
    centred = embedding - mean
    spread, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    kept = slice(-1, -1 - min(DIRECTIONS, len(spread)), -1)
    deviation = np.sqrt(np.maximum(spread[kept], 1e-9))
    scaled = np.asarray(directions[:, kept] / deviation**WHITENING, np.float32)
    return Gallery(
        np.asarray(mean, np.float32), scaled, _unit(centred[typed] @ scaled), leaf[typed]
    )


def _unit(rows: npt.NDArray[np.floating[Any]]) -> FloatArray:
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norm, 1e-9), np.float32)
