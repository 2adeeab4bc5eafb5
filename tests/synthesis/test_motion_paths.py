"""Where vehicles and cameras are at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis.motion import aim, column, eased, hand, heading_deg, nearest_m
from marchpast.synthesis.places import Lane

BEND = Lane(np.array([[0, 0, 0], [10, 0, 0], [10, 20, 0]], np.float32), 10.0)


@pytest.mark.parametrize(
    ("ahead", "heading"), [((-1, 0), 0), ((0, -1), 90), ((1, 0), 180), ((0, 1), -90)]
)
def test_heading_is_nought_towards_minus_x_and_grows_to_the_left(
    ahead: tuple[float, float], heading: float
) -> None:
    lane = Lane(np.array([[0, 0, 0], [*ahead, 0]], np.float32) * 50, 10.0)
    turned = heading_deg(lane, 20, 8) - heading
    assert (turned + 180) % 360 - 180 == pytest.approx(0, abs=1e-4)


def test_a_long_vehicle_cuts_the_bend() -> None:
    short, long = (heading_deg(BEND, 13, length) for length in (2.0, 15.0))
    assert short == pytest.approx(-90)
    assert -180 < long < -90, "its tail is still on the first leg"


def test_a_lane_is_nearest_where_it_passes() -> None:
    assert nearest_m(BEND, (4.0, -7.0)) == pytest.approx(4.0)
    assert nearest_m(BEND, (30.0, 11.0)) == pytest.approx(21.0)


@given(
    st.lists(st.floats(4, 23), min_size=1, max_size=15),
    st.integers(0, 2**31),
    st.floats(1.5, 40),
    st.floats(0, 120),
)
def test_vehicles_of_a_column_never_touch(
    lengths: list[float], seed: int, gap_m: float, time_s: float
) -> None:
    made = column(lengths, np.random.default_rng(seed), leader_m=7.0, gap_m=gap_m, speed_m_s=8.0)
    noses = made.at(time_s)
    gaps = noses[:-1] - np.array(lengths[:-1]) - noses[1:]
    assert (gaps > 0.2 * gap_m).all()
    assert made.at(0.0)[0] == pytest.approx(7.0)


def test_a_column_keeps_its_speed_and_a_standing_one_stands() -> None:
    for speed in (0.0, 9.0):
        made = column(
            [7, 9, 11], np.random.default_rng(1), leader_m=0.0, gap_m=12.0, speed_m_s=speed
        )
        driven = made.at(90.0) - made.at(0.0)
        assert driven == pytest.approx(90 * speed, abs=2.1 if speed else 1e-9)


def test_a_hand_sways_as_much_as_it_was_told_to() -> None:
    times = np.arange(0, 200, 0.04)
    sway = hand(times, np.random.default_rng(4), sway_deg=0.3)
    assert sway[:, :2].std(axis=0) == pytest.approx(0.3, rel=0.05)
    assert sway[:, 2].std() == pytest.approx(0.1, rel=0.05)
    assert np.abs(np.diff(sway[:, 0])).max() < 0.3, "no jumps between frames"


def test_a_pan_starts_and_stops_gently() -> None:
    path = eased(np.linspace(0, 4, 101), -20.0, 30.0)
    steps = np.diff(path)
    assert (path[0], path[-1]) == pytest.approx((-20, 30))
    assert (steps > 0).all()
    assert max(steps[0], steps[-1]) < 0.05 * steps[50]


@given(st.tuples(*[st.floats(-50, 50)] * 3), st.tuples(*[st.floats(-50, 50)] * 3))
def test_aiming_looks_at_the_target(
    eye: tuple[float, float, float], target: tuple[float, float, float]
) -> None:
    way = np.subtract(target, eye)
    if np.hypot(way[0], way[1]) < 1e-3:
        return
    yaw, pitch = np.deg2rad(aim(eye, target))
    forward = [np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch)]
    assert forward == pytest.approx(way / np.linalg.norm(way), abs=1e-6)
