"""The index against comparing everything with everything."""

from __future__ import annotations

import cv2
import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.reuse.hashing import (
    LEAST_QUALITY,
    Gray,
    Hash,
    distances,
    hash_parts,
    pair_distances,
)
from marchpast.reuse.index import _PARTNERS, _WORDS, HashIndex


def flipped(hashes: Hash, count: int, rng: np.random.Generator) -> Hash:
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        row[rng.choice(256, count, replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def slowly(left: Hash, right: Hash) -> np.ndarray:
    """An oracle: count unlike bits of every pair one by one."""
    a, b = np.unpackbits(left, axis=1), np.unpackbits(right, axis=1)
    return np.array([[int((x != y).sum()) for y in b] for x in a])


def shares_a_band(left: np.ndarray, right: np.ndarray) -> bool:
    """What the index promises to find, told from the bits alone."""
    a, b = left.view("<u2"), right.view("<u2")
    return any(
        a[word] == b[word] and (int(a[lent]) >> 6) & 15 == (int(b[lent]) >> 6) & 15
        for word, lent in zip(_WORDS, _PARTNERS, strict=True)
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 60))
def test_the_index_finds_what_shares_a_band_and_is_near(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    kept = rng.integers(0, 256, (60, 32), dtype=np.uint8)
    usable = rng.random(60) < 0.8
    asked = flipped(kept[rng.choice(60, 12)], count, rng)
    near = HashIndex(kept, usable).near(asked, most_bits=64)
    found = set(zip(near.asked.tolist(), near.row.tolist(), strict=True))
    bits = slowly(asked, kept)
    expected = {
        (q, r)
        for q in range(len(asked))
        for r in np.flatnonzero(usable)
        if bits[q, r] <= 64 and shares_a_band(asked[q], kept[r])
    }
    assert found == expected
    assert near.distance.tolist() == [bits[q, r] for q, r in zip(near.asked, near.row, strict=True)]


def test_distances_are_counts_of_unlike_bits() -> None:
    rng = np.random.default_rng(1)
    left = rng.integers(0, 256, (7, 32), dtype=np.uint8)
    right = rng.integers(0, 256, (5, 32), dtype=np.uint8)
    expected = slowly(left, right)
    assert distances(left, right).tolist() == expected.tolist()
    assert pair_distances(left[:5], right).tolist() == np.diag(expected).tolist()
    assert distances(left[:0], right).shape == (0, 5)


def test_an_archive_of_one_picture_repeated_stays_fast_and_is_found() -> None:
    one = np.random.default_rng(2).integers(0, 256, (1, 32), dtype=np.uint8)
    near = HashIndex(np.repeat(one, 50_000, axis=0), np.ones(50_000, bool)).near(one, most_bits=10)
    # Spread over the whole of it, and few enough.
    assert 0 < len(near.row) <= 64 * len(_WORDS)
    assert near.row.min() < 2_000
    assert near.row.max() > 48_000


def test_nothing_is_found_in_an_empty_index() -> None:
    nothing = np.zeros((0, 32), np.uint8)
    index = HashIndex(nothing, np.zeros(0, bool))
    assert len(index.near(np.zeros((3, 32), np.uint8), most_bits=256).row) == 0
    assert len(index.near(nothing, most_bits=256).row) == 0


def scene(seed: int) -> Gray:
    rng = np.random.default_rng(seed)
    rough = rng.normal(128, 60, (12, 20)).astype(np.float32)
    return (
        cv2.resize(rough, (320, 180), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)
    )


def test_hashes_are_pdq_hashes_column_by_column() -> None:
    part = scene(3)
    small = cv2.resize(part, (64, 64), interpolation=cv2.INTER_AREA)
    bits, _ = pdqhash.compute(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))
    straight, mirrored, _ = hash_parts([part])
    ours = np.unpackbits(straight[0]).reshape(16, 16).T.reshape(-1)
    # Contrast is set to one value first, and rounding may turn a bit or two.
    assert (ours != bits).sum() <= 6
    turned, _, _ = hash_parts([np.ascontiguousarray(part[:, ::-1])])
    assert pair_distances(mirrored, turned)[0] <= 4


@pytest.mark.parametrize(("gain", "level"), [(0.3, 5), (0.6, 80), (1.0, -20)])
def test_brightness_changes_neither_hash_nor_usability(gain: float, level: float) -> None:
    part = scene(4)
    other = (part * 0.6 * gain + level + 20).clip(0, 255).astype(np.uint8)
    hashes, _, quality = hash_parts([(part * 0.6 + 20).astype(np.uint8), other])
    assert distances(hashes[:1], hashes[1:])[0, 0] <= 16
    assert (quality >= LEAST_QUALITY).all()


def test_a_plain_picture_is_not_usable() -> None:
    rng = np.random.default_rng(5)
    plain = rng.normal(40, 1, (180, 320)).astype(np.uint8)
    _, _, quality = hash_parts([np.zeros((180, 320), np.uint8), plain])
    assert (quality < LEAST_QUALITY).all()


def test_unlike_pictures_are_far_apart() -> None:
    hashes, mirrored, _ = hash_parts([scene(seed) for seed in range(20)])
    bits = distances(hashes, hashes)
    assert bits[~np.eye(20, dtype=bool)].min() > 80
    assert distances(hashes, mirrored).min() > 70
