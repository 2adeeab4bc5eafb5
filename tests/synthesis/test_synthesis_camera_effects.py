import numpy as np

from marchpast.synthesis.camera_effects import developed, motion_blurred, shake


def test_shake_is_drawn_by_the_seed_and_stays_in_its_bounds() -> None:
    path = shake(300, 25, seed=4, pan_px=150.0)
    np.testing.assert_array_equal(path, shake(300, 25, seed=4, pan_px=150.0))
    assert (path != shake(300, 25, seed=5, pan_px=150.0)).any()
    assert np.abs(path[:, 0]).max() <= 75 + 12
    assert np.abs(path[:, 1]).max() <= 12
    # From right to left, towards the coming column, and never by a jump.
    assert path[0, 0] > 60
    assert path[-1, 0] < -60
    assert np.abs(np.diff(path, axis=0)).max() < 4


def test_motion_blur_keeps_the_light_and_spreads_along_the_motion() -> None:
    dot = np.zeros((21, 21), np.float32)
    dot[10, 10] = 1.0
    smeared = motion_blurred(dot, (6.0, 0.0))
    assert abs(float(smeared.sum()) - 1) < 1e-5
    rows, columns = np.nonzero(smeared > 0.02)
    assert set(rows) == {10}
    assert (columns.min(), columns.max()) == (7, 13)
    assert motion_blurred(dot, (0.2, 0.1)) is dot


def test_developing_keeps_order_of_brightness_and_swaps_to_bgr() -> None:
    light = np.zeros((32, 64, 3), np.float32)
    light[:, :32] = [0.9, 0.2, 0.05]
    light[:, 32:] = 0.05
    image = developed(light, exposure=0.7, rng=np.random.default_rng(0))
    blue, green, red = image[:, 4:28].reshape(-1, 3).mean(axis=0)
    assert red > green > blue
    assert image[:, :28].mean() > image[:, 36:].mean()
    again = developed(light, exposure=0.7, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(image, again)
