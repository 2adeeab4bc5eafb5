"""Layers of the ground: each lies where it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("embreex", reason="places are made for the ray engine")

from marchpast.synthesis.places.ground import Ground, Layer, Material, Noises
from marchpast.synthesis.places.layers import (
    Band,
    Furrows,
    Line,
    Patches,
    Plot,
    Ruts,
    Seams,
    Spots,
)

PLAIN = Material((0.1, 0.1, 0.1), (0.1, 0.1, 0.1))


def calm(count: int) -> Noises:
    return Noises(*np.zeros((3, count), np.float32))


def share(layer: Layer, x: list[float], across: list[float]) -> list[float]:
    got = layer.share(np.array(x, np.float32), np.array(across, np.float32), calm(len(x)))
    return [round(float(value), 3) for value in got]


def test_a_band_lies_between_its_edges() -> None:
    assert share(Band(PLAIN, -2, 3), [0, 50, 0, 0], [0, 2.9, 3.1, -2.1]) == [1, 1, 0, 0]


def test_a_plot_ends_along_the_way_too() -> None:
    assert share(Plot(PLAIN, (0, 5), (0, 2), 0.5), [1, 6, 1], [1, 1, 3]) == [0.5, 0, 0]


def test_ruts_are_a_pair_of_wheels_apart() -> None:
    got = share(Ruts(PLAIN, 1.0, 2.2, opacity=1.0), [0, 0, 0], [-0.1, 1.0, 2.1])
    assert got[0] == got[2] == 1 and got[1] < 0.01


def test_a_dashed_line_has_gaps() -> None:
    line = Line(PLAIN, 0.0, dash_m=(3.0, 6.0), wear=0.0)
    assert share(line, [1, 4, 10, 1], [0, 0, 0, 0.3]) == [1, 0, 1, 0]


def test_seams_stay_inside_their_strip() -> None:
    seams = Seams(PLAIN, 2.0, 0.1, low=-3, high=3, opacity=1.0)
    assert share(seams, [2.05, 1, 2.05], [1, 1, 5]) == [1, 0, 0]


def test_patches_lie_where_the_slow_noise_is_high() -> None:
    broad = np.array([2.0, 0.0], np.float32)
    noises = Noises(np.zeros(2, np.float32), np.zeros(2, np.float32), broad)
    got = Patches(PLAIN, 1.0).share(np.zeros(2), np.zeros(2), noises)
    assert got.tolist() == [1.0, 0.0]


def test_furrows_repeat() -> None:
    got = share(Furrows(PLAIN, 0.5, opacity=1.0), [0, 0, 0], [0, 0.25, 0.5])
    assert got == [1, 0, 1]


def test_spots_cover_about_what_their_size_and_number_give() -> None:
    x, across = np.random.default_rng(0).uniform(-500, 500, (2, 200_000))
    spots = Spots(PLAIN, 10.0, 3.0, often=0.5)
    covered = float((spots.share(x, across, calm(len(x))) > 0.5).mean())
    # Half of the squares hold a disc of radius 3 m times 0.35 to 1, its edge at 7/8 of that.
    shares = 0.35 + 0.65 * np.random.default_rng(1).uniform(size=100_000)
    expected = 0.5 * np.pi * float(((shares * 3.0 * 0.875) ** 2).mean()) / 100
    assert covered == pytest.approx(expected, rel=0.1)


@given(st.floats(-50, 50), st.floats(50, 900))
def test_the_way_does_not_bend_at_the_origin(bend_m: float, length_m: float) -> None:
    ground = Ground(PLAIN, bend_m=bend_m, bend_length_m=length_m)
    x = np.array([-0.5, 0.0, 0.5], np.float32)
    np.testing.assert_allclose(ground.middle(x), 0, atol=0.06)
    assert float(ground.middle(np.array([length_m / 2]))[0]) == pytest.approx(bend_m, abs=0.01)
