"""What a user's reference pictures add to an answer: a hint, as sure as was measured.

References speak where the network names no type. They share out probability among the types they
show and "none of these"; what they give a type is taken from everything else alike. The type gets
its probability among the candidates and is in the set; it is never the one-node answer, for such
names were wrong too often (`docs/decisions/0011-gallery.md`). What the network names stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from marchpast.identity.answers import Look, SetAnswerer
from marchpast.identity.masses import Masses, NodeTable
from marchpast.identity.reference_odds import group_of, reference_odds
from marchpast.identity.rollup import CIVIL, ROOT, UNKNOWN, Rolled
from marchpast.identity.sets import simplest
from marchpast.identity.showing import candidates_of, masses_of
from marchpast.inference import GallerySettings, SetSettings
from marchpast.records import AnswerSet, Candidate, Identity, SeenAttribute
from marchpast.references import Nearness
from marchpast.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What was made of one vehicle without references.

    Attributes:
        identity: The answer.
        probabilities: `(L,)` of the classifier's labels.
        masses: What every node holds.
        rolled: The answer as one node.
        look: How it was seen.
        seen: Its attributes.
    """

    identity: Identity
    probabilities: npt.NDArray[np.float64]
    masses: Masses
    rolled: Rolled
    look: Look
    seen: Sequence[SeenAttribute]


class ByReferences:
    """Revises answers by nearness to references."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        labels: Sequence[str],
        types: Sequence[str],
        settings: GallerySettings,
        min_mass: float,
        sets: SetSettings | None,
        few_photos: Collection[str],
        min_type_size_px: int,
    ) -> None:
        """Make room for types that are no label.

        Args:
            taxonomy: The tree.
            labels: The classifier's labels in order.
            types: Those with references; some may be labels.
            settings: Of the classifier's card.
            min_mass: What a node needs to be answered.
            sets: How sets are made; `None` makes none.
            few_photos: Types and groups learnt from few photos or none.
            min_type_size_px: Below this shorter side a type is in a set only through its group, and
                references are not heard.

        Raises:
            TaxonomyError: If a type is no node.
        """
        self._taxonomy = taxonomy
        self._settings = settings
        self._min_mass = min_mass
        self._min_type_size_px = min_type_size_px
        self._columns = (*labels, *(node for node in types if node not in labels))
        self._table = NodeTable(taxonomy, self._columns)
        learnt = NodeTable(taxonomy, labels).nodes
        self._groups = {node: group_of(taxonomy, node, learnt=learnt) for node in types}
        self._sets: SetAnswerer | None = None
        if sets is not None:
            self._sets = SetAnswerer(
                taxonomy,
                self._table,
                sets,
                few_photos={*few_photos, *types},
                min_type_size_px=min_type_size_px,
            )

    def revise(self, judged: Judged, nearness: Sequence[Nearness]) -> Identity:
        """Return the answer with what the references say.

        Args:
            judged: Without them.
            nearness: To each type with references.
        """
        identity = judged.identity
        is_small = judged.look.size_px < self._min_type_size_px
        is_closed = identity.level == "type" or identity.node == CIVIL
        if is_small or is_closed or judged.rolled.is_disputed:
            return identity
        shares = self.shares(judged.masses, nearness)
        best = max(nearness, key=lambda row: shares[row.node])
        factor = self._factor(shares, best.node, judged.masses)
        if shares[best.node] < self._settings.min_hint or factor <= 0:
            return identity
        counted = {node: share * factor for node, share in shares.items()}
        probabilities = self._mixed(judged.probabilities, counted)
        masses = self._table.masses(probabilities)
        held = self._held(judged.rolled, masses)
        look = replace(judged.look, best_label=self._columns[int(np.argmax(probabilities))])
        return replace(
            identity,
            node=held.node,
            level="unknown" if held.node == UNKNOWN else self._taxonomy.level(held.node),
            probability=held.probability,
            reason=self._reason(best, masses, judged.rolled, held),
            candidates=candidates_of(self._taxonomy, self._columns, probabilities),
            masses=masses_of(self._taxonomy, masses),
            answer=self._answer(best, masses, held, look, judged.seen),
            by_references=Candidate(best.node, masses[best.node]),
        )

    def shares(self, masses: Masses, nearness: Sequence[Nearness]) -> dict[str, float]:
        """Return how likely each type is by the references alone; the rest is on none of them.

        Args:
            masses: What every node holds by the network.
            nearness: To each type with references.
        """
        odds = {
            row.node: reference_odds(
                self._settings,
                distance=row.distance,
                group=masses[self._groups[row.node]],
            )
            for row in nearness
        }
        whole = 1.0 + sum(odds.values())
        return {node: value / whole for node, value in odds.items()}

    def _factor(self, shares: Mapping[str, float], best: str, masses: Masses) -> float:
        """What all shares are multiplied by, so that no type holds more than was measured right.

        A type that is a label holds something already; 0 where references cannot add to that.
        """
        own = masses[best] if best in masses.table.nodes else 0.0
        gain = shares[best] - own * sum(shares.values())
        return min(1.0, (self._settings.most - own) / gain) if gain > 0 else 0.0

    def _mixed(
        self, probabilities: npt.NDArray[np.float64], shares: Mapping[str, float]
    ) -> npt.NDArray[np.float64]:
        mixed = np.zeros(len(self._columns))
        mixed[: len(probabilities)] = probabilities * (1.0 - sum(shares.values()))
        for node, share in shares.items():
            mixed[self._columns.index(node)] += share
        return mixed

    def _held(self, plain: Rolled, masses: Masses) -> Rolled:
        """The answer without references, less exact where they take too much from it."""
        node = plain.node
        if node != UNKNOWN:
            lineage = self._taxonomy.lineage(node)
            still = [other for other in lineage if masses[other] >= self._min_mass]
            node = still[-1] if still else UNKNOWN
        return replace(plain, node=node, probability=masses[ROOT if node == UNKNOWN else node])

    def _reason(self, best: Nearness, masses: Masses, plain: Rolled, held: Rolled) -> str:
        name = self._taxonomy.name
        one = best.pictures == 1
        pictures = "1 reference picture" if one else f"{best.pictures} reference pictures"
        unsettled = f", and {name(plain.node)} is less certain" if held.node != plain.node else ""
        return (
            f"{pictures} of yours {'points' if one else 'point'} to {name(best.node)}, which holds "
            f"{masses[best.node]:.2f} with them: a hint, not a name{unsettled}; without them: "
            f"{plain.reason}"
        )

    def _answer(
        self,
        best: Nearness,
        masses: Masses,
        held: Rolled,
        look: Look,
        seen: Sequence[SeenAttribute],
    ) -> AnswerSet | None:
        """The set, made as without references from what every node holds now, the type in it."""
        if self._sets is None:
            return None
        answer = self._sets.answer(masses, held, look, seen=seen)
        if any(self._taxonomy.is_within(best.node, node) for node in answer.nodes):
            return answer
        nodes = simplest(self._taxonomy, (*answer.nodes, best.node))
        mass = min(1.0, sum(masses[node] for node in nodes if node in self._table.nodes))
        reason = f"{answer.reason}; {self._taxonomy.name(best.node)} stands in it by references"
        return replace(answer, nodes=nodes, probability=mass, reason=reason)
