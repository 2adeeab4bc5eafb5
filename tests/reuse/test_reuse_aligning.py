"""The aligner on planes of distances whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.records import BoolArray, FloatArray, TimeArray
from marchpast.reuse.aligning import FASTEST, SLOWEST, align, with_doubt
from marchpast.reuse.planes import NEAR_BITS, Plane

UNLIKE = 128.0


def plane_of(
    clip_s: TimeArray, file_s: TimeArray, shown: TimeArray, *, seed: int, near: float = 12.0
) -> Plane:
    """A moving camera: frames are alike within a tenth of a second, and unlike farther apart."""
    rng = np.random.default_rng(seed)
    off = np.abs(file_s[None, :] - shown[:, None])
    bits = np.minimum(near + 400 * off, UNLIKE) + rng.normal(0, 6, off.shape)
    every: BoolArray = np.ones(len(clip_s), bool)
    return Plane(
        clip_s, file_s, bits.clip(0, 256).astype(np.float32), every, np.ones(len(file_s), bool)
    )


def seed_of(plane: Plane) -> tuple[float, float]:
    row, column = np.unravel_index(int(plane.bits.argmin()), plane.bits.shape)
    return float(plane.clip_s[row]), float(plane.file_s[column])


@settings(max_examples=40, deadline=None)
@given(
    speed=st.floats(0.8, 1.25),
    start=st.floats(0.0, 40.0),
    length=st.floats(3.0, 10.0),
    seed=st.integers(0, 1000),
)
def test_a_planted_stretch_is_found_where_it_is(
    speed: float, start: float, length: float, seed: int
) -> None:
    clip_s = np.arange(0, length, 0.08)
    file_s = np.arange(0, 60, 0.5)
    plane = plane_of(clip_s, file_s, start + speed * clip_s, seed=seed)
    clip_at, file_at = seed_of(plane)
    found = align(plane, clip_s=clip_at, file_s=file_at)
    assert found is not None
    middle = length / 2
    assert found.start_s + found.speed * middle == pytest.approx(start + speed * middle, abs=0.15)
    assert found.speed == pytest.approx(speed, abs=0.25 / length + 0.01)
    doubted = with_doubt(plane, found)
    assert doubted.speeds[0] <= found.speed <= doubted.speeds[1]
    assert doubted.start_spread_s < 1
    # All archived frames under the clip, but for one at either end.
    under = np.flatnonzero((file_s >= start) & (file_s <= start + speed * clip_s[-1]))
    assert set(under[1:-1]) <= set(found.file_frames)
    assert found.file_frames.min() >= under[0] - 1
    assert found.file_frames.max() <= under[-1] + 1


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_frames_that_are_alike_by_chance_are_no_stretch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    clip_s, file_s = np.arange(0, 8, 0.08), np.arange(0, 60, 0.5)
    bits = rng.normal(UNLIKE, 8, (len(clip_s), len(file_s)))
    rows, columns = rng.integers(0, len(clip_s), 3), rng.integers(0, len(file_s), 3)
    bits[rows, columns] = 5
    plane = Plane(
        clip_s,
        file_s,
        bits.astype(np.float32),
        np.ones(len(clip_s), bool),
        np.ones(len(file_s), bool),
    )
    found = align(plane, clip_s=float(clip_s[rows[0]]), file_s=float(file_s[columns[0]]))
    assert found is None


def test_a_long_stretch_is_followed_beyond_the_first_window() -> None:
    clip_s, file_s = np.arange(0, 90, 0.08), np.arange(0, 200, 0.5)
    plane = plane_of(clip_s, file_s, 30 + 1.03 * clip_s, seed=1)
    found = align(plane, clip_s=45.0, file_s=30 + 1.03 * 45)
    assert found is not None
    assert found.speed == pytest.approx(1.03, abs=0.003)
    assert len(found.file_frames) >= 180


def test_a_still_camera_is_placed_by_what_is_more_alike_than_the_rest() -> None:
    # All frames are within 40 bits of each other; the true pairs are nearer.
    clip_s, file_s = np.arange(0, 6, 0.08), np.arange(0, 24, 0.5)
    shown = 9 + clip_s
    off = np.abs(file_s[None, :] - shown[:, None])
    bits = np.minimum(6 + 60 * off, 40) + np.random.default_rng(3).normal(0, 2, off.shape)
    plane = Plane(
        clip_s, file_s, bits.astype(np.float32), np.ones(len(clip_s), bool), np.ones(48, bool)
    )
    found = align(plane, clip_s=1.0, file_s=3.0)
    assert found is not None
    assert found.start_s + 3 * found.speed == pytest.approx(12, abs=0.3)


def test_a_picture_that_never_changes_leaves_the_moment_open() -> None:
    clip_s, file_s = np.arange(0, 4, 0.08), np.arange(0, 20, 0.5)
    bits: FloatArray = np.full((len(clip_s), len(file_s)), 4, np.float32)
    plane = Plane(clip_s, file_s, bits, np.ones(len(clip_s), bool), np.ones(len(file_s), bool))
    found = align(plane, clip_s=2.0, file_s=10.0)
    assert found is not None
    assert with_doubt(plane, found).start_spread_s > 2


def test_plain_frames_neither_help_nor_harm() -> None:
    clip_s, file_s = np.arange(0, 8, 0.08), np.arange(0, 30, 0.5)
    plane = plane_of(clip_s, file_s, 5 + clip_s, seed=7)
    usable = np.ones(len(file_s), bool)
    usable[16:20] = False
    bits = plane.bits.copy()
    bits[:, ~usable] = UNLIKE
    found = align(Plane(clip_s, file_s, bits, plane.clip_usable, usable), clip_s=2.0, file_s=7.0)
    assert found is not None
    assert {11, 12, 13, 21, 22, 23, 24} <= set(found.file_frames)


def test_speeds_beyond_the_promise_are_not_found() -> None:
    clip_s, file_s = np.arange(0, 8, 0.08), np.arange(0, 60, 0.5)
    for speed in (SLOWEST / 2, FASTEST * 2):
        plane = plane_of(clip_s, file_s, 10 + speed * clip_s, seed=2)
        found = align(plane, clip_s=4.0, file_s=10 + speed * 4)
        assert found is None or len(found.file_frames) < 6


def test_the_limits_are_what_the_docs_say() -> None:
    assert SLOWEST < 0.8 < 1.25 < FASTEST
    assert 0 < NEAR_BITS < 100
