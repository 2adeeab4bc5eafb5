"""The format of an assessment, `marchpast-explanations/1`: `explanations.json` of a result folder.

Nothing in it depends on when or by whom it was made, so the same facts give the same bytes.
"""

from __future__ import annotations

import datetime
import json
from typing import Annotated, Final, Literal

from pydantic import Field

from marchpast.explaining.strict import Filled, Positive, Probability, StrictModel, Text
from marchpast.explaining.table import Basis

EXPLANATIONS_FORMAT: Final = "marchpast-explanations/1"

Direction = Literal["for", "against", "either way"]


class SpanEntry(StrictModel):
    """A probability as a range, rounded outwards to four decimals.

    Attributes:
        low: Lower end.
        high: Upper end.
        words: ICD 203 terms for the two ends, or that no evidence bears on it: then the range is
            only what the starting weights and the evidence on the others leave.
    """

    low: Probability
    high: Probability
    words: Filled


class SeenEntry(StrictModel):
    """Vehicles with one and the same set of answers.

    Attributes:
        nodes: Taxonomy ids; of several it is one of them.
        names: The same to show.
        tracks: Vehicles followed; no count of different vehicles.
    """

    nodes: tuple[Filled, ...]
    names: Filled
    tracks: Annotated[int, Field(ge=1)]


class StartEntry(StrictModel):
    """Where the weighing starts: only the ratios of the weights count."""

    explanation: Filled
    weight: Positive


class WeightEntry(StrictModel):
    """How strongly an item of evidence speaks for or against an explanation.

    Attributes:
        explanation: Which.
        low: So many times likelier at least, if the explanation is true than if something else is.
        high: At most.
        direction: `either way` where the range lies on both sides of 1.
    """

    explanation: Filled
    low: Positive
    high: Positive
    direction: Direction


class EvidenceEntry(StrictModel):
    """One item of evidence.

    Attributes:
        id: `E1`, `E2` ...
        kind: Of the table.
        group: Of the items of one group the strongest for and the strongest against count.
        title: In a few words.
        text: What is the case.
        weights: Empty where it says nothing.
        basis: Where the weights come from.
        strength_source: The same in a sentence.
        sources: Addresses of what it rests on, shown as text.
        shared_with: Other items of its group that weigh on the same explanations.
    """

    id: Filled
    kind: Filled
    group: Filled
    title: Filled
    text: Filled
    weights: tuple[WeightEntry, ...]
    basis: Basis
    strength_source: Filled
    sources: tuple[Text, ...]
    shared_with: tuple[Filled, ...]


class ExplanationEntry(StrictModel):
    """One explanation and what came of it.

    Attributes:
        id: Short name.
        name: To show.
        means: What exactly is meant.
        as_stated: True when the footage would be of the place and date given.
        span: Its probability among those listed.
        evidence_for: Ids of items that speak for it.
        evidence_against: Ids of items that speak against it.
        sentence: Name, range and words in one sentence.
    """

    id: Filled
    name: Filled
    means: Filled
    as_stated: bool
    span: SpanEntry
    evidence_for: tuple[Filled, ...]
    evidence_against: tuple[Filled, ...]
    sentence: Filled


class MissingEntry(StrictModel):
    """Something that is not known, and which explanations that keeps open."""

    id: Filled
    text: Filled
    keeps_open: tuple[Filled, ...]


class ChangeEntry(StrictModel):
    """What one more finding would do.

    Attributes:
        finding: Its kind.
        text: In a sentence.
        explanation: The one it is mostly about.
        before: Its range now.
        after: Its range with the finding.
        stands_out: Which explanation would then stand out, `None` where ranges would overlap.
    """

    finding: Filled
    text: Filled
    explanation: Filled
    before: SpanEntry
    after: SpanEntry
    stands_out: Text | None


class DraftEntry(StrictModel):
    """A prediction that an explanation makes, to be put on a watch-list with one's own number."""

    explanation: Filled
    text: Filled
    window_from: datetime.date
    window_to: datetime.date
    check: Filled


class Explanations(StrictModel):
    """An assessment.

    Attributes:
        format: Always `marchpast-explanations/1`.
        result_sha256: Of the `result.json` it was made from, `None` without one.
        claim: What was said of the footage; nobody interpreted it.
        place: Where it is said to have been filmed; nothing located it.
        date: When it is said to have been filmed.
        provenance: Who published it, when, and where the file came from.
        seen: The military vehicles that were named.
        start: Weights before any evidence.
        start_is_equal: True when all are the same, which is no claim about how often what happens.
        start_spread: How far each of the weights may be off either way, a factor.
        explanations: In the order of the table.
        evidence: In the order it was gathered.
        missing: What is not known.
        would_change: What one more finding would do.
        not_as_stated: That the footage is not of the place and date given, whatever it shows.
        stands_out: The explanation whose range lies above every other, `None` where ranges overlap.
        rests_on: Items of evidence without which it would not stand out.
        verdict: The outcome in a sentence or two.
        cautions: What a reader must know.
        watch: Drafts for a watch-list.
    """

    format: Literal["marchpast-explanations/1"] = EXPLANATIONS_FORMAT
    result_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    claim: Filled
    place: Filled
    date: datetime.date
    provenance: Filled
    seen: tuple[SeenEntry, ...]
    start: tuple[StartEntry, ...]
    start_is_equal: bool
    start_spread: Positive
    explanations: tuple[ExplanationEntry, ...]
    evidence: tuple[EvidenceEntry, ...]
    missing: tuple[MissingEntry, ...]
    would_change: tuple[ChangeEntry, ...]
    not_as_stated: SpanEntry
    stands_out: Text | None
    rests_on: tuple[Filled, ...]
    verdict: Filled
    cautions: tuple[Filled, ...]
    watch: tuple[DraftEntry, ...]

    def to_json(self) -> str:
        """Return the content of the file."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    def explanation(self, id_: str) -> ExplanationEntry:
        """Return one explanation by its id.

        Raises:
            KeyError: If it is not among them.
        """
        return {row.id: row for row in self.explanations}[id_]
