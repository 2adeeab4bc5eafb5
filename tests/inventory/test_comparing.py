import dataclasses
import math
from collections.abc import Callable, Sequence
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.inventory import (
    Amount,
    AnnouncedLine,
    Comparison,
    Inventory,
    InventorySource,
    Overall,
    SeenCount,
    Verdict,
    load_inventory,
    reconcile,
)
from marchpast.inventory.reconciling import most_allowed
from marchpast.records import Sighting
from marchpast.taxonomy import Taxonomy

Seen = Callable[..., Sighting]

CONSISTENT: Overall = "consistent"
NO_PROOF: Overall = "consistent, but does not prove it"
EXACT_8 = Amount(8, "exact")


@pytest.fixture(scope="session")
def seen(seen: Seen) -> Seen:
    """Return a maker of sightings whose names are certain."""

    def make(*args: object, **kwargs: object) -> Sighting:
        sighting = seen(*args, **kwargs)
        return dataclasses.replace(
            sighting, identity=dataclasses.replace(sighting.identity, probability=1.0)
        )

    return make


def _inventory(
    lines: dict[str, Amount | None], *, total: Amount | None = None, is_partial: bool = False
) -> Inventory:
    return Inventory(
        id="test",
        place="Testograd",
        date="2017-05-09",
        total=total,
        lines=tuple(AnnouncedLine(node, amount) for node, amount in lines.items()),
        is_partial=is_partial,
        sources=(InventorySource("https://example.org/", "a test"),),
        confidence="high",
        note="",
        sha256="0" * 64,
    )


def _at_once(seen: Seen, *nodes: str, source: str = "a.mp4") -> list[Sighting]:
    ids = count(1)
    return [seen(node, [0, 1], source=source, track_id=next(ids)) for node in nodes]


def _verdicts(comparison: Comparison) -> dict[str, Verdict]:
    return {line.node: line.verdict for line in comparison.lines}


@pytest.mark.parametrize(
    ("amount", "number", "verdict"),
    [
        (EXACT_8, 3, "covered"),  # 8 announced and 3 seen is coverage of the observation
        (EXACT_8, 8, "covered"),
        (EXACT_8, 9, "surplus"),
        (Amount(0, "exact"), 1, "surplus"),
        (Amount(8, "at_least"), 1, "covered"),  # "more than" gives no shortfall
        (Amount(8, "at_least"), 30, "covered"),
        (Amount(8, "about"), 10, "covered"),
        (Amount(8, "about"), 11, "surplus"),
        (Amount(20, "about"), 25, "covered"),
        (Amount(20, "about"), 26, "surplus"),
        (None, 30, "covered"),
        (EXACT_8, 0, "not seen"),
        (None, 0, "not seen"),
    ],
)
def test_an_announced_line(
    seen: Seen, taxonomy: Taxonomy, amount: Amount | None, number: int, verdict: Verdict
) -> None:
    sightings = _at_once(seen, *["osa"] * number)
    line = reconcile(sightings, _inventory({"osa": amount}), taxonomy).lines[0]
    assert line.verdict == verdict
    assert line.seen == SeenCount("osa", number, number)


def test_more_tracks_than_announced_are_no_surplus(seen: Seen, taxonomy: Taxonomy) -> None:
    one_by_one = [seen("osa", [i], track_id=i + 1) for i in range(9)]
    comparison = reconcile(one_by_one, _inventory({"osa": EXACT_8}), taxonomy)
    assert comparison.lines[0].verdict == "covered"
    assert comparison.lines[0].seen == SeenCount("osa", at_once=1, tracks=9)


