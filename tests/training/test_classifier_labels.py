"""Which leaves a label allows, on the shipped tree."""

import numpy as np
import pytest

from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix, choose_labels

LEAVES = (
    "civilian_vehicle",
    "afv",
    "mtlb",
    "tank",
    "t72_family",
    "t90a_m",
    "t80",
    "osa",
    "artillery",
    "bm21_grad",
    "msta_s",
    "military_truck",
    "ural_4320",
    "icbm",
    "background",
)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def space(taxonomy: Taxonomy) -> LabelSpace:
    return LabelSpace(LEAVES, taxonomy)


@pytest.mark.parametrize(
    ("node", "is_exact", "expected"),
    [
        ("t80", False, {"t80"}),
        ("tank", False, {"tank", "t72_family", "t90a_m", "t80"}),
        ("tank", True, {"tank"}),
        ("t72_family", False, {"t72_family", "t90a_m"}),
        ("t72b3", False, {"t72_family"}),
        ("yars", False, {"icbm"}),
        ("afv", False, {"afv", "mtlb"}),
        ("artillery", False, {"artillery", "msta_s"}),
        ("mlrs_or_sam", False, {"osa", "bm21_grad", "icbm"}),
        ("light_vehicle", False, {"military_truck", "ural_4320"}),
        ("no_military", True, {"civilian_vehicle", "background"}),
        ("civilian_vehicle", False, {"civilian_vehicle"}),
        ("background", True, {"background"}),
        ("pantsir_s1", False, set()),
    ],
)
def test_a_label_allows(space: LabelSpace, node: str, is_exact: bool, expected: set[str]) -> None:
    allowed = space.allowed(node, is_exact=is_exact)
    assert {leaf for leaf, flag in zip(LEAVES, allowed, strict=True) if flag} == expected


def test_membership_agrees_with_the_tree(space: LabelSpace, taxonomy: Taxonomy) -> None:
    covers = space.membership()
    for row, node in enumerate(space.nodes):
        for column, leaf in enumerate(LEAVES):
            inside = leaf != "background" and taxonomy.is_within(leaf, node)
            assert covers[row, column] == inside, (node, leaf)


def test_the_matrix_stacks_rows(space: LabelSpace) -> None:
    matrix = allowed_matrix(space, [("t80", False), ("tank", True)])
    assert matrix.sum(axis=1).tolist() == [1, 1]
    assert matrix.argmax(axis=1).tolist() == [LEAVES.index("t80"), LEAVES.index("tank")]


def test_rare_types_teach_the_node_above(taxonomy: Taxonomy) -> None:
    exact = {"t80": 9, "yars": 2, "tank": 3, "civilian_vehicle": 5, "background": 7}
    coarse = {"afv": 30, "artillery": 4, "mlrs_or_sam": 50, "background": 9}
    labels = choose_labels(
        exact,
        coarse,
        taxonomy=taxonomy,
        is_type={node: node in ("t80", "yars") for node in (*exact, *coarse)},
        min_type_crops=4,
        min_coarse_crops=5,
    )
    assert set(labels) == {"civilian_vehicle", "afv", "tank", "t80", "icbm", "background"}
    assert labels[-1] == "background"


def test_every_leaf_covers_itself(space: LabelSpace) -> None:
    covers = space.membership()
    own = [covers[space.nodes.index(leaf), column] for column, leaf in enumerate(LEAVES[:-1])]
    assert np.all(own)
