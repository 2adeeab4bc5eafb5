"""Texts in the manner of real announcements against the drafts that a person would make."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from marchpast.inventory import draft_inventory

ANNOUNCEMENTS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "announcements.yaml").read_text(encoding="utf-8")
)


def test_there_are_enough_and_in_both_languages() -> None:
    russian = sum(any("а" <= letter <= "я" for letter in each["text"]) for each in ANNOUNCEMENTS)
    assert len(ANNOUNCEMENTS) >= 40
    assert min(russian, len(ANNOUNCEMENTS) - russian) >= 12


@pytest.mark.parametrize("expected", ANNOUNCEMENTS, ids=[e["text"][:50] for e in ANNOUNCEMENTS])
def test_the_draft_is_what_the_text_says(expected: dict[str, Any]) -> None:
    draft = draft_inventory(expected["text"])
    assert draft.place == expected.get("place")
    assert draft.date == (str(expected["date"]) if "date" in expected else None)
    for figure in ("total", "personnel", "aircraft", "historic"):
        amount = getattr(draft.figures, figure)
        assert (str(amount) if amount else None) == expected.get(figure), figure
    lines = {line.node: str(line.amount) if line.amount else None for line in draft.lines}
    assert lines == expected.get("lines", {})
    assert draft.is_partial == expected.get("partial", True)
    unplaced = [left for sentence in draft.sentences for left in sentence.unplaced]
    for part in expected.get("unplaced", []):
        assert any(part in left for left in unplaced), (part, unplaced)
    assert bool(unplaced) == bool(expected.get("unplaced")), unplaced
