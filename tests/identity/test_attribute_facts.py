"""What kinds of vehicles can show: facts that hold for everything people call by the name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.identity import attribute_facts, attributes, contradicts, parse_attribute
from marchpast.identity.evidence_facts import _data, values_of
from marchpast.records import SeenAttribute
from marchpast.synthesis.building import blueprint_names, load_blueprint
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


def seen(text: str) -> SeenAttribute:
    return parse_attribute(text)


def test_every_stated_fact_is_of_a_node_and_of_a_known_value() -> None:
    for node, stated in _data()[1].items():
        assert TAXONOMY.node(node).id == node
        for name, fact in stated.items():
            assert fact is None or fact <= attributes()[name].values.keys()


def test_what_is_stated_never_narrows_the_chassis() -> None:
    for type_ in TAXONOMY.types:
        chassis = TAXONOMY.node(type_).chassis
        assert chassis is not None
        axles = attribute_facts(TAXONOMY, type_)["axles"]
        if axles:
            assert set(map(str, chassis.axles)) <= axles, type_


@pytest.mark.parametrize("name", blueprint_names())
def test_what_is_drawn_from_measures_is_never_excluded(name: str) -> None:
    blueprint = load_blueprint(name)
    facts = attribute_facts(TAXONOMY, blueprint.node)
    shown = blueprint.attributes
    gaps = blueprint.gaps.value if isinstance(blueprint.gaps.value, tuple) else (1.0,)
    gear = "road_wheels" if facts["drive"] == frozenset(["tracks"]) else "axles"
    for text in (
        f"{gear}={len(gaps) + 1}",
        f"turret={'yes' if shown.turret else 'no'}",
        f"canisters={shown.canisters}",
        f"canisters={shown.firing_canisters or 0}+",
    ):
        assert not contradicts(TAXONOMY, blueprint.node, seen(text)), text


@pytest.mark.parametrize(
    ("text", "excluded", "possible"),
    [
        ("drive=tracks", {"osa", "s400", "btr80", "towed_guns"}, {"tor", "s300v", "tank"}),
        ("drive=wheels", {"tor", "buk", "s300v", "tor_m2dt"}, {"osa", "towed_guns", "malva"}),
        ("axles=3", {"btr80", "pantsir_s1", "tank", "tigr"}, {"osa", "s300ps_pm", "s400"}),
        ("axles=4+", {"osa", "bm21_grad", "s350"}, {"bastion_p", "topol_m", "s400"}),
        ("axle_groups=2+2", {"osa", "btr80", "uragan"}, {"bal", "pantsir_s1", "topol_m"}),
        ("road_wheels=7", {"buk", "t72b3", "osa"}, {"s300v", "gvozdika", "tor", "uran"}),
        ("cab=bonnet", {"s400", "bastion_p", "osa"}, {"s300ps_pm", "ural_4320", "bm21_grad"}),
        ("turret=yes", {"s400", "tochka_u", "iskander_m"}, {"osa", "tor", "bm21_grad"}),
        # Its loader has none.
        ("turret=no", {"tor", "btr82a", "t90a_m"}, {"osa", "btr80", "s400"}),
        ("canisters=6", {"s400", "tor", "bastion_p"}, {"osa", "pantsir_s1", "buk", "bal"}),
        ("canisters=3+", {"iskander_m", "topol_m", "t72_family"}, {"osa", "s400"}),
        ("units=2", {"osa", "tor", "bal"}, {"s400", "tor_m2dt", "ural_4320"}),
        ("overhang=long", {"iskander_m"}, {"bastion_p", "bal", "osa"}),
    ],
)
def test_what_is_seen_excludes_what_cannot_show_it(
    text: str, excluded: set[str], possible: set[str]
) -> None:
    found = {node for node in excluded | possible if contradicts(TAXONOMY, node, seen(text))}
    assert found == excluded


def test_a_group_is_excluded_with_the_last_of_its_types() -> None:
    assert contradicts(TAXONOMY, "btr_8x8", seen("axles=3"))
    assert not contradicts(TAXONOMY, "s300_family", seen("drive=tracks"))
    assert not contradicts(TAXONOMY, "s300_family", seen("drive=wheels"))
    assert not contradicts(TAXONOMY, "military_vehicle", seen("axles=8"))


def test_groups_without_types_exclude_nothing() -> None:
    assert not contradicts(TAXONOMY, "civilian_vehicle", seen("drive=tracks"))
    assert not contradicts(TAXONOMY, "ad_radar_cp", seen("radar=no"))


def test_under_a_tarpaulin_what_is_missing_excludes_nothing() -> None:
    canvas = seen("tarpaulin=yes")
    for text in ("turret=no", "radar=no", "canisters=0"):
        assert not contradicts(TAXONOMY, "pantsir_s1", seen(text), others=[canvas])
        assert not contradicts(TAXONOMY, "bm21_grad", seen(text), others=[canvas])
    assert contradicts(TAXONOMY, "pantsir_s1", seen("turret=no"), others=[seen("tarpaulin=no")])
    assert contradicts(TAXONOMY, "pantsir_s1", seen("axles=3"), others=[canvas])
    assert contradicts(TAXONOMY, "s400", seen("turret=yes"), others=[canvas])


def test_an_attribute_nobody_knows_excludes_nothing() -> None:
    colour = SeenAttribute("colour", "green", "user")
    assert not contradicts(TAXONOMY, "osa", colour)
    assert not contradicts(TAXONOMY, "osa", colour, others=[seen("tarpaulin=yes")])
    assert not contradicts(TAXONOMY, "osa", SeenAttribute("axles", "many", "user"))


@pytest.mark.parametrize(
    "text",
    ["drive", "drive=legs", "colour=green", "axles=0", "axles=4++", "axles=+", "turret=yes+"],
)
def test_what_cannot_be_seen_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"one of|names are"):
        parse_attribute(text)


def test_spaces_and_case_do_not_matter() -> None:
    assert parse_attribute(" Drive = TRACKS ") == SeenAttribute("drive", "tracks", "user")


@given(st.sampled_from(TAXONOMY.types), st.data())
def test_at_least_excludes_only_what_every_larger_count_excludes(
    type_: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["axles", "road_wheels", "canisters"]))
    values = list(attributes()[name].values)
    least = data.draw(st.sampled_from(values))
    larger = [SeenAttribute(name, value, "user") for value in values if int(value) >= int(least)]
    at_least = SeenAttribute(name, f"{least}+", "user")
    assert len(values_of(at_least)) == len(larger)
    expected = all(contradicts(TAXONOMY, type_, one) for one in larger)
    assert contradicts(TAXONOMY, type_, at_least) == expected
