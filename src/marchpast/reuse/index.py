"""Finding the archived hashes near a given one, without comparing with all of them.

Two hashes that differ in few of their 256 bits agree in at least one of several bands of bits
(multi-index hashing: Norouzi, Punjani and Fleet 2012). A band here is one of the eight words of
lowest frequency across the picture, with four bits of another: a picture that is shifted a little,
by a crop or because the camera moved, changes its high frequencies first. Of pairs that differ in
30 to 40 bits after small shifts, moments and JPEG, 85 % agree in some band; of 50 to 60, half do.
A clip has dozens of chances, and what is found is aligned and compared exactly afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray, IntArray
from marchpast.reuse.hashing import Hash, pair_distances

_WORDS: Final = (15, 14, 13, 12, 11, 10, 9, 8)
_PARTNERS: Final = (12, 11, 10, 9, 8, 15, 14, 13)
"""The word that lends each band its last bits: not its neighbour, whose frequencies are alike."""
_KEY_BITS: Final = 20
_EXTRA_BITS: Final = _KEY_BITS - 16
_ROW_BITS: Final = np.uint64(32)
_MOST_IN_A_BUCKET: Final = 64
"""Of a key that many frames share (a still camera, a black picture), so many are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Pairs of hashes that differ in few bits.

    Attributes:
        asked: `(P,)` int64, row of the hash that was asked for.
        row: `(P,)` int64, row of the archived hash.
        distance: `(P,)` int32, in how many bits they differ.
    """

    asked: IntArray
    row: IntArray
    distance: npt.NDArray[np.int32]


class HashIndex:
    """Archived hashes in bands; 64 bytes of memory a hash, its own 32 included."""

    def __init__(self, hashes: Hash, is_usable: BoolArray) -> None:
        """Sort the hashes by each band.

        Args:
            hashes: `(N, 32)` uint8; kept, not copied.
            is_usable: `(N,)` bool; the others are never found.
        """
        self._hashes = np.ascontiguousarray(hashes)
        rows = np.flatnonzero(is_usable).astype(np.uint64)
        self._order: list[npt.NDArray[np.uint32]] = []
        self._starts: list[npt.NDArray[np.uint32]] = []
        for word, partner in zip(_WORDS, _PARTNERS, strict=True):
            keyed = _keys(self._hashes, word, partner)[rows].astype(np.uint64) << _ROW_BITS | rows
            keyed.sort()
            counts = np.bincount((keyed >> _ROW_BITS).astype(np.int64), minlength=1 << _KEY_BITS)
            self._starts.append(np.concatenate(([0], np.cumsum(counts))).astype(np.uint32))
            self._order.append(keyed.astype(np.uint32))

    def near(self, asked: Hash, *, most_bits: int) -> Near:
        """Return the pairs that agree in a band and differ in at most so many bits.

        Args:
            asked: `(Q, 32)` uint8.
            most_bits: Of 256.
        """
        asked = np.ascontiguousarray(asked)
        found = [self._in_band(asked, band, most_bits) for band in range(len(_WORDS))]
        # The same pair may agree in several bands.
        pairs = np.unique(np.concatenate(found))
        numbers, rows = pairs >> 32, pairs & 0xFFFFFFFF
        return Near(numbers, rows, pair_distances(asked[numbers], self._hashes[rows]))

    def _in_band(self, asked: Hash, band: int, most_bits: int) -> IntArray:
        """Return `asked row << 32 | archived row` of near pairs with the same key."""
        keys = _keys(asked, _WORDS[band], _PARTNERS[band])
        starts = self._starts[band][keys].astype(np.int64)
        counts = self._starts[band][keys + 1].astype(np.int64) - starts
        taken = np.minimum(counts, _MOST_IN_A_BUCKET)
        numbers = np.repeat(np.arange(len(keys), dtype=np.int64), taken)
        place = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken, taken)
        # Of a full bucket, rows at equal distances, so that no file is left out for its place.
        spread = place * counts[numbers] // np.maximum(taken, 1)[numbers]
        rows = self._order[band][starts[numbers] + spread].astype(np.int64)
        near = pair_distances(asked[numbers], self._hashes[rows]) <= most_bits
        return np.asarray(numbers[near] << 32 | rows[near], np.int64)


def _keys(hashes: Hash, word: int, partner: int) -> npt.NDArray[np.uint32]:
    words = hashes.reshape(-1, 32).view("<u2")
    lent = (words[:, partner] >> 6) & ((1 << _EXTRA_BITS) - 1)
    return np.asarray(words[:, word].astype(np.uint32) << _EXTRA_BITS | lent, np.uint32)
