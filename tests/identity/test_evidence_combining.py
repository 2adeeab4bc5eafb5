"""Evidence against probabilities: a person excludes, a model leans, what is not known stays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.errors import TaxonomyError
from marchpast.identity import EvidenceTable, attributes, contradicts
from marchpast.records import SeenAttribute
from marchpast.taxonomy import load_taxonomy

LABELS = (
    *("osa", "tor", "s400", "bastion_p", "iskander_m", "t90a_m"),
    *("tank", "afv", "civilian_vehicle", "background"),
)
TAXONOMY = load_taxonomy()
TABLE = EvidenceTable(TAXONOMY, LABELS)
TYPES = LABELS[:6]


def by_user(name: str, value: str) -> SeenAttribute:
    return SeenAttribute(name, value, "user")


def by_model(name: str, value: str, probability: float) -> SeenAttribute:
    return SeenAttribute(name, value, "model", probability)


def shares(**given_: float) -> npt.NDArray[np.float64]:
    rest = (1 - sum(given_.values())) / (len(LABELS) - len(given_))
    return np.array([given_.get(label, rest) for label in LABELS])


def combined(probabilities: npt.NDArray[np.float64], *seen: SeenAttribute) -> dict[str, float]:
    return dict(zip(LABELS, TABLE.combine(probabilities, seen).tolist(), strict=True))


def test_nothing_seen_changes_nothing() -> None:
    before = shares(osa=0.6, tor=0.3)
    assert TABLE.combine(before, []).tolist() == before.tolist()


def test_a_person_takes_the_mass_of_what_cannot_be() -> None:
    after = combined(shares(osa=0.6, tor=0.3), by_user("drive", "tracks"))
    assert after["osa"] == after["s400"] == 0.0
    # All mass but that of labels whose drive is not known goes to what is tracked.
    kept = 3 * 0.1 / 8
    assert after["afv"] + after["civilian_vehicle"] + after["background"] == pytest.approx(kept)
    assert after["tor"] == pytest.approx(1 - kept, abs=0.12)
    assert after["tor"] > 5 * after["tank"]


def test_a_group_stands_for_its_unlisted_types_only_by_drive() -> None:
    before = shares(tank=0.5, osa=0.4)
    assert combined(before, by_user("drive", "wheels"))["tank"] == 0.0
    after = combined(before, by_user("road_wheels", "6"))
    assert after["tank"] == pytest.approx(0.5)
    assert after["t90a_m"] > after["tor"] > 0


def test_what_is_not_known_of_a_label_leaves_its_mass() -> None:
    # The overhang is known of Bastion and Iskander alone.
    before = shares(bastion_p=0.2, iskander_m=0.5, osa=0.2)
    after = combined(before, by_user("overhang", "long"))
    assert after["iskander_m"] == 0.0
    assert after["bastion_p"] == pytest.approx(0.7)
    assert after["osa"] == pytest.approx(0.2)


def test_noise_does_not_become_a_name() -> None:
    """Where the networks thought nothing of any tracked vehicle, a person's word names none."""
    before = shares(osa=1 - 1e-6, tor=9e-7)
    after = combined(before, by_user("drive", "tracks"))
    assert after["osa"] == 0.0
    assert max(after.values()) < 0.4


def test_a_word_that_leaves_nothing_leaves_all() -> None:
    table = EvidenceTable(TAXONOMY, ("osa", "s400"))
    before = np.array([0.7, 0.3])
    assert table.combine(before, [by_user("drive", "tracks")]).tolist() == [0.7, 0.3]


def test_a_model_moves_the_shares_by_a_quarter_of_its_log_odds() -> None:
    before = shares(osa=0.4, tor=0.4, s400=0.0, bastion_p=0.0, iskander_m=0.0, t90a_m=0.0, tank=0.0)
    after = combined(before, by_model("drive", "tracks", 0.9))
    odds = after["tor"] / after["osa"]
    assert odds == pytest.approx((0.9 / 0.1) ** 0.25)
    assert after["tor"] + after["osa"] == pytest.approx(0.8)


def test_a_model_counts_axles_of_wheeled_labels_alone() -> None:
    before = shares(osa=0.4, tor=0.4)
    after = combined(before, by_model("axles", "4", 0.95))
    assert after["tor"] == pytest.approx(before[LABELS.index("tor")])
    assert 0 < after["osa"] < 0.4


def test_a_label_must_be_known() -> None:
    with pytest.raises(TaxonomyError):
        EvidenceTable(TAXONOMY, ["dragon"])


@st.composite
def evidence(draw: st.DrawFn) -> SeenAttribute:
    attribute = attributes()[draw(st.sampled_from(list(attributes())))]
    value = draw(st.sampled_from(list(attribute.values)))
    told = draw(st.none() | st.floats(0, 1))
    return SeenAttribute(attribute.name, value, "user" if told is None else "model", told)


@settings(deadline=None)
@given(st.lists(evidence(), max_size=4), st.lists(st.floats(0, 1), min_size=10, max_size=10))
def test_the_result_is_a_distribution_without_what_a_person_excluded(
    seen: list[SeenAttribute], weights: list[float]
) -> None:
    before = np.array(weights) + 1e-9
    before /= before.sum()
    after = TABLE.combine(before, seen)
    assert after.sum() == pytest.approx(1.0)
    assert (after >= 0).all()
    # Background and civil vehicles have no facts: nothing that is seen takes from them.
    assert (after[-2:] >= before[-2:] - 1e-9).all()
    for label, share in zip(TYPES, after[: len(TYPES)], strict=True):
        words = [one for one in seen if one.origin == "user"]
        if any(contradicts(TAXONOMY, label, one, others=seen) for one in words):
            assert share == 0.0
        elif not words:
            assert share > 0.0
