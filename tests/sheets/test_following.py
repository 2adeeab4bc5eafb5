from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.identity import UNKNOWN, attributes, check_label
from marchpast.records import Identity, SeenAttribute
from marchpast.sheets.following import Outcome, follow
from marchpast.sheets.marks import read_marks
from marchpast.sheets.sight import claims_of
from marchpast.sheets.tells import tells_between
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
VALUES = {
    **{name: list(attribute.values) for name, attribute in attributes().items()},
    "axles": ["2", "3", "4", "5+"],
    "road_wheels": ["5", "6", "7"],
    "canisters": ["0", "2", "3+", "4", "8", "12", "40"],
}


@st.composite
def seen_by(draw: st.DrawFn, names: tuple[str, ...], most: int) -> dict[str, str]:
    chosen = draw(st.lists(st.sampled_from(names), max_size=most, unique=True))
    return {name: draw(st.sampled_from(VALUES[name])) for name in chosen}


def outcome_of(
    nodes: list[str],
    words: dict[str, str],
    told: tuple[SeenAttribute, ...] = (),
    tells: tuple[str, ...] = (),
) -> Outcome:
    given_ = [f"{name}={value}" for name, value in words.items()]
    seen = read_marks(given_, tells, taxonomy=TAXONOMY, nodes=nodes).seen
    claims = claims_of(told)
    asked = tells_between(TAXONOMY, nodes, also=[*seen, *(claim.name for claim in claims)])
    names = [TAXONOMY.name(node) for node in nodes]
    return follow(asked, nodes, names, seen=seen, claims=claims, taxonomy=TAXONOMY)


@given(
    nodes=st.lists(st.sampled_from(TAXONOMY.types), min_size=1, max_size=5, unique=True),
    words=seen_by(tuple(attributes()), 4),
    told=seen_by(("drive", "axles"), 2),
    probability=st.sampled_from([0.85, 0.94, 0.95, 0.99]),
)
@settings(max_examples=250, deadline=None)
def test_the_verdicts_are_those_of_check_label(
    nodes: list[str], words: dict[str, str], told: dict[str, str], probability: float
) -> None:
    by_model = tuple(SeenAttribute(n, v, "model", probability) for n, v in told.items())
    by_person = [SeenAttribute(name, value, "user") for name, value in words.items()]
    # The models answer nothing, so that what is seen decides alone.
    identity = Identity(UNKNOWN, "unknown", 0.0, "nothing", (), attributes=by_model)
    checks = [check_label(identity, node, TAXONOMY, seen=by_person) for node in nodes]
    outcome = outcome_of(nodes, words, by_model)
    assert [bool(why) for why in outcome.excluded] == [
        check.verdict == "excluded" for check in checks
    ]
    for check, why in zip(checks, outcome.excluded, strict=True):
        if check.basis == "seen":
            # In another order, and with what a model adds.
            assert set(check.reason.split("; ")) <= set(why)


@given(
    nodes=st.lists(st.sampled_from(TAXONOMY.types), min_size=1, max_size=4, unique=True),
    words=seen_by(tuple(attributes()), 3),
    hidden=st.sampled_from(tuple(attributes())),
)
@settings(max_examples=120, deadline=None)
def test_what_is_not_visible_decides_nothing(
    nodes: list[str], words: dict[str, str], hidden: str
) -> None:
    words.pop(hidden, None)
    without = outcome_of(nodes, words)
    with_it = outcome_of(nodes, words, tells=(f"{hidden}=hidden",))
    assert with_it.excluded == without.excluded
    assert with_it.headline == without.headline


@given(
    nodes=st.lists(st.sampled_from(TAXONOMY.types), min_size=2, max_size=4, unique=True),
    words=seen_by(tuple(attributes()), 3),
    more=st.sampled_from([name for name in attributes() if name != "tarpaulin"]),
    data=st.data(),
)
@settings(max_examples=120, deadline=None)
def test_more_that_is_seen_frees_no_kind(
    nodes: list[str], words: dict[str, str], more: str, data: st.DataObject
) -> None:
    words.pop(more, None)
    before = outcome_of(nodes, words)
    after = outcome_of(nodes, words | {more: data.draw(st.sampled_from(VALUES[more]))})
    assert set(after.possible) <= set(before.possible)


