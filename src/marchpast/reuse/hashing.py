"""PDQ hashes of parts of pictures; the only file that imports pdqhash.

PDQ (Facebook, 2019) takes the lowest 16 x 16 frequencies of a 64 x 64 luminance picture and keeps
of each whether it lies above their median: 256 bits, of which about half differ between two
unlike pictures. Every part is reduced to 64 x 64 here by area averaging, where the reference
filters first, so a few bits may differ from hashes that other programs make. The bits are stored
column by column: each of the 16 words holds one frequency across the picture, the lowest last.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import pdqhash

Hash = npt.NDArray[np.uint8]
"""`(..., 32)` uint8: 256 bits."""
Gray = npt.NDArray[np.uint8]

HASH_BYTES: Final = 32
LEAST_QUALITY: Final = 20
"""Of 100, by PDQ's own measure of gradients; a part below it is too plain to be told apart."""
_SPREAD: Final = 40.0
_LEAST_SPREAD: Final = 10.0
_SIDE: Final = 64
_KEPT: Final = 16
_ONES: Final = (
    np.unpackbits(np.arange(1 << 16, dtype=">u2").view(np.uint8))
    .reshape(-1, 16)
    .sum(axis=1, dtype=np.uint8)
)


def hash_parts(parts: list[Gray]) -> tuple[Hash, Hash, npt.NDArray[np.uint8]]:
    """Return the hashes of parts of pictures, as they are and mirrored, and their quality.

    Args:
        parts: `(h, w)` uint8, each at least 1 x 1.

    Returns:
        `(N, 32)` hashes, `(N, 32)` hashes of the parts flipped left to right, `(N,)` qualities of
        0 to 100.
    """
    frequencies = np.zeros((len(parts), _KEPT * _KEPT), np.float64)
    quality = np.zeros(len(parts), np.uint8)
    for row, part in enumerate(parts):
        values, graded = pdqhash.compute_float(_prepared(part))
        frequencies[row] = values
        quality[row] = min(100, max(0, int(graded)))
    # The library gives the frequencies from the highest to the lowest; a flip left to right changes
    # the sign of every second one across, the highest not.
    flips = np.tile(np.array([1.0, -1.0]), _KEPT * _KEPT // 2)
    return _above_median(frequencies), _above_median(frequencies * flips), quality


def _prepared(part: Gray) -> Gray:
    """Return the part as a `(64, 64, 3)` picture of one contrast.

    A hash does not change with brightness and contrast, its quality does: without this a film
    at night would be too plain. What hardly has any contrast keeps hardly any.
    """
    # In floating point: a step of one level, made ten times as large, would look like detail.
    small = cv2.resize(part.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    middle, spread = cv2.meanStdDev(small)
    gain = _SPREAD / max(float(spread[0, 0]), _LEAST_SPREAD)
    levels = cv2.convertScaleAbs(small, alpha=gain, beta=128 - gain * float(middle[0, 0]))
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_GRAY2BGR), np.uint8)


def distances(left: Hash, right: Hash) -> npt.NDArray[np.int32]:
    """Return `(N, M)` int32: in how many bits each of `(N, 32)` differs from each of `(M, 32)`."""
    signs, other = _signs(left), _signs(right)
    return np.asarray((256 - signs @ other.T) / 2, np.int32)


def pair_distances(left: Hash, right: Hash) -> npt.NDArray[np.int32]:
    """Return `(N,)` int32: in how many bits each of `(N, 32)` differs from its partner."""
    unlike = np.bitwise_xor(left, right).view(np.uint16)
    return np.asarray(_ONES[unlike].sum(axis=-1, dtype=np.int32))


def _signs(hashes: Hash) -> npt.NDArray[np.float32]:
    """Return the bits as -1 and 1, so that a product of matrices counts those that agree."""
    bits = np.unpackbits(np.ascontiguousarray(hashes), axis=-1)
    return bits.astype(np.float32) * 2 - 1


def _above_median(frequencies: npt.NDArray[np.float64]) -> Hash:
    if not len(frequencies):
        return np.zeros((0, HASH_BYTES), np.uint8)
    # PDQ's median is the lower of the two middle values.
    middle = np.partition(frequencies, frequencies.shape[1] // 2 - 1, axis=1)
    median = middle[:, frequencies.shape[1] // 2 - 1]
    bits = (frequencies > median[:, None]).reshape(-1, _KEPT, _KEPT)
    return np.packbits(bits.transpose(0, 2, 1).reshape(-1, _KEPT * _KEPT), axis=1)
