"""Attributes follow the facts of the taxonomy, and are learnt where they show."""

import numpy as np
import pytest

from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.attributes import (
    ATTRIBUTES,
    NO,
    OPEN_VALUE,
    YES,
    attribute_rows,
    attribute_values,
    fit_attributes,
)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.mark.parametrize(
    ("node", "attribute", "expected"),
    [
        ("t80", "tracks", YES),
        ("tank", "tracks", YES),
        ("ural_4320", "tracks", NO),
        ("afv", "tracks", OPEN_VALUE),
        ("towed_guns", "tracks", OPEN_VALUE),
        ("light_vehicle", "tracks", NO),
        ("btr82a", "axles_4", YES),
        ("btr82a", "axles_3", NO),
        ("ural_4320", "axles_4", NO),
        ("yars", "axles_5_or_more", YES),
        ("t80", "axles_4", OPEN_VALUE),
        ("kamaz_truck", "axles_3", OPEN_VALUE),
        ("tank", "gun_turret", YES),
        ("bm21_grad", "gun_turret", NO),
        ("bm21_grad", "launcher", YES),
        ("military_vehicle", "launcher", OPEN_VALUE),
    ],
)
def test_values_follow_the_facts(
    taxonomy: Taxonomy, node: str, attribute: str, expected: int
) -> None:
    assert attribute_values(taxonomy, [node])[0, ATTRIBUTES.index(attribute)] == expected


def test_an_attribute_is_learnt_where_it_shows(taxonomy: Taxonomy) -> None:
    generator = np.random.default_rng(2)
    nodes = ["t80", "ural_4320"] * 40
    values = attribute_values(taxonomy, nodes)
    projected = generator.standard_normal((80, 8)).astype(np.float32)
    projected[:, 3] += np.where(values[:, 0] == YES, 3, -3)
    head = fit_attributes(projected, values, projected=8)
    # No crop carries a launcher, and all wheeled ones have three axles: nothing to learn.
    assert head.names == ("tracks", "gun_turret")
    (row,) = attribute_rows(head.only(("tracks",)), projected, values, condition="here")
    assert (row["n"], row["with"], row["shipped"]) == (80, 40, True)
    assert row["right"] >= 78
    flipped = projected.copy()
    flipped[:, 3] *= -1
    assert attribute_rows(head, flipped, values, condition="here")[0]["right"] <= 2


def test_axles_are_read_from_beyond_the_projection(taxonomy: Taxonomy) -> None:
    generator = np.random.default_rng(5)
    nodes = ["btr82a", "ural_4320", "t80"] * 30
    values = attribute_values(taxonomy, nodes)
    features = generator.standard_normal((90, 12)).astype(np.float32)
    four = values[:, ATTRIBUTES.index("axles_4")]
    features[:, 9] += np.where(four == YES, 3, -3)
    features[:, 2] += np.where(values[:, 0] == YES, 3, -3)
    head = fit_attributes(features, values, projected=8)
    weights = dict(zip(head.names, np.abs(head.weight), strict=True))
    assert {"tracks", "axles_3", "axles_4"} <= set(head.names)
    assert weights["tracks"].argmax() == 2
    assert weights["axles_4"].argmax() == 9
    assert not weights["axles_4"][:8].any()
    assert not weights["tracks"][8:].any()
