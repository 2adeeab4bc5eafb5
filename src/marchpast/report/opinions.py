"""What reviewers said, as the page shows it: their answers first, the model's beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marchpast.report.review_matching import MatchedEdits
from marchpast.report.reviewed import EditEntry

Said = tuple[str, str | None]
"""A decision and its node; `named` for both confirmed and corrected: what counts is the node."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What reviewers said of one sighting.

    Attributes:
        edits: One a reviewer, sorted by name.
        node: What all who decided name; `None` where they differ, or name nothing.
        differ: Whether two of them decided differently.
    """

    edits: tuple[EditEntry, ...] = ()
    node: str | None = None
    differ: bool = False

    @classmethod
    def of(cls, edits: Iterable[EditEntry]) -> Opinions:
        """Return the opinions that edits of one sighting hold; those taken back are left out."""
        kept = tuple(edit for edit in edits if not edit.is_taken_back)
        answers = {said(edit) for edit in kept if edit.decision is not None}
        agreed = answers.pop() if len(answers) == 1 else ("", None)
        return cls(edits=kept, node=agreed[1], differ=len(answers) > 1)

    @property
    def is_decided(self) -> bool:
        """Whether anybody decided, rather than left a note alone."""
        return any(edit.decision is not None for edit in self.edits)


@dataclass(frozen=True, slots=True)
class ReviewerLine:
    """What one reviewer did, in numbers.

    Attributes:
        reviewer: By name.
        decisions: How often each, by decision.
        decided: In all.
        blind: How many of them while the page hid the answer.
    """

    reviewer: str
    decisions: Counter[str]
    decided: int
    blind: int


def said(edit: EditEntry) -> Said:
    """Return what an edit says, whatever the model had said."""
    return ("named" if edit.node is not None else str(edit.decision), edit.node)


def reviewer_lines(matched: MatchedEdits) -> tuple[ReviewerLine, ...]:
    """Return the numbers of every reviewer with an edit that fits a sighting, by name."""
    edits = [edit for rows in matched.by_sighting.values() for edit in rows]
    lines = []
    for reviewer in sorted({edit.reviewer for edit in edits}):
        decided = [e for e in edits if e.reviewer == reviewer and e.decision is not None]
        lines.append(
            ReviewerLine(
                reviewer=reviewer,
                decisions=Counter(str(edit.decision) for edit in decided),
                decided=len(decided),
                blind=sum(edit.blind for edit in decided),
            )
        )
    return tuple(lines)


def reviewed_count(opinions: Sequence[Opinions]) -> int:
    """Return how many sightings at least one reviewer decided."""
    return sum(row.is_decided for row in opinions)
