"""From a classifier's embeddings to the directions in which vehicles are compared."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marchpast.errors import ModelContractError, ModelIntegrityError
from marchpast.inference.card import GallerySettings
from marchpast.records import FloatArray

_LARGEST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """The principal directions of the embeddings of training crops, partly whitened.

    Attributes:
        mean: `(D,)` float32 of the training embeddings.
        directions: `(D, P)` float32.
    """

    mean: FloatArray
    directions: FloatArray

    def __post_init__(self) -> None:
        if self.directions.ndim != 2 or self.mean.shape != self.directions.shape[:1]:
            raise ValueError(
                f"mean must be (D,) and directions (D, P), got {self.mean.shape} and "
                f"{self.directions.shape}"
            )

    def project(self, embedding: FloatArray) -> FloatArray:
        """Return `(N, P)` float32 unit vectors of `(N, D)` embeddings."""
        rows = (embedding.astype(np.float32) - self.mean) @ self.directions
        norm = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norm, 1e-9), np.float32)


def load_projection(folder: Path, settings: GallerySettings) -> Projection:
    """Read the projection that a classifier's card names.

    Args:
        folder: The model folder.
        settings: Of its card.

    Raises:
        ModelIntegrityError: If the file is missing or not the one on the card.
        ModelContractError: If it holds something else.
    """
    path = folder / settings.file
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ModelIntegrityError(f"{path}: a projection has at most 16 MiB; this is larger")
        content = path.read_bytes()
    except OSError as error:
        raise ModelIntegrityError(
            f"{path}: cannot read the projection ({error.strerror}); restore the model folder"
        ) from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != settings.sha256:
        raise ModelIntegrityError(
            f"{path}: SHA-256 is {actual}, the card says {settings.sha256}; restore the folder"
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return Projection(
                np.asarray(arrays["mean"], np.float32), np.asarray(arrays["directions"], np.float32)
            )
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelContractError(
            f"{path}: no projection ({error}); mean (D,) and directions (D, P) are needed"
        ) from error
