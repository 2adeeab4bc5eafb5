"""A network's attributes as things seen, with calibrated probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from marchpast.inference import AttributeScale
from marchpast.records import FloatArray, SeenAttribute

_TOLD_FROM = 0.8
"""Below it an attribute is not told. From there on wheels or tracks are told of 356 of 382
validation crops, rightly of 350 (`benchmarks.attributes`)."""
_TRACKS = "tracks"
_AXLES = {"axles_2": "2", "axles_3": "3", "axles_4": "4", "axles_5_or_more": "5+"}


class AttributeReader:
    """Reads the attributes of one vehicle from the network's numbers."""

    def __init__(self, names: Sequence[str], scales: Mapping[str, AttributeScale]) -> None:
        """Keep what is calibrated.

        Args:
            names: What the columns stand for, from the card.
            scales: How sure the network is, by attribute (`drive`, `axles`); an attribute without
                a scale is not told.
        """
        self._scales = scales
        self._tracks = names.index(_TRACKS) if _TRACKS in names else None
        self._axles = [names.index(name) for name in _AXLES if name in names]
        self._counts = [count for name, count in _AXLES.items() if name in names]

    def read(self, scores: FloatArray | None) -> tuple[SeenAttribute, ...]:
        """Return what is told at least four times in five.

        Args:
            scores: `(K, A)` in [0, 1], one row a crop of the vehicle; `None` where the network
                tells no attributes.

        Returns:
            At most `drive`, and for wheels `axles`, each of the mean over the crops.
        """
        if (
            scores is None
            or len(scores) == 0
            or self._tracks is None
            or "drive" not in self._scales
        ):
            return ()
        odds = _log_odds(scores)
        on_tracks = float(_sigmoid(_scaled(odds[:, self._tracks], self._scales["drive"])).mean())
        value, probability = ("tracks", on_tracks) if on_tracks > 0.5 else ("wheels", 1 - on_tracks)
        if probability < _TOLD_FROM:
            return ()
        drive = SeenAttribute("drive", value, "model", probability)
        return (
            (drive, *self._read_axles(odds, given=probability)) if value == "wheels" else (drive,)
        )

    def _read_axles(
        self, odds: npt.NDArray[np.float64], *, given: float
    ) -> tuple[SeenAttribute, ...]:
        """The count of a wheeled vehicle: the heads of the counts exclude each other."""
        if "axles" not in self._scales or len(self._axles) < len(_AXLES):
            return ()
        scaled = _scaled(odds[:, self._axles], self._scales["axles"])
        exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        shares = (exponentials / exponentials.sum(axis=1, keepdims=True)).mean(axis=0)
        best = int(shares.argmax())
        probability = float(shares[best]) * given
        if probability < _TOLD_FROM:
            return ()
        return (SeenAttribute("axles", self._counts[best], "model", probability),)


def _log_odds(scores: FloatArray) -> npt.NDArray[np.float64]:
    shares = np.clip(scores.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(shares / (1 - shares)))


def _scaled(odds: npt.NDArray[np.float64], scale: AttributeScale) -> npt.NDArray[np.float64]:
    return odds * scale.slope + scale.offset


def _sigmoid(odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
