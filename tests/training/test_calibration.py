"""Calibration recovers what was put in."""

from dataclasses import replace

import numpy as np
import pytest

from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.calibration import (
    choose_min_mass,
    cross_fitted_answers,
    fit_temperature,
    fit_thresholds,
    set_nll,
)
from marchpast.training.calibration_data import Crops
from marchpast.training.classifier_labels import LabelSpace, allowed_matrix
from marchpast.training.classifier_metrics import softmax, verdicts
from marchpast.training.logistic import fit_logistic

LEAVES = ("civilian_vehicle", "tank", "t72_family", "t90a_m", "t80", "osa", "background")


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def space(taxonomy: Taxonomy) -> LabelSpace:
    return LabelSpace(LEAVES, taxonomy)


def _drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and leaves drawn with exactly the probabilities that the logits mean."""
    generator = np.random.default_rng(seed)
    logits = (2 * generator.standard_normal((count, len(LEAVES)))).astype(np.float32)
    edges = np.cumsum(softmax(logits), axis=1)
    leaf = (generator.random((count, 1)) > edges).sum(axis=1)
    return logits, np.minimum(leaf, len(LEAVES) - 1)


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 2.5])
def test_temperature_is_recovered(true_temperature: float) -> None:
    logits, leaf = _drawn(6000, seed=1)
    allowed = np.eye(len(LEAVES), dtype=bool)[leaf]
    found = fit_temperature(logits * np.float32(true_temperature), allowed)
    assert found == pytest.approx(true_temperature, rel=0.06)


def test_temperature_is_recovered_from_sets() -> None:
    logits, leaf = _drawn(6000, seed=2)
    allowed = np.eye(len(LEAVES), dtype=bool)[leaf]
    tanks = np.array([label in ("tank", "t72_family", "t90a_m", "t80") for label in LEAVES])
    coarse = allowed.copy()
    coarse[tanks[leaf]] = tanks
    assert fit_temperature(logits * np.float32(2), coarse) == pytest.approx(2, rel=0.1)


def test_fitted_temperature_is_a_minimum() -> None:
    logits, leaf = _drawn(500, seed=3)
    allowed = np.eye(len(LEAVES), dtype=bool)[leaf]
    best = fit_temperature(logits, allowed)
    at_best = set_nll(logits, allowed, temperature=best)
    assert at_best < set_nll(logits, allowed, temperature=best * 1.1)
    assert at_best < set_nll(logits, allowed, temperature=best / 1.1)


def test_min_mass_skips_the_wrong_answers(space: LabelSpace, taxonomy: Taxonomy) -> None:
    # Twenty right answers at 0.9, ten wrong ones at 0.7: the threshold must lie above 0.7.
    t80, osa = LEAVES.index("t80"), LEAVES.index("osa")
    probabilities = np.full((30, len(LEAVES)), 0.1 / 6)
    probabilities[:20, t80] = 0.9
    probabilities[20:] = 0.05
    probabilities[20:, osa] = 0.7
    table = verdicts(space, [("t80", False)] * 30, taxonomy=taxonomy)
    found = choose_min_mass(probabilities, table, space, target=0.95)
    assert found == pytest.approx(0.71)
    lenient = choose_min_mass(probabilities, table, space, target=0.5)
    assert lenient == pytest.approx(0.51)


def _crops(
    logits: np.ndarray,
    truths: list[tuple[str, bool]],
    space: LabelSpace,
    taxonomy: Taxonomy,
    *,
    novelty: np.ndarray | None = None,
    rendered: str = "",
) -> Crops:
    above = {rendered: "military_vehicle"}
    return Crops(
        logits=logits,
        novelty=novelty,
        allowed=allowed_matrix(space, truths),
        table=verdicts(space, truths, taxonomy=taxonomy),
        counted=np.ones(len(logits), bool),
        is_type=np.array([taxonomy.node(node).is_type for node in space.nodes]),
        is_class=np.array([taxonomy.level(node) == "class" for node in space.nodes]),
        instead=np.arange(len(space.nodes)),
        is_rendered=np.array([node == rendered for node in space.nodes]),
        above=np.array([space.nodes.index(above.get(node, node)) for node in space.nodes]),
    )


def test_logistic_weights_are_recovered() -> None:
    generator = np.random.default_rng(8)
    features = generator.standard_normal((20000, 2))
    chance = 1 / (1 + np.exp(-(1.5 * features[:, 0] - 3.0 * features[:, 1] + 0.5)))
    found = fit_logistic(features, generator.random(20000) < chance)
    np.testing.assert_allclose(found, [1.5, -3.0, 0.5], atol=0.12)


def test_strange_crops_are_named_no_type(space: LabelSpace, taxonomy: Taxonomy) -> None:
    # All look like a T-80 to the network, near and far ones alike; only the near ones are.
    generator = np.random.default_rng(9)
    logits = np.zeros((200, len(LEAVES)), np.float32)
    logits[:, LEAVES.index("t80")] = generator.uniform(6, 8, 200)
    is_near = np.arange(200) < 160
    novelty = np.where(is_near, 0.2, 0.7).astype(np.float32)
    novelty += generator.uniform(-0.15, 0.15, 200).astype(np.float32)
    truths = [("t80", True) if near else ("osa", True) for near in is_near]
    crops = _crops(logits, truths, space, taxonomy, novelty=novelty)
    thresholds = fit_thresholds(crops, space, target=0.95)
    chosen = crops.answers(space, thresholds)
    t80, military = space.nodes.index("t80"), space.nodes.index("military_vehicle")
    assert (chosen[is_near] == t80).mean() >= 0.95
    assert (chosen[~is_near] == t80).mean() <= 0.2
    assert (chosen[~is_near] == military).any()


def test_a_rendered_type_needs_more_than_its_false_names(
    space: LabelSpace, taxonomy: Taxonomy
) -> None:
    # 1,000 crops of a known tank, all named rightly; on top of these, crops of trucks that the
    # network takes for an Osa, which it learnt from rendered pictures.
    logits = np.zeros((1004, len(LEAVES)), np.float32)
    logits[:1000, LEAVES.index("t80")] = 5.0
    logits[:10, LEAVES.index("t80")] = 0.0
    logits[:10, LEAVES.index("t90a_m")] = 3.0
    logits[1000:, LEAVES.index("osa")] = [5.0, 6.0, 7.5, 8.5]
    truths = [("t80", True)] * 1000 + [("military_truck", True)] * 4
    novelty = np.full(1004, 0.2, np.float32)
    crops = _crops(logits, truths, space, taxonomy, novelty=novelty, rendered="osa")
    thresholds = fit_thresholds(crops, space, target=0.95)
    assert thresholds.min_rendered_score is not None
    assert thresholds.min_type_score is not None
    named = crops.answers(space, thresholds) == space.nodes.index("osa")
    # Two in a thousand may be false: the two surest are, the other two are not named.
    assert named.tolist() == [False] * 1002 + [True] * 2
    assert thresholds.min_rendered_score >= thresholds.min_type_score + np.log(4.0) - 1e-9
    # Without a false name the odds alone decide.
    plain = crops.select(np.arange(1000))
    alone = fit_thresholds(plain, space, target=0.95)
    assert alone.min_rendered_score is not None
    assert alone.min_type_score is not None
    assert alone.min_rendered_score == pytest.approx(alone.min_type_score + np.log(4.0))
    without = fit_thresholds(replace(plain, is_rendered=~plain.is_type & False), space, target=0.95)
    assert without.min_rendered_score is None


def test_without_novelty_there_is_no_gate(space: LabelSpace, taxonomy: Taxonomy) -> None:
    logits, leaf = _drawn(300, seed=4)
    crops = _crops(logits, [(LEAVES[index], True) for index in leaf], space, taxonomy)
    thresholds = fit_thresholds(crops, space, target=0.9)
    assert (thresholds.novelty_slope, thresholds.min_type_score) == (None, None)


def test_cross_fitting_never_answers_from_the_own_event(
    space: LabelSpace, taxonomy: Taxonomy
) -> None:
    logits, leaf = _drawn(300, seed=4)
    truths = [(LEAVES[index], True) for index in leaf]
    novelty = np.random.default_rng(5).random(300).astype(np.float32)
    crops = _crops(logits, truths, space, taxonomy, novelty=novelty)
    events = [f"event-{number // 30}" for number in range(300)]
    picked = cross_fitted_answers(crops, space, events=events, target=0.9, seed=6)
    assert picked.shape == (20, 300)
    # The thresholds depend on the other half alone: change the truth of one event and its own
    # answers stay as they were in every halving.
    changed = np.array([event == "event-0" for event in events])
    other = crops.table.copy()
    other[changed] = -other[changed]
    again = cross_fitted_answers(
        replace(crops, table=other), space, events=events, target=0.9, seed=6
    )
    assert np.array_equal(picked[:, changed], again[:, changed])
    assert not np.array_equal(picked[:, ~changed], again[:, ~changed])
