"""Sets as the judge gives them: conditions, what it withholds, reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from marchpast.identity import NOT_A_VEHICLE, Judge, brightness
from marchpast.identity.conditions import conditions_of, penalty_under
from marchpast.inference import SetSettings
from marchpast.records import AnswerSet, FloatArray, Identity, SeenAttribute
from marchpast.taxonomy import load_taxonomy

LABELS = (
    "bmp2",
    "bmp3",
    "t80",
    "tank",
    "btr82a",
    "military_truck",
    "osa",
    "s400",
    "civilian_vehicle",
    "background",
)
TAXONOMY = load_taxonomy()
SETS = SetSettings(
    rate=0.9,
    penalties={"usual": 0.02, "far": 0.001, "dark": 0.01, "few_photos": 0.005},
    far_below_px=96,
    dark_below=64,
    max_novelty=0.6,
)


def logits(**shares: float) -> FloatArray:
    rest = (1 - sum(shares.values())) / (len(LABELS) - len(shares))
    values = [shares.get(label, rest) for label in LABELS]
    return np.log(np.maximum(values, 1e-9)).astype(np.float32)[None]


def identify(
    scores: FloatArray,
    *,
    size_px: float = 200.0,
    found_as: str = "military_vehicle",
    novelty: float | None = None,
    brightness: float | None = 120.0,
    seen: tuple[SeenAttribute, ...] = (),
    **rules: Any,
) -> Identity:
    given: dict[str, Any] = {"min_mass": 0.8, "min_type_size_px": 48, "sets": SETS, **rules}
    judge = Judge(TAXONOMY, labels=LABELS, temperature=1.0, **given)
    return judge.identify(
        scores,
        size_px=size_px,
        found_as=found_as,
        novelty=None if novelty is None else np.array([novelty], np.float32),
        brightness=brightness,
        seen=seen,
    )


def answer_of(identity: Identity) -> AnswerSet:
    assert identity.answer is not None
    return identity.answer


def test_a_set_says_what_it_holds_and_at_which_rate() -> None:
    found = identify(logits(osa=0.55, s400=0.4))
    answer = answer_of(found)
    assert answer.nodes == ("s400", "osa") or answer.nodes == ("osa", "s400")
    assert answer.nodes == tuple(node for node in TAXONOMY.nodes if node in answer.nodes)
    assert answer.probability == pytest.approx(0.95, abs=1e-6)
    assert answer.rate == 0.9
    assert "without S-400" in answer.reason
    assert any("axles" in phrase for phrase in answer.narrows)
    assert found.node == "air_defence"


def test_masses_are_of_every_node_that_holds_one_in_two_hundred() -> None:
    found = identify(logits(osa=0.97))
    held = {row.node: row.probability for row in found.masses}
    assert held["vehicle"] == pytest.approx(1 - 0.03 / 9)
    assert held["osa"] == pytest.approx(0.97)
    assert "s400" not in held
    assert list(held) == [node for node in TAXONOMY.nodes if node in held]


def test_without_settings_there_is_no_set() -> None:
    assert identify(logits(osa=0.95), sets=None).answer is None


def test_a_named_type_is_in_the_set() -> None:
    # By its likeness to the pictures learnt it is named at a mass at which others stand beside it.
    found = identify(
        logits(bmp2=0.55, t80=0.4), novelty=0.0, novelty_slope=10.0, min_type_score=0.0
    )
    assert found.node == "bmp2"
    assert "bmp2" in answer_of(found).nodes
    assert len(answer_of(found).nodes) == 2


def test_a_named_type_is_told_instead_of_its_group() -> None:
    # By mass alone both of them would be the family.
    scores = logits(bmp2=0.87, bmp3=0.1)
    assert answer_of(identify(scores, min_mass=0.95)).nodes == ("bmp_family",)
    assert answer_of(identify(scores)).nodes == ("bmp2",)


def test_a_far_vehicle_has_a_wider_set() -> None:
    near, far = (answer_of(identify(logits(bmp2=0.9), size_px=size)) for size in (200, 60))
    assert near.nodes == ("bmp2",)
    assert far.nodes != near.nodes
    assert far.probability > near.probability
    assert far.narrows[0] == "a view of at least 96 px on the shorter side"


def test_below_the_smallest_size_no_type_is_in_a_set() -> None:
    answer = answer_of(identify(logits(bmp2=0.97), size_px=30))
    assert not any(TAXONOMY.node(node).is_type for node in answer.nodes)
    assert any(TAXONOMY.is_within("bmp2", node) for node in answer.nodes)
    assert "below 48 px" in answer.reason


def test_a_dark_crop_has_a_wider_set() -> None:
    light, dark, unknown = (
        answer_of(identify(logits(bmp2=0.9, t80=0.06), brightness=level))
        for level in (120.0, 20.0, None)
    )
    assert light.nodes == unknown.nodes == ("bmp2",)
    assert set(dark.nodes) > set(light.nodes)
    assert "a view in more light" in dark.narrows


def test_where_the_crops_are_strange_no_type_is_told() -> None:
    found = identify(logits(osa=0.95), novelty=0.5, novelty_slope=10.0, min_type_score=0.0)
    assert found.node == "military_vehicle"
    assert "osa" not in answer_of(found).nodes
    assert "unlike anything trained" in answer_of(found).reason


def test_nothing_known_fits() -> None:
    scores = logits(osa=0.3, t80=0.35, military_truck=0.3)
    assert answer_of(identify(scores, novelty=0.5)).nodes
    answer = answer_of(identify(scores, novelty=0.7))
    assert (answer.nodes, answer.probability) == ((), 0.0)
    assert "nothing known fits" in answer.reason
    # A category that is certain is no unknown thing.
    assert answer_of(identify(logits(tank=0.95), novelty=0.7)).nodes == ("tank",)


def test_where_the_networks_disagree_all_is_open() -> None:
    answer = answer_of(identify(logits(osa=0.97), found_as="civilian_vehicle"))
    assert answer.nodes == ("vehicle",)


def test_what_is_no_vehicle_has_no_set() -> None:
    found = identify(logits(background=0.7))
    assert (found.node, found.answer) == (NOT_A_VEHICLE, None)


def test_what_a_person_saw_takes_names_out() -> None:
    scores = logits(bmp2=0.55, btr82a=0.4)
    assert set(answer_of(identify(scores)).nodes) == {"bmp2", "btr82a"}
    found = identify(scores, seen=(SeenAttribute("drive", "wheels", "user"),))
    assert "bmp2" not in answer_of(found).nodes
    assert found.attributes[0].origin == "user"


def test_the_widest_of_the_conditions_counts() -> None:
    found = conditions_of(
        size_px=30, brightness=10.0, has_few_photos=True, far_below_px=96, dark_below=64
    )
    assert found == ("far", "dark", "few_photos")
    assert penalty_under(found, SETS.penalties) == 0.001
    assert penalty_under(("dark",), {**SETS.penalties, "dark": 0.3}) == 0.02


def test_lamps_do_not_make_a_night_bright() -> None:
    night = np.full((40, 60, 3), 20, np.uint8)
    night[:10, :10] = 255
    day = np.full((40, 60, 3), 130, np.uint8)
    assert brightness([night]) == 20
    assert brightness([night, day, day]) == 130


def test_calibration_sees_the_sets_that_are_answered() -> None:
    judge = Judge(
        TAXONOMY, labels=LABELS, temperature=1.0, min_mass=0.8, min_type_size_px=48, sets=SETS
    )
    scores = logits(bmp2=0.5, t80=0.3)
    ladder = judge.set_ladder(scores, size_px=200, brightness=120.0)
    assert ladder is not None
    assert ladder.conditions == ("usual",)
    answered = answer_of(identify(scores)).nodes
    assert answered in ladder.sets
    assert judge.set_ladder(logits(background=0.7), size_px=200) is None
    with pytest.raises(ValueError, match="sets"):
        Judge(TAXONOMY, labels=LABELS, temperature=1.0, min_mass=0.8).set_ladder(
            scores, size_px=200
        )
