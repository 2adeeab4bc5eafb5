from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.identity import attribute_facts, attributes
from marchpast.sheets.marks import read_marks
from marchpast.sheets.tells import TARPAULIN, tells_between
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
KINDS = st.lists(st.sampled_from(TAXONOMY.types), min_size=1, max_size=5, unique=True)


@given(KINDS)
@settings(max_examples=60, deadline=None)
def test_every_value_is_in_exactly_one_choice(nodes: list[str]) -> None:
    for tell in tells_between(TAXONOMY, nodes):
        values = [value for choice in tell.choices for value in choice.values]
        assert sorted(values) == sorted(attributes()[tell.name].values)
        assert len({choice.words for choice in tell.choices}) == len(tell.choices)


@given(KINDS)
@settings(max_examples=60, deadline=None)
def test_a_choice_never_mixes_what_the_kinds_tell_apart(nodes: list[str]) -> None:
    for tell in tells_between(TAXONOMY, nodes):
        for choice, fact in itertools.product(tell.choices, tell.facts):
            if fact is not None and len(choice.values) > 1:
                assert fact.issuperset(choice.values) or fact.isdisjoint(choice.values)


@given(st.lists(st.sampled_from(TAXONOMY.types), min_size=2, max_size=2, unique=True))
@settings(max_examples=150, deadline=None)
def test_facts_that_no_vehicle_shares_are_on_the_sheet(nodes: list[str]) -> None:
    one, other = (attribute_facts(TAXONOMY, node) for node in nodes)
    apart = {
        name
        for name in attributes()
        if one[name] and other[name] and not (one[name] or set()) & (other[name] or set())
    }
    assert apart <= {tell.name for tell in tells_between(TAXONOMY, nodes)}


def test_the_tells_of_osa_tochka_and_btr() -> None:
    tells = {tell.name: tell for tell in tells_between(TAXONOMY, ["osa", "tochka_u", "btr80"])}
    assert tells["axles"].has == ("3 axles", "3 axles", "4 axles")
    assert [choice.written for choice in tells["axles"].choices] == ["3", "4", "1-2,5-16"]
    assert "drive" not in tells  # all on wheels
    assert [choice.short for choice in tells["radar"].choices] == ["present", "absent"]
    assert tells[TARPAULIN].note.endswith("excludes nothing")


def test_what_does_not_apply_is_said_by_what_the_vehicle_runs_on() -> None:
    (axles,) = [
        tell for tell in tells_between(TAXONOMY, ["osa", "btr80", "tor"]) if tell.name == "axles"
    ]
    assert axles.has[2] == "tracks" and axles.facts[2] == frozenset()


def test_a_count_of_which_a_part_is_hidden_can_be_given() -> None:
    (axles, *_) = tells_between(TAXONOMY, ["osa", "btr80"])
    assert [choice.words for choice in axles.more] == ["at least 3 axles", "at least 4 axles"]
    assert [choice.written for choice in axles.more] == ["3-16", "4-16"]


def test_two_tanks_have_no_fact_between_them() -> None:
    assert tells_between(TAXONOMY, ["t72b3", "t90a_m"]) == ()


@given(KINDS)
@settings(max_examples=40, deadline=None)
def test_a_choice_is_read_back_as_it_is_written(nodes: list[str]) -> None:
    for tell in tells_between(TAXONOMY, nodes):
        for choice in tell.answers:
            marks = read_marks(
                [f"{tell.name}={choice.written}"], [], taxonomy=TAXONOMY, nodes=nodes
            )
            mark = marks.seen[tell.name]
            assert mark is not None and mark.values == choice.values


@pytest.mark.parametrize(
    ("given_", "tells", "values"),
    [
        (["axles=3,4"], [], ("3", "4")),
        (["axles=14+"], [], ("14", "15", "16")),
        (["axles=3-5"], ["axles.4=absent"], ("3", "5")),
        ([], ["axles.3+=absent"], ("1", "2")),
        (["axles=3+"], ["axles.3=present"], ("3",)),
    ],
)
def test_marks_of_one_attribute_narrow_it(
    given_: list[str], tells: list[str], values: tuple[str, ...]
) -> None:
    mark = read_marks(given_, tells, taxonomy=TAXONOMY, nodes=["osa"]).seen["axles"]
    assert mark is not None and mark.values == values


def test_states_of_features_and_of_attributes() -> None:
    marks = read_marks(
        [], ["osa.2=present", "radar=hidden", "OSA.5=Hidden"], taxonomy=TAXONOMY, nodes=["osa"]
    )
    assert marks.features == {"osa.2": "present", "osa.5": "hidden"}
    assert marks.seen == {"radar": None}


@pytest.mark.parametrize(
    ("given_", "tells", "message"),
    [
        (["axles=33"], [], "axles cannot be '33'"),
        (["axles=5-3"], [], "axles cannot be '5-3'"),
        (["wheels"], [], "NAME=VALUE"),
        (["drive=wheels", "drive=tracks"], [], "what is said of drive contradicts itself"),
        (["axles=3"], ["axles=hidden"], "axles cannot be seen and not visible at once"),
        ([], ["axles=present"], "axles.VALUE=present"),
        ([], ["radar=yes"], "ID=present, ID=absent or ID=hidden"),
        ([], ["osa.9=present"], "'osa.9' is no tell of this sheet; there are osa.1, osa.2"),
        ([], ["tor.1=present"], "'tor.1' is no tell of this sheet; there are drive, axles"),
    ],
)
def test_marks_that_mean_nothing_are_refused(
    given_: list[str], tells: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read_marks(given_, tells, taxonomy=TAXONOMY, nodes=["osa"])