@pytest.mark.parametrize(
    ("announced", "is_partial", "node", "expected", "overall"),
    [
        # the line is the node seen, or above it
        ({"osa": None}, False, "osa", {"osa": "covered"}, CONSISTENT),
        ({"sam_short": None}, False, "osa", {"sam_short": "covered"}, CONSISTENT),
        # the narrowest line takes it
        (
            {"sam_short": None, "osa": None},
            False,
            "osa",
            {"sam_short": "not seen", "osa": "covered"},
            CONSISTENT,
        ),
        # what was seen lies above the line: it may be the announced kind, or another
        (
            {"s300_family": None},
            False,
            "sam_long",
            {"s300_family": "cannot tell", "sam_long": "cannot tell"},
            "cannot tell",
        ),
        (
            {"osa": None},
            False,
            "military_vehicle",
            {"osa": "cannot tell", "military_vehicle": "cannot tell"},
            "cannot tell",
        ),
        # not in the list: a contradiction only when the list is complete
        (
            {"osa": None},
            False,
            "s400",
            {"osa": "not seen", "s400": "not announced"},
            "inconsistent",
        ),
        ({"osa": None}, True, "s400", {"osa": "not seen", "s400": "cannot tell"}, "cannot tell"),
        # a partial list cannot be contradicted by what it leaves out, so it is no test
        ({"osa": None}, True, "osa", {"osa": "covered"}, NO_PROOF),
        # of the group for certain, and perhaps of the narrower line
        (
            {"sam_short": None, "osa": None},
            False,
            "sam_short",
            {"sam_short": "covered", "osa": "cannot tell"},
            CONSISTENT,
        ),
        # civil vehicles and vehicles without an answer take no part
        ({"osa": None}, False, "civilian_vehicle", {"osa": "not seen"}, "cannot tell"),
        ({"osa": None}, False, "vehicle", {"osa": "not seen"}, "cannot tell"),
        ({"osa": None}, False, "unknown", {"osa": "not seen"}, "cannot tell"),
        ({"osa": None}, False, "background", {"osa": "not seen"}, "cannot tell"),
    ],
)
def test_the_truth_table(
    seen: Seen,
    taxonomy: Taxonomy,
    announced: dict[str, Amount | None],
    is_partial: bool,
    node: str,
    expected: dict[str, Verdict],
    overall: Overall,
) -> None:
    comparison = reconcile([seen(node)], _inventory(announced, is_partial=is_partial), taxonomy)
    assert _verdicts(comparison) == expected
    assert comparison.overall == overall


@pytest.mark.parametrize(
    ("total", "number", "overall"),
    [
        (Amount(3, "exact"), 3, CONSISTENT),
        (Amount(3, "exact"), 4, "inconsistent"),
        (Amount(3, "about"), 5, CONSISTENT),
        (Amount(3, "about"), 6, "inconsistent"),
        (Amount(3, "at_least"), 40, CONSISTENT),
        (Amount(50, "at_least"), 1, CONSISTENT),
        (None, 40, CONSISTENT),
    ],
)
def test_the_total(
    seen: Seen, taxonomy: Taxonomy, total: Amount | None, number: int, overall: Overall
) -> None:
    sightings = _at_once(seen, *["osa"] * number, "civilian_vehicle")
    comparison = reconcile(sightings, _inventory({"osa": None}, total=total), taxonomy)
    assert comparison.overall == overall
    assert comparison.seen_total == SeenCount("military_vehicle", number, number)


def test_the_total_counts_kinds_together_only_in_one_frame(seen: Seen, taxonomy: Taxonomy) -> None:
    inventory = _inventory({"osa": None, "btr80": None}, total=Amount(2, "exact"))
    apart = [seen("osa", [0]), seen("osa", [0]), seen("btr80", [5]), seen("btr80", [5])]
    assert reconcile(apart, inventory, taxonomy).overall == CONSISTENT
    together = [seen("osa", [0]), seen("osa", [0]), seen("btr80", [0])]
    assert reconcile(together, inventory, taxonomy).overall == "inconsistent"


