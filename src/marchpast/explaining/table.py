"""The rival explanations and the kinds of evidence, as the data files list them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from pydantic import Field

from marchpast.errors import ExplanationError
from marchpast.explaining.strict import Filled, Positive, StrictModel, Text, data_of

ANNOUNCED: Final = "announced"
"""In the weights of the data file: the explanation that the announcement is about."""

Basis = Literal["measured", "computed", "judgement"]
Weight = tuple[Positive, Positive]


class Draft(StrictModel):
    """What an explanation lets one expect.

    Attributes:
        text: With `{event}`, `{from}` and `{to}` for days.
        anchor: What the days are counted from: the parade, or the date given.
        from_day: First day, counted from the anchor.
        to_day: Last day.
        check: How it would be checked.
    """

    text: Filled
    anchor: Literal["event", "date"]
    from_day: int
    to_day: int
    check: Filled


class Rival(StrictModel):
    """One explanation of the footage.

    Attributes:
        id: Short name.
        name: To show.
        as_stated: True when the footage would be of the place and the date given.
        means: What exactly is meant, so that no two can be true together.
        predicts: Drafts for the watch-list.
    """

    id: Filled
    name: Filled
    as_stated: bool
    means: Filled
    predicts: tuple[Draft, ...] = ()


class Kind(StrictModel):
    """One kind of evidence.

    Attributes:
        id: Short name.
        group: What it rests on; within a group not all items count, see `weighing`.
        title: To show.
        weights: Likelihood ratios as ranges, by explanation; one that is missing has 1 to 1.
        basis: Where the weights come from.
        source: The same in a sentence.
        asks: For what users find out: completes "If ...".
        about: For what users find out: the explanation it is mostly about.
    """

    id: Filled
    group: Filled
    title: Filled
    weights: Mapping[str, tuple[Positive, Positive | Literal["calendar"]]]
    basis: Basis
    source: Filled
    asks: Text = ""
    about: Text = ""

    def weights_of(self, *, announced: str, ceiling: float = 1.0) -> dict[str, Weight]:
        """Return the weights with their placeholders filled in.

        Args:
            announced: The explanation that the announcement is about.
            ceiling: What the calendar says of the upper end, 1 at least.
        """
        return {
            announced if id_ == ANNOUNCED else id_: (low, ceiling if high == "calendar" else high)
            for id_, (low, high) in self.weights.items()
        }


class _RivalsFile(StrictModel):
    format: Literal["marchpast-rivals/1"]
    explanations: tuple[Rival, ...] = Field(min_length=2)


class _EvidenceFile(StrictModel):
    format: Literal["marchpast-evidence/1"]
    kinds: tuple[Kind, ...]
    findings: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What there is to weigh, and by what.

    Attributes:
        rivals: The explanations, in the order they are shown.
        kinds: Evidence that a result holds, by id.
        findings: What users find out themselves, by id.
    """

    rivals: tuple[Rival, ...]
    kinds: Mapping[str, Kind]
    findings: Mapping[str, Kind]

    def __post_init__(self) -> None:
        ids = [rival.id for rival in self.rivals]
        if len(ids) < 2 or len(ids) != len(set(ids)):
            raise ValueError(f"rival explanations are two at least, each once, got {ids}")
        for kind in (*self.kinds.values(), *self.findings.values()):
            unknown = set(kind.weights) - {*ids, ANNOUNCED}
            if unknown or (kind.about and kind.about not in ids):
                raise ValueError(f"evidence {kind.id!r} weighs what is not on the list: {unknown}")

    def rival(self, id_: str) -> Rival:
        """Return the explanation with that id.

        Raises:
            ExplanationError: If there is none; the message lists them.
        """
        for rival in self.rivals:
            if rival.id == id_:
                return rival
        known = ", ".join(rival.id for rival in self.rivals)
        raise ExplanationError(f"no explanation is called {id_[:80]!r}; there are {known}")

    def finding(self, id_: str) -> Kind:
        """Return what a user may have found, by its id.

        Raises:
            ExplanationError: If there is no such finding; the message lists them.
        """
        if id_ not in self.findings:
            known = ", ".join(self.findings)
            raise ExplanationError(f"no finding is called {id_[:80]!r}; there are {known}")
        return self.findings[id_]


@cache
def load_table() -> Table:
    """Return the explanations and the kinds of evidence that come with the package.

    >>> [rival.name for rival in load_table().rivals][:3]
    ['Parade move', 'Exercise', 'Rotation or repair']
    """
    rivals = _RivalsFile.model_validate(data_of("explanations.yaml"))
    evidence = _EvidenceFile.model_validate(data_of("evidence.yaml"))
    return Table(
        rivals=rivals.explanations,
        kinds={kind.id: kind for kind in evidence.kinds},
        findings={kind.id: kind for kind in evidence.findings},
    )
