"""What is written over pictures: it changes some pixels of some pictures, by seed."""

from __future__ import annotations

from collections import Counter

import numpy as np

from marchpast.synthesis.pictures_overlay import overlaid

GREY = np.full((180, 320, 3), 128, np.uint8)


def test_most_pictures_stay_as_they_are_and_none_is_covered() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(300):
        image, kind = overlaid(GREY, np.random.default_rng(seed), from_drone=False)
        changed = float((image != GREY).any(axis=2).mean())
        assert (changed > 0) == (kind != "none")
        assert changed < 0.25
        kinds[kind] += 1
    assert set(kinds) == {"none", "date", "banner", "logo"}
    assert 210 < kinds["none"] < 270
    assert (GREY == 128).all()


def test_drones_have_sights_in_the_middle() -> None:
    seen = [overlaid(GREY, np.random.default_rng(seed), from_drone=True) for seed in range(100)]
    sights = [image for image, kind in seen if kind == "sight"]
    assert 20 < len(sights) < 55
    for image in sights:
        assert (image[60:120, 130:190] != 128).any()


def test_the_same_seed_writes_the_same() -> None:
    one, other = (overlaid(GREY, np.random.default_rng(7), from_drone=True) for _ in range(2))
    np.testing.assert_array_equal(one[0], other[0])
