"""Comparisons of vehicles that may be several things, of names that are not sure, of several clips.

Sightings are made with a set of answers and the probability that it holds the truth.
"""

import numpy as np
import pytest
from benchmarks.reconciling_oracle import made_inventory, made_sighting

from marchpast.inventory import (
    Amount,
    ClipLink,
    Comparison,
    ComparisonLine,
    Moment,
    Overall,
    Verdict,
    reconcile,
)
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy

TWO, THREE = Amount(2, "exact"), Amount(3, "exact")
NO_PROOF: Overall = "consistent, but does not prove it"


def _together(*sets: str, source: str = "a.mp4", probability: float = 1.0) -> list[Sighting]:
    """Return vehicles of one frame; `s300_family|s400` is a set of two."""
    return [
        made_sighting(
            nodes.split("|"), [10], source=source, track_id=i + 1, probability=probability
        )
        for i, nodes in enumerate(sets)
    ]


def _line(comparison: Comparison, *nodes: str) -> ComparisonLine:
    (line,) = [line for line in comparison.lines if line.nodes == nodes]
    return line


def _bounds(comparison: Comparison) -> dict[str, tuple[int | None, int | None]]:
    return {
        line.node: (line.covered_least, line.covered_most)
        for line in comparison.lines
        if line.announced is not None
    }


def test_a_set_that_meets_an_announced_kind_can_be_covered(taxonomy: Taxonomy) -> None:
    inventory = made_inventory({"s300_family": None}, is_partial=True)
    comparison = reconcile(_together("s300_family|s400"), inventory, taxonomy)
    assert _bounds(comparison) == {"s300_family": (0, 1)}
    assert _line(comparison, "s300_family").verdict == "cannot tell"
    seen = _line(comparison, "s300_family", "s400")
    assert (seen.node, seen.verdict) == ("sam_long", "cannot tell")
    assert "which is announced, or something else" in seen.reason
    assert comparison.overall == "cannot tell"


def test_a_set_of_announced_kinds_is_covered_whichever_it_is(taxonomy: Taxonomy) -> None:
    inventory = made_inventory({"s300_family": None, "s400": None})
    comparison = reconcile(_together("s300_family|s400"), inventory, taxonomy)
    assert _bounds(comparison) == {"s300_family": (0, 1), "s400": (0, 1)}
    assert _line(comparison, "s300_family", "s400").verdict == "covered"
    assert comparison.overall == "consistent"


def test_a_vehicle_without_room_elsewhere_settles_a_line(taxonomy: Taxonomy) -> None:
    inventory = made_inventory({"s300_family": Amount(1, "exact"), "s400": TWO})
    sets = ["s300_family|s400"] * 3
    comparison = reconcile(_together(*sets), inventory, taxonomy)
    assert _bounds(comparison) == {"s300_family": (1, 1), "s400": (2, 2)}
    assert comparison.overall == "consistent"


def test_two_lines_can_be_exceeded_together_and_neither_alone(taxonomy: Taxonomy) -> None:
    inventory = made_inventory({"s300_family": Amount(1, "exact"), "s400": TWO})
    comparison = reconcile(_together(*["s300_family|s400"] * 4), inventory, taxonomy)
    assert (comparison.overall, comparison.left_over) == ("inconsistent", 1)
    both = _line(comparison, "s300_family", "s400")
    assert (both.verdict, both.over) == ("surplus", 1)
    assert both.shown_at == (Moment("a.mp4", 10, 0.4),)
    assert _line(comparison, "s400").verdict == "covered"
    assert "together with S-300" in _line(comparison, "s400").reason
    (because,) = comparison.because
    assert "4 seen at once, announced 1 and 2 (a.mp4 at 0.4 s)" in because


def test_a_group_that_fits_no_more_is_a_surplus_whatever_its_members_are(
    taxonomy: Taxonomy,
) -> None:
    inventory = made_inventory({"s300_family": TWO})
    comparison = reconcile(_together("sam_long", "sam_long", "sam_long"), inventory, taxonomy)
    assert _line(comparison, "s300_family").verdict == "cannot tell"
    assert _bounds(comparison) == {"s300_family": (0, 2)}  # not one must be an S-300
    seen = _line(comparison, "sam_long")
    assert (seen.verdict, seen.over) == ("surplus", 1)
    assert "or not on the list" in seen.reason
    assert comparison.overall == "inconsistent"


def test_what_is_not_on_the_list_does_not_count_for_a_line(taxonomy: Taxonomy) -> None:
    inventory = made_inventory({"osa": TWO})
    comparison = reconcile(_together("osa", "osa", "osa", "s400", "s400"), inventory, taxonomy)
    assert _line(comparison, "osa").over == 1
    assert _line(comparison, "s400").over == 2
    assert comparison.left_over == 3
    assert [words.split(":")[0] for words in comparison.because] == ["surplus", "not announced"]
    assert comparison.because[0].startswith("surplus: 9K33 Osa, 3 seen at once, announced 2")


