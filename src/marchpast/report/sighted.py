"""The part of the format that says what one vehicle is, and where it was seen."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from marchpast.records import AnswerSet, Candidate, Identity, Level, SeenAttribute, Sighting
from marchpast.report.fields import (
    Count,
    CropPath,
    Node,
    Pixels,
    Probability,
    Seconds,
    StrictModel,
    Text,
)

CANDIDATE_LIMIT: Final = 5


class CandidateEntry(StrictModel):
    """A taxonomy node and its calibrated probability."""

    node: Node
    probability: Probability


class AnswerEntry(StrictModel):
    """The answer as a set that holds the truth at a stated rate.

    Attributes:
        nodes: Taxonomy nodes, none within another, each for everything under it; empty when
            nothing known fits.
        probability: Calibrated mass of all of them.
        rate: Share of such sets that hold the truth, as calibrated.
        reason: Why the set is not smaller, or why it is empty, one sentence.
        narrows: What would make it smaller, one phrase each, most telling first.
    """

    nodes: tuple[Node, ...]
    probability: Probability
    rate: Probability
    reason: Text
    narrows: tuple[Text, ...]


class AttributeEntry(StrictModel):
    """Something that was seen of the vehicle itself.

    Attributes:
        name: Which attribute, such as `drive` or `axles`.
        value: `wheels`, `4`, `yes` ...
        origin: Who saw it: `model` or `user`.
        probability: Calibrated, for the model; `None` for a person's word.
    """

    name: Text
    value: Text
    origin: Literal["model", "user"]
    probability: Probability | None


class IdentityEntry(StrictModel):
    """What one vehicle is, as far as the evidence carries.

    Attributes:
        node: The answer, a taxonomy node, or `unknown`.
        level: How exact the answer is.
        probability: Calibrated probability of `node`.
        reason: Why the answer stopped at this level, one sentence.
        answer: The same as a set; `None` with a classifier that is calibrated for none.
        candidates: The likeliest types whatever the answer, likeliest first.
        masses: Calibrated mass of every node that holds at least one in two hundred, in the order
            of the tree.
        attributes: What was seen of the vehicle itself.
        conflicts: Where an attribute and the likeliest name, or two attributes, contradict each
            other, one sentence each.
    """

    node: Node
    level: Level
    probability: Probability
    reason: Text
    answer: AnswerEntry | None
    candidates: Annotated[tuple[CandidateEntry, ...], Field(max_length=CANDIDATE_LIMIT)]
    masses: tuple[CandidateEntry, ...]
    attributes: tuple[AttributeEntry, ...]
    conflicts: tuple[Text, ...]

    def to_identity(self) -> Identity:
        """Return the identity that a finished run states, its numbers rounded as in the file."""
        answer = self.answer
        return Identity(
            node=self.node,
            level=self.level,
            probability=self.probability,
            reason=self.reason,
            candidates=tuple(Candidate(row.node, row.probability) for row in self.candidates),
            masses=tuple(Candidate(row.node, row.probability) for row in self.masses),
            answer=None
            if answer is None
            else AnswerSet(
                answer.nodes, answer.probability, answer.rate, answer.reason, answer.narrows
            ),
            attributes=tuple(
                SeenAttribute(row.name, row.value, row.origin, row.probability)
                for row in self.attributes
            ),
            conflicts=self.conflicts,
        )


class BestEntry(StrictModel):
    """The best look at a vehicle.

    Attributes:
        frame_index: In decode order, from 0.
        time_s: Presentation time in seconds.
        xyxy: Box in pixels of the upright source frame.
        crop: The picture, relative to the result folder.
    """

    frame_index: Count
    time_s: Seconds
    xyxy: tuple[Pixels, Pixels, Pixels, Pixels]
    crop: CropPath


class FollowedEntry(StrictModel):
    """Which vehicle of which source.

    Attributes:
        id: `<source>#<track_id>`, unique in the result.
        source: A name from `sources`.
        track_id: From 1, per source.
    """

    id: Text
    source: Text
    track_id: Annotated[int, Field(ge=1)]


class SightingEntry(IdentityEntry, FollowedEntry):
    """One vehicle followed through one source, what it is, and when it was seen.

    Attributes:
        first_time_s: Of the first detection, seconds.
        last_time_s: Of the last detection, seconds.
        frame_count: In how many frames it was detected.
        best: Where to find the picture again.
        flags: Cautions, one phrase each, such as "type never validated".
    """

    first_time_s: Seconds
    last_time_s: Seconds
    frame_count: Annotated[int, Field(ge=1)]
    best: BestEntry
    flags: tuple[Text, ...]

    @classmethod
    def from_sighting(
        cls, sighting: Sighting, *, crop: str, flags: tuple[str, ...] = ()
    ) -> SightingEntry:
        """Return the entry of a sighting whose best crop was written to `crop`."""
        track, best = sighting.track, sighting.track.crops[0]
        x1, y1, x2, y2 = (float(value) for value in best.xyxy)
        return cls(
            id=sighting.id,
            source=sighting.source,
            track_id=int(track.track_id),
            **_identity_fields(sighting.identity),
            first_time_s=float(track.time_s[0]),
            last_time_s=float(track.time_s[-1]),
            frame_count=len(track.frame_index),
            best=BestEntry(
                frame_index=int(best.frame_index),
                time_s=float(best.time_s),
                xyxy=(x1, y1, x2, y2),
                crop=crop,
            ),
            flags=flags,
        )


def _identity_fields(identity: Identity) -> dict[str, Any]:
    """Return the values of :class:`IdentityEntry` for an identity, by field."""
    return {
        "node": identity.node,
        "level": identity.level,
        "probability": float(identity.probability),
        "reason": identity.reason,
        "answer": None if identity.answer is None else _answer(identity.answer),
        "candidates": tuple(map(_candidate, identity.candidates[:CANDIDATE_LIMIT])),
        "masses": tuple(map(_candidate, identity.masses)),
        "attributes": tuple(map(_attribute, identity.attributes)),
        "conflicts": identity.conflicts,
    }


def _candidate(candidate: Candidate) -> CandidateEntry:
    return CandidateEntry(node=candidate.node, probability=float(candidate.probability))


def _answer(answer: AnswerSet) -> AnswerEntry:
    return AnswerEntry(
        nodes=answer.nodes,
        probability=float(answer.probability),
        rate=answer.rate,
        reason=answer.reason,
        narrows=answer.narrows,
    )


def _attribute(seen: SeenAttribute) -> AttributeEntry:
    return AttributeEntry(
        name=seen.name, value=seen.value, origin=seen.origin, probability=seen.probability
    )
