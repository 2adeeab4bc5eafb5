"""How often a classifier is right, at every level, with the room that the counts leave.

Numpy only, so that the figures can be checked where torch is not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.records import BoolArray, FloatArray, IntArray
from marchpast.training.classifier_labels import BACKGROUND, NO_MILITARY, LabelSpace, Lineages

Probabilities = npt.NDArray[np.float64]
Verdicts = npt.NDArray[np.int8]

RIGHT, OPEN, WRONG = 1, 0, -1
"""Of an answer: true; more exact than the label can confirm; false."""

NO_ANSWER = -1

_Z_95 = 1.959963984540054
_BOOTSTRAPS = 2000


def softmax(logits: FloatArray, temperature: float = 1.0) -> Probabilities:
    """Return `(N, L)` probabilities of `(N, L)` logits.

    >>> softmax(np.array([[0.0, 0.0]], np.float32)).tolist()
    [[0.5, 0.5]]
    """
    scaled = logits.astype(np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def verdicts(
    space: LabelSpace, truths: Sequence[tuple[str, bool]], *, taxonomy: Lineages
) -> Verdicts:
    """Judge every possible answer to every crop.

    An answer covers the leaves below it. It is right when it covers every leaf the crop's label
    allows, wrong when it covers none, and open in between ("T-80" for a crop labelled "tank").

    Args:
        space: The leaves.
        truths: `(node, is_exact)` of every crop, as for `LabelSpace.allowed`.
        taxonomy: Tells the right answers for a kind without any leaf: the nodes above it.

    Returns:
        `(N, len(space.nodes))` of `RIGHT`, `OPEN` or `WRONG`.
    """
    covers = space.membership()
    rows = []
    for node, is_exact in truths:
        allowed = space.allowed(node, is_exact=is_exact)
        if not allowed.any():
            above = set(taxonomy.lineage(node))
            rows.append(np.array([RIGHT if up in above else WRONG for up in space.nodes]))
            continue
        covered = (covers & allowed).sum(axis=1)
        row = np.full(len(space.nodes), OPEN)
        row[covered == 0] = WRONG
        row[covered == allowed.sum()] = RIGHT
        rows.append(row)
    return np.array(rows, np.int8).reshape(len(truths), len(space.nodes))


@dataclass(frozen=True, slots=True, eq=False)
class RenderedGate:
    """What the names of types learnt from rendered pictures need; see `identity.Judge`.

    Attributes:
        is_rendered: `(nodes,)`: which nodes are such types.
        min_score: The score from which on they are named; `None` names none.
        above: `(nodes,)` index of the node that is answered below it.
    """

    is_rendered: BoolArray
    min_score: float | None
    above: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class TypeGate:
    """When a type is named; see `identity.Judge`, which does the same for one vehicle.

    Attributes:
        is_type: `(nodes,)`: which of `LabelSpace.nodes` are types.
        is_class: `(nodes,)`: which say no more than military or civil.
        novelty: `(N,)`: how unlike the crops learnt each crop is.
        slope: What a novelty of one costs, in log-odds of the likeliest type.
        min_score: Log-odds minus that cost from which on a type is named.
        instead: `(nodes,)` index of the node that is answered for a node: another than itself for
            thin types.
        rendered: Which types need more, as they were learnt from rendered pictures; `None` where
            none does.
    """

    is_type: BoolArray
    is_class: BoolArray
    novelty: FloatArray
    slope: float
    min_score: float
    instead: IntArray
    rendered: RenderedGate | None = None


def answers(
    probabilities: Probabilities,
    space: LabelSpace,
    *,
    min_mass: float,
    gate: TypeGate | None = None,
) -> IntArray:
    """Return the deepest node holding `min_mass`, as `identity.Judge` answers one crop.

    Args:
        probabilities: `(N, L)`, rows sum to 1.
        space: The leaves.
        min_mass: Above 0.5, so that the nodes holding enough form one chain.
        gate: What types need instead; `None` treats them as all nodes.

    Returns:
        `(N,)` index into `space.nodes`, `NO_ANSWER` where no node holds enough.
    """
    covers = space.membership()
    mass = probabilities @ covers.T
    holds = mass >= min_mass
    if gate is not None:
        types = np.where(gate.is_type, mass, 0.0)
        best = types.max(axis=1)
        score = type_scores(best, gate.novelty, slope=gate.slope)
        named = (best > 0.5) & (score >= gate.min_score)
        holds[(best >= min_mass) & ~named] &= gate.is_class
        holds[:, gate.is_type] = False
        holds[named, types[named].argmax(axis=1)] = True
    # A node covers fewer leaves than those above it unless it is their only way down; depth
    # breaks such ties.
    depth = node_depths(space)
    chosen = np.where(holds, depth, -1).argmax(axis=1)
    if gate is not None:
        if gate.rendered is not None:
            needed = np.inf if gate.rendered.min_score is None else gate.rendered.min_score
            withheld = gate.rendered.is_rendered[chosen] & (score < needed)
            chosen = np.where(withheld, gate.rendered.above[chosen], chosen)
        chosen = gate.instead[chosen]
    return np.where(holds.any(axis=1), chosen, NO_ANSWER).astype(np.int64)


def type_scores(
    mass: npt.NDArray[np.float64], novelty: FloatArray, *, slope: float
) -> npt.NDArray[np.float64]:
    """Return the log-odds of the likeliest type minus `slope` times the novelty."""
    inside = np.clip(mass, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(inside / (1 - inside)) - slope * novelty)


def node_depths(space: LabelSpace) -> IntArray:
    """Return `(len(space.nodes),)`: how many nodes are above and at each node."""
    return np.array([len(space.lineage(node)) for node in space.nodes], np.int64)


def answer_verdicts(chosen: IntArray, table: Verdicts) -> Verdicts:
    """Return `(N,)` verdicts of the chosen answers; `OPEN` where nothing was answered."""
    rows = np.arange(len(chosen))
    return np.where(chosen == NO_ANSWER, OPEN, table[rows, np.maximum(chosen, 0)]).astype(np.int8)


def precision(found: Verdicts) -> tuple[int, int]:
    """Return how many of the answers that can be judged are right, and how many there are.

    >>> precision(np.array([RIGHT, RIGHT, WRONG, OPEN], np.int8))
    (2, 3)
    """
    return int((found == RIGHT).sum()), int((found != OPEN).sum())


def top_k_right(
    probabilities: Probabilities, allowed: BoolArray, *, k: int, among: BoolArray
) -> BoolArray:
    """Return `(N,)`: whether an allowed leaf is among the `k` likeliest of the leaves `among`."""
    masked = np.where(among, probabilities, -1.0)
    best = np.argsort(-masked, axis=1, kind="stable")[:, :k]
    return np.asarray(np.take_along_axis(allowed, best, axis=1).any(axis=1), np.bool_)


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % score interval of a proportion (Wilson 1927).

    >>> low, high = wilson_interval(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)
    """
    if total == 0:
        return 0.0, 1.0
    share = right / total
    spread = _Z_95 * np.sqrt(share * (1 - share) / total + _Z_95**2 / (4 * total**2))
    centre = share + _Z_95**2 / (2 * total)
    scale = 1 + _Z_95**2 / total
    return float((centre - spread) / scale), float((centre + spread) / scale)


def event_interval(right: BoolArray, events: Sequence[str], *, seed: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean, drawing whole events.

    Pictures of one event are alike, so drawing pictures one by one would promise too much.
    """
    names, codes = np.unique(np.asarray(events), return_inverse=True)
    sums = np.bincount(codes, weights=right.astype(np.float64), minlength=len(names))
    counts = np.bincount(codes, minlength=len(names))
    drawn = np.random.default_rng(seed).integers(len(names), size=(_BOOTSTRAPS, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def expected_calibration_error(
    confidence: npt.NDArray[np.float64], right: BoolArray, *, bins: int = 15
) -> float:
    """Return the mean gap between confidence and accuracy over equal bins (Guo et al. 2017).

    >>> expected_calibration_error(np.array([0.9, 0.9]), np.array([True, False]))
    0.4
    """
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(float(confidence[rows].mean() - right[rows].mean())) * float(rows.mean())
        for rows in (index == bin_ for bin_ in range(bins))
        if rows.any()
    ]
    return round(float(sum(gaps)), 12)


def is_military(node: str) -> bool:
    """Whether a crop's label says a military vehicle, whatever its kind."""
    return node not in (BACKGROUND, NO_MILITARY, "civilian_vehicle")
