import numpy as np
import pytest

from marchpast.synthesis.building.attributes import axle_groups
from marchpast.synthesis.building.forms import RunningGear, Tracks
from marchpast.synthesis.building.mesh import NO_WHEEL
from marchpast.synthesis.building.running_gear import Gear, tracks, wheels

TRACKS = Tracks.model_validate(
    {
        "wheel_x": [1.5, 2.3, 3.1, 3.9],
        "wheel_diameter": 0.7,
        "wheel_width": 0.3,
        "sprocket": {"x": 4.8, "z": 0.8, "r": 0.3},
        "idler": {"x": 0.6, "z": 0.7, "r": 0.25},
        "rollers": [{"x": 2.0, "z": 0.95, "r": 0.1}, {"x": 3.4, "z": 0.95, "r": 0.1}],
        "track_width": 0.4,
        "track_thickness": 0.06,
        "width_over_tracks": 2.8,
    }
)


@pytest.fixture(scope="module")
def gear() -> Gear:
    return tracks(TRACKS, at=(0.0, 0.0, 0.0), first=0)


def test_tracks_lie_on_the_ground_between_their_edges(gear: Gear) -> None:
    low, high = gear.mesh.extent()
    assert low[2] == pytest.approx(0.0, abs=0.01)
    assert (low[1], high[1]) == pytest.approx((-1.4, 1.4), abs=0.01)
    # The band goes round the outside of sprocket and idler.
    assert low[0] == pytest.approx(0.6 - 0.25 - 0.06, abs=0.03)
    assert high[0] == pytest.approx(4.8 + 0.3 + 0.06, abs=0.05)


def test_every_wheel_turns_about_its_own_centre(gear: Gear) -> None:
    assert len(gear.centres) == len(gear.radii) == 2 * (4 + 2 + 2)
    for index, (centre, radius) in enumerate(zip(gear.centres, gear.radii, strict=True)):
        points = gear.mesh.triangles[gear.mesh.wheel == index].reshape(-1, 3)
        reach = np.hypot(points[:, 0] - centre[0], points[:, 2] - centre[2]).max()
        # The teeth of a sprocket reach a little into the track.
        assert radius * 0.95 < reach < radius * 1.12


def test_upper_run_hangs_below_its_supports_and_never_through_the_wheels(gear: Gear) -> None:
    links = gear.mesh.triangles[(gear.mesh.wheel == NO_WHEEL)].reshape(-1, 3)
    between = links[(links[:, 0] > 2.3) & (links[:, 0] < 3.1) & (links[:, 2] > 0.8)]
    assert between[:, 2].max() < 0.95 + 0.1 + 0.08
    assert between[:, 2].min() > 0.76, "above the road wheels"
    lower = links[(links[:, 0] > 1.6) & (links[:, 0] < 3.8) & (links[:, 2] < 0.4)]
    assert lower[:, 2].max() < 0.08


def test_links_are_spread_evenly(gear: Gear) -> None:
    count = int((gear.mesh.wheel == NO_WHEEL).sum())
    # 24 faces a link (a plate and a grouser), two tracks; the way round is 2 x 4.2 m and a circle.
    assert count / 48 == pytest.approx((2 * 4.2 + 2 * np.pi * 0.3) / 0.14, rel=0.06)


def test_shifted_gear_keeps_its_numbers_apart() -> None:
    trailer = RunningGear(axle_x=(1.0,), wheel_diameter=1.0, wheel_width=0.3, width_over_wheels=2.4)
    gear = wheels(trailer, at=(10.0, 0.0, 0.0), first=6)
    assert gear.axle_x == (11.0,)
    assert set(gear.mesh.wheel) == {6, 7}
    np.testing.assert_allclose(gear.centres, [[11.0, 1.05, 0.5], [11.0, -1.05, 0.5]])


@pytest.mark.parametrize(
    ("axle_x", "diameter", "groups"),
    [
        ([2.55, 4.75, 8.05, 10.25], 1.5, (2, 2)),  # MAZ-543M
        ([1.35, 3.3, 6.75, 8.15], 1.26, (2, 2)),  # KamAZ-6560
        ([1.25, 4.75, 6.15], 1.2, (1, 2)),  # Ural-4320
        ([1.5, 3.9, 5.4, 7.8], 1.25, (1, 2, 1)),  # ZIL-135LM
        ([2.1, 4.85, 7.6], 1.25, (1, 1, 1)),  # Osa
        ([1.4, 2.8, 4.35, 5.8], 1.12, (4,)),  # BTR-80
        ([1.75, 5.3, 7.0, 13.6, 15.1], 1.32, (1, 2, 2)),  # S-400
        ([7.6, 2.1, 4.85], 1.25, (1, 1, 1)),
    ],
)
def test_axles_are_grouped_as_a_person_sees_them(
    axle_x: list[float], diameter: float, groups: tuple[int, ...]
) -> None:
    assert axle_groups(axle_x, diameter) == groups
