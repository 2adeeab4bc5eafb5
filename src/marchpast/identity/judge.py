"""From the classifier's logits to an answer at the level the evidence carries.

The method is roll-up along the tree: probabilities of the leaves are summed upwards and the
deepest node that holds enough is answered. With a threshold above one half the nodes that hold
enough form one chain from the root, so "the deepest" is unique.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from marchpast.records import Candidate, FloatArray, Identity
from marchpast.taxonomy import Taxonomy

UNKNOWN = "unknown"
NOT_A_VEHICLE = "background"
"""The classifier's label, and the answer, for a box that holds no vehicle."""

_MILITARY = "military_vehicle"
_CIVIL = "civilian_vehicle"
_ROOT = "vehicle"
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
        min_type_size_px: int = 0,
        thin_types: Sequence[str] = (),
    ) -> None:
        """Prepare the sums along the tree.

        Args:
            taxonomy: The tree.
            labels: The classifier's labels in order: types, inner nodes (meaning "in this group,
                but none of the types listed"), and `background`.
            temperature: Divides the logits before the softmax (Guo et al. 2017, "On Calibration
                of Modern Neural Networks").
            min_mass: Probability a node must hold to be answered, above 0.5.
            min_type_size_px: Below this shorter side of the best crop no type is named.
            thin_types: Types learnt from few crops: each is answered only as exactly as its
                look-alikes allow that are no label. An S-400, never learnt, was named Smerch at
                0.99; what seven crops teach of a Smerch does not exclude it.

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
        self._min_type_size_px = min_type_size_px
        self._labels = tuple(labels)
        lineages = [
            () if label == NOT_A_VEHICLE else taxonomy.lineage(label) for label in self._labels
        ]
        self._nodes = tuple(sorted({node for lineage in lineages for node in lineage}))
        self._depth = np.array([len(taxonomy.lineage(node)) for node in self._nodes])
        self._limits = {label: self._limit(label) for label in thin_types}
        # (nodes, labels): which leaves count towards which node.
        self._membership = np.array(
            [[node in lineage for lineage in lineages] for node in self._nodes], np.float64
        )

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

    def identify(self, logits: FloatArray, *, size_px: float, found_as: str) -> Identity:
        """Name one vehicle as exactly as its crops allow.

        Args:
            logits: `(K, L)` float32, one row a crop.
            size_px: Shorter side of the largest of its boxes, source pixels.
            found_as: The detector's label for it, `military_vehicle` or `civilian_vehicle`.

        Returns:
            The answer; its node is `background` where the crops show no vehicle.
        """
        probabilities = self.probabilities(logits)
        mass = self._membership @ probabilities
        candidates = self._candidates(probabilities)
        no_vehicle = 1.0 - float(mass[self._nodes.index(_ROOT)])
        if no_vehicle > 0.5:
            reason = f"the crops look like no vehicle ({no_vehicle:.2f})"
            return Identity(NOT_A_VEHICLE, "unknown", no_vehicle, reason, candidates)
        holding = np.flatnonzero(mass >= self._min_mass)
        if len(holding) == 0:
            return self._unknown(mass, candidates)
        node = self._nodes[int(holding[np.argmax(self._depth[holding])])]
        if self._contradicts(found_as, node):
            return self._disagreement(node, mass, candidates)
        too_small = size_px < self._min_type_size_px and self._taxonomy.level(node) == "type"
        if too_small:
            node = self._taxonomy.lineage(node)[-2]
        if node in self._limits:
            return self._withheld(node, mass, candidates)
        reason = self._reason(node, mass, probabilities, size_px=size_px if too_small else None)
        return Identity(
            node, self._taxonomy.level(node), self._mass_of(node, mass), reason, candidates
        )

    def _candidates(self, probabilities: npt.NDArray[np.float64]) -> tuple[Candidate, ...]:
        types = [
            Candidate(label, float(probability))
            for label, probability in zip(self._labels, probabilities, strict=True)
            if label != NOT_A_VEHICLE and self._taxonomy.level(label) == "type"
        ]
        return tuple(sorted(types, key=lambda row: (-row.probability, row.node))[:_CANDIDATES])

    def _unknown(
        self, mass: npt.NDArray[np.float64], candidates: tuple[Candidate, ...]
    ) -> Identity:
        """No node holds enough: not even "a vehicle" is certain."""
        best = float(mass[self._nodes.index(_ROOT)])
        reason = (
            f"not even a vehicle is certain: {best:.2f}, and an answer needs {self._min_mass:.2f}"
        )
        return Identity(UNKNOWN, "unknown", best, reason, candidates)

    def _limit(self, label: str) -> tuple[str, tuple[str, ...]]:
        """Return how exactly a thin type may be answered, and the look-alikes that say so."""
        alike = {row.node for row in self._taxonomy.lookalikes(label) if row.node is not None}
        for group in self._taxonomy.lookalike_groups:
            if label in group.members:
                alike |= set(group.members)
        never_learnt = tuple(sorted(alike - {label} - set(self._labels)))
        common = set(self._taxonomy.lineage(label))
        for other in never_learnt:
            common &= set(self._taxonomy.lineage(other))
        return max(common, key=lambda node: len(self._taxonomy.lineage(node))), never_learnt

    def _withheld(
        self, node: str, mass: npt.NDArray[np.float64], candidates: tuple[Candidate, ...]
    ) -> Identity:
        """Answer a thin type as exactly as the look-alikes that were never learnt allow."""
        allowed, alike = self._limits[node]
        held = f"{self._taxonomy.name(node)} holds {self._mass_of(node, mass):.2f}"
        names = ", ".join(self._taxonomy.name(other) for other in alike)
        reason = (
            f"{held}, but it was learnt from few pictures and these look-alikes from none: {names}"
            if alike
            else f"{held}; an answer needs {self._min_mass:.2f}"
        )
        return Identity(
            allowed, self._taxonomy.level(allowed), self._mass_of(allowed, mass), reason, candidates
        )

    def _contradicts(self, found_as: str, node: str) -> bool:
        return found_as == _CIVIL and self._taxonomy.is_within(node, _MILITARY)

    def _disagreement(
        self, node: str, mass: npt.NDArray[np.float64], candidates: tuple[Candidate, ...]
    ) -> Identity:
        """A military name for what the detector takes for a civil vehicle is withheld."""
        reason = (
            f"the detector takes it for a civil vehicle, the classifier for "
            f"{self._taxonomy.name(node)} ({self._mass_of(node, mass):.2f}): neither is answered"
        )
        return Identity(
            _ROOT, self._taxonomy.level(_ROOT), self._mass_of(_ROOT, mass), reason, candidates
        )

    def _reason(
        self,
        node: str,
        mass: npt.NDArray[np.float64],
        probabilities: npt.NDArray[np.float64],
        *,
        size_px: float | None,
    ) -> str:
        held = f"{self._taxonomy.name(node)} holds {self._mass_of(node, mass):.2f}"
        needed = f"an answer needs {self._min_mass:.2f}"
        if size_px is not None:
            return (
                f"{held}; its best view is {size_px:.0f} px on the shorter side, and below "
                f"{self._min_type_size_px} px no type is named"
            )
        below = self._best_below(node, mass)
        if below is None:
            best = self._labels[int(np.argmax(probabilities))]
            inner = best == node and self._taxonomy.level(node) not in ("type", "class")
            return (
                f"{held}, most of it on none of the known types" if inner else f"{held}; {needed}"
            )
        return (
            f"{held}; {self._taxonomy.name(below)} within it holds "
            f"{self._mass_of(below, mass):.2f}, and {needed}"
        )

    def _best_below(self, node: str, mass: npt.NDArray[np.float64]) -> str | None:
        """The likeliest child, unless the node's own leaf (none of the known types) is likelier."""
        children = [child for child in self._taxonomy.children(node) if child in self._nodes]
        if not children:
            return None
        best = max(children, key=lambda child: self._mass_of(child, mass))
        own = self._mass_of(node, mass) - sum(self._mass_of(child, mass) for child in children)
        return best if self._mass_of(best, mass) >= own else None

    def _mass_of(self, node: str, mass: npt.NDArray[np.float64]) -> float:
        return float(mass[self._nodes.index(node)])
