import functools

import numpy as np
import pytest

from marchpast.errors import BlueprintError
from marchpast.synthesis.building import Flatcar, Vehicle, build, flatcar, load_blueprint
from marchpast.synthesis.building.paints import paint_index

WOOD, STEEL = paint_index("wood"), paint_index("steel")


@functools.cache
def loaded(name: str) -> tuple[Vehicle, Flatcar]:
    vehicle = build(load_blueprint(name))
    return vehicle, flatcar(load=vehicle)


def test_wagon_stands_on_the_rails_with_its_deck_at_the_usual_height() -> None:
    wagon = flatcar(13.4)
    low, high = wagon.mesh.extent()
    assert low[2] == pytest.approx(0.0, abs=0.01)
    assert high[2] == pytest.approx(wagon.deck_height_m, abs=0.05)
    assert 1.25 < wagon.deck_height_m < 1.4
    # Couplers reach past the deck at both ends: 14.62 m over them is the published length.
    assert high[0] - low[0] == pytest.approx(14.62, rel=0.02)
    deck = wagon.mesh.triangles[wagon.mesh.paint == WOOD]
    assert deck[..., 0].min() == pytest.approx(0.0, abs=0.02)
    assert deck[..., 0].max() == pytest.approx(13.4, abs=0.02)


def test_four_axles_of_the_broad_gauge() -> None:
    mesh = flatcar().mesh
    rolling = mesh.triangles[(mesh.paint == STEEL) & (mesh.triangles[..., 2].max(axis=1) < 1.0)]
    inner = np.abs(rolling[..., 1]).min()
    assert 2 * inner == pytest.approx(1.44, abs=0.03), "back to back, for a gauge of 1.52 m"
    feet = rolling[rolling[..., 2] < 0.003]
    assert np.diff(np.unique(feet[:, 0].round(2))) == pytest.approx([1.85, 7.85, 1.85], abs=0.02)


@pytest.mark.parametrize("name", ["btr80", "t72b3", "osa"])
def test_load_is_chocked_before_and_behind_its_outermost_wheels(name: str) -> None:
    vehicle, wagon = loaded(name)
    wood = wagon.mesh.triangles[wagon.mesh.paint == WOOD]
    chocks = wood[wood[..., 2].max(axis=1) > wagon.deck_height_m + 0.1]
    for x in (min(vehicle.axle_x), max(vehicle.axle_x)):
        place = wagon.load_x + x
        for side in (1, -1):
            beside = chocks[np.sign(chocks[..., 1].mean(axis=1)) == side]
            reach = beside[..., 0] - place
            near = reach[np.abs(reach).max(axis=1) < 1.0]
            assert near.min() < -0.2
            assert near.max() > 0.2
    first, last = wagon.load_x + min(vehicle.axle_x), wagon.load_x + max(vehicle.axle_x)
    assert first > 0
    assert last < wagon.length_m


def test_chocks_do_not_run_through_the_tyres() -> None:
    vehicle, wagon = loaded("btr80")
    wood = wagon.mesh.triangles[wagon.mesh.paint == WOOD].reshape(-1, 3)
    raised = wood[wood[:, 2] > wagon.deck_height_m + 0.01]
    for x, y, z in vehicle.wheel_centres:
        across = np.abs(raised[:, 1] - y) < 0.2
        distance = np.hypot(raised[:, 0] - wagon.load_x - x, raised[:, 2] - wagon.deck_height_m - z)
        assert distance[across].min() > 0.97 * vehicle.wheel_radius


def test_loaded_wagon_has_lashings_that_end_at_the_deck() -> None:
    vehicle, wagon = loaded("osa")
    mesh = wagon.mesh
    empty = flatcar().mesh
    assert (mesh.paint == STEEL).sum() > (empty.paint == STEEL).sum()
    wires = mesh.triangles[mesh.paint == STEEL]
    assert wires[..., 2].max() < 1.31 + vehicle.wheel_radius + 0.1


def test_longer_wagon_has_its_bogies_further_apart() -> None:
    short, long = flatcar(13.4).mesh.extent(), flatcar(18.0).mesh.extent()
    assert (long[1] - long[0])[0] - (short[1] - short[0])[0] == pytest.approx(4.6, abs=0.01)


@pytest.mark.parametrize("length", [5.0, 40.0])
def test_impossible_length_is_refused(length: float) -> None:
    with pytest.raises(BlueprintError, match=r"9 to 26 m"):
        flatcar(length)


def test_load_that_does_not_fit_is_refused() -> None:
    lorry = build(load_blueprint("civil_artic_pipes"))
    with pytest.raises(BlueprintError, match=r"does not fit on a deck of 13.4 m"):
        flatcar(load=lorry)
