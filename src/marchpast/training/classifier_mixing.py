"""Paste a part of one training view into another, and weigh both labels by area (CutMix)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.records import IntArray

_AREAS = (0.1, 0.5)
"""Share of the view that a pasted part covers; the larger part keeps its own vehicle readable."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """A batch after mixing.

    Attributes:
        views: `(N, S, S, 3)` uint8 BGR.
        partner: `(N,)`: the row of the batch whose part was pasted; its own row where none was.
        kept: `(N,)` float32 in [0.5, 1]: share of the view that still shows the row itself.
    """

    views: npt.NDArray[np.uint8]
    partner: IntArray
    kept: npt.NDArray[np.float32]


def mix(views: npt.NDArray[np.uint8], *, share: float, generator: np.random.Generator) -> Mixed:
    """Paste parts of other views into about `share` of them (Yun et al. 2019, CutMix).

    The part lies at the same place in both, so it shows the same side of the other vehicle.

    Args:
        views: `(N, S, S, 3)` uint8; not changed.
        share: Of the rows that get a part of another row.
        generator: Decides everything.
    """
    count, side = len(views), views.shape[1]
    partner = np.arange(count)
    kept = np.ones(count, np.float32)
    mixed = views.copy()
    for row in np.flatnonzero(generator.random(count) < share):
        other = int(generator.integers(count))
        area = generator.uniform(*_AREAS)
        stretch = np.exp(generator.uniform(-0.5, 0.5))
        tall = min(side, round(side * np.sqrt(area) * stretch))
        wide = min(side, round(side * np.sqrt(area) / stretch))
        top, left = (
            int(generator.integers(side - tall + 1)),
            int(generator.integers(side - wide + 1)),
        )
        part = np.s_[top : top + tall, left : left + wide]
        mixed[row][part] = views[other][part]
        partner[row], kept[row] = other, 1.0 - tall * wide / side**2
    return Mixed(mixed, partner.astype(np.int64), kept)
