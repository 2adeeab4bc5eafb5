"""The judge: roll-up along the real tree, with probabilities set by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.errors import TaxonomyError
from marchpast.identity import NOT_A_VEHICLE, UNKNOWN, Judge
from marchpast.records import FloatArray, Identity
from marchpast.taxonomy import load_taxonomy

LABELS = (
    "bmp2",
    "bmp3",
    "t80",
    "tank",
    "btr82a",
    "military_truck",
    "osa",
    "civilian_vehicle",
    "background",
)
TAXONOMY = load_taxonomy()


def judge(min_mass: float = 0.8, temperature: float = 1.0, min_type_size_px: int = 0) -> Judge:
    return Judge(
        TAXONOMY,
        labels=LABELS,
        temperature=temperature,
        min_mass=min_mass,
        min_type_size_px=min_type_size_px,
    )


def logits(**shares: float) -> FloatArray:
    """One crop's logits whose softmax gives these shares; the rest is spread evenly."""
    rest = (1 - sum(shares.values())) / (len(LABELS) - len(shares))
    values = [shares.get(label, rest) for label in LABELS]
    return np.log(np.maximum(values, 1e-9)).astype(np.float32)[None]


def identify(
    scores: FloatArray, *, found_as: str = "military_vehicle", size_px: float = 200.0, **how: float
) -> Identity:
    return judge(**how).identify(scores, size_px=size_px, found_as=found_as)  # type: ignore[arg-type]


def test_a_clear_type_is_named() -> None:
    answer = identify(logits(osa=0.95))
    assert (answer.node, answer.level) == ("osa", "type")
    assert answer.probability == pytest.approx(0.95, abs=1e-6)
    assert answer.candidates[0].node == "osa"


def test_two_of_a_family_give_the_family() -> None:
    answer = identify(logits(bmp2=0.5, bmp3=0.45))
    assert (answer.node, answer.level) == ("bmp_family", "family")
    assert answer.probability == pytest.approx(0.95, abs=1e-6)
    assert "BMP-2" in answer.reason
    assert "0.50" in answer.reason


def test_armour_of_different_families_gives_the_category() -> None:
    answer = identify(logits(bmp2=0.3, t80=0.35, btr82a=0.3))
    assert (answer.node, answer.level) == ("afv", "category")


def test_military_and_no_more() -> None:
    answer = identify(logits(osa=0.3, t80=0.35, military_truck=0.3))
    assert (answer.node, answer.level) == ("military_vehicle", "class")


def test_a_tank_that_is_none_of_the_known_ones() -> None:
    answer = identify(logits(tank=0.9))
    assert (answer.node, answer.level) == ("tank", "family")
    assert "none of the known types" in answer.reason
    assert all(candidate.node != "tank" for candidate in answer.candidates)


def test_military_or_civil_is_a_vehicle() -> None:
    answer = identify(logits(osa=0.45, civilian_vehicle=0.5))
    assert (answer.node, answer.level) == ("vehicle", "class")


def test_hardly_a_vehicle_is_unknown() -> None:
    answer = identify(logits(osa=0.6, background=0.35))
    assert (answer.node, answer.level) == (UNKNOWN, "unknown")


def test_no_vehicle_is_set_aside() -> None:
    answer = identify(logits(background=0.7, osa=0.2))
    assert answer.node == NOT_A_VEHICLE


def test_a_civil_box_is_never_given_a_military_name() -> None:
    answer = identify(logits(osa=0.97), found_as="civilian_vehicle")
    assert answer.node == "vehicle"
    assert "9K33 Osa" in answer.reason


def test_a_military_box_that_the_classifier_vetoes_is_civil() -> None:
    assert identify(logits(civilian_vehicle=0.97)).node == "civilian_vehicle"


def test_too_few_pixels_for_a_type() -> None:
    answer = identify(logits(bmp2=0.95), size_px=20, min_type_size_px=32)
    assert answer.node == "bmp_family"
    assert "20 px" in answer.reason
    assert identify(logits(bmp2=0.95), size_px=32, min_type_size_px=32).node == "bmp2"


def test_a_thin_type_is_answered_as_far_as_unlearnt_lookalikes_allow() -> None:
    # The Osa's hull is the Tochka-U's, which is no label here: a missile launcher may be it.
    wary = Judge(TAXONOMY, labels=LABELS, temperature=1, min_mass=0.8, thin_nodes=("osa",))
    answer = wary.identify(logits(osa=0.95), size_px=200, found_as="military_vehicle")
    assert answer.node == "military_vehicle"
    assert "Tochka-U" in answer.reason
    assert answer.candidates[0].node == "osa"


def test_a_thin_type_whose_lookalikes_were_learnt_is_named() -> None:
    labels = [*LABELS, *{row.node for row in TAXONOMY.lookalikes("osa") if row.node}]
    wary = Judge(
        TAXONOMY,
        labels=list(dict.fromkeys(labels)),
        temperature=1,
        min_mass=0.8,
        thin_nodes=("osa",),
    )
    scores = np.full((1, len(dict.fromkeys(labels))), -9.0, np.float32)
    scores[0, LABELS.index("osa")] = 9.0
    assert wary.identify(scores, size_px=200, found_as="military_vehicle").node == "osa"


