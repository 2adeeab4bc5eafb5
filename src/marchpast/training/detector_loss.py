"""Which cell answers for which box, and what it costs to be wrong.

Assignment follows TOOD (Feng et al., arXiv:2108.07755): a cell's claim to a box is its score
times a power of its overlap, the best ten cells answer, and their target score is the claim,
scaled to the overlap. Scores are trained by quality focal loss, the distances to a box's sides
by distribution focal loss (both arXiv:2006.04388), boxes by complete IoU (arXiv:1911.08287).
Scores are masked class by class: many pictures have no boxes on civil vehicles, and silence
there must not teach that these are background. A picture full of boxes weighs less than its
boxes would, or pasted formations would be most of what is learnt; a box too small for many cells
to answer for it weighs more than its cells would, or small vehicles would hardly be learnt at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from marchpast.training.detector_model import BINS, Predictions
from marchpast.training.detector_overlaps import complete_iou, pairwise_iou

MILITARY, CIVIL, IGNORED = 0, 1, -1

_TOP_CELLS = 10
_SCORE_POWER, _OVERLAP_POWER = 1.0, 6.0
_FOCUS = 2.0
_BOX_WEIGHT = 2.0
_SIDES_WEIGHT = 0.25
_FULL_WEIGHT_BOXES = 4
"""A picture with n boxes more than this counts as the square root of their ratio says."""

_FEWEST_CELLS = 4.0
_MOST_WEIGHT = 3.0
"""A box that holds fewer cells than this weighs more, up to this many times: ten cells answer for
a large box, two or three have a part in one of under 24 pixels."""

_LAST_BIN = BINS - 1 - 1e-2
_NEAR_CENTRE = 0.75
"""Cells nearer than this many strides to a centre may answer for a box too small to hold one."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The truth of one picture of a batch.

    Attributes:
        xyxy: `(G, 4)` float32, pixels of the network's input.
        class_id: `(G,)` int64: `MILITARY`, `CIVIL`, or `IGNORED` for a region where neither
            an answer nor silence is judged.
        civil_unjudged: `(K, 4)` float32, parts whose civil vehicles are not in `xyxy`.
    """

    xyxy: Tensor
    class_id: Tensor
    civil_unjudged: Tensor


@dataclass(frozen=True, slots=True)
class Assignment:
    """What every cell of one picture should say.

    Attributes:
        target: `(P, classes)` float32 in [0, 1].
        weight: `(P, classes)` float32, 0 where the score is not judged.
        cells: `(A,)` int64, cells that answer for a box.
        boxes: `(A,)` int64, the row of `Targets.xyxy` each of them answers for.
        share: `(A,)` float32, how much each of them counts: 1, more where a box is small.
    """

    target: Tensor
    weight: Tensor
    cells: Tensor
    boxes: Tensor
    share: Tensor


@dataclass(frozen=True, slots=True)
class Loss:
    """Scalar losses of a batch; `total` is what is minimised."""

    total: Tensor
    score: Tensor
    box: Tensor
    sides: Tensor


def detector_loss(predictions: Predictions, targets: list[Targets]) -> Loss:
    """Return the loss of a batch, divided by the sum of the target scores.

    Args:
        predictions: Of the batch.
        targets: One a picture, in order.
    """
    sums = predictions.logits.new_zeros(3)
    claim_sum = 0.0
    for row, truth in enumerate(targets):
        logits, boxes = predictions.logits[row], predictions.boxes[row]
        with torch.no_grad():
            assigned = assign(
                logits.sigmoid(), boxes, predictions.points, predictions.strides, truth
            )
        cells, own_boxes = assigned.cells, truth.xyxy[assigned.boxes]
        share = picture_weight(truth)
        claims = assigned.target[cells].amax(dim=1) * assigned.share * share
        score = (quality_focal_loss(logits, assigned.target) * assigned.weight).sum() * share
        box = ((1.0 - complete_iou(boxes[cells], own_boxes)) * claims).sum()
        distances = side_distances(predictions.points[cells], predictions.strides[cells], own_boxes)
        sides = distribution_focal_loss(predictions.sides[row, cells], distances)
        sums = sums + torch.stack((score, box, (sides.mean(dim=1) * claims).sum()))
        claim_sum += float(claims.sum())
    score, box, sides = (sums / max(claim_sum, 1.0)).unbind()
    total = score + _BOX_WEIGHT * box + _SIDES_WEIGHT * sides
    return Loss(total, score.detach(), box.detach(), sides.detach())


def picture_weight(truth: Targets) -> float:
    """How much one picture of a batch counts: less the more boxes are judged in it."""
    judged = int((truth.class_id != IGNORED).sum())
    return min(1.0, math.sqrt(_FULL_WEIGHT_BOXES / max(1, judged)))


def assign(
    scores: Tensor, boxes: Tensor, points: Tensor, strides: Tensor, truth: Targets
) -> Assignment:
    """Choose the cells that answer for each box of one picture.

    Args:
        scores: `(P, classes)` in [0, 1].
        boxes: `(P, 4)` predicted xyxy.
        points: `(P, 2)` centres of the cells.
        strides: `(P,)` pixels a cell.
        truth: The picture's boxes.
    """
    target = torch.zeros_like(scores)
    weight = torch.ones_like(scores)
    unlabelled = (_inside(points, truth.civil_unjudged) >= 0).any(dim=1)
    weight[unlabelled, CIVIL] = 0.0
    judged = truth.class_id != IGNORED
    for ignored in truth.xyxy[~judged]:
        weight[_inside(points, ignored[None])[:, 0] > 0] = 0.0
    rows = judged.nonzero()[:, 0]
    if len(rows) == 0:
        return Assignment(target, weight, rows, rows, target.new_zeros(0))
    truth_boxes, classes = truth.xyxy[rows], truth.class_id[rows]
    overlap = pairwise_iou(boxes, truth_boxes)
    claim = scores[:, classes] ** _SCORE_POWER * overlap**_OVERLAP_POWER
    claim = claim * _may_answer(points, strides, truth_boxes)
    chosen = _best_cells(claim)
    # A cell chosen for two boxes answers for the one it overlaps most.
    column = (overlap * chosen).argmax(dim=1)
    cells = chosen.any(dim=1).nonzero()[:, 0]
    column = column[cells]
    own_claim = claim[cells, column]
    best_claim = torch.zeros(len(rows), dtype=claim.dtype, device=claim.device)
    best_claim = best_claim.scatter_reduce(0, column, own_claim, "amax")
    best_overlap = torch.zeros_like(best_claim)
    best_overlap = best_overlap.scatter_reduce(0, column, overlap[cells, column], "amax")
    relative = own_claim / best_claim[column].clamp(min=1e-12)
    quality = relative * best_overlap[column]
    target[cells, classes[column]] = quality
    share = _weight_of(truth_boxes, float(strides.min()))[column]
    # A cell with a box is known to be that class and no other, whatever else is unlabelled. Cells
    # that were chosen for want of better ones must not weigh as the box does.
    weight[cells] = (1.0 + (share - 1.0) * relative)[:, None]
    return Assignment(target, weight, cells, rows[column], share)


def _weight_of(boxes: Tensor, stride: float) -> Tensor:
    """`(G,)`: how much each box counts, by how many cells of the finest level it holds."""
    cells = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1) / stride**2
    return (_FEWEST_CELLS / cells.clamp(min=1e-6)).clamp(1.0, _MOST_WEIGHT)


def _best_cells(claim: Tensor) -> Tensor:
    """Mark, for every box, the cells with the largest positive claims: `(P, G)` bool."""
    count = min(_TOP_CELLS, claim.shape[0])
    values, cells = claim.topk(count, dim=0)
    chosen = torch.zeros_like(claim, dtype=torch.bool)
    return chosen.scatter(0, cells, values > 0)


def _may_answer(points: Tensor, strides: Tensor, boxes: Tensor) -> Tensor:
    """`(P, G)`: 1.0 where a cell's centre is in the box or close to the box's centre."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    distance = (points[:, None] - centres[None]).abs().amax(dim=-1)
    near = distance < _NEAR_CENTRE * strides[:, None]
    return ((_inside(points, boxes) > 0) | near).to(points.dtype)


