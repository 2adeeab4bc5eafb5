"""Metrics on small tables whose figures were counted by hand."""

import numpy as np
import pytest

from marchpast.identity import Judge, exactness_limits
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import (
    NO_ANSWER,
    OPEN,
    RIGHT,
    WRONG,
    RenderedGate,
    TypeGate,
    answer_verdicts,
    answers,
    event_interval,
    expected_calibration_error,
    precision,
    softmax,
    top_k_right,
    verdicts,
    wilson_interval,
)

LEAVES = ("civilian_vehicle", "tank", "t72_family", "t90a_m", "t80", "osa", "background")


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def space(taxonomy: Taxonomy) -> LabelSpace:
    return LabelSpace(LEAVES, taxonomy)


@pytest.mark.parametrize(
    ("truth", "answer", "expected"),
    [
        (("t80", False), "t80", RIGHT),
        (("t80", False), "tank", RIGHT),
        (("t80", False), "military_vehicle", RIGHT),
        (("t80", False), "osa", WRONG),
        (("t80", False), "t90a_m", WRONG),
        (("tank", False), "t80", OPEN),
        (("tank", False), "tank", RIGHT),
        (("tank", True), "t80", WRONG),
        (("tank", True), "tank", RIGHT),
        (("pantsir_s1", False), "military_vehicle", RIGHT),
        (("pantsir_s1", False), "air_defence", RIGHT),
        (("pantsir_s1", False), "osa", WRONG),
        (("background", True), "vehicle", WRONG),
        (("no_military", True), "civilian_vehicle", OPEN),
        (("no_military", True), "tank", WRONG),
    ],
)
def test_verdict(
    space: LabelSpace, taxonomy: Taxonomy, truth: tuple[str, bool], answer: str, expected: int
) -> None:
    table = verdicts(space, [truth], taxonomy=taxonomy)
    assert table[0, space.nodes.index(answer)] == expected


def test_answers_agree_with_the_judge(space: LabelSpace, taxonomy: Taxonomy) -> None:
    generator = np.random.default_rng(5)
    logits = (3 * generator.standard_normal((200, len(LEAVES)))).astype(np.float32)
    judge = Judge(taxonomy, labels=LEAVES, temperature=1.4, min_mass=0.7)
    chosen = answers(softmax(logits, 1.4), space, min_mass=0.7)
    for row, index in zip(logits, chosen, strict=True):
        # Seen as a military vehicle the detector contradicts no answer.
        said = judge.identify(row[None], size_px=500.0, found_as="military_vehicle").node
        if said != "background":
            assert said == ("unknown" if index == NO_ANSWER else space.nodes[index])


def test_gated_answers_agree_with_the_judge(space: LabelSpace, taxonomy: Taxonomy) -> None:
    generator = np.random.default_rng(6)
    logits = (3 * generator.standard_normal((400, len(LEAVES)))).astype(np.float32)
    novelty = generator.uniform(0, 0.6, 400).astype(np.float32)
    judge = Judge(
        taxonomy,
        labels=LEAVES,
        temperature=1.4,
        min_mass=0.7,
        novelty_slope=6.0,
        min_type_score=-1.0,
        thin_nodes=("osa",),
    )
    limits = exactness_limits(taxonomy, labels=LEAVES, thin_nodes=("osa",))
    gate = TypeGate(
        is_type=np.array([taxonomy.node(node).is_type for node in space.nodes]),
        is_class=np.array([taxonomy.level(node) == "class" for node in space.nodes]),
        novelty=novelty,
        slope=6.0,
        min_score=-1.0,
        instead=np.array([space.nodes.index(limits.get(node, node)) for node in space.nodes]),
    )
    chosen = answers(softmax(logits, 1.4), space, min_mass=0.7, gate=gate)
    said = [
        judge.identify(
            row[None], size_px=500.0, found_as="military_vehicle", novelty=strange[None]
        ).node
        for row, strange in zip(logits, novelty, strict=True)
    ]
    for node, index in zip(said, chosen, strict=True):
        if node != "background":
            assert node == ("unknown" if index == NO_ANSWER else space.nodes[index])
    assert {"t80", "t90a_m", "tank", "military_vehicle"} <= set(said)
    assert "osa" not in said


