"""Training views: right shape, repeatable, and showing the vehicle."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("albumentations")

from marchpast.training.classifier_augment import Augment
from marchpast.training.classifier_crops import LabelledCrop


def _crop(*, is_loose: bool = False) -> LabelledCrop:
    image = np.zeros((140, 280, 3), np.uint8)
    image[20:120, 40:240] = (40, 120, 200)
    return LabelledCrop(
        image=image,
        xyxy=(0.0, 0.0, 280.0, 140.0) if is_loose else (40.0, 20.0, 240.0, 120.0),
        size_px=100.0,
        node="t80",
        is_exact=True,
        is_loose=is_loose,
        collection="vehicles",
        event="e",
        source="drawn",
        origin="o",
    )


def test_the_same_seed_gives_the_same_views() -> None:
    first, second = Augment(side=96, seed=4), Augment(side=96, seed=4)
    for _ in range(20):
        assert np.array_equal(first(_crop()), second(_crop()))


def test_views_differ() -> None:
    augment = Augment(side=96, seed=4)
    assert not np.array_equal(augment(_crop()), augment(_crop()))


@pytest.mark.parametrize("is_loose", [False, True])
def test_views_show_the_vehicle(*, is_loose: bool) -> None:
    augment = Augment(side=64, seed=9)
    views = [augment(_crop(is_loose=is_loose)) for _ in range(60)]
    assert {view.shape for view in views} == {(64, 64, 3)}
    assert {view.dtype for view in views} == {np.dtype(np.uint8)}
    middle = np.median([view[24:40, 24:40].mean(axis=(0, 1)) for view in views], axis=0)
    # Blue, green, red stay in their places: the vehicle is mostly red.
    assert middle[0] < middle[1] < middle[2]


def test_donors_lend_colours_and_surroundings() -> None:
    # The donor is blue all over: views turn bluer, and some get blue borders.
    donor = replace(_crop(), image=np.full((90, 90, 3), (250, 20, 20), np.uint8))
    plain = Augment(side=64, seed=9)
    lent = Augment(side=64, seed=9, donors=[donor])
    blues = [
        np.array([_blue(augment(_crop())[24:40, 24:40]) for _ in range(80)])
        for augment in (plain, lent)
    ]
    assert blues[1].mean() > blues[0].mean() + 15
    borders = [
        np.array([_blue(augment(_crop())[:2]) for _ in range(80)]) for augment in (plain, lent)
    ]
    assert (borders[0] > 60).sum() == 0
    assert 5 <= (borders[1] > 60).sum() <= 25


def _blue(part: np.ndarray) -> float:
    return float(part[..., 0].astype(float).mean() - part[..., 2].astype(float).mean())


def test_the_crop_is_not_changed() -> None:
    crop = _crop()
    before = crop.image.copy()
    Augment(side=96, seed=1)(crop)
    assert np.array_equal(crop.image, before)