def test_two_clips_are_not_added(seen: Seen, taxonomy: Taxonomy) -> None:
    inventory = _inventory({"osa": EXACT_8}, total=EXACT_8)
    clips = _at_once(seen, *["osa"] * 5) + _at_once(seen, *["osa"] * 5, source="b.mp4")
    comparison = reconcile(clips, inventory, taxonomy)
    assert comparison.lines[0].seen == SeenCount("osa", at_once=5, tracks=10)
    assert comparison.overall == CONSISTENT


def test_the_founding_case(seen: Seen, taxonomy: Taxonomy) -> None:
    sightings = _at_once(seen, *["osa"] * 8, "btr80", "unknown")
    comparison = reconcile(sightings, load_inventory("vladivostok-2017"), taxonomy)
    assert _verdicts(comparison) == {
        "osa": "covered",
        "s300_family": "not seen",
        "bal": "not seen",
        "bastion_p": "not seen",
        "pantsir_s1": "not seen",
        "bm21_grad": "not seen",
        "btr80": "cannot tell",
    }
    assert comparison.overall == NO_PROOF
    assert str(comparison.total) == "at least 50"
    assert (comparison.place, comparison.date) == ("Vladivostok", "2017-05-09")
    assert "9K33 Osa" in comparison.reason
    assert "says nothing about BTR-80" in comparison.reason
    assert "1 track without a name left out" in comparison.reason


def test_s400_in_the_press_of_2017_is_not_in_the_list_and_no_contradiction(
    seen: Seen, taxonomy: Taxonomy
) -> None:
    comparison = reconcile([seen("s400")], load_inventory("vladivostok-2017"), taxonomy)
    assert _verdicts(comparison)["s400"] == "cannot tell"
    assert comparison.overall == "cannot tell"


def test_an_announced_zero_explains_nothing(seen: Seen, taxonomy: Taxonomy) -> None:
    inventory = load_inventory("moscow-2026")
    comparison = reconcile(_at_once(seen, "yars", "btr82a", "afv"), inventory, taxonomy)
    assert set(_verdicts(comparison).values()) == {"not announced"}
    assert comparison.overall == "explains nothing"
    assert reconcile([seen("civilian_vehicle")], inventory, taxonomy).overall == "cannot tell"


def test_moscow_2023_counted_against_announced(seen: Seen, taxonomy: Taxonomy) -> None:
    inventory = load_inventory("moscow-2023")
    counted = _at_once(seen, *["yars"] * 3, *["bumerang"] * 3, *["tigr"] * 6, "btr82a", "t34_85")
    comparison = reconcile(counted, inventory, taxonomy)
    assert comparison.overall == NO_PROOF  # 14 of 125 seen is no shortfall
    many = _at_once(seen, *["tigr"] * 126)
    assert reconcile(many, inventory, taxonomy).overall == "inconsistent"


def test_a_contradiction_that_a_lookalike_would_explain_says_so(
    seen: Seen, taxonomy: Taxonomy
) -> None:
    comparison = reconcile([seen("iskander_m")], _inventory({"bastion_p": None}), taxonomy)
    line = comparison.lines[1]
    assert line.verdict == "not announced"
    assert "easily taken for K-300P Bastion-P, which is announced" in line.reason
    assert comparison.reason.startswith("If the names are right, ")


def test_nothing_seen_can_tell_nothing(taxonomy: Taxonomy) -> None:
    comparison = reconcile([], _inventory({"osa": EXACT_8}), taxonomy)
    assert comparison.overall == "cannot tell"
    assert comparison.seen_total == SeenCount("military_vehicle", 0, 0)


def test_most_allowed() -> None:
    assert most_allowed(None) == most_allowed(Amount(8, "at_least")) == math.inf
    assert most_allowed(EXACT_8) == 8
    assert [most_allowed(Amount(n, "about")) for n in (0, 1, 8, 9, 90)] == [2, 3, 10, 12, 113]


