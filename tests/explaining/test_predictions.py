"""Dated predictions: when they are due, when they may be resolved, and that nothing is silent."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.explaining import (
    DraftEntry,
    Outcome,
    Prediction,
    due,
    next_id,
    predicted,
    resolve,
)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


BACK = Prediction(
    id="p1",
    made_on=day("2017-04-19"),
    text="The same pieces head back.",
    explanation="parade_move",
    window_from=day("2017-05-10"),
    window_to=day("2017-05-24"),
    probability=0.7,
    check="dated footage of trains",
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": " "}, "a text that says what will be seen"),
        ({"id": ""}, "needs an id"),
        ({"check": ""}, "how it will be checked"),
        ({"probability": 1.1}, "from 0 to 1"),
        ({"probability": float("nan")}, "from 0 to 1"),
        ({"window_from": day("2017-05-25")}, "before it starts"),
        ({"outcome": "yes"}, "belong together"),
        ({"resolved_on": day("2017-05-20")}, "belong together"),
    ],
)
def test_what_cannot_be_checked_later_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(BACK, **changes)


def test_a_prediction_is_due_on_its_last_day() -> None:
    assert due([BACK], day("2017-05-23")) == ()
    assert due([BACK], day("2017-05-24")) == (BACK,)
    resolved, _ = resolve(BACK, "yes", on=day("2017-05-20"))
    assert due([resolved], day("2017-06-01")) == ()


def test_the_longest_overdue_comes_first() -> None:
    sooner = replace(BACK, id="p2", window_to=day("2017-05-12"))
    assert [p.id for p in due([BACK, sooner], day("2017-06-01"))] == ["p2", "p1"]


@pytest.mark.parametrize(
    ("outcome", "on", "is_allowed"),
    [
        ("yes", "2017-05-09", False),
        ("yes", "2017-05-10", True),
        ("no", "2017-05-23", False),
        ("no", "2017-05-24", True),
        ("unresolvable", "2017-04-18", False),
        ("unresolvable", "2017-04-19", True),
    ],
)
def test_an_outcome_is_not_said_before_it_can_be_known(
    outcome: Outcome, on: str, *, is_allowed: bool
) -> None:
    if is_allowed:
        resolved, change = resolve(BACK, outcome, on=day(on))
        assert (resolved.outcome, resolved.resolved_on) == (outcome, day(on))
        assert (change.before, change.after, change.on) == (None, outcome, day(on))
    else:
        with pytest.raises(ValueError, match="the earliest day for this is"):
            resolve(BACK, outcome, on=day(on))


def test_another_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="yes, no or unresolvable, got 'maybe'"):
        resolve(BACK, "maybe", on=day("2017-05-24"))  # type: ignore[arg-type]


def test_an_outcome_changes_only_with_a_note_and_both_are_in_the_log() -> None:
    first, one = resolve(BACK, "no", on=day("2017-05-24"))
    with pytest.raises(ValueError, match="to change it say why in a note, both stay in the log"):
        resolve(first, "yes", on=day("2017-05-30"), note=" ")
    with pytest.raises(ValueError, match="the earliest day for this is 2017-05-24"):
        resolve(first, "yes", on=day("2017-05-20"), note="backdated")
    second, two = resolve(first, "yes", on=day("2017-05-30"), note="footage\nturned up")
    assert (second.outcome, second.note) == ("yes", "footage turned up")
    assert [(c.before, c.after) for c in (one, two)] == [(None, "no"), ("no", "yes")]
    assert (second.text, second.probability, second.made_on) == (
        BACK.text,
        BACK.probability,
        BACK.made_on,
    )


def test_hindsight_is_what_was_stated_after_its_time() -> None:
    assert not BACK.is_hindsight
    assert not replace(BACK, made_on=day("2017-05-24")).is_hindsight
    assert replace(BACK, made_on=day("2017-05-25")).is_hindsight


@given(st.lists(st.sampled_from(["p1", "p2", "p3", "p7", "mine"]), unique=True))
def test_the_next_id_is_new(taken: list[str]) -> None:
    rows = [replace(BACK, id=id_) for id_ in taken]
    assert next_id(rows) not in taken


def test_a_draft_becomes_a_prediction_with_its_authors_number() -> None:
    draft = DraftEntry(
        explanation="parade_move",
        text=BACK.text,
        window_from=BACK.window_from,
        window_to=BACK.window_to,
        check=BACK.check,
    )
    assert predicted(draft, id="p1", made_on=BACK.made_on, probability=0.7) == BACK
