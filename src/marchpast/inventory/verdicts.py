"""The verdicts, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marchpast.inventory import phrases as say
from marchpast.inventory.announced import Inventory
from marchpast.inventory.comparison import ComparisonLine, Overall, Verdict
from marchpast.inventory.counting import SeenCount
from marchpast.inventory.ledger import Excess
from marchpast.inventory.observing import Kind, Observation
from marchpast.inventory.reconciling import Reconciled, most_allowed
from marchpast.taxonomy import Taxonomy

_NOT_THE_PARADE = "this is what the footage shows of the parade, not how complete it was"
_NOTHING_SEEN = "No military vehicle was seen: there is nothing to compare."
_ZERO = (
    "The announcement was that no equipment takes part, so the parade explains nothing of what was "
    "seen; nor does this say what does."
)
_NEITHER = (
    "Nothing that was seen contradicts the announcement, and nothing is surely of a kind that it "
    "names."
)
_OTHER_REASONS = "The same vehicles may have moved for another reason."


@dataclass(frozen=True, slots=True)
class Whole:
    """The verdict on the whole.

    Attributes:
        overall: In a word or two.
        reason: Why, a few sentences.
        because: What contradicts the announcement, one phrase each.
    """

    overall: Overall
    reason: str
    because: tuple[str, ...] = ()


class Judgement:
    """Turns what holds in every assignment into verdicts."""

    def __init__(
        self,
        inventory: Inventory,
        taxonomy: Taxonomy,
        observation: Observation,
        reconciled: Reconciled,
        *,
        level: float,
    ) -> None:
        """Take what was announced, what was seen, and what came of the two.

        `level` is how probable it must be that the names carry a contradiction.
        """
        self._inventory = inventory
        self._say = say.Phrases(inventory, taxonomy)
        self._observation = observation
        self._reconciled = reconciled
        self._level = level
        self._order = {node: i for i, node in enumerate(taxonomy.nodes)}

    def order(self, kind: Kind) -> tuple[int, ...]:
        """Return a key that sorts kinds in the order of the tree."""
        return tuple(self._order[node] for node in kind.nodes)

    def excess_of_line(self, i: int) -> Excess | None:
        """Return the excess of one announced line by itself."""
        return next((e for e in self._reconciled.excesses if e.lines == {i}), None)

    def excess_of_kind(self, kind: Kind) -> Excess | None:
        """Return the excess that vehicles of a kind are part of, if they lead nowhere else."""
        unnamed = frozenset({len(self._inventory.lines)} if kind.may_be_unnamed else ())
        lines = kind.lines | unnamed
        if kind.may_be_civil:
            return None
        for excess in self._reconciled.excesses:
            if excess.lines == lines or (kind.lines and lines < excess.lines):
                return excess
        return None

    def of_line(self, i: int, seen: SeenCount) -> tuple[Verdict, str]:
        """Return the verdict on an announced line, and why."""
        line = self._inventory.lines[i]
        least, announced = self._reconciled.least[i], self._say.announced(frozenset({i}))
        if (excess := self.excess_of_line(i)) is not None:
            said = f"{excess.count} seen at once{say.where(excess)}; {announced}"
            return self._of_excess("surplus", excess, said)
        if least or seen.tracks:
            number = say.interval(seen) if seen.tracks else f"at least {least} seen"
            shared = [e.lines - {i} for e in self._reconciled.excesses if i in e.lines]
            if shared:
                note = f"; together with {self._say.either(shared[0])} it is more than announced"
            elif seen.tracks > most_allowed(line.amount):
                note = "; more tracks than announced, which may be the same vehicles again"
            else:
                note = ""
            return "covered", f"{number}; {announced}{note}; {_NOT_THE_PARADE}"
        name = self._say.names([line.node])
        if most := self._reconciled.most[i]:
            some = "one" if most == 1 else f"up to {most}"
            return "cannot tell", f"no vehicle is surely {name}, but {some} of those seen may be"
        return "not seen", f"no {name} in this footage, which says nothing about the parade"

    def of_kind(self, kind: Kind, seen: SeenCount) -> tuple[Verdict, str]:
        """Return the verdict on vehicles that are not surely of one announced line, and why."""
        number, lines = say.interval(seen), self._say.either(kind.lines)
        if kind.may_be_civil:
            return "cannot tell", f"{number}; may be civil" + (f", or {lines}" if lines else "")
        if self._inventory.announces_nothing:
            return "not announced", f"{number}; the announcement was that no equipment takes part"
        if (excess := self.excess_of_kind(kind)) is not None:
            if kind.lines:
                said = f"{excess.count} seen at once{say.where(excess)}, each "
                said += f"{self._say.either(excess.lines)}; {self._say.announced(excess.lines)}"
                return self._of_excess("surplus", excess, said)
            said = (
                f"{number}{say.where(excess)}; the announcement names every kind and not this one"
            )
            if alike := self._say.announced_lookalikes(kind.nodes):
                is_or_are = "is" if len(alike) == 1 else "are"
                said += f"; easily taken for {' or '.join(alike)}, which {is_or_are} announced"
            return self._of_excess("not announced", excess, said)
        if lines and not kind.may_be_unnamed:
            return "covered", f"{number}; {lines}, each of them announced; {_NOT_THE_PARADE}"
        if lines:
            is_or_are = "is" if len(kind.lines) == 1 else "are"
            return "cannot tell", (
                f"{number}; may be {lines}, which {is_or_are} announced, or something else"
            )
        return "cannot tell", (
            f"{number}; the announcement does not name every kind, so what it leaves out is no "
            "contradiction"
        )

    def of_all(self, lines: Sequence[ComparisonLine], seen_total: SeenCount) -> Whole:
        """Return the verdict on the whole."""
        whole = self._whole(lines, seen_total)
        notes = ""
        if unnamed := self._observation.unnamed:
            notes += f" {say.number(unnamed, 'track')} without a name left out."
        if self._inventory.is_draft:
            notes += " The inventory is a draft that nobody has confirmed."
        return Whole(whole.overall, whole.reason + notes, whole.because)

    def _whole(self, lines: Sequence[ComparisonLine], seen_total: SeenCount) -> Whole:
        if not seen_total.tracks:
            return Whole("cannot tell", _NOTHING_SEEN)
        if self._inventory.announces_nothing:
            return Whole("explains nothing", _ZERO)
        standing, unsure = self._contradictions()
        if standing:
            listed = say.first(standing)
            reason = f"If the names are right, more was seen than was announced: {listed}."
            if left := self._reconciled.left_over:
                reason += f" To fit, {left} of those seen at once would have to be something else."
            return Whole("inconsistent", reason, standing)
        if unsure:
            listed = say.first(unsure)
            return Whole(
                "cannot tell",
                f"By the names more was seen than was announced: {listed}. That enough of these "
                f"names are right is less probable than {self._level:g}.",
            )
        covered = [line for line in lines if line.verdict == "covered"]
        if not covered:
            return Whole("cannot tell", _NEITHER)
        fits = f"Announced and seen: {', '.join(self._say.names(line.nodes) for line in covered)}"
        others = [line for line in lines if line.announced is None and line.verdict != "covered"]
        if not (self._inventory.is_partial or others):
            return Whole(
                "consistent",
                f"{fits}; the list names every kind, and everything that was seen is on it, in "
                f"numbers that it allows. {_OTHER_REASONS}",
            )
        reason = f"{fits}; nothing contradicts the announcement. {_OTHER_REASONS}"
        if others:
            short = [self._say.names(each.nodes) for each in others if len(each.nodes) <= 2][:3]
            if left := len(others) - len(short):
                more = "more kind of answer" if left == 1 else "more kinds of answer"
                short.append(f"{left} {more}")
            reason += f" It says nothing about {' and '.join(short)}."
        return Whole("consistent, but does not prove it", reason)

    def _contradictions(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what contradicts the announcement surely enough, and what only by the names."""
        said = [(excess, self._contradiction(excess)) for excess in self._reconciled.excesses]
        if (over := self._reconciled.over_total) is not None:
            said.append((over, f"{over.count} seen at once, {self._say.total()} in all"))
        standing = tuple(words + say.where(e) for e, words in said if self._stands(e))
        return standing, tuple(words + say.where(e) for e, words in said if not self._stands(e))

    def _contradiction(self, excess: Excess) -> str:
        if excess.lines == {len(self._inventory.lines)}:
            kinds = sorted({self._observation.kinds[i] for i in excess.members}, key=self.order)
            return f"not announced: {', '.join(self._say.names(kind.nodes) for kind in kinds)}"
        names, announced = self._say.either(excess.lines), self._say.announced(excess.lines)
        return f"surplus: {names}, {excess.count} seen at once, {announced}"

    def _of_excess(self, verdict: Verdict, excess: Excess, reason: str) -> tuple[Verdict, str]:
        if self._stands(excess):
            return verdict, reason
        return "cannot tell", (
            f"{reason}; that enough of the names are right for this has a probability of "
            f"{excess.chance:.2f} only"
        )

    def _stands(self, excess: Excess) -> bool:
        return excess.chance >= self._level - 1e-9
