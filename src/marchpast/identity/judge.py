"""From the classifier's logits to an answer at the level the evidence carries.

The method is roll-up along the tree: probabilities of the leaves are summed upwards and the
deepest node that holds enough is answered. With a threshold above one half the nodes that hold
enough form one chain from the root, so "the deepest" is unique.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.identity.limits import exactness_limits, limit_above, unlearnt_lookalikes
from marchpast.identity.masses import NOT_A_VEHICLE, Masses, NodeTable
from marchpast.identity.reasons import level_reason, small_reason, thin_reason
from marchpast.records import BoolArray, Candidate, FloatArray, Identity
from marchpast.taxonomy import Taxonomy

UNKNOWN = "unknown"
_MILITARY = "military_vehicle"
_CIVIL = "civilian_vehicle"
_ROOT = "vehicle"
_MOST = 0.5
_CANDIDATES = 5


class Judge:
    """Turns the logits of one vehicle's crops into an identity."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        labels: Sequence[str],
        temperature: float,
        min_mass: float,
        novelty_slope: float | None = None,
        min_type_score: float | None = None,
        min_type_size_px: int = 0,
        thin_nodes: Sequence[str] = (),
        rendered_types: Sequence[str] = (),
        min_rendered_score: float | None = None,
    ) -> None:
        """Prepare the sums along the tree.

        Args:
            taxonomy: The tree.
            labels: The classifier's labels in order: types, inner nodes (meaning "in this group,
                but none of the types listed"), and `background`.
            temperature: Divides the logits before the softmax (Guo et al. 2017, "On Calibration
                of Modern Neural Networks").
            min_mass: Probability a node must hold to be answered, above 0.5.
            novelty_slope: What a novelty of one costs the likeliest type, in log-odds; `None`
                treats types as all nodes.
            min_type_score: Log-odds minus that cost from which on a type is named.
            min_type_size_px: Below this shorter side of the best crop no type is named.
            thin_nodes: Types and groups learnt from few crops: see `exactness_limits`.
            rendered_types: Types learnt from rendered pictures, with few photos or none. What a
                renderer leaves out is not learnt, and nothing measures it, so their names need
                `min_rendered_score` where others need `min_type_score`.
            min_rendered_score: `None` names none of them.

        Raises:
            TaxonomyError: If a label is no node.
            ValueError: If a number is out of its range.
        """
        if temperature <= 0 or not 0.5 < min_mass <= 1:
            raise ValueError(
                f"temperature must be above 0 and min_mass above 0.5 and at most 1, got "
                f"{temperature} and {min_mass}"
            )
        self._taxonomy = taxonomy
        self._temperature = temperature
        self._min_mass = min_mass
        self._novelty_slope = novelty_slope
        self._min_type_score = min_type_score
        self._min_type_size_px = min_type_size_px
        self._min_rendered_score = min_rendered_score
        self._labels = tuple(labels)
        self._table = NodeTable(taxonomy, self._labels)
        self._limits = exactness_limits(taxonomy, labels=self._labels, thin_nodes=thin_nodes)
        self._above_rendered = {
            node: limit_above(taxonomy, node, thin_nodes=thin_nodes) for node in rendered_types
        }

    def probabilities(self, logits: FloatArray) -> npt.NDArray[np.float64]:
        """Return calibrated leaf probabilities, the mean over one vehicle's crops.

        Args:
            logits: `(K, L)` float32, `K >= 1` crops.

        Returns:
            `(L,)` float64 that sum to 1.
        """
        if logits.ndim != 2 or len(logits) == 0 or logits.shape[1] != len(self._labels):
            raise ValueError(
                f"logits must be (crops >= 1, {len(self._labels)} labels), got {logits.shape}"
            )
        scaled = logits.astype(np.float64) / self._temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        exponentials = np.exp(scaled)
        shares = exponentials / exponentials.sum(axis=1, keepdims=True)
        return np.asarray(shares.mean(axis=0))

    def identify(
        self,
        logits: FloatArray,
        *,
        size_px: float,
        found_as: str,
        novelty: FloatArray | None = None,
    ) -> Identity:
        """Name one vehicle as exactly as its crops allow.

        Args:
            logits: `(K, L)` float32, one row a crop.
            size_px: Shorter side of the largest of its boxes, source pixels.
            found_as: The detector's label for it, `military_vehicle` or `civilian_vehicle`.
            novelty: `(K,)`: how unlike the pictures learnt each crop is, where the classifier
                says so.

        Returns:
            The answer; its node is `background` where the crops show no vehicle.
        """
        probabilities = self.probabilities(logits)
        masses = self._table.masses(probabilities)
        candidates = self._candidates(probabilities)
        no_vehicle = 1.0 - masses[_ROOT]
        if no_vehicle > 0.5:
            reason = f"the crops look like no vehicle ({no_vehicle:.2f})"
            return Identity(NOT_A_VEHICLE, "unknown", no_vehicle, reason, candidates)
        score = self._type_score(masses, novelty)
        holds, is_strange = self._holding(masses, score)
        node = masses.deepest(holds)
        if node is None:
            return self._unknown(masses, candidates)
        if found_as == _CIVIL and self._taxonomy.is_within(node, _MILITARY):
            return self._disagreement(node, masses, candidates)
        if is_strange:
            return self._unlike(node, masses, candidates)
        if node in self._above_rendered and not self._is_sure_enough(score):
            return self._not_sure_enough(node, masses, candidates)
        too_small = size_px < self._min_type_size_px and self._taxonomy.level(node) == "type"
        if too_small:
            node = self._taxonomy.lineage(node)[-2]
        if node in self._limits:
            return self._withheld(node, masses, candidates)
        reason = (
            small_reason(
                self._taxonomy, node, masses, size_px=size_px, smallest=self._min_type_size_px
            )
            if too_small
            else level_reason(
                self._taxonomy,
                node,
                masses,
                best_label=self._labels[int(np.argmax(probabilities))],
                min_mass=self._min_mass,
            )
        )
        return self._answer(node, masses, reason, candidates)

    def _candidates(self, probabilities: npt.NDArray[np.float64]) -> tuple[Candidate, ...]:
        types = [
            Candidate(label, float(probability))
            for label, probability in zip(self._labels, probabilities, strict=True)
            if label != NOT_A_VEHICLE and self._taxonomy.level(label) == "type"
        ]
        return tuple(sorted(types, key=lambda row: (-row.probability, row.node))[:_CANDIDATES])

    def _answer(
        self, node: str, masses: Masses, reason: str, candidates: tuple[Candidate, ...]
    ) -> Identity:
        return Identity(node, self._taxonomy.level(node), masses[node], reason, candidates)

    def _unknown(self, masses: Masses, candidates: tuple[Candidate, ...]) -> Identity:
        """No node holds enough: not even "a vehicle" is certain."""
        best = masses[_ROOT]
        reason = (
            f"not even a vehicle is certain: {best:.2f}, and an answer needs {self._min_mass:.2f}"
        )
        return Identity(UNKNOWN, "unknown", best, reason, candidates)

    def _type_score(self, masses: Masses, novelty: FloatArray | None) -> float | None:
        """Log-odds of the likeliest type less what novelty costs; `None` without that rule."""
        if novelty is None or self._novelty_slope is None or self._min_type_score is None:
            return None
        return masses.type_score(float(novelty.mean()), slope=self._novelty_slope)

    def _holding(self, masses: Masses, score: float | None) -> tuple[BoolArray, bool]:
        """Which nodes may be answered, and whether that is less because the crops are strange.

        What the network takes for a type although the crops are unlike the pictures learnt may be
        of another family, even of another category: of types left out of a training, every third
        one. Then only military or civil is answered.
        """
        holds = masses.values >= self._min_mass
        if score is None or self._min_type_score is None:
            return holds, False
        best, mass = masses.likeliest_type()
        is_named = mass > _MOST and score >= self._min_type_score
        is_strange = mass >= self._min_mass and not is_named
        if is_strange:
            holds &= self._table.is_class
        holds[self._table.is_type] = False
        holds[self._table.nodes.index(best)] = is_named
        return holds, is_strange

    def _is_sure_enough(self, score: float | None) -> bool:
        """Whether a type learnt from rendered pictures may be named."""
        needed = self._min_rendered_score
        return score is not None and needed is not None and score >= needed

    def _not_sure_enough(
        self, node: str, masses: Masses, candidates: tuple[Candidate, ...]
    ) -> Identity:
        """Withhold a type learnt from rendered pictures that does not stand out enough."""
        reason = (
            f"{self._taxonomy.name(node)} holds {masses[node]:.2f}, but it was learnt from "
            "rendered pictures, and such a name needs more"
        )
        return self._answer(self._above_rendered[node], masses, reason, candidates)

    def _unlike(self, node: str, masses: Masses, candidates: tuple[Candidate, ...]) -> Identity:
        """The crops point to one type and are unlike the pictures of every listed one."""
        best, mass = masses.likeliest_type()
        reason = (
            f"{self._taxonomy.name(best)} holds {mass:.2f}, but the crops are unlike anything "
            "trained as a type"
        )
        return self._answer(node, masses, reason, candidates)

    def _withheld(self, node: str, masses: Masses, candidates: tuple[Candidate, ...]) -> Identity:
        """Answer a thin node as exactly as was learnt, and as unlearnt look-alikes allow."""
        allowed = self._limits[node]
        is_type = self._taxonomy.node(node).is_type
        alike = unlearnt_lookalikes(self._taxonomy, node, labels=self._labels) if is_type else ()
        reason = thin_reason(
            self._taxonomy,
            node,
            masses,
            alike=alike,
            min_mass=self._min_mass if allowed == node else None,
        )
        return self._answer(allowed, masses, reason, candidates)

    def _disagreement(
        self, node: str, masses: Masses, candidates: tuple[Candidate, ...]
    ) -> Identity:
        """A military name for what the detector takes for a civil vehicle is withheld."""
        reason = (
            f"the detector takes it for a civil vehicle, the classifier for "
            f"{self._taxonomy.name(node)} ({masses[node]:.2f}): neither is answered"
        )
        return self._answer(_ROOT, masses, reason, candidates)
