"""What references may change of an answer, and what they may not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.identity import Judge, group_of, reference_odds
from marchpast.inference import GallerySettings, SetSettings
from marchpast.records import FloatArray, Identity
from marchpast.references import Nearness
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
LABELS = ("bmp2", "t80", "tank", "military_truck", "osa", "civilian_vehicle", "background")
GALLERY = GallerySettings(
    file="gallery.npz", sha256="0" * 64, offset=2.0, distance=-8.0, group=0.4,
    prior=0.1, most=0.8, min_hint=0.3, measured="in this test",
)  # fmt: skip
SETS = SetSettings(
    rate=0.9, far_below_px=96, dark_below=64.0, fitted_on="nothing",
    penalties={"usual": 0.02, "far": 0.01, "dark": 0.02, "few_photos": 0.02},
)  # fmt: skip
TYPES = ("kamaz_truck", "tor", "osa")


def judge(**how: object) -> Judge:
    settings = {"gallery": GALLERY, "reference_types": TYPES, "sets": SETS, **how}
    return Judge(TAXONOMY, labels=LABELS, temperature=1.0, min_mass=0.8, **settings)  # type: ignore[arg-type]


def logits(**shares: float) -> FloatArray:
    rest = (1 - sum(shares.values())) / (len(LABELS) - len(shares))
    values = [shares.get(label, rest) for label in LABELS]
    return np.log(np.maximum(values, 1e-9)).astype(np.float32)[None]


def identify(
    scores: FloatArray, distance: dict[str, float] | None, size_px: float = 200.0, **how: object
) -> Identity:
    near = [Nearness(node, value, 5) for node, value in (distance or {}).items()]
    found_as = str(how.pop("found_as", "military_vehicle"))
    return judge(**how).identify(scores, size_px=size_px, found_as=found_as, nearness=near)


TRUCK = logits(military_truck=0.95)
NEAR = {"kamaz_truck": 0.02, "tor": 1.1, "osa": 1.2}


def test_a_type_that_is_no_label_is_pointed_to_and_the_answer_stays() -> None:
    answer, plain = identify(TRUCK, NEAR), identify(TRUCK, None)
    assert (
        (answer.node, answer.level) == (plain.node, plain.level) == ("military_truck", "category")
    )
    assert answer.by_references is not None
    # At most as sure as was measured.
    assert answer.by_references.probability == pytest.approx(0.8, abs=1e-6)
    assert answer.candidates[0] == answer.by_references
    assert answer.candidates[0].node == "kamaz_truck"
    assert answer.reason.endswith(f"a hint, not a name; without them: {plain.reason}")
    assert "5 reference pictures of yours point to" in answer.reason
    assert "which holds 0.80 with them" in answer.reason
    masses = {row.node: row.probability for row in answer.masses}
    assert masses["military_truck"] >= 0.95
    assert answer.answer is not None
    assert any(TAXONOMY.is_within("kamaz_truck", node) for node in answer.answer.nodes)


def test_what_is_less_near_is_stated_with_less() -> None:
    near, far = (identify(TRUCK, {**NEAR, "kamaz_truck": value}) for value in (0.02, 0.4))
    assert near.by_references is not None
    assert far.by_references is not None
    assert 0.3 <= far.by_references.probability < near.by_references.probability


def test_the_type_joins_a_set_that_left_it_out() -> None:
    plain = identify(logits(tank=0.93), None)
    answer = identify(logits(tank=0.93), {"kamaz_truck": -0.6, "tor": 1.0})
    assert plain.answer is not None
    assert answer.answer is not None
    assert not any(TAXONOMY.is_within("kamaz_truck", node) for node in plain.answer.nodes)
    assert any(TAXONOMY.is_within("kamaz_truck", node) for node in answer.answer.nodes)
    # The tank is less certain, so less is answered.
    assert (plain.node, answer.node) == ("tank", "military_vehicle")
    assert f"{TAXONOMY.name('tank')} is less certain" in answer.reason


def test_far_references_change_nothing_at_all() -> None:
    assert identify(TRUCK, {"kamaz_truck": 0.9, "tor": 1.1}) == identify(TRUCK, None)


@pytest.mark.parametrize(
    ("scores", "found_as"),
    [
        (logits(bmp2=0.95), "military_vehicle"),
        (logits(osa=0.9), "military_vehicle"),
        (logits(civilian_vehicle=0.97), "civilian_vehicle"),
        (logits(civilian_vehicle=0.97), "military_vehicle"),
        (logits(background=0.9), "military_vehicle"),
        (logits(military_truck=0.95), "civilian_vehicle"),
    ],
)
def test_a_name_a_civil_vehicle_and_a_dispute_are_never_touched(
    scores: FloatArray, found_as: str
) -> None:
    near = dict.fromkeys(TYPES, 0.0)
    assert identify(scores, near, found_as=found_as) == identify(scores, None, found_as=found_as)


def test_of_a_small_vehicle_references_say_nothing() -> None:
    small = identify(TRUCK, NEAR, size_px=60, min_type_size_px=96)
    assert small == identify(TRUCK, None, size_px=60, min_type_size_px=96)


def test_two_types_as_near_share_and_neither_is_named() -> None:
    scores = logits(military_truck=0.5, osa=0.4)
    answer = identify(scores, {"tor": -0.3, "kamaz_truck": -0.3})
    assert answer.node == "military_vehicle"
    top = {row.node: row.probability for row in answer.candidates[:3]}
    assert {"tor", "kamaz_truck"} <= set(top)
    assert abs(top["tor"] - top["kamaz_truck"]) < 0.2


def test_a_label_gains_by_references_up_to_what_was_measured() -> None:
    scores = logits(osa=0.45, tank=0.4)
    plain, answer = identify(scores, None), identify(scores, {"osa": 0.0, "tor": 1.2})
    assert plain.candidates[0].probability == pytest.approx(0.45, abs=1e-3)
    assert answer.candidates[0].node == "osa"
    assert answer.candidates[0].probability == pytest.approx(0.8, abs=1e-6)
    assert answer.by_references == answer.candidates[0]


def test_a_label_that_holds_more_than_was_measured_is_left_alone() -> None:
    # Withheld as too strange for a name; the references have nothing to add.
    how = {"novelty_slope": 20.0, "min_type_score": 2.0}
    near = [Nearness("osa", 0.0, 5)]
    scores, strange = logits(osa=0.9), np.ones(1, np.float32)
    plain, answer = (
        judge(**how).identify(
            scores, size_px=200.0, found_as="military_vehicle", novelty=strange, nearness=rows
        )
        for rows in ((), near)
    )
    assert plain.level != "type"
    assert answer == plain


def test_the_odds_are_those_of_the_card() -> None:
    odds = reference_odds(GALLERY, distance=0.25, group=0.9)
    assert odds == pytest.approx(math.exp(2.0 - 2.0) * (0.9 / 0.1) ** 0.4)
    assert reference_odds(GALLERY, distance=0.25, group=0.0) > 0


def test_the_group_is_the_deepest_that_the_network_knows() -> None:
    assert group_of(TAXONOMY, "tor", learnt=("vehicle", "military_vehicle", "air_defence")) == (
        "air_defence"
    )
    assert group_of(TAXONOMY, "tor", learnt=("vehicle", "military_vehicle")) == "military_vehicle"


@given(
    shares=st.lists(st.floats(0.01, 1.0), min_size=len(LABELS), max_size=len(LABELS)),
    near=st.lists(st.floats(-0.2, 2.0), min_size=3, max_size=3),
)
def test_masses_stay_sound_and_no_right_answer_becomes_wrong(
    shares: list[float], near: list[float]
) -> None:
    scores = np.log(np.array(shares, np.float32) / sum(shares))[None].astype(np.float32)
    plain = identify(scores, None)
    answer = identify(scores, dict(zip(TYPES, near, strict=True)))
    if plain.level == "type":
        assert answer == plain
    if answer.by_references is None:
        assert answer == plain
        return
    assert answer.by_references.probability <= 0.8 + 1e-9
    assert sum(row.probability for row in answer.masses if row.node == "vehicle") <= 1 + 1e-9
    # A right answer stays right: it is the old one, or one above it.
    assert answer.level != "type"
    if plain.node == "unknown":
        assert answer.node == "unknown"
    else:
        assert answer.node == "unknown" or TAXONOMY.is_within(plain.node, answer.node)
