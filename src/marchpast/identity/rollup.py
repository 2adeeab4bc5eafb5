"""The answer as one node: roll-up along the tree.

Probabilities of the leaves are summed upwards and the deepest node that holds enough is answered.
With a threshold above one half the nodes that hold enough form one chain from the root, so "the
deepest" is unique.
"""

from __future__ import annotations

from dataclasses import dataclass

from marchpast.identity.limits import exactness_limits, limit_above, unlearnt_lookalikes
from marchpast.identity.masses import Masses, NodeTable
from marchpast.identity.reasons import level_reason, small_reason, thin_reason
from marchpast.records import BoolArray
from marchpast.taxonomy import Taxonomy

UNKNOWN = "unknown"
MILITARY = "military_vehicle"
CIVIL = "civilian_vehicle"
ROOT = "vehicle"
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Rules:
    """When a node is answered; see `Judge` for each.

    Attributes:
        min_mass: Probability a node must hold, above 0.5.
        novelty_slope: What a novelty of one costs the likeliest type, in log-odds.
        min_type_score: Log-odds minus that cost from which on a type is named.
        min_type_size_px: Below this shorter side of the best crop no type is named.
        thin_nodes: Types and groups learnt from few crops.
        rendered_types: Types learnt from rendered pictures, with few photos or none.
        min_rendered_score: What their names need.
    """

    min_mass: float
    novelty_slope: float | None = None
    min_type_score: float | None = None
    min_type_size_px: int = 0
    thin_nodes: tuple[str, ...] = ()
    rendered_types: tuple[str, ...] = ()
    min_rendered_score: float | None = None


@dataclass(frozen=True, slots=True)
class Rolled:
    """One node and why.

    Attributes:
        node: The answer, or `UNKNOWN`.
        probability: Its mass; for `UNKNOWN` that of a vehicle.
        reason: One sentence.
        is_strange: Whether it is less exact because the crops are unlike the pictures learnt.
        is_disputed: Whether detector and classifier disagree about military and civil.
    """

    node: str
    probability: float
    reason: str
    is_strange: bool = False
    is_disputed: bool = False


class RollUp:
    """Answers one node for one vehicle."""

    def __init__(self, taxonomy: Taxonomy, table: NodeTable, rules: Rules) -> None:
        """Look up what is answered for nodes of which little was learnt.

        Raises:
            TaxonomyError: If a thin or rendered node is none of the tree.
        """
        self._taxonomy = taxonomy
        self._table = table
        self._rules = rules
        self._limits = exactness_limits(taxonomy, labels=table.labels, thin_nodes=rules.thin_nodes)
        self._above_rendered = {
            node: limit_above(taxonomy, node, thin_nodes=rules.thin_nodes)
            for node in rules.rendered_types
        }

    def answer(
        self,
        masses: Masses,
        *,
        best_label: str,
        size_px: float,
        found_as: str,
        novelty: float | None,
    ) -> Rolled:
        """Name one vehicle as exactly as its masses allow.

        Args:
            masses: What every node holds.
            best_label: The classifier's likeliest label.
            size_px: Shorter side of the largest of its boxes, source pixels.
            found_as: The detector's label for it.
            novelty: Mean over its crops, where the classifier says so.
        """
        score = self._type_score(masses, novelty)
        holds, is_strange = self._holding(masses, score)
        node = masses.deepest(holds)
        if node is None:
            return self._unknown(masses)
        if found_as == CIVIL and self._taxonomy.is_within(node, MILITARY):
            return self._disagreement(node, masses)
        if is_strange:
            return self._unlike(node, masses)
        if node in self._above_rendered and not self._is_sure_enough(score):
            return self._not_sure_enough(node, masses)
        smallest = self._rules.min_type_size_px
        too_small = size_px < smallest and self._taxonomy.level(node) == "type"
        if too_small:
            node = self._taxonomy.lineage(node)[-2]
        if node in self._limits:
            return self._withheld(node, masses)
        reason = (
            small_reason(self._taxonomy, node, masses, size_px=size_px, smallest=smallest)
            if too_small
            else level_reason(
                self._taxonomy,
                node,
                masses,
                best_label=best_label,
                min_mass=self._rules.min_mass,
            )
        )
        return Rolled(node, masses[node], reason)

    def _unknown(self, masses: Masses) -> Rolled:
        """No node holds enough: not even "a vehicle" is certain."""
        best, needed = masses[ROOT], self._rules.min_mass
        reason = f"not even a vehicle is certain: {best:.2f}, and an answer needs {needed:.2f}"
        return Rolled(UNKNOWN, best, reason)

    def _type_score(self, masses: Masses, novelty: float | None) -> float | None:
        """Log-odds of the likeliest type less what novelty costs; `None` without that rule."""
        slope = self._rules.novelty_slope
        if novelty is None or slope is None or self._rules.min_type_score is None:
            return None
        return masses.type_score(novelty, slope=slope)

    def _holding(self, masses: Masses, score: float | None) -> tuple[BoolArray, bool]:
        """Which nodes may be answered, and whether that is less because the crops are strange.

        What the network takes for a type although the crops are unlike the pictures learnt may be
        of another family, even of another category: of types left out of a training, every third
        one. Then only military or civil is answered.
        """
        rules = self._rules
        holds = masses.values >= rules.min_mass
        if score is None or rules.min_type_score is None:
            return holds, False
        best, mass = masses.likeliest_type()
        is_named = mass > _MOST and score >= rules.min_type_score
        is_strange = mass >= rules.min_mass and not is_named
        if is_strange:
            holds &= self._table.is_class
        holds[self._table.is_type] = False
        holds[self._table.nodes.index(best)] = is_named
        return holds, is_strange

    def _is_sure_enough(self, score: float | None) -> bool:
        """Whether a type learnt from rendered pictures may be named."""
        needed = self._rules.min_rendered_score
        return score is not None and needed is not None and score >= needed

    def _not_sure_enough(self, node: str, masses: Masses) -> Rolled:
        """Withhold a type learnt from rendered pictures that does not stand out enough."""
        reason = (
            f"{self._taxonomy.name(node)} holds {masses[node]:.2f}, but it was learnt from "
            "rendered pictures, and such a name needs more"
        )
        above = self._above_rendered[node]
        return Rolled(above, masses[above], reason)

    def _unlike(self, node: str, masses: Masses) -> Rolled:
        """The crops point to one type and are unlike the pictures of every listed one."""
        best, mass = masses.likeliest_type()
        reason = (
            f"{self._taxonomy.name(best)} holds {mass:.2f}, but the crops are unlike anything "
            "trained as a type"
        )
        return Rolled(node, masses[node], reason, is_strange=True)

    def _withheld(self, node: str, masses: Masses) -> Rolled:
        """Answer a thin node as exactly as was learnt, and as unlearnt look-alikes allow."""
        allowed = self._limits[node]
        is_type = self._taxonomy.node(node).is_type
        labels = self._table.labels
        alike = unlearnt_lookalikes(self._taxonomy, node, labels=labels) if is_type else ()
        reason = thin_reason(
            self._taxonomy,
            node,
            masses,
            alike=alike,
            min_mass=self._rules.min_mass if allowed == node else None,
        )
        return Rolled(allowed, masses[allowed], reason)

    def _disagreement(self, node: str, masses: Masses) -> Rolled:
        """A military name for what the detector takes for a civil vehicle is withheld."""
        reason = (
            f"the detector takes it for a civil vehicle, the classifier for "
            f"{self._taxonomy.name(node)} ({masses[node]:.2f}): neither is answered"
        )
        return Rolled(ROOT, masses[ROOT], reason, is_disputed=True)