@given(
    nodes=st.lists(st.sampled_from(TAXONOMY.types), min_size=2, max_size=4, unique=True),
    words=seen_by(tuple(attributes()), 2),
)
@settings(max_examples=80, deadline=None)
def test_what_is_asked_for_next_can_exclude_some_and_not_all(
    nodes: list[str], words: dict[str, str]
) -> None:
    before = outcome_of(nodes, words)
    by_phrase = {attribute.what: name for name, attribute in attributes().items()}
    for text in before.deciding:
        name = by_phrase[text.partition(": ")[0]]
        assert name not in words
        left = [
            len(outcome_of(nodes, words | {name: value}).possible)
            for value in attributes()[name].values
        ]
        assert any(0 < count < len(before.possible) for count in left)


def test_the_sheet_of_the_founding_case() -> None:
    nodes = ["osa", "tochka_u", "btr80"]
    nothing = outcome_of(nodes, {})
    assert nothing.headline == (
        "Nothing is marked that could exclude a kind. Possible: 9K33 Osa, 9K79-1 Tochka-U and "
        "BTR-80."
    )
    assert nothing.deciding[0] == (
        "the number of axles: 9K33 Osa and 9K79-1 Tochka-U have 3 axles; BTR-80 has 4 axles"
    )
    three = outcome_of(nodes, {"axles": "3"})
    assert three.headline == "Excluded: BTR-80. Still possible: 9K33 Osa and 9K79-1 Tochka-U."
    assert three.excluded[2] == ("a person saw 3 axles, but BTR-80 has 4 axles",)
    assert three.deciding[0] == "whether it has a turret: a turret would exclude 9K79-1 Tochka-U"
    turret = outcome_of(nodes, {"axles": "3", "turret": "yes"})
    assert turret.headline == (
        "Excluded: 9K79-1 Tochka-U and BTR-80. Of the kinds compared only 9K33 Osa stays possible; "
        "another kind may fit as well."
    )
    assert turret.deciding == ()


def test_no_turret_under_a_tarpaulin_excludes_nothing() -> None:
    assert outcome_of(["tor", "osa"], {"turret": "no"}).possible == (1,)
    covered = outcome_of(["tor", "osa"], {"turret": "no", "tarpaulin": "yes"})
    assert covered.possible == (0, 1)
    assert outcome_of(["tor", "osa"], {"drive": "wheels", "tarpaulin": "yes"}).possible == (1,)


def test_a_claim_counts_only_where_it_is_sure_and_no_person_contradicts_it() -> None:
    tracks = SeenAttribute("drive", "tracks", "model", 0.97)
    unsure = SeenAttribute("drive", "tracks", "model", 0.94)
    assert outcome_of(["osa", "tor"], {}, (tracks,)).possible == (1,)
    assert outcome_of(["osa", "tor"], {}, (unsure,)).possible == (0, 1)
    against = outcome_of(["osa", "tor"], {"drive": "wheels"}, (tracks,))
    assert against.possible == (0,)
    assert against.conflicts == (
        "the classifier sees tracks (0.97), but no known vehicle shows that beside what a person "
        "saw: it excludes nothing",
    )
    # A person who looked and could not see it takes the model's word away.
    assert outcome_of(["osa", "tor"], {}, (tracks,), ("drive=hidden",)).possible == (0, 1)


def test_marks_that_no_vehicle_shows_are_told() -> None:
    outcome = outcome_of(["osa", "tor"], {"drive": "tracks", "axles": "3"})
    assert outcome.possible == ()
    assert outcome.headline.endswith("it is another kind, or a mark is wrong.")
    assert outcome.conflicts == (
        "no known vehicle shows all that a person saw: tracks, 3 axles; look again",
    )


def test_a_hidden_tell_would_decide_elsewhere() -> None:
    outcome = outcome_of(["osa", "btr80"], {}, tells=("axles=hidden",))
    assert outcome.elsewhere == ("the number of axles: 9K33 Osa has 3 axles; BTR-80 has 4 axles",)
    assert not any("number of axles" in text for text in outcome.deciding)


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        ({}, ("", "", "does not apply")),
        ({"axles": "3"}, ("fits", "contradicts", "contradicts")),
        ({"axles": "3+"}, ("may fit", "may fit", "contradicts")),
    ],
)
def test_cells(words: dict[str, str], cells: tuple[str, ...]) -> None:
    nodes = ["osa", "btr80", "tor"]
    tells = [tell.name for tell in tells_between(TAXONOMY, nodes, also=words)]
    assert outcome_of(nodes, words).cells[tells.index("axles")] == cells
