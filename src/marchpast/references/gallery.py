"""How near a vehicle is to the user's reference pictures of each type.

A type stands for the mean direction of its references ("prototype": Snell, Swersky and Zemel 2017,
"Prototypical Networks for Few-shot Learning"); `docs/decisions/0011-gallery.md` compares that with
the nearest pictures. What follows from being near is decided in `marchpast.identity`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import numpy as np

from marchpast.inference import Projection
from marchpast.recognition import Classifier
from marchpast.records import FloatArray
from marchpast.references.embeddings import embeddings_of
from marchpast.references.store import Store

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one vehicle is to the references of one type.

    Attributes:
        node: The type.
        distance: One minus the cosine to the mean of its references, 0 to 2; the mean over the
            vehicle's crops.
        pictures: How many different pictures its references are.
    """

    node: str
    distance: float
    pictures: int


class Gallery:
    """The types of a store, ready to be compared with.

    Attributes:
        types: Types that have references and count, in the order they were first added.
        ignored: Types that have references and do not count: the classifier knows photos of them.
        pictures: By type that counts, how many different pictures its references are.
        sha256: Of the store that it was made of.
    """

    def __init__(
        self,
        projection: Projection,
        prototypes: FloatArray,
        *,
        pictures: dict[str, int],
        ignored: tuple[str, ...] = (),
        sha256: str = "",
    ) -> None:
        """Join the parts; `of` makes them from a store.

        Args:
            projection: Of the classifier's embeddings.
            prototypes: `(types, P)` float32 unit vectors, in the order of `pictures`.
            pictures: See the attribute.
            ignored: See the attribute.
            sha256: See the attribute.
        """
        self.types = tuple(pictures)
        self.pictures = dict(pictures)
        self.ignored = ignored
        self.sha256 = sha256
        self._projection = projection
        self._prototypes = prototypes

    @classmethod
    def of(
        cls,
        store: Store,
        classifier: Classifier,
        *,
        projection: Projection,
        model_sha256: str,
        known: Collection[str],
    ) -> Self:
        """Compare with every type of a store that the classifier does not know already.

        Args:
            store: Opened and checked.
            classifier: Gives embeddings.
            projection: Of these.
            model_sha256: Of its network, for the cache in the store.
            known: Types learnt from enough photos: the network itself tells them better.

        Raises:
            ModelContractError: If the classifier gives no embeddings.
            SourceError: If a picture does not decode.
        """
        present = tuple(dict.fromkeys(entry.node for entry in store.entries))
        counted = [node for node in present if node not in known]
        ignored = tuple(node for node in present if node in known)
        if ignored:
            _logger.info(
                "references of %s are for looking at only: the classifier learnt photos of them",
                ", ".join(ignored),
            )
        if not counted:
            empty = np.zeros((0, projection.directions.shape[1]), np.float32)
            return cls(projection, empty, pictures={}, ignored=ignored, sha256=store.sha256)
        rows = projection.project(embeddings_of(store, classifier, model_sha256=model_sha256))
        nodes = np.array([entry.node for entry in store.entries])
        return cls(
            projection,
            np.stack([prototype(rows[nodes == node]) for node in counted]),
            pictures={node: len({row.sha256 for row in store.of(node)}) for node in counted},
            ignored=ignored,
            sha256=store.sha256,
        )

    def nearness(self, embedding: FloatArray) -> tuple[Nearness, ...]:
        """Return how near one vehicle is to each type, nearest first; one matrix product.

        Args:
            embedding: `(K, D)` float32, one row a crop of the vehicle, `K >= 1`.
        """
        if not self.types:
            return ()
        likeness = self._projection.project(embedding) @ self._prototypes.T
        found = [
            Nearness(node, 1.0 - float(value), self.pictures[node])
            for node, value in zip(self.types, likeness.mean(axis=0), strict=True)
        ]
        return tuple(sorted(found, key=lambda row: (row.distance, row.node)))


def prototype(rows: FloatArray) -> FloatArray:
    """Return the mean direction of `(N, P)` unit vectors, `(P,)` of length one."""
    mean = rows.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