def test_names_from_rendered_pictures_agree_with_the_judge(
    space: LabelSpace, taxonomy: Taxonomy
) -> None:
    generator = np.random.default_rng(7)
    logits = (3 * generator.standard_normal((400, len(LEAVES)))).astype(np.float32)
    novelty = generator.uniform(0, 0.4, 400).astype(np.float32)
    judge = Judge(
        taxonomy,
        labels=LEAVES,
        temperature=1.4,
        min_mass=0.7,
        novelty_slope=6.0,
        min_type_score=-1.0,
        thin_nodes=("sam_short",),
        rendered_types=("osa",),
        min_rendered_score=2.0,
    )
    above = space.nodes.index("air_defence")
    osa = np.array([node == "osa" for node in space.nodes])
    gate = TypeGate(
        is_type=np.array([taxonomy.node(node).is_type for node in space.nodes]),
        is_class=np.array([taxonomy.level(node) == "class" for node in space.nodes]),
        novelty=novelty,
        slope=6.0,
        min_score=-1.0,
        instead=np.array(
            [above if node == "sam_short" else row for row, node in enumerate(space.nodes)]
        ),
        rendered=RenderedGate(osa, 2.0, np.where(osa, above, np.arange(len(space.nodes)))),
    )
    chosen = answers(softmax(logits, 1.4), space, min_mass=0.7, gate=gate)
    said = [
        judge.identify(
            row[None], size_px=500.0, found_as="military_vehicle", novelty=strange[None]
        ).node
        for row, strange in zip(logits, novelty, strict=True)
    ]
    for node, index in zip(said, chosen, strict=True):
        if node != "background":
            assert node == ("unknown" if index == NO_ANSWER else space.nodes[index])
    assert {"osa", "air_defence"} <= set(said)


def test_no_answer_is_open(space: LabelSpace, taxonomy: Taxonomy) -> None:
    table = verdicts(space, [("t80", False)] * 2, taxonomy=taxonomy)
    chosen = np.array([NO_ANSWER, space.nodes.index("osa")])
    assert answer_verdicts(chosen, table).tolist() == [OPEN, WRONG]


def test_precision_counts_only_what_can_be_judged() -> None:
    assert precision(np.array([RIGHT, OPEN, WRONG, RIGHT, OPEN], np.int8)) == (2, 3)


def test_top_k_looks_among_the_given_leaves() -> None:
    probabilities = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    allowed = np.array([[False, True, False], [False, False, True]])
    everything, without_first = np.ones(3, bool), np.array([False, True, True])
    assert top_k_right(probabilities, allowed, k=1, among=everything).tolist() == [False, False]
    assert top_k_right(probabilities, allowed, k=1, among=without_first).tolist() == [True, False]
    assert top_k_right(probabilities, allowed, k=2, among=everything).tolist() == [True, False]


def test_wilson_interval_against_published_values() -> None:
    # Newcombe 1998, table I, method 3: 81 of 263.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_event_interval_is_wide_when_events_agree_inside() -> None:
    right = np.array([True] * 50 + [False] * 50)
    alone = [f"e{number}" for number in range(100)]
    together = ["a"] * 25 + ["b"] * 25 + ["c"] * 25 + ["d"] * 25
    narrow = event_interval(right, alone, seed=1)
    wide = event_interval(right, together, seed=1)
    assert narrow[0] == pytest.approx(0.4, abs=0.02)
    assert wide == (0.0, 1.0)


def test_calibration_error_by_hand() -> None:
    # Bins of 1/15: 0.95 with 3 of 4 right, gap 0.2; 0.5 with 1 of 2 right, gap 0.
    confidence = np.array([0.95] * 4 + [0.5] * 2)
    right = np.array([True, True, True, False, True, False])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.2 * 4 / 6)
