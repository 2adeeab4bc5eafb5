"""Pasted parts are where they are said to be, and weigh what they cover."""

import numpy as np

from marchpast.training.classifier_mixing import mix

SIDE = 40


def _views(count: int) -> np.ndarray:
    """Each view is filled with its own number."""
    return np.stack([np.full((SIDE, SIDE, 3), row, np.uint8) for row in range(count)])


def test_kept_shares_are_the_areas_left() -> None:
    views = _views(64)
    mixed = mix(views, share=0.5, generator=np.random.default_rng(1))
    own = np.array([(view == row).mean() for row, view in enumerate(mixed.views)])
    other = np.array(
        [(view == partner).mean() for view, partner in zip(mixed.views, mixed.partner, strict=True)]
    )
    touched = mixed.partner != np.arange(64)
    np.testing.assert_allclose(own[touched], mixed.kept[touched], atol=1e-6)
    np.testing.assert_allclose(other[touched], 1 - mixed.kept[touched], atol=1e-6)
    assert 20 < touched.sum() < 45
    assert mixed.kept.min() > 0.45
    assert (own[~touched] == 1).all()


def test_nothing_is_mixed_at_share_zero_and_the_input_stays() -> None:
    views = _views(8)
    mixed = mix(views, share=0.0, generator=np.random.default_rng(1))
    assert np.array_equal(mixed.views, views)
    assert (mixed.kept == 1).all()
    mix(views, share=1.0, generator=np.random.default_rng(1))
    assert np.array_equal(views, _views(8))
