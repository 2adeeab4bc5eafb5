"""What is seen of a vehicle: a person's marks and what the classifier is sure of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from marchpast.identity import SURE_ENOUGH, attributes, contradicts, said, values_of
from marchpast.records import SeenAttribute
from marchpast.sheets.tells import TARPAULIN, Choice, choice_of
from marchpast.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Claim:
    """What the classifier sees of an attribute.

    Attributes:
        name: Of the attribute.
        choice: What it leaves open.
        probability: Calibrated.
    """

    name: str
    choice: Choice
    probability: float

    @property
    def is_sure(self) -> bool:
        """Whether it may exclude; as sure as `check_label` asks for."""
        return self.probability >= SURE_ENOUGH

    @property
    def words(self) -> str:
        """The claim as a clause."""
        return f"the classifier sees {self.choice.words} ({self.probability:.2f})"


def claims_of(seen: Iterable[SeenAttribute]) -> tuple[Claim, ...]:
    """Return what a model told of a vehicle.

    >>> claims_of([SeenAttribute("drive", "wheels", "model", 0.97)])[0].words
    'the classifier sees wheels (0.97)'
    """
    return tuple(
        Claim(
            one.name,
            choice_of(
                attributes()[one.name],
                values_of(one),
                words=said(SeenAttribute(one.name, one.value, "user")).removeprefix(
                    "a person saw "
                ),
            ),
            one.probability,
        )
        for one in seen
        if one.probability is not None
    )


class Sight:
    """The marks and claims that count, against everything known."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        seen: Mapping[str, Choice | None],
        claims: Sequence[Claim] = (),
    ) -> None:
        """Sort out what counts.

        Args:
            taxonomy: Tells what every kind looks like.
            seen: What a person marked, by attribute; `None` where it is not visible.
            claims: What the classifier sees.
        """
        self._taxonomy = taxonomy
        words = [(name, choice) for name, choice in seen.items() if choice is not None]
        tarpaulin = seen.get(TARPAULIN)
        self.is_covered = tarpaulin is not None and tarpaulin.values == ("yes",)
        self.conflicts: list[str] = []
        if len(words) > 1 and not self._fits_something(words):
            shown = ", ".join(choice.words for _, choice in words)
            self.conflicts.append(
                f"no known vehicle shows all that a person saw: {shown}; look again"
            )
        self.evidence: list[tuple[str, Choice, str]] = [
            (name, choice, f"a person saw {choice.words}") for name, choice in words
        ]
        for claim in claims:
            if not claim.is_sure or (claim.name in seen and seen[claim.name] is None):
                continue
            if words and not self._fits_something([*words, (claim.name, claim.choice)]):
                self.conflicts.append(
                    f"{claim.words}, but no known vehicle shows that beside what a person saw: "
                    "it excludes nothing"
                )
            else:
                self.evidence.append((claim.name, claim.choice, claim.words))

    def contradicts(self, node: str, name: str, values: Iterable[str]) -> bool:
        """Return whether a kind can show none of some values of an attribute."""
        cover = [SeenAttribute(TARPAULIN, "yes", "user")] if self.is_covered else []
        return all(
            contradicts(self._taxonomy, node, SeenAttribute(name, value, "user"), others=cover)
            for value in values
        )

    def _fits_something(self, words: Sequence[tuple[str, Choice]]) -> bool:
        return any(
            not any(self.contradicts(type_, name, choice.values) for name, choice in words)
            for type_ in self._taxonomy.types
        )
