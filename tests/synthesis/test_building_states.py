from pathlib import Path

import numpy as np
import pytest
import yaml

from marchpast.errors import BlueprintError
from marchpast.synthesis.building import Vehicle, build, load_blueprint, vehicle_states
from marchpast.synthesis.building.blueprint import blueprint_names, read_blueprint


def extent(vehicle: Vehicle, axis: int) -> tuple[float, float]:
    low, high = vehicle.mesh.extent()
    return float(low[axis]), float(high[axis])


def test_a_gun_is_raised_in_the_firing_state() -> None:
    gvozdika = load_blueprint("gvozdika")
    travel = build(gvozdika, with_fittings=False)
    firing = build(gvozdika, state="firing", with_fittings=False)
    assert (travel.state, firing.state) == ("travel", "firing")
    # Raised by 30 degrees about the trunnion, 3.6 m from the muzzle at 1.86 m.
    assert extent(travel, 2)[1] < 2.4
    assert extent(firing, 2)[1] == pytest.approx(1.86 + 3.95 * np.sin(np.pi / 6), abs=0.15)
    np.testing.assert_array_equal(travel.wheel_centres, firing.wheel_centres)


def test_parts_of_one_state_are_left_out_of_the_other() -> None:
    tor = load_blueprint("tor")
    up = build(tor, state="firing", with_fittings=False)
    down = build(tor, with_fittings=False)
    assert extent(up, 2)[1] == pytest.approx(5.1, abs=0.1)
    assert extent(down, 2)[1] == pytest.approx(3.8, abs=0.1)


@pytest.mark.parametrize("name", blueprint_names())
def test_every_state_of_every_vehicle_is_built(name: str) -> None:
    blueprint = load_blueprint(name)
    for state in vehicle_states(blueprint):
        vehicle = build(blueprint, state=state)
        assert np.isfinite(vehicle.mesh.triangles).all()
        np.testing.assert_allclose(np.linalg.norm(vehicle.mesh.normals, axis=2), 1.0, atol=1e-3)
        assert extent(vehicle, 2)[0] > -0.15, "nothing goes through the ground"


def test_tubes_that_only_show_when_raised_are_counted_then() -> None:
    bastion = load_blueprint("bastion_p")
    counted = [
        build(bastion, state=state).attributes.canisters for state in vehicle_states(bastion)
    ]
    assert counted == [0, 2]
    bal = load_blueprint("bal")
    assert build(bal, state="firing").attributes.canisters == 8


def test_a_vehicle_that_never_changes_only_travels() -> None:
    mtlb = load_blueprint("mtlb")
    assert vehicle_states(mtlb) == ("travel",)
    with pytest.raises(BlueprintError, match=r"mtlb: it has no state 'firing'.*travel"):
        build(mtlb, state="firing")


def test_jitter_is_small_and_follows_its_seed() -> None:
    osa = load_blueprint("osa")
    one, same, other = (
        build(osa, jitter=np.random.default_rng(seed)).mesh.triangles for seed in (1, 1, 2)
    )
    usual = build(osa).mesh.triangles
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.02
    ratio = np.ptp(one.reshape(-1, 3), axis=0) / np.ptp(usual.reshape(-1, 3), axis=0)
    assert np.abs(ratio - 1).max() < 0.07


def test_a_trailer_brings_its_own_wheels(tmp_path: Path) -> None:
    truck = load_blueprint("ural_4320").model_dump(mode="json", exclude={"hull_length"})
    truck["payload"] = [*truck["payload"], {"module": "ural_6x6", "at": [9.0, 0.0, 0.0]}]
    path = tmp_path / "two.yaml"
    path.write_text(yaml.safe_dump(truck), "utf-8")
    one, two = build(load_blueprint("ural_4320")), build(read_blueprint(path))
    assert len(two.wheel_centres) == 2 * len(one.wheel_centres)
    assert two.axle_x[3:] == pytest.approx([x + 9.0 for x in one.axle_x])
    assert two.attributes.axle_groups == (1, 2, 1, 2)
    assert set(two.mesh.wheel[two.mesh.wheel >= 0]) == set(range(12))
