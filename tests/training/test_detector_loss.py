from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from torchvision.ops import box_iou, complete_box_iou  # noqa: E402

from marchpast.training.detector_loss import (  # noqa: E402
    CIVIL,
    IGNORED,
    MILITARY,
    Assignment,
    Targets,
    assign,
    detector_loss,
    distribution_focal_loss,
    picture_weight,
    quality_focal_loss,
    side_distances,
)
from marchpast.training.detector_model import BINS, Predictions  # noqa: E402
from marchpast.training.detector_overlaps import complete_iou, pairwise_iou  # noqa: E402

pytestmark = pytest.mark.train

NOWHERE = torch.zeros(0, 4)
STRIDE = 8


def grid(columns: int = 8, rows: int = 8) -> Any:
    """Centres of a grid of cells of 8 pixels."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return (torch.stack((x.flatten(), y.flatten()), -1) + 0.5) * STRIDE


def truth(
    *rows: tuple[float, float, float, float], classes: list[int], unjudged: Any = NOWHERE
) -> Targets:
    return Targets(torch.tensor(rows).reshape(-1, 4), torch.tensor(classes), unjudged)


def guess(points: Any, size: float) -> Any:
    """Every cell predicts a square of `size` around its centre."""
    return torch.cat((points - size / 2, points + size / 2), -1)


def assigned(targets: Targets, *, size: float = 16.0, score: float = 0.5) -> tuple[Any, Assignment]:
    points = grid()
    scores = torch.full((len(points), 2), score)
    strides = torch.full((len(points),), float(STRIDE))
    return points, assign(scores, guess(points, size), points, strides, targets)


def test_cells_that_answer_lie_in_their_box_and_the_best_carries_its_overlap() -> None:
    points, found = assigned(truth((12, 12, 28, 28), classes=[MILITARY]))
    inside = ((points > 12) & (points < 28)).all(dim=1)
    assert set(found.cells.tolist()) <= set(inside.nonzero()[:, 0].tolist())
    best = found.target[:, MILITARY].argmax()
    assert points[best].tolist() == [20.0, 20.0]
    assert found.target[best, MILITARY].item() == pytest.approx(1.0)
    assert found.target[:, CIVIL].sum() == 0


def test_at_most_ten_cells_answer() -> None:
    _, found = assigned(truth((0, 0, 64, 64), classes=[CIVIL]), size=40.0)
    assert len(found.cells) == 10
    assert (found.target[:, CIVIL] > 0).sum() == 10


def test_a_box_smaller_than_a_cell_still_finds_one() -> None:
    _, found = assigned(truth((14, 14, 18, 18), classes=[MILITARY]), size=6.0)
    assert len(found.cells) > 0


def test_a_contested_cell_answers_for_the_box_it_overlaps_most() -> None:
    points, found = assigned(truth((0, 0, 24, 24), (12, 12, 28, 28), classes=[MILITARY, CIVIL]))
    contested = points.tolist().index([20.0, 20.0])
    row = found.cells.tolist().index(contested)
    assert found.boxes[row].item() == 1
    assert found.target[contested, MILITARY] == 0


def test_civil_scores_are_not_judged_where_civil_vehicles_are_unlabelled() -> None:
    left = torch.tensor([[0.0, 0.0, 32.0, 64.0]])
    points, found = assigned(truth((36, 36, 52, 52), classes=[MILITARY], unjudged=left))
    is_left = points[:, 0] < 32
    assert (found.weight[is_left, CIVIL] == 0).all()
    assert (found.weight[~is_left, CIVIL] == 1).all()
    assert (found.weight[:, MILITARY] == 1).all()


def test_a_military_box_is_known_not_to_be_civil_even_there() -> None:
    everywhere = torch.tensor([[0.0, 0.0, 64.0, 64.0]])
    _, found = assigned(truth((12, 12, 28, 28), classes=[MILITARY], unjudged=everywhere))
    assert (found.weight[found.cells, CIVIL] == 1).all()
    assert (found.target[found.cells, CIVIL] == 0).all()
    assert (found.weight[:, CIVIL] == 1).sum() == len(found.cells)


def test_nothing_is_judged_in_an_ignored_region() -> None:
    points, found = assigned(truth((0, 0, 20, 20), classes=[IGNORED]))
    inside = (points < 20).all(dim=1)
    assert (found.weight[inside] == 0).all()
    assert (found.weight[~inside] == 1).all()
    assert len(found.cells) == 0


def test_the_best_cell_of_a_small_box_weighs_more_and_no_cell_of_a_large_one() -> None:
    # 8 x 8 pixels hold one cell: it counts three times, the four of 16 x 16 once each.
    points, small = assigned(truth((16, 16, 24, 24), classes=[MILITARY]), size=8.0)
    best = small.target[:, MILITARY].argmax()
    assert points[best].tolist() == [20.0, 20.0]
    assert small.weight[best].tolist() == [3.0, 3.0]
    assert small.share.tolist() == [3.0] * len(small.cells)
    others = [cell for cell in range(len(points)) if cell != best]
    assert (small.weight[others] < 1.2).all()
    _, large = assigned(truth((16, 16, 32, 32), classes=[MILITARY]))
    assert (large.weight == 1).all() and (large.share == 1).all()


def predictions(logits: Any, boxes: Any, points: Any) -> Predictions:
    """Every cell is sure that its box's sides are one cell away."""
    sides = torch.full((1, len(points), 4, BINS), -20.0)
    sides[..., 1] = 20.0
    strides = torch.full((len(points),), float(STRIDE))
    return Predictions(logits[None], sides, boxes[None], points, strides)


