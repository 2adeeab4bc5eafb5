import numpy as np
import pytest
from benchmarks.common import RESULTS
from benchmarks.convoy_courses import SCENARIOS
from benchmarks.convoy_names import named
from benchmarks.convoy_tracks import followed
from benchmarks.convoys import film
from benchmarks.count_rates import fitted
from benchmarks.counting import MILITARY, Held, counting_figures, measure, read_measured

from marchpast.taxonomy import load_taxonomy


@pytest.fixture(scope="module")
def held() -> list[Held]:
    # Other seeds than the published figures; each way of filming thirteen times.
    return list(measure(104, read_measured(RESULTS / "count_rates.json"), first_seed=0))


def test_intervals_hold_about_as_often_as_stated(held: list[Held]) -> None:
    assert 0.8 <= np.mean([row.holds for row in held]) <= 0.98
    assert 0.8 <= np.mean([row.holds for row in held if row.node == MILITARY]) <= 0.99


def test_the_lower_bound_is_never_above_the_truth(held: list[Held]) -> None:
    assert [row for row in held if row.at_once > row.truth] == []
    assert any(row.at_once > 1 for row in held)


def test_every_way_of_filming_is_reported(held: list[Held]) -> None:
    figures = counting_figures(held)
    reported = {name.split(":")[0] for name in figures}
    assert set(SCENARIOS) <= reported
    by_tracks = [figures[name]["held"]["n"] for name in figures if " tracks" in name]
    assert sum(by_tracks) == figures["all military vehicles"]["held"]["n"]
    assert figures["all"]["held"]["n"] == len(held)


def test_a_camera_that_turns_back_gives_vehicles_a_second_track() -> None:
    extra = 0
    for seed in range(4):
        _, owners = followed(film("panned back", seed=seed, miss_rate=lambda _rng, _length: 0.0))
        real = [owner for owner in owners if owner >= 0]
        extra += len(real) - len(set(real))
    assert extra > 4


def test_a_convoy_of_which_nothing_is_missed_is_found() -> None:
    convoy = film("passing", seed=1, miss_rate=lambda _rng, _length: 0.0)
    _, owners = followed(convoy)
    present = np.flatnonzero(convoy.in_footage)
    assert len(present) > 2
    assert len(set(present.tolist()) - set(owners)) <= 1


def test_invented_names_are_right_at_their_stated_rate() -> None:
    taxonomy = load_taxonomy()
    rng = np.random.default_rng(0)
    stated, right = [], []
    for _ in range(300):
        names = named(rng, vehicles=5, owners=range(5), taxonomy=taxonomy)
        for true, identity in zip(names.true_nodes, names.identities, strict=True):
            for mass in identity.masses:
                if taxonomy.node(mass.node).is_type:
                    stated.append(mass.probability)
                    right.append(true == mass.node)
    assert np.mean(stated) == pytest.approx(np.mean(right), abs=0.03)
    sure = np.array(stated) > 0.8
    assert np.mean(np.array(right)[sure]) == pytest.approx(
        np.mean(np.array(stated)[sure]), abs=0.04
    )


def test_a_rate_that_varies_is_fitted_as_one_that_varies() -> None:
    rng = np.random.default_rng(0)
    missed = [int(rng.binomial(12, rng.beta(1.0, 3.0))) for _ in range(400)]
    rate = fitted([(number, 12 - number) for number in missed])
    assert (rate["a"], rate["b"]) == pytest.approx((1.0, 3.0), rel=0.25)
    steady = fitted([(3, 9)] * 100)
    assert steady["b"] > 20
    assert steady["mean"] == 0.25
