import dataclasses

import pytest
from benchmarks.reconciling_oracle import made_inventory, made_sighting

from marchpast.errors import CircularPriorError
from marchpast.inventory import Inventory, Prior, prior_of, rank_with_prior, reconcile
from marchpast.records import Candidate, Identity
from marchpast.taxonomy import Taxonomy

UNDER_TEST = made_inventory({"osa": None, "s300_family": None}, id_="testograd-2017")
EARLIER = [
    made_inventory({"osa": None, "s400": None}, id_="testograd-2015", date="2015-05-09"),
    made_inventory({"osa": None}, id_="testograd-2016", date="2016-05-09"),
]
IDENTITY = Identity(
    "sam_long",
    "family",
    0.96,
    "a test says so",
    (
        Candidate("s300ps_pm", 0.4),
        Candidate("s400", 0.3),
        Candidate("civilian_vehicle", 0.2),
        Candidate("osa", 0.02),
    ),
)


def test_a_prior_changes_the_order_and_keeps_the_picture_beside_it(taxonomy: Taxonomy) -> None:
    ranked = rank_with_prior(IDENTITY, prior_of(EARLIER, about="Testograd"), taxonomy)
    # S-400 was named by one of two: (1 + 1) / (2 + 2); S-300 by none: 1 / 4; Osa by both: 3 / 4.
    assert [candidate.node for candidate in ranked] == [
        "s400",
        "s300ps_pm",
        "civilian_vehicle",
        "osa",
    ]
    assert [candidate.by_picture for candidate in ranked] == [0.3, 0.4, 0.2, 0.02]
    weighted = {"s300ps_pm": 0.4 / 4, "s400": 0.3 / 2, "osa": 0.02 * 3 / 4}
    scale = (0.4 + 0.3 + 0.02) / sum(weighted.values())
    for candidate in ranked:
        expected = weighted.get(candidate.node, 0.2 / scale) * scale
        assert candidate.with_prior == pytest.approx(expected)


def test_a_kind_counts_when_a_group_above_it_was_named(taxonomy: Taxonomy) -> None:
    prior = prior_of([UNDER_TEST], about="one")
    assert prior.weight("s300ps_pm", taxonomy) == 2 / 3
    assert prior.weight("s400", taxonomy) == 1 / 3


def test_nothing_becomes_impossible(taxonomy: Taxonomy) -> None:
    prior = prior_of(EARLIER * 50, about="a hundred")
    assert all(c.with_prior > 0 for c in rank_with_prior(IDENTITY, prior, taxonomy))


def test_a_prior_of_earlier_years_leaves_out_the_rest() -> None:
    undated = dataclasses.replace(EARLIER[0], date=None)
    rehearsal = dataclasses.replace(EARLIER[0], date="2017-05-06")
    prior = prior_of([*EARLIER, undated, rehearsal, UNDER_TEST], about="x", before=UNDER_TEST)
    assert prior.origins == tuple(EARLIER)
    with pytest.raises(ValueError, match="no inventory is left to make the prior 'x' of"):
        prior_of([UNDER_TEST], about="x", before=UNDER_TEST)


def test_no_verdict_depends_on_a_prior(taxonomy: Taxonomy) -> None:
    sighting = dataclasses.replace(made_sighting(["sam_long"], [1]), identity=IDENTITY)
    alone = reconcile([sighting], UNDER_TEST, taxonomy)
    prior = prior_of(EARLIER, about="Testograd")
    beside = reconcile([sighting], UNDER_TEST, taxonomy, prior=prior)
    assert alone.rankings == ()
    (ranking,) = beside.rankings
    assert ranking.sighting == sighting.id
    assert ranking.candidates == rank_with_prior(IDENTITY, prior, taxonomy)
    assert (alone.prior, beside.prior) == (None, prior)
    assert dataclasses.replace(beside, prior=None, rankings=()) == alone


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, "the same id"),
        ({"id": "Testograd-2017", "date": "2011-05-09", "sha256": "1" * 64}, "the same id"),
        ({"id": "other", "date": "2011-05-09", "place": "Elsewhere"}, "the same content"),
        ({"id": "other", "sha256": "1" * 64}, "the same place and a date of the same year"),
        # a rehearsal of the same parade, and one that was put off
        (
            {"id": "other", "sha256": "1" * 64, "date": "2017-05-06", "place": " testograd "},
            "the same place and a date of the same year",
        ),
        (
            {"id": "other", "sha256": "1" * 64, "date": None},
            "the same place and no date to tell them apart",
        ),
        # written anew under another place name, from the same announcement
        (
            {"id": "other", "sha256": "1" * 64, "place": "Тестоград"},
            "the same source and a date of the same year",
        ),
    ],
)
def test_the_inventory_under_test_is_refused_as_a_prior(
    changed: dict[str, str | None], why: str
) -> None:
    origin = dataclasses.replace(UNDER_TEST, **changed)  # type: ignore[arg-type]
    prior = Prior("the series", (*EARLIER, origin), {})
    with pytest.raises(CircularPriorError, match=f"has {why}, so the announcement would"):
        reconcile([], UNDER_TEST, prior=prior)


@pytest.mark.parametrize(
    "changed",
    [
        {"date": "2016-05-09", "id": "other", "sha256": "1" * 64},
        {
            "place": "Elsewhere",
            "id": "other",
            "sha256": "1" * 64,
            "sources": EARLIER[0].sources,
        },
    ],
)
def test_other_years_and_other_places_are_allowed(changed: dict[str, object]) -> None:
    origin: Inventory = dataclasses.replace(UNDER_TEST, **changed)  # type: ignore[arg-type]
    reconcile([], UNDER_TEST, prior=prior_of([origin], about="another"))