def _inside(points: Tensor, boxes: Tensor) -> Tensor:
    """`(P, G)`: distance of a point to the nearest side, positive inside the box."""
    low = points[:, None] - boxes[None, :, :2]
    high = boxes[None, :, 2:] - points[:, None]
    return torch.cat((low, high), dim=-1).amin(dim=-1)


def quality_focal_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross entropy with a soft target, weighed by the squared distance to it; same shape."""
    distance = (target - logits.sigmoid()).abs() ** _FOCUS
    entropy = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return distance * entropy


def side_distances(points: Tensor, strides: Tensor, boxes: Tensor) -> Tensor:
    """`(A, 4)`: cells from a cell's centre to the left, top, right and bottom of its box.

    Cut to what the bins can say.
    """
    distances = torch.cat((points - boxes[:, :2], boxes[:, 2:] - points), dim=-1)
    return (distances / strides[:, None]).clamp(0.0, _LAST_BIN)


def distribution_focal_loss(sides: Tensor, distances: Tensor) -> Tensor:
    """Cross entropy with the two bins beside each distance, the nearer weighing more.

    Args:
        sides: `(A, 4, BINS)` logits.
        distances: `(A, 4)` in cells, from 0 to less than the last bin.

    Returns:
        `(A, 4)`.
    """
    logs = sides.log_softmax(dim=-1)
    below = distances.long()
    share_above = distances - below
    lower = logs.gather(-1, below[..., None])[..., 0]
    upper = logs.gather(-1, below[..., None] + 1)[..., 0]
    return -((1.0 - share_above) * lower + share_above * upper)
