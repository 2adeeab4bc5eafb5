import pytest

from marchpast.errors import TaxonomyError
from marchpast.records import Level
from marchpast.taxonomy import Lookalike, LookalikeGroup, Node, Taxonomy, load_taxonomy
from marchpast.taxonomy.parsing import parse_taxonomy


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def _node(id_: str, parent: str | None, level: Level, **fields: object) -> Node:
    return Node(id=id_, parent=parent, name=id_, name_ru=id_, level=level, **fields)  # type: ignore[arg-type]


def test_it_is_one_tree_with_68_types(taxonomy: Taxonomy) -> None:
    assert len(taxonomy.types) == 68
    reached = []
    todo = ["vehicle"]
    while todo:
        id_ = todo.pop()
        reached.append(id_)
        todo.extend(taxonomy.children(id_))
    assert sorted(reached) == sorted(taxonomy.nodes)
    assert len(reached) == len(set(reached)) == 104


def test_every_type_is_military_and_has_a_category_above_it(taxonomy: Taxonomy) -> None:
    for type_ in taxonomy.types:
        lineage = taxonomy.lineage(type_)
        assert lineage[:2] == ("vehicle", "military_vehicle")
        assert lineage[-1] == type_
        assert taxonomy.level(lineage[2]) == "category"
        assert taxonomy.children(type_) == ()


@pytest.mark.parametrize(
    ("id_", "level"),
    [
        ("vehicle", "class"),
        ("military_vehicle", "class"),
        ("civilian_vehicle", "class"),
        ("air_defence", "category"),
        ("protected_truck", "category"),
        ("sam_long", "family"),
        ("s300_family", "family"),
        ("btr_8x8", "family"),
        ("osa", "type"),
        ("tigr", "type"),
    ],
)
def test_levels(taxonomy: Taxonomy, id_: str, level: Level) -> None:
    assert taxonomy.level(id_) == level


def test_lineage_children_and_types_under(taxonomy: Taxonomy) -> None:
    assert taxonomy.lineage("btr80") == (
        "vehicle",
        "military_vehicle",
        "afv",
        "apc_wheeled",
        "btr_8x8",
        "btr80",
    )
    assert taxonomy.children("btr_8x8") == ("btr80", "btr82a", "btr70")
    assert taxonomy.types_under("apc_wheeled") == ("btr80", "btr82a", "btr70", "bumerang")
    assert taxonomy.types_under("osa") == ("osa",)
    assert taxonomy.types_under("civilian_vehicle") == ()
    assert taxonomy.types_under("vehicle") == taxonomy.types
    assert taxonomy.is_within("osa", "osa")
    assert taxonomy.is_within("osa", "air_defence")
    assert not taxonomy.is_within("air_defence", "osa")


def test_lookalikes_lead_to_nodes_or_say_that_the_tree_has_none(taxonomy: Taxonomy) -> None:
    free = {
        tell.name for id_ in taxonomy.nodes for tell in taxonomy.lookalikes(id_) if not tell.node
    }
    assert free == {"RT-2PM Topol (MAZ-7917)", "BTR-D", "SU-100", "STS Spartak"}
    first = taxonomy.lookalikes("osa")[0]
    assert first.node == "tochka_u"
    assert first.name == "9K79-1 Tochka-U"
    assert "no turret" in first.tell
    assert {group.id: group.members for group in taxonomy.lookalike_groups}["mzkt7930_8x8"] == (
        "bastion_p",
        "bal",
        "iskander_m",
    )


def test_what_lacks_a_second_source_is_marked(taxonomy: Taxonomy) -> None:
    unsure = {
        (node.id, alias.text)
        for node in map(taxonomy.node, taxonomy.nodes)
        for alias in node.aliases
        if alias.is_unsure
    }
    assert unsure == {
        ("buk", "SA-27"),
        ("s350", "SA-28"),
        ("yars", "15P155M"),
        ("btr82a", "GAZ-59034"),
        ("bmd4m", "Object 960M"),
        ("vpk_ural", "VPK-59095"),
        ("kornet_d1", "9P163-3"),
    }
    kurganets = taxonomy.node("kurganets25")
    assert kurganets.chassis is not None
    assert kurganets.chassis.unsure == ("road_wheels",)
    assert any(feature.is_unsure for feature in kurganets.features)
    assert kurganets.confidence == "medium"


