"""Whether a set holds the truth, with labels of every exactness."""

from __future__ import annotations

import pytest

from marchpast.evaluation.holding import holds, meant_by
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


@pytest.mark.parametrize(
    ("nodes", "roots", "held"),
    [
        (("s400", "osa"), ("osa",), True),
        (("air_defence",), ("osa",), True),
        (("tank",), ("osa",), False),
        (("tank",), ("afv",), None),
        (("tank",), ("air_defence",), False),
        (("afv", "air_defence"), ("tank",), True),
        (("mlrs", "air_defence", "missile_tel"), ("mlrs", "air_defence", "missile_tel"), True),
        (("mlrs",), ("mlrs", "air_defence"), None),
        ((), ("osa",), False),
        (("vehicle",), ("military_vehicle",), True),
    ],
)
def test_the_truth_at_or_under_a_node_is_held(
    nodes: tuple[str, ...], roots: tuple[str, ...], held: bool | None
) -> None:
    assert holds(TAXONOMY, nodes, meant_by(TAXONOMY, roots)) is held


def test_what_a_label_excludes_does_not_count() -> None:
    gun = meant_by(TAXONOMY, ("artillery",), is_not=("mlrs",))
    assert holds(TAXONOMY, ("mlrs",), gun) is False
    assert holds(TAXONOMY, ("artillery",), gun) is True


def test_another_tank_is_none_of_those_listed() -> None:
    other = meant_by(TAXONOMY, ("tank",), is_exact=True)
    assert holds(TAXONOMY, ("t80_family", "t72_family"), other) is False
    assert holds(TAXONOMY, ("tank",), other) is True
