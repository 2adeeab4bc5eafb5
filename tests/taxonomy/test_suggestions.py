import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.taxonomy import load_taxonomy
from marchpast.taxonomy.suggestions import edit_distance

TAXONOMY = load_taxonomy()


def _slow_distance(one: str, other: str) -> int:
    """The definition of optimal string alignment, by recursion."""
    if not one or not other:
        return len(one) + len(other)
    change = 0 if one[-1] == other[-1] else 1 if one[-1].isdigit() == other[-1].isdigit() else 2
    ways = [
        _slow_distance(one[:-1], other) + 1,
        _slow_distance(one, other[:-1]) + 1,
        _slow_distance(one[:-1], other[:-1]) + change,
    ]
    if len(one) > 1 and len(other) > 1 and one[-2:] == other[-1] + other[-2]:
        ways.append(_slow_distance(one[:-2], other[:-2]) + 1)
    return min(ways)


WORDS = st.text("ab1", max_size=5)


@given(WORDS, WORDS, st.integers(0, 5))
@settings(deadline=None)
def test_the_distance_is_that_of_its_definition(one: str, other: str, most: int) -> None:
    exact = _slow_distance(one, other)
    assert edit_distance(one, other, most=most) == (exact if exact <= most else None)


@pytest.mark.parametrize(
    ("written", "nodes"),
    [
        ("Gekko", ["osa"]),
        ("Искандр", ["iskander_m"]),
        ("Bastoin", ["bastion_p"]),
        ("Bulk", ["buk"]),
        ("BTR-81", ["btr80", "btr82a"]),
        ("БМП-4", ["bmp_family", "bmp2", "bmp1"]),
        ("9K34", ["osa", "strela_10", "buk"]),
        ("T72B4", ["t72b3", "t72_family"]),
        ("Strela", ["strela_10"]),
        ("Тополь", ["topol_m"]),
        ("Осса ЗРК", ["osa"]),
        ("the Bastoin launcher", ["bastion_p"]),
    ],
)
def test_near_misses_lead_to_what_was_meant(written: str, nodes: list[str]) -> None:
    near = TAXONOMY.suggest(written)
    found = [id_ for each in near for id_ in each.nodes]
    assert set(nodes) <= set(found)
    assert found[0] in nodes
    assert [each.distance for each in near] == sorted(each.distance for each in near)


def test_an_ambiguous_name_is_suggested_with_all_it_names() -> None:
    assert TAXONOMY.suggest("Armatta")[0].nodes == ("t14", "t15")


@pytest.mark.parametrize("written", ["Panzer", "Kalina", "", "«»", "М-55"])
def test_what_is_near_nothing_gets_no_suggestion(written: str) -> None:
    assert TAXONOMY.suggest(written) == ()


@given(st.text(max_size=30), st.integers(1, 5))
@settings(deadline=None)
def test_suggestions_are_names_that_are_found(written: str, limit: int) -> None:
    near = TAXONOMY.suggest(written, limit=limit)
    assert len(near) <= limit
    assert len({each.nodes for each in near}) == len(near)
    for each in near:
        if len(each.nodes) == 1:
            assert (TAXONOMY.find(each.text).id,) == each.nodes
