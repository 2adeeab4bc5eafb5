"""What is weighed: the facts of a result, and what the user says of the footage."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Final

from marchpast.errors import ExplanationError
from marchpast.explaining.strict import one_line
from marchpast.inventory import Comparison, Inventory, Overall

_SAYS_NOTHING: Final = frozenset(
    {"unknown", "not known", "none", "no", "na", "n a", "nothing", "internet", "the internet"}
    | {"web", "online", "social media", "telegram", "twitter", "x", "facebook", "youtube", "tiktok"}
    | {"vk", "whatsapp", "неизвестно", "нет", "интернет", "телеграм", "вк"}
)
"""Words that name no publisher: a platform alone says neither who nor when."""
_YEARS: Final = (1900, 2200)


@dataclass(frozen=True, slots=True)
class SeenKind:
    """Vehicles with one and the same set of answers.

    Attributes:
        nodes: Taxonomy ids; of several it is one of them.
        tracks: Vehicles followed with this answer; one that was lost and found counts twice.
    """

    nodes: tuple[str, ...]
    tracks: int


@dataclass(frozen=True, slots=True)
class InventoryFit:
    """What came of comparing the sightings with an announcement.

    Attributes:
        inventory: Its id.
        place: Where the event was to be.
        event_date: `None` when not known.
        overall: The verdict on the whole.
        reason: Why, a few sentences.
        is_draft: True when nobody has confirmed the inventory.
        explains: Id of the explanation that the announcement is about.
    """

    inventory: str
    place: str
    event_date: datetime.date | None
    overall: Overall
    reason: str
    is_draft: bool = False
    explains: str = "parade_move"

    @classmethod
    def from_comparison(
        cls, comparison: Comparison, inventory: Inventory, *, explains: str = "parade_move"
    ) -> InventoryFit:
        """Return what a comparison came to."""
        return cls(
            inventory=comparison.inventory_id,
            place=comparison.place,
            event_date=datetime.date.fromisoformat(comparison.date) if comparison.date else None,
            overall=comparison.overall,
            reason=comparison.reason,
            is_draft=inventory.is_draft,
            explains=explains,
        )


@dataclass(frozen=True, slots=True)
class ReuseMatch:
    """Footage in the user's archive that the footage in question was matched with.

    Attributes:
        name: Of the archive's copy.
        date: The day the user gave it, `None` when none was given.
        seconds: How many seconds match.
        clip: Which of the result's sources matched, empty when there is one.
    """

    name: str
    date: datetime.date | None
    seconds: float
    clip: str = ""


@dataclass(frozen=True, slots=True)
class ReuseSearch:
    """A search of the user's archive.

    Attributes:
        hours: Of footage in the archive.
        matches: The clearest first; empty when nothing was found, which is no proof of origin.
        measured: How often such a search is wrong, one sentence, or empty.
    """

    hours: float
    matches: tuple[ReuseMatch, ...] = ()
    measured: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the user found out.

    Attributes:
        kind: Id of a finding in the table, such as `date_confirmed`.
        text: What was found, by whom, and where it can be checked.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything an assessment rests on. Texts are put on one line, without control characters.

    Attributes:
        claim: What was said of the footage. It is shown, never interpreted.
        place: Where it is said to have been filmed; nothing here locates anything.
        date: When it is said to have been filmed.
        provenance: Who published it, when, and where the file came from.
        seen: The military vehicles that were named, by their answers.
        fit: `None` when nothing was compared.
        reuse: `None` when no archive was searched.
        findings: What the user found out.
        result_sha256: Of the result's `result.json`, `None` without one.
    """

    claim: str
    place: str
    date: datetime.date
    provenance: str
    seen: tuple[SeenKind, ...] = ()
    fit: InventoryFit | None = None
    reuse: ReuseSearch | None = None
    findings: tuple[Finding, ...] = ()
    result_sha256: str | None = None

    def __post_init__(self) -> None:
        for name in ("claim", "place", "provenance"):
            object.__setattr__(self, name, one_line(getattr(self, name)))
        if not self.claim or not self.place:
            raise ExplanationError(
                "no assessment: give the claim and the place as they were published, got "
                f"claim {self.claim!r} and place {self.place!r}"
            )
        first, last = _YEARS
        if not first <= self.date.year <= last:
            raise ExplanationError(
                f"no assessment: the date must be in the years {first} to {last}, got {self.date}"
            )
        if _is_empty(self.provenance):
            raise ExplanationError(
                "no assessment without provenance: say who published the footage, when, and where "
                f"the file came from, got {self.provenance[:80]!r}"
            )
        for finding in self.findings:
            if not one_line(finding.text):
                raise ExplanationError(
                    f"finding {finding.kind!r}: say what was found, by whom, and where it can be "
                    "checked"
                )


def _is_empty(provenance: str) -> bool:
    """Return whether a provenance says nothing: a refusal that a question mark got past is none."""
    words = re.sub(r"[\W_]+", " ", provenance.casefold()).strip()
    return not words or words in _SAYS_NOTHING
