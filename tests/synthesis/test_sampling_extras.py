"""What comes with vehicles in random pictures: chocks under those on wagons, a bar in a tow."""

import numpy as np
import pytest

pytest.importorskip("embreex", reason="shots are made for the ray engine")

from marchpast.synthesis.building import build, load_blueprint, tow
from marchpast.synthesis.pictures_cast import Actor
from marchpast.synthesis.places import place
from marchpast.synthesis.rendering import Model
from marchpast.synthesis.sampling_extras import drawn_tow, extras
from marchpast.synthesis.sampling_scene import Wanted, arranged

RAIL, ROAD = (place(name, np.random.default_rng(3)) for name in ("rail", "road"))


def actor(name: str) -> Actor:
    vehicle = build(load_blueprint(name))
    return Actor(name, Model(vehicle), vehicle.attributes.civil)


BTR, LORRY, TANK, LONG = (
    actor(name) for name in ("btr80", "civil_lorry", "t72b3", "civil_artic_containers")
)


def test_what_stands_on_a_wagon_is_chocked_and_stands_on_its_deck() -> None:
    seen = 0
    for seed in range(12):
        spots = arranged(np.random.default_rng(seed), RAIL, Wanted((BTR, TANK), 0.5))
        held = extras(spots, None)
        raised = [spot for spot in spots if spot.position[2] > 1]
        assert len(held) == len(raised)
        seen += len(held)
        for spot, fixed in zip(raised, held, strict=True):
            assert fixed.track_id < 0
            assert (fixed.position, fixed.heading_deg) == (spot.position, spot.heading_deg)
            low, high = fixed.model.low, fixed.model.high
            # Chocks lie on the deck; the wires end at its edges, just below its top.
            assert low[2] == pytest.approx(-0.03, abs=0.02)
            assert high[1] == pytest.approx(1.44, abs=0.03)
            middle = float(spot.actor.model.low[0] + spot.actor.model.high[0]) / 2
            assert middle - 6.7 < low[0] < high[0] < middle + 6.7, "nothing beside the deck"
    assert seen > 6


def test_what_is_longer_than_a_wagon_stands_beside_the_train() -> None:
    for seed in range(12):
        spots = arranged(np.random.default_rng(seed), RAIL, Wanted((LONG,), 0.5))
        assert spots[0].position[2] < 0.3
        assert extras(spots, None) == ()


def test_a_tow_stands_on_the_lane_with_its_bar_between() -> None:
    joined = tow(BTR.model.vehicle, BTR.model.vehicle)
    for seed in range(8):
        wanted = Wanted((BTR, BTR, LORRY), 0.8, joined)
        spots = arranged(np.random.default_rng(seed), ROAD, wanted)
        apart = np.hypot(*np.subtract(spots[0].position, spots[1].position)[:2])
        assert apart == pytest.approx(joined.behind_m, abs=0.15)
        (bar,) = extras(spots, joined)
        assert (bar.track_id, bar.position) == (-2, spots[1].position)


def test_few_groups_are_drawn_as_a_tow_and_never_with_a_civil_vehicle() -> None:
    drawn = [drawn_tow(np.random.default_rng(seed), (BTR, BTR)) for seed in range(150)]
    assert 0.05 < np.mean([tow is not None for tow in drawn]) < 0.25
    for pair in ((BTR, LORRY), (LORRY, BTR), (BTR, TANK)):
        assert not any(drawn_tow(np.random.default_rng(seed), pair) for seed in range(60))