_NODES = ["osa", "sam_short", "s400", "sam_long", "btr80", "btr_8x8", "afv", "military_vehicle"]
_AMOUNTS = st.one_of(
    st.none(),
    st.builds(Amount, st.integers(0, 4), st.sampled_from(["exact", "at_least", "about"])),
)
_LINES = st.dictionaries(st.sampled_from(_NODES[:-1]), _AMOUNTS, min_size=1)
_SEEN = st.lists(
    st.tuples(
        st.sampled_from([*_NODES, "civilian_vehicle", "vehicle", "unknown", "background"]),
        st.sampled_from(["a.mp4", "b.mp4"]),
        st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True).map(sorted),
    ),
    max_size=10,
)
World = Sequence[tuple[str, str, list[int]]]


def _sightings(seen: Seen, world: World) -> list[Sighting]:
    return [
        seen(node, frames, source=clip, track_id=i) for i, (node, clip, frames) in enumerate(world)
    ]


@settings(deadline=None)
@given(_SEEN, _LINES, _AMOUNTS, st.booleans())
def test_what_holds_for_every_comparison(
    seen: Seen,
    taxonomy: Taxonomy,
    world: World,
    lines: dict[str, Amount | None],
    total: Amount | None,
    is_partial: bool,
) -> None:
    if total == Amount(0, "exact"):
        lines = {}
    inventory = _inventory(lines, total=total, is_partial=is_partial)
    comparison = reconcile(_sightings(seen, world), inventory, taxonomy)
    military = [n for n, _, _ in world if n in _NODES]
    assert sum(line.seen.tracks for line in comparison.lines) == len(military)
    assert comparison.seen_total.tracks == len(military)
    for line in comparison.lines:
        assert (line.verdict == "not seen") <= (line.seen.tracks == 0)
        if line.announced and line.announced.amount:
            assert not (line.announced.amount.qualifier == "at_least" and line.verdict == "surplus")
        if is_partial and not inventory.announces_nothing:
            assert line.verdict != "not announced"
    if inventory.announces_nothing:
        assert comparison.overall == ("explains nothing" if military else "cannot tell")
    if not military:
        assert comparison.overall == "cannot tell"
    said = " ".join([comparison.overall, comparison.reason, *(x.reason for x in comparison.lines)])
    assert not {"confirm", "confirms", "confirmed", "proves", "proven"} & set(said.lower().split())


@settings(deadline=None)
@given(_SEEN, _LINES, _AMOUNTS, st.booleans())
def test_the_same_clips_again_change_no_verdict(
    seen: Seen,
    taxonomy: Taxonomy,
    world: World,
    lines: dict[str, Amount | None],
    total: Amount | None,
    is_partial: bool,
) -> None:
    if total == Amount(0, "exact"):
        lines = {}
    inventory = _inventory(lines, total=total, is_partial=is_partial)
    once = _sightings(seen, world)
    again = _sightings(seen, [(node, f"copy of {clip}", frames) for node, clip, frames in world])
    before = reconcile(once, inventory, taxonomy)
    after = reconcile(once + again, inventory, taxonomy)
    assert _verdicts(after) == _verdicts(before)
    assert after.overall == before.overall
    assert after.seen_total.at_once == before.seen_total.at_once


@settings(deadline=None)
@given(_SEEN)
def test_the_order_of_sightings_does_not_matter(
    seen: Seen, taxonomy: Taxonomy, world: World
) -> None:
    inventory = load_inventory("vladivostok-2017")
    sightings = _sightings(seen, world)
    assert reconcile(sightings, inventory, taxonomy) == reconcile(
        sightings[::-1], inventory, taxonomy
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"lines": {"osa": None}, "total": Amount(0, "exact")}, "the total is 0, but lines name"),
        ({"lines": {}}, "without lines the list cannot be complete"),
    ],
)
def test_an_inventory_that_contradicts_itself_is_refused(
    fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _inventory(**fields)  # type: ignore[arg-type]


def test_amounts_are_not_negative() -> None:
    with pytest.raises(ValueError, match="0 or more, got -1"):
        Amount(-1, "exact")
