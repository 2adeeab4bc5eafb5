"""Dated predictions that can turn out wrong, and the log of what became of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from marchpast.explaining.strict import one_line

Outcome = Literal["yes", "no", "unresolvable"]
"""`unresolvable`: nobody can tell, or the question has lost its meaning; it is not scored."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What somebody expects to be seen, by when, and how sure they are; texts are on one line.

    Attributes:
        id: Unique among the predictions of a case: `p1`, `p2` ...
        made_on: The day it was stated.
        text: What will be seen, one sentence.
        explanation: Id of the rival explanation it follows from; empty for one's own.
        window_from: First day on which it may happen.
        window_to: Last day, included.
        probability: That it happens, as stated by its author, from 0 to 1.
        check: How it will be checked.
        outcome: `None` while it is open.
        resolved_on: The day of the outcome, `None` while it is open.
        note: Of whoever resolved it, or empty.
    """

    id: str
    made_on: datetime.date
    text: str
    explanation: str
    window_from: datetime.date
    window_to: datetime.date
    probability: float
    check: str
    outcome: Outcome | None = None
    resolved_on: datetime.date | None = None
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("id", "text", "check", "note"):
            object.__setattr__(self, name, one_line(getattr(self, name)))
        if not (self.id and self.text):
            raise ValueError("a prediction needs an id and a text that says what will be seen")
        if not self.check:
            raise ValueError(f"prediction {self.id}: say how it will be checked")
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(
                f"prediction {self.id}: a probability lies from 0 to 1, got {self.probability}"
            )
        if self.window_from > self.window_to:
            raise ValueError(
                f"prediction {self.id}: the window ends on {self.window_to}, before it starts on "
                f"{self.window_from}"
            )
        if (self.outcome is None) != (self.resolved_on is None):
            raise ValueError(f"prediction {self.id}: an outcome and its day belong together")

    @property
    def is_hindsight(self) -> bool:
        """True when it was stated after its window had closed: no prediction, and not scored."""
        return self.made_on > self.window_to


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log of outcomes, which is only ever added to.

    Attributes:
        prediction: Its id.
        on: The day, as the user gave it.
        before: The outcome until then, `None` when it was open.
        after: The outcome from then on.
        note: Why; never empty where an outcome is changed.
    """

    prediction: str
    on: datetime.date
    before: Outcome | None
    after: Outcome
    note: str


def resolve(
    prediction: Prediction, outcome: Outcome, *, on: datetime.date, note: str = ""
) -> tuple[Prediction, Change]:
    """Return the prediction with an outcome, and the line for the log.

    Args:
        prediction: Open, or resolved before: then the note must say why the outcome changes.
        outcome: What became of it.
        on: The day of the resolution.
        note: For the reader.

    Raises:
        ValueError: If the outcome is none of the three; the day is too early for it (before the
            window, for `no` before its last day has come; before it was made, or before the last
            resolution); or it is resolved already and the note is empty.
    """
    if outcome not in get_args(Outcome):
        raise ValueError(f"an outcome is yes, no or unresolvable, got {outcome!r}")
    earliest = prediction.made_on
    if outcome != "unresolvable":
        first = prediction.window_from if outcome == "yes" else prediction.window_to
        earliest = max(earliest, first)
    if prediction.resolved_on is not None:
        earliest = max(earliest, prediction.resolved_on)
        if not one_line(note):
            raise ValueError(
                f"prediction {prediction.id} was resolved as {prediction.outcome!r} on "
                f"{prediction.resolved_on}; to change it say why in a note, both stay in the log"
            )
    if on < earliest:
        raise ValueError(
            f"prediction {prediction.id} cannot be resolved as {outcome!r} on {on}; the earliest "
            f"day for this is {earliest} (its window is {prediction.window_from} to "
            f"{prediction.window_to})"
        )
    note = one_line(note)
    change = Change(prediction.id, on, prediction.outcome, outcome, note)
    return replace(prediction, outcome=outcome, resolved_on=on, note=note), change


def due(predictions: Iterable[Prediction], on: datetime.date) -> tuple[Prediction, ...]:
    """Return the open predictions whose last day has come, the longest overdue first."""
    open_ones = [p for p in predictions if p.outcome is None and p.window_to <= on]
    return tuple(sorted(open_ones, key=lambda p: p.window_to))


def next_id(predictions: Sequence[Prediction]) -> str:
    """Return an id that no prediction has.

    >>> next_id(())
    'p1'
    """
    taken = {prediction.id for prediction in predictions}
    return next(id_ for n in range(1, len(taken) + 2) if (id_ := f"p{n}") not in taken)
