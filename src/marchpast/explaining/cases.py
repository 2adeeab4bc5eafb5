"""Eight public fact-checks as worked cases: what was claimed, what was found, what can be said."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from marchpast.explaining.facts import Facts, Finding, InventoryFit, SeenKind
from marchpast.explaining.strict import Filled, StrictModel, Text, data_of
from marchpast.inventory import load_inventory, reconcile
from marchpast.records import AnswerSet, Identity, Sighting, Track

_PROBABILITY, _RATE = 0.97, 0.9
"""How sure the right reading is taken to be: as a clear look would be answered."""


class _FindingEntry(StrictModel):
    kind: Filled
    text: Filled


class WorkedCase(StrictModel):
    """A public fact-check; `data/cases.yaml` says what each field means."""

    id: Filled
    question: Literal["movement", "label", "origin"]
    claim: Filled
    media: Filled
    labels: tuple[Filled, ...]
    checked: Filled
    found: Filled
    not_proven: Text = ""
    lesson: Filled
    cannot_say: Filled
    place: Filled
    date: datetime.date
    provenance: Filled
    seen: Mapping[str, Annotated[int, Field(ge=1)]]
    inventory: Text = ""
    findings: tuple[_FindingEntry, ...] = ()
    unsure: tuple[Filled, ...]
    sources: tuple[Filled, ...]

    @property
    def sets(self) -> tuple[SeenKind, ...]:
        """What was seen, as a right reading would be answered."""
        return tuple(SeenKind(tuple(key.split("|")), n) for key, n in self.seen.items())

    def facts(self) -> Facts:
        """Return what there is to weigh, the comparison with the announcement made anew."""
        fit = None
        if self.inventory:
            inventory = load_inventory(self.inventory)
            comparison = reconcile(self.sightings(), inventory)
            fit = InventoryFit.from_comparison(comparison, inventory)
        return Facts(
            claim=self.claim,
            place=self.place,
            date=self.date,
            provenance=self.provenance,
            seen=self.sets,
            fit=fit,
            findings=tuple(Finding(each.kind, each.text) for each in self.findings),
        )

    def sightings(self) -> list[Sighting]:
        """Return one sighting a vehicle, all in one frame, side by side."""
        answers = [kind.nodes for kind in self.sets for _ in range(kind.tracks)]
        return [_sighting(place, nodes) for place, nodes in enumerate(answers, start=1)]


class _CasesFile(StrictModel):
    format: Literal["marchpast-cases/1"]
    cases: tuple[WorkedCase, ...]


@cache
def load_cases() -> Mapping[str, WorkedCase]:
    """Return the worked cases by id.

    >>> load_cases()["vladivostok-2017"].claim
    'Mass military mobilisation toward North Korea'
    """
    cases = _CasesFile.model_validate(data_of("cases.yaml")).cases
    return {case.id: case for case in cases}


def _sighting(number: int, nodes: tuple[str, ...]) -> Sighting:
    left = 200.0 * number
    track = Track(
        track_id=number,
        class_id=0,
        frame_index=np.zeros(1, np.int64),
        time_s=np.zeros(1),
        xyxy=np.array([[left, 300, left + 150, 400]], np.float32),
        confidence=np.ones(1, np.float32),
        crops=(),
    )
    answer = AnswerSet(nodes, _PROBABILITY, _RATE, "a worked case")
    identity = Identity(nodes[0], "type", _PROBABILITY, "a worked case", (), answer=answer)
    return Sighting("worked case", track, identity)