def test_a_node_tells_what_a_person_can_see(taxonomy: Taxonomy) -> None:
    osa = taxonomy.node("osa")
    assert osa.is_type
    assert osa.chassis is not None
    assert (osa.chassis.formula, osa.chassis.axles, osa.chassis.is_amphibious) == (
        "6x6",
        (3,),
        True,
    )
    assert osa.features[0].is_seen_at_night
    assert osa.features[0].is_seen_on_rail
    assert "9T217" in osa.aliases_of("grau")
    assert not taxonomy.node("sam_short").is_type
    assert taxonomy.node("sam_short").chassis is None


def test_names_come_in_three_languages(taxonomy: Taxonomy) -> None:
    assert taxonomy.name("osa") == "9K33 Osa"
    assert taxonomy.name("tank", language="ru") == "танк"
    assert taxonomy.name("bastion_p", "uk") == "К-300П «Бастіон-П»"
    with pytest.raises(ValueError, match="'en', 'ru' and 'uk', got 'de'"):
        taxonomy.name("osa", language="de")  # type: ignore[arg-type]


def test_every_node_has_a_name_in_the_letters_of_each_language(taxonomy: Taxonomy) -> None:
    only = {"en": set("ыэёъіїєґ"), "ru": set("іїєґ"), "uk": set("ыэёъ")}
    for language, foreign in only.items():
        names = [taxonomy.name(id_, language) for id_ in taxonomy.nodes]  # type: ignore[arg-type]
        assert all(names)
        assert not [name for name in names if set(name.casefold()) & foreign]
        assert len(set(names)) == len(names)
        cyrillic = [name for name in names if any("а" <= c <= "я" for c in name.casefold())]
        assert len(cyrillic) == (0 if language == "en" else len(names))


def test_a_node_made_by_hand_without_a_ukrainian_name_is_shown_in_english() -> None:
    world = Taxonomy([_node("vehicle", None, "class")])
    assert world.name("vehicle", "uk") == "vehicle"


@pytest.mark.parametrize(
    "ask", ["node", "lineage", "children", "types_under", "level", "lookalikes"]
)
def test_an_unknown_id_names_the_nearest(taxonomy: Taxonomy, ask: str) -> None:
    with pytest.raises(TaxonomyError, match=r"no node 'btr8O'; nearest: .*'btr80'"):
        getattr(taxonomy, ask)("btr8O")


def test_an_id_like_no_other_says_so(taxonomy: Taxonomy) -> None:
    with pytest.raises(TaxonomyError, match="no node 'xyzzyq'; no id is near it"):
        taxonomy.node("xyzzyq")


ROOT = _node("vehicle", None, "class")


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([_node("a", "b", "type")], "exactly the first node is the root"),
        ([ROOT, _node("a", None, "type")], "exactly the first node is the root"),
        ([ROOT, _node("a", "b", "type")], "the parent of 'a' must be a group"),
        ([ROOT, _node("a", "vehicle", "type"), _node("b", "a", "type")], "the parent of 'b'"),
        ([ROOT, _node("a", "vehicle", "type"), _node("a", "vehicle", "type")], "two nodes"),
        (
            [ROOT, _node("a", "vehicle", "type", lookalikes=(Lookalike("c", "c", "t"),))],
            "no node 'c'",
        ),
    ],
)
def test_nodes_that_are_no_tree_are_refused(nodes: list[Node], message: str) -> None:
    with pytest.raises(TaxonomyError, match=message):
        Taxonomy(nodes)


def test_a_group_of_unknown_members_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="no node 'nobody'"):
        Taxonomy([ROOT], lookalike_groups=[LookalikeGroup("g", ("nobody",), "")])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"format: [", "ParserError"),
        (b"format: other/1", "format must be marchpast-taxonomy/1, got 'other/1'"),
        (b"format: marchpast-taxonomy/1", "KeyError"),
        (b"- 1", "TypeError"),
        (b"\xff\xfe", "taxonomy data: "),
    ],
)
def test_a_malformed_data_file_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(TaxonomyError, match=message):
        parse_taxonomy(text)


def test_the_taxonomy_is_read_once() -> None:
    assert load_taxonomy() is load_taxonomy()