def test_unjudged_scores_have_no_gradient() -> None:
    points = grid()
    logits = torch.zeros(len(points), 2, requires_grad=True)
    everywhere = torch.tensor([[0.0, 0.0, 64.0, 64.0]])
    targets = truth(classes=[], unjudged=everywhere)
    loss = detector_loss(predictions(logits, guess(points, 16.0), points), [targets])
    loss.total.backward()
    assert logits.grad is not None
    assert (logits.grad[:, CIVIL] == 0).all()
    assert (logits.grad[:, MILITARY] > 0).all()


def test_a_perfect_answer_costs_almost_nothing_and_a_wrong_one_more() -> None:
    points = grid()
    targets = truth((12, 12, 28, 28), classes=[MILITARY])
    boxes = torch.tensor([[12.0, 12.0, 28.0, 28.0]]).repeat(len(points), 1)
    inside = ((points > 12) & (points < 28)).all(dim=1)
    right = torch.full((len(points), 2), -12.0)
    right[inside, MILITARY] = 12.0
    wrong = right.flip(1)
    good = detector_loss(predictions(right, boxes, points), [targets])
    bad = detector_loss(predictions(wrong, boxes, points), [targets])
    assert good.total.item() < 1e-3
    assert bad.total.item() > 1.0


def test_quality_focal_loss_by_hand() -> None:
    # At logit 0 the score is 0.5: distance to 0.9 squared 0.16, cross entropy ln 2.
    loss = quality_focal_loss(torch.zeros(1), torch.tensor([0.9]))
    assert loss.item() == pytest.approx(0.16 * 0.693147, rel=1e-5)


def test_sides_are_measured_from_the_cell_in_cells_and_cut_to_the_bins() -> None:
    points = torch.tensor([[20.0, 20.0], [20.0, 20.0]])
    boxes = torch.tensor([[12.0, 4.0, 24.0, 500.0], [21.0, 16.0, 28.0, 24.0]])
    found = side_distances(points, torch.tensor([8.0, 8.0]), boxes)
    assert found[0].tolist() == pytest.approx([1.0, 2.0, 0.5, BINS - 1.01])
    assert found[1].tolist() == pytest.approx([0.0, 0.5, 1.0, 0.5])


def test_distribution_focal_loss_by_hand() -> None:
    # All bins alike: ln 8, wherever the side is.
    flat = distribution_focal_loss(torch.zeros(1, 4, BINS), torch.tensor([[0.0, 1.3, 4.5, 6.9]]))
    assert flat.tolist()[0] == pytest.approx([2.0794415] * 4)


@pytest.mark.parametrize("distance", [0.2, 3.0, 6.6])
def test_the_cheapest_distribution_has_the_distance_as_its_mean(distance: float) -> None:
    logits = torch.zeros(1, 1, BINS, requires_grad=True)
    optimiser = torch.optim.Adam([logits], lr=0.3)
    for _ in range(300):
        optimiser.zero_grad()
        distribution_focal_loss(logits, torch.tensor([[distance]])).sum().backward()
        optimiser.step()
    mean = (logits.detach().softmax(-1) * torch.arange(BINS)).sum().item()
    assert mean == pytest.approx(distance, abs=0.03)


def test_a_crowded_picture_counts_less_than_its_boxes_and_more_than_four() -> None:
    boxes = [(0.0, 0.0, 8.0, 8.0)] * 18
    assert picture_weight(truth(*boxes[:4], classes=[MILITARY] * 4)) == 1.0
    assert picture_weight(truth(*boxes, classes=[MILITARY] * 16 + [IGNORED] * 2)) == 0.5
    assert picture_weight(truth(classes=[])) == 1.0


def random_boxes(count: int, seed: int) -> Any:
    generator = torch.Generator().manual_seed(seed)
    corner = torch.rand(count, 2, generator=generator) * 50
    return torch.cat((corner, corner + 1 + torch.rand(count, 2, generator=generator) * 40), 1)


def test_overlaps_agree_with_torchvision() -> None:
    first, second = random_boxes(20, 1), random_boxes(20, 2)
    torch.testing.assert_close(pairwise_iou(first, second), box_iou(first, second))
    expected = complete_box_iou(first, second).diagonal()
    torch.testing.assert_close(complete_iou(first, second), expected, atol=1e-4, rtol=1e-4)