def test_a_thin_group_is_answered_as_the_node_above_it() -> None:
    # Of all missile launchers one Iskander was learnt: a Bastion looks like it.
    labels = (*LABELS, "srbm", "icbm")
    thin = ("missile_tel", "srbm", "icbm", "sam_short")
    wary = Judge(TAXONOMY, labels=labels, temperature=1, min_mass=0.8, thin_nodes=thin)
    scores = np.zeros((1, len(labels)), np.float32)
    scores[0, labels.index("srbm")] = 9.0
    answer = wary.identify(scores, size_px=200, found_as="military_vehicle")
    assert answer.node == "military_vehicle"
    assert "few pictures" in answer.reason
    assert answer.probability > 0.9


def gated(novelty: float, scores: FloatArray) -> Identity:
    wary = Judge(
        TAXONOMY, labels=LABELS, temperature=1, min_mass=0.8, novelty_slope=10, min_type_score=0
    )
    strange = np.full(len(scores), novelty, np.float32)
    return wary.identify(scores, size_px=200, found_as="military_vehicle", novelty=strange)


def test_a_type_unlike_anything_trained_is_military_and_no_more() -> None:
    # Log-odds of 0.95 are 2.9: a novelty of 0.29 costs as much.
    assert gated(0.28, logits(osa=0.95)).node == "osa"
    answer = gated(0.31, logits(osa=0.95))
    assert (answer.node, answer.level) == ("military_vehicle", "class")
    assert "unlike anything trained" in answer.reason
    assert "9K33 Osa" in answer.reason
    assert answer.candidates[0].node == "osa"


def test_a_type_close_to_its_pictures_needs_less_mass() -> None:
    answer = gated(0.02, logits(osa=0.6))
    assert answer.node == "osa"
    assert "like the pictures it was learnt from" in answer.reason
    assert gated(0.02, logits(osa=0.4, t80=0.35)).node == "military_vehicle"


@pytest.mark.parametrize(
    ("share", "node"), [(0.99, "osa"), (0.9, "air_defence"), (0.7, "air_defence")]
)
def test_a_type_learnt_from_rendered_pictures_needs_more(share: float, node: str) -> None:
    # Log-odds of 0.99 are 4.6, of 0.9 2.2, of 0.7 0.8.
    wary = Judge(
        TAXONOMY,
        labels=LABELS,
        temperature=1,
        min_mass=0.8,
        novelty_slope=10,
        min_type_score=0,
        thin_nodes=("sam_short",),
        rendered_types=("osa",),
        min_rendered_score=3.0,
    )
    near = np.zeros(1, np.float32)
    answer = wary.identify(
        logits(osa=share), size_px=200, found_as="military_vehicle", novelty=near
    )
    assert answer.node == node
    assert ("rendered pictures" in answer.reason) == (node != "osa")
    assert answer.candidates[0].node == "osa"


def test_strangeness_leaves_a_family_alone() -> None:
    assert gated(0.9, logits(tank=0.9)).node == "tank"
    assert gated(0.9, logits(bmp2=0.5, bmp3=0.45)).node == "bmp_family"


def test_novelty_is_averaged_over_the_crops() -> None:
    both = np.concatenate([logits(osa=0.95)] * 2)
    wary = Judge(
        TAXONOMY, labels=LABELS, temperature=1, min_mass=0.8, novelty_slope=10, min_type_score=0
    )
    for novelty, node in (((0.0, 0.5), "osa"), ((0.2, 0.5), "military_vehicle")):
        answer = wary.identify(
            both,
            size_px=200,
            found_as="military_vehicle",
            novelty=np.array(novelty, np.float32),
        )
        assert answer.node == node


def test_crops_are_averaged_as_probabilities() -> None:
    both = np.concatenate([logits(bmp2=0.9), logits(bmp3=0.9)])
    shares = judge().probabilities(both)
    np.testing.assert_allclose(shares[:2], (0.9 + 0.1 / 8) / 2, atol=1e-6)


def test_temperature_softens() -> None:
    sharp, soft = (judge(temperature=value).probabilities(logits(osa=0.9)) for value in (1.0, 3.0))
    assert soft.max() < sharp.max()
    assert sharp.argmax() == soft.argmax()


@given(
    st.lists(st.floats(-20, 20), min_size=len(LABELS), max_size=len(LABELS)),
    st.floats(0.51, 0.99),
    st.floats(0.0, 0.4),
)
def test_a_stricter_threshold_never_answers_deeper(
    values: list[float], min_mass: float, stricter: float
) -> None:
    scores = np.array([values], np.float32)
    loose = identify(scores, min_mass=min_mass)
    strict = identify(scores, min_mass=min(1.0, min_mass + stricter))
    if loose.node in (UNKNOWN, NOT_A_VEHICLE):
        assert strict.node == loose.node
    elif strict.node != UNKNOWN:
        assert TAXONOMY.is_within(loose.node, strict.node)
        assert loose.probability >= min_mass
    assert sum(candidate.probability for candidate in loose.candidates) <= 1 + 1e-9


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="min_mass"):
        judge(min_mass=0.5)
    with pytest.raises(ValueError, match="temperature"):
        judge(temperature=0)
    with pytest.raises(ValueError, match=r"\(0, 9\)"):
        judge().probabilities(np.zeros((0, len(LABELS)), np.float32))
    with pytest.raises(TaxonomyError):
        Judge(TAXONOMY, labels=["no_such_node"], temperature=1, min_mass=0.8)
