"""The answer as a set: which conditions apply, how wide the set is, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from marchpast.identity.conditions import Condition, conditions_of, penalty_under
from marchpast.identity.evidence import contradicts
from marchpast.identity.evidence_words import narrowing
from marchpast.identity.masses import Masses, NodeTable
from marchpast.identity.rollup import ROOT, UNKNOWN, Rolled
from marchpast.identity.sets import PENALTIES, SetMaker, simplest
from marchpast.inference import SetSettings
from marchpast.records import AnswerSet, SeenAttribute
from marchpast.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Look:
    """How one vehicle was seen.

    Attributes:
        size_px: Shorter side of the largest of its boxes, source pixels.
        best_label: The classifier's likeliest label.
        brightness: Of its crops, see `brightness`; `None` where it was not measured.
        novelty: Mean over its crops; `None` where the classifier does not say.
    """

    size_px: float
    best_label: str
    brightness: float | None
    novelty: float | None


@dataclass(frozen=True, slots=True)
class SetLadder:
    """What calibration needs of one vehicle.

    Attributes:
        conditions: Those that apply.
        sets: One for every one of `PENALTIES`; all empty where nothing is answered.
    """

    conditions: tuple[Condition, ...]
    sets: tuple[tuple[str, ...], ...]


class SetAnswerer:
    """Answers a set for one vehicle, beside the one node."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        table: NodeTable,
        settings: SetSettings,
        *,
        few_photos: Collection[str],
        min_type_size_px: int,
    ) -> None:
        """Keep the rules.

        Args:
            taxonomy: The tree.
            table: Of the classifier's labels.
            settings: From its card.
            few_photos: Types and groups learnt from few photos or none.
            min_type_size_px: Below this shorter side a type is in a set only through its group.
        """
        self._taxonomy = taxonomy
        self._settings = settings
        self._few_photos = frozenset(few_photos)
        self._min_type_size_px = min_type_size_px
        self._maker = SetMaker(taxonomy, table, few_photos=few_photos)

    def answer(
        self,
        masses: Masses,
        rolled: Rolled,
        look: Look,
        *,
        seen: Sequence[SeenAttribute] = (),
    ) -> AnswerSet:
        """Return the set for one vehicle.

        Args:
            masses: What every node holds.
            rolled: The answer as one node: what it withholds, the set does not give away.
            look: How it was seen.
            seen: Its attributes; those a person saw take nodes out of the set.
        """
        if rolled.is_disputed:
            return self._whole(masses, rolled.reason)
        if self._is_outside(rolled.node, look.novelty):
            reason = (
                "nothing known fits: no category is certain, and the crops are less like the "
                f"pictures learnt ({look.novelty:.2f}) than those of nearly all vehicles measured "
                f"({self._settings.max_novelty:.2f})"
            )
            return AnswerSet((), 0.0, self._settings.rate, reason)
        conditions = self._conditions(look)
        penalty = penalty_under(conditions, self._settings.penalties)
        with_types = self._tells_types(rolled, look)
        chosen = self._maker.choose(masses, penalty=penalty, with_types=with_types)
        nodes = self._left(self._holding(chosen, rolled.node), seen)
        return AnswerSet(
            nodes,
            self._held(nodes, masses),
            self._settings.rate,
            self._reason(nodes, masses, rolled, look),
            self._narrows(nodes, conditions, seen),
        )

    def ladder(self, masses: Masses, rolled: Rolled, look: Look) -> SetLadder:
        """Return the sets of one vehicle at every one of `PENALTIES`, for calibration."""
        conditions = self._conditions(look)
        if self._is_outside(rolled.node, look.novelty):
            return SetLadder(conditions, ((),) * len(PENALTIES))
        chain = self._maker.chain(masses, with_types=self._tells_types(rolled, look))
        return SetLadder(conditions, tuple(self._holding(nodes, rolled.node) for nodes in chain))

    def _tells_types(self, rolled: Rolled, look: Look) -> bool:
        return look.size_px >= self._min_type_size_px and not rolled.is_strange

    def _conditions(self, look: Look) -> tuple[Condition, ...]:
        return conditions_of(
            size_px=look.size_px,
            brightness=look.brightness,
            has_few_photos=look.best_label in self._few_photos,
            far_below_px=self._settings.far_below_px,
            dark_below=self._settings.dark_below,
        )

    def _is_outside(self, node: str, novelty: float | None) -> bool:
        limit = self._settings.max_novelty
        if novelty is None or limit is None or novelty <= limit:
            return False
        return node == UNKNOWN or self._taxonomy.level(node) == "class"

    def _holding(self, nodes: tuple[str, ...], answer: str) -> tuple[str, ...]:
        """The set with the answered type in it, instead of a group that holds it.

        The two may not contradict each other, and such a name is right more often than a set.
        """
        if answer == UNKNOWN or not self._taxonomy.node(answer).is_type:
            return nodes
        others = [node for node in nodes if not self._taxonomy.is_within(answer, node)]
        return simplest(self._taxonomy, (*others, answer))

    def _whole(self, masses: Masses, reason: str) -> AnswerSet:
        return AnswerSet((ROOT,), masses[ROOT], self._settings.rate, reason)

    def _left(self, nodes: tuple[str, ...], seen: Sequence[SeenAttribute]) -> tuple[str, ...]:
        """What a person saw excludes even what looks alike; all of it excluded is a conflict."""
        by_person = [one for one in seen if one.origin == "user"]
        left = tuple(
            node
            for node in nodes
            if not any(contradicts(self._taxonomy, node, one, others=seen) for one in by_person)
        )
        return left or nodes

    def _held(self, nodes: Sequence[str], masses: Masses) -> float:
        known = masses.table.nodes
        return min(1.0, sum(masses[node] for node in nodes if node in known))

    def _reason(self, nodes: Sequence[str], masses: Masses, rolled: Rolled, look: Look) -> str:
        """Say why it is not smaller, most important first."""
        name, known = self._taxonomy.name, masses.table.nodes
        if rolled.is_strange:
            return rolled.reason
        parts = []
        if look.size_px < self._min_type_size_px:
            parts.append(
                f"its best view is {look.size_px:.0f} px on the shorter side, and below "
                f"{self._min_type_size_px} px no type is told"
            )
        ordered = sorted((node for node in nodes if node in known), key=lambda n: -masses[n])
        unmeasured = [node for node in nodes if node in self._few_photos or node not in known]
        if len(ordered) > 1:
            rest, held = (f"{self._held(some, masses):.2f}" for some in (ordered[:-1], ordered))
            # What stands in it for its looks alone holds nothing: the photos are the reason.
            if rest != held or not unmeasured:
                parts.append(f"without {name(ordered[-1])} it would hold {rest} only")
        elif ordered and (below := masses.best_below(ordered[0])) is not None:
            parts.append(
                f"of it, {name(below)} holds {masses[below]:.2f}, too little to leave out the rest"
            )
        elif ordered and not self._taxonomy.node(ordered[0]).is_type:
            parts.append("most of it is on none of the types learnt")
        else:
            parts.append("nothing else is likely enough to stand beside it")
        if unmeasured and len(nodes) > 1:
            parts.append("few photos or none were learnt of " + ", ".join(map(name, unmeasured)))
        return "; ".join(parts)

    def _narrows(
        self,
        nodes: Sequence[str],
        conditions: Sequence[Condition],
        seen: Sequence[SeenAttribute],
    ) -> tuple[str, ...]:
        types = {type_ for node in nodes for type_ in self._taxonomy.types_under(node)}
        if len(types) < 2:
            return ()
        views = {
            "far": f"a view of at least {self._settings.far_below_px} px on the shorter side",
            "dark": "a view in more light",
        }
        told = narrowing(self._taxonomy, nodes, seen)
        return (*(views[name] for name in conditions if name in views), *told)