@pytest.mark.parametrize(
    ("probability", "verdict", "overall"),
    [(0.97, "surplus", "inconsistent"), (0.9, "cannot tell", "cannot tell")],
)
def test_a_surplus_is_stated_only_when_the_names_carry_it(
    taxonomy: Taxonomy, probability: float, verdict: Verdict, overall: Overall
) -> None:
    vehicles = _together("osa", "osa", "osa", probability=probability)
    comparison = reconcile(vehicles, made_inventory({"osa": TWO}), taxonomy)
    line = _line(comparison, "osa")
    assert (line.verdict, line.over, comparison.overall) == (verdict, 1, overall)
    assert comparison.left_over == 1
    assert bool(comparison.because) == (overall == "inconsistent")
    assert ("has a probability of" in line.reason) == (verdict == "cannot tell")


def test_a_kind_off_a_complete_list_is_stated_only_when_its_name_is_sure(
    taxonomy: Taxonomy,
) -> None:
    inventory = made_inventory({"bastion_p": None})
    sure = reconcile(_together("iskander_m", probability=0.95), inventory, taxonomy)
    assert (_line(sure, "iskander_m").verdict, sure.overall) == ("not announced", "inconsistent")
    unsure = reconcile(_together("iskander_m", probability=0.8), inventory, taxonomy)
    assert (_line(unsure, "iskander_m").verdict, unsure.overall) == ("cannot tell", "cannot tell")
    easier = reconcile(_together("iskander_m", probability=0.8), inventory, taxonomy, level=0.75)
    assert easier.overall == "inconsistent"


@pytest.mark.parametrize("level", [0.5, 1.0, -1.0])
def test_levels_that_mean_nothing_are_refused(level: float) -> None:
    with pytest.raises(ValueError, match=r"above 0\.5 and below 1"):
        reconcile([], made_inventory({"osa": None}), level=level)


def test_what_may_be_civil_takes_no_side(taxonomy: Taxonomy) -> None:
    inventory = made_inventory({"osa": None}, total=Amount(1, "exact"))
    vehicles = _together("osa", *["military_truck|civilian_vehicle"] * 3)
    comparison = reconcile(vehicles, inventory, taxonomy)
    assert comparison.seen_total.tracks == 1
    assert _line(comparison, "military_truck", "civilian_vehicle").verdict == "cannot tell"
    assert comparison.overall == NO_PROOF
    nothing = made_inventory({}, total=Amount(0, "exact"))
    assert reconcile(vehicles[1:], nothing, taxonomy).overall == "cannot tell"


def test_an_empty_set_is_left_out(taxonomy: Taxonomy) -> None:
    vehicles = [*_together("osa"), made_sighting([], [3], track_id=9)]
    comparison = reconcile(vehicles, made_inventory({"osa": None}), taxonomy)
    assert comparison.seen_total.tracks == 1
    assert "1 track without a name left out" in comparison.reason


def test_a_box_within_a_box_is_no_second_vehicle(taxonomy: Taxonomy) -> None:
    one, two = _together("osa", "osa")
    two.track.xyxy[:] = one.track.xyxy + np.array([2, 2, -2, -2], np.float32)
    comparison = reconcile([one, two], made_inventory({"osa": Amount(1, "exact")}), taxonomy)
    assert comparison.overall == "consistent"


def _two_clips() -> list[Sighting]:
    return [*_together("osa", "osa"), *_together("osa", "osa", source="b.mp4")]


@pytest.mark.parametrize(
    ("links", "overall", "least"),
    [
        ((), "consistent", 2),
        ((ClipLink("same convoy", ("a.mp4", "b.mp4")),), "consistent", 2),
        ((ClipLink("disjoint", ("a.mp4", "b.mp4")),), "inconsistent", 3),
    ],
)
def test_clips_are_added_only_when_they_are_said_to_be_disjoint(
    taxonomy: Taxonomy, links: tuple[ClipLink, ...], overall: Overall, least: int
) -> None:
    inventory = made_inventory({"osa": THREE})
    comparison = reconcile(_two_clips(), inventory, taxonomy, links=links)
    assert (comparison.overall, _bounds(comparison)) == (overall, {"osa": (least, 3)})
    if overall == "inconsistent":
        moments = _line(comparison, "osa").shown_at
        assert [moment.source for moment in moments] == ["a.mp4", "b.mp4"]
        assert "(a.mp4 at 0.4 s and b.mp4 at 0.4 s)" in comparison.reason


def test_disjoint_clips_are_added_for_the_total_too(taxonomy: Taxonomy) -> None:
    inventory = made_inventory({"osa": None}, total=THREE)
    links = (ClipLink("disjoint", ("a.mp4", "b.mp4")),)
    assert reconcile(_two_clips(), inventory, taxonomy).overall == "consistent"
    comparison = reconcile(_two_clips(), inventory, taxonomy, links=links)
    assert comparison.because == (
        "4 seen at once, 3 announced in all (a.mp4 at 0.4 s and b.mp4 at 0.4 s)",
    )


def test_a_link_to_a_source_that_is_not_there_is_refused(taxonomy: Taxonomy) -> None:
    links = (ClipLink("disjoint", ("a.mp4", "c.mp4")),)
    with pytest.raises(ValueError, match=r"no source is called 'c\.mp4'"):
        reconcile(_two_clips(), made_inventory({"osa": None}), taxonomy, links=links)
