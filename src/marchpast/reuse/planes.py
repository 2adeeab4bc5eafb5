"""How near the frames of a clip are to those of a file, and what counts as near."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from marchpast.records import BoolArray, FloatArray, TimeArray

NEAR_BITS: Final = 76
"""Frames that differ in as many of 256 bits speak neither for nor against a stretch."""
_LEAST_ZERO: Final = 16.0
_PLAIN: Final = -0.05


@dataclass(frozen=True, eq=False)
class Plane:
    """How near each frame of a clip is to each frame of a file.

    Attributes:
        clip_s: `(N,)` float64, ascending.
        file_s: `(M,)` float64, ascending.
        bits: `(N, M)` float32, in how many bits their hashes differ.
        clip_usable: `(N,)` bool, the frames that are not too plain to compare.
        file_usable: `(M,)` bool, likewise.
    """

    clip_s: TimeArray
    file_s: TimeArray
    bits: FloatArray
    clip_usable: BoolArray
    file_usable: BoolArray

    def near(self, clip_s: float, file_s: float, reach_s: float) -> Plane:
        """Return the part of the plane within so many seconds of a place."""
        clip = slice(*np.searchsorted(self.clip_s, [clip_s - reach_s, clip_s + reach_s]))
        file = slice(*np.searchsorted(self.file_s, [file_s - 2 * reach_s, file_s + 2 * reach_s]))
        return Plane(
            self.clip_s[clip],
            self.file_s[file],
            self.bits[clip, file],
            self.clip_usable[clip],
            self.file_usable[file],
        )

    @cached_property
    def gain(self) -> FloatArray:
        """`(N, M)` float32 from -1 (nothing in common) over 0 to 2 (the same bits).

        Zero lies at 76 bits, or where half of the frames about are nearer than that, at their
        median: with a camera that stands still all frames are alike, and only those that are
        more alike than the rest tell one moment from another.
        """
        if not self.bits.size:
            return self.bits
        rows, columns = (np.median(self.bits, axis=axis, keepdims=True) for axis in (1, 0))
        zero = np.clip((rows + columns) / 2, _LEAST_ZERO, NEAR_BITS)
        gain = np.maximum((zero - self.bits) / (NEAR_BITS / 2), -1)
        gain[~self.clip_usable] = _PLAIN
        gain[:, ~self.file_usable] = _PLAIN
        return np.asarray(gain, np.float32)
