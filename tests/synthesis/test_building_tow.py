"""A tow bar joins two vehicles and keeps them apart."""

import numpy as np
import pytest

from marchpast.synthesis.building import Vehicle, build, load_blueprint, tow

PAIRS = [("ural_4320", "bm21_grad"), ("t72b3", "bmp2"), ("t72b3", "t72b3"), ("btr80", "pantsir_s1")]


def made(name: str) -> Vehicle:
    return build(load_blueprint(name))


def reach(vehicle: Vehicle) -> tuple[float, float]:
    low, high = vehicle.mesh.extent()
    return float(low[0]), float(high[0])


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_bar_reaches_from_one_vehicle_to_the_other(first: str, second: str) -> None:
    ahead, towed = made(first), made(second)
    joined = tow(ahead, towed)
    low, high = (end.astype(float) for end in joined.bar.mesh.extent())
    # In the frame of the towed vehicle the one ahead is further forwards.
    tail = reach(ahead)[1] - joined.behind_m
    assert tail < reach(towed)[0], "they do not touch, guns included"
    nose = towed.mesh.triangles[np.abs(towed.mesh.triangles[..., 2] - high[2]).min(axis=1) < 0.4]
    assert low[0] < tail + 0.6, "the eye is at the tail"
    assert high[0] > nose[..., 0].min(), "the tubes end at the nose"
    assert 0.4 < low[2] < high[2] < 1.2
    assert abs(low[1]) < 0.6 and abs(high[1]) < 0.6
    assert 1.8 < high[0] - low[0] < 7.0


def test_a_gun_makes_the_bar_longer() -> None:
    tank = made("t72b3")
    bars = [tow(tank, made(name)).bar.mesh.extent() for name in ("mtlb", "t72b3")]
    short, long = (float(high[0] - low[0]) for low, high in bars)
    assert long > short + 0.5
