"""The assessment as a whole: refusals, starting weights, what is missing, what is told."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.errors import ExplanationError
from marchpast.explaining import (
    EXPLANATIONS_FILE,
    Explanations,
    Facts,
    Finding,
    InventoryFit,
    Rival,
    SeenKind,
    Table,
    assess,
    described,
    load_explanations,
    load_table,
    write_explanations,
)

FACTS = Facts(
    claim="mobilisation",
    place="Vladivostok",
    date=datetime.date(2017, 4, 16),
    provenance="posted by a driver on 16 April 2017",
    seen=(SeenKind(("osa",), 8), SeenKind(("s300_family", "s400"), 1)),
    fit=InventoryFit(
        "vladivostok-2017",
        "Vladivostok",
        datetime.date(2017, 5, 9),
        "consistent, but does not prove it",
        "Announced and seen: 9K33 Osa.",
    ),
    result_sha256="ab" * 32,
)
FINDINGS = tuple(load_table().findings)


def facts_with(**changes: Any) -> Facts:
    return replace(FACTS, **changes)


@pytest.mark.parametrize(
    "provenance",
    [
        "",
        "  ",
        "?",
        "-",
        "...",
        "unknown",
        "Unknown.",
        "N/A",
        "n.a.",
        "none",
        "Telegram",
        "online",
        "неизвестно",
        "\u200b",
    ],
)
def test_without_provenance_there_is_no_assessment(provenance: str) -> None:
    with pytest.raises(ExplanationError, match="no assessment without provenance: say who publ"):
        facts_with(provenance=provenance)


def test_nothing_is_assessed_without_a_claim_or_a_place() -> None:
    for empty in ({"claim": " \n"}, {"place": ""}):
        with pytest.raises(ExplanationError, match="no assessment: give the claim and the place"):
            facts_with(**empty)


@pytest.mark.parametrize("date", [datetime.date(1899, 12, 31), datetime.date(9999, 12, 31)])
def test_a_date_that_no_footage_has_is_refused(date: datetime.date) -> None:
    with pytest.raises(ExplanationError, match="years 1900 to 2200"):
        facts_with(date=date)


def test_what_speaks_for_an_exercise_is_not_said_to_speak_for_a_parade_move() -> None:
    said = "What speaks for a parade move here"
    assert any(text.startswith(said) for text in assess(FACTS).cautions)
    assert FACTS.fit is not None
    exercise = facts_with(fit=replace(FACTS.fit, explains="exercise"), seen=())
    assert not any(text.startswith(said) for text in assess(exercise).cautions)


def test_a_finding_without_a_text_is_refused() -> None:
    with pytest.raises(ExplanationError, match="say what was found"):
        facts_with(findings=(Finding("date_confirmed", " "),))


def test_it_says_plainly_that_such_tables_do_not_make_right() -> None:
    assert "surer without making them more right" in assess(FACTS).cautions[0]


def test_the_start_is_equal_shown_and_no_base_rate() -> None:
    came = assess(FACTS)
    assert came.start_is_equal
    assert {row.weight for row in came.start} == {1.0}
    assert any("not a claim about how often" in text for text in came.cautions)
    assert "  Starting weights: all equal, each give or take a factor of 2" in list(described(came))


def test_the_start_can_be_given_and_is_told() -> None:
    came = assess(FACTS, start={"deployment": 3})
    assert not came.start_is_equal
    assert (
        came.explanation("deployment").span.low > assess(FACTS).explanation("deployment").span.low
    )
    (line,) = [line for line in described(came) if "Starting weights" in line]
    assert "deployment 3" in line and "parade move 1" in line
    assert any("weights that you gave" in text for text in came.cautions)
    assert not any("start equal" in text for text in came.cautions)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf"), 1e7])
def test_nothing_starts_impossible_or_certain(weight: float) -> None:
    with pytest.raises(ExplanationError, match="starting weight of 'deployment' must be from"):
        assess(FACTS, start={"deployment": weight})


@pytest.mark.parametrize("spread", [0.5, 0, float("nan"), 1001])
def test_a_spread_is_a_factor(spread: float) -> None:
    with pytest.raises(ExplanationError, match="spread of the starting weights must be from 1"):
        assess(FACTS, spread=spread)


def test_a_wider_start_widens_every_range() -> None:
    narrow, usual = assess(FACTS, spread=1), assess(FACTS)
    assert usual.start_spread == 2
    for one, other in zip(narrow.explanations, usual.explanations, strict=True):
        assert other.span.low < one.span.low <= one.span.high < other.span.high


def test_a_start_for_what_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(ExplanationError, match="no explanation is called 'picnic'"):
        assess(FACTS, start={"picnic": 1})


def test_a_winner_by_its_starting_weight_says_so() -> None:
    facts = facts_with(fit=None, seen=(), date=datetime.date(2017, 11, 1), place="Omsk")
    came = assess(facts, start={"exercise": 1000})
    assert came.stands_out == "exercise"
    assert "Nothing speaks for it: this comes from the weights" in came.verdict


def test_what_no_evidence_bears_on_gets_no_words_of_likelihood() -> None:
    came = assess(FACTS)
    for row in came.explanations:
        bears = any(w.explanation == row.id for item in came.evidence for w in item.weights)
        assert (row.span.words == "no evidence either way") != bears


def test_the_gaps_close_as_findings_come_in() -> None:
    def gaps(*kinds: str, **changes: Any) -> set[str]:
        findings = tuple(Finding(kind, "by two people") for kind in kinds)
        came = assess(facts_with(findings=findings, **changes))
        return {gap.id for gap in came.missing}

    assert gaps() == {"date", "place", "reuse", "angle", "afterwards"}
    assert gaps("date_confirmed") == {"place", "reuse", "angle", "afterwards"}
    assert gaps("place_contradicted") == {"date", "reuse", "angle", "afterwards"}
    assert gaps("other_angle", "seen_staying") == {"date", "place", "reuse"}
    assert gaps(fit=None) - gaps() == {"announcement"}
    assert gaps(seen=()) - gaps() == {"vehicles"}


def test_what_would_change_it_is_what_comes_when_it_is_added() -> None:
    before = assess(FACTS)
    assert {row.finding for row in before.would_change} == set(FINDINGS)
    for row in before.would_change:
        came = assess(facts_with(findings=(Finding(row.finding, "found"),)))
        assert came.stands_out == row.stands_out
        assert came.explanation(row.explanation).span == row.after
        assert before.explanation(row.explanation).span == row.before
        assert row.text.endswith(("no explanation would stand out", " would stand out"))


def test_what_is_settled_is_not_asked_again() -> None:
    came = assess(facts_with(findings=(Finding("date_confirmed", "weather"),)))
    asked = {row.finding for row in came.would_change}
    assert not asked & {"date_confirmed", "date_contradicted"}


def test_findings_that_contradict_each_other_are_pointed_out() -> None:
    both = (Finding("date_confirmed", "weather"), Finding("date_contradicted", "older copy"))
    cautions = assess(facts_with(findings=both)).cautions
    assert "What you found contradicts itself on the date; settle that first." in cautions
    assert not any("contradicts itself" in text for text in assess(FACTS).cautions)


def test_a_draft_inventory_is_named_as_one() -> None:
    assert FACTS.fit is not None
    came = assess(facts_with(fit=replace(FACTS.fit, is_draft=True)))
    assert "The announcement is a draft that nobody has confirmed." in came.cautions


def test_the_drafts_hold_the_days_of_the_parade() -> None:
    drafts = assess(FACTS).watch
    back = [d for d in drafts if d.text.startswith("The same pieces head back")]
    (back_in_may,) = back
    assert back_in_may.text == "The same pieces head back between 10 May 2017 and 24 May 2017."
    assert str(back_in_may.window_from) == "2017-05-10"
    assert str(back_in_may.window_to) == "2017-05-24"
    assert {d.explanation for d in drafts} >= {"parade_move", "exercise", "deployment"}


def test_the_drafts_of_2020_follow_the_parade_that_was_moved() -> None:
    facts = facts_with(date=datetime.date(2020, 4, 20), fit=None)
    texts = [draft.text for draft in assess(facts).watch]
    assert "The same pieces head back between 25 June 2020 and 9 July 2020." in texts


def test_what_is_over_is_not_predicted() -> None:
    facts = facts_with(date=datetime.date(2017, 6, 1), fit=None)
    assert "parade_move" not in {draft.explanation for draft in assess(facts).watch}


def test_another_explanation_can_be_added() -> None:
    table = load_table()
    own = Rival(id="film", name="Film set", as_stated=True, means="Filmed for a film.")
    longer = Table((*table.rivals, own), table.kinds, table.findings)
    came = assess(FACTS, table=longer)
    assert came.explanations[-1].name == "Film set"
    assert len(came.start) == 8


def test_a_list_that_cannot_be_weighed_is_refused() -> None:
    table = load_table()
    with pytest.raises(ValueError, match="two at least, each once"):
        Table(table.rivals[:1], table.kinds, table.findings)
    with pytest.raises(ValueError, match="weighs what is not on the list"):
        Table(table.rivals[1:], table.kinds, table.findings)


def test_texts_are_one_line_without_tricks() -> None:
    came = assess(facts_with(claim="a\x1b[31m\nb\u202ec\u200b", provenance=" x\ty\r\nz "))
    assert came.claim == "a[31m bc"
    assert came.provenance == "x y z"
    assert all(line.isprintable() for line in described(came))


def test_the_file_comes_back_as_it_was(tmp_path: Path) -> None:
    came = assess(FACTS)
    path = write_explanations(tmp_path, came)
    assert path.name == EXPLANATIONS_FILE
    assert load_explanations(tmp_path) == came
    assert path.read_text("utf-8") == assess(FACTS).to_json()


def test_no_file_is_none_and_a_broken_one_an_error(tmp_path: Path) -> None:
    assert load_explanations(tmp_path) is None
    path = tmp_path / EXPLANATIONS_FILE
    content = json.loads(assess(FACTS).to_json())
    for broken in ("", "[]", json.dumps({**content, "winner": "me"}), "{"):
        path.write_text(broken, "utf-8")
        with pytest.raises(ExplanationError, match="make it anew with marchpast explain"):
            load_explanations(tmp_path)
    content["explanations"][0]["span"]["low"] = 1.2
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ExplanationError, match=r"explanations\.0\.span\.low"):
        load_explanations(tmp_path)


def check_agrees_with_itself(came: Explanations) -> None:
    ids = [row.id for row in came.explanations]
    items = {item.id for item in came.evidence}
    lows = {row.id: row.span.low for row in came.explanations}
    highs = {row.id: row.span.high for row in came.explanations}
    if came.stands_out is None:
        assert came.rests_on == ()
        assert all(max(h for k, h in highs.items() if k != i) >= lows[i] - 2e-4 for i in ids)
    else:
        others = [high for id_, high in highs.items() if id_ != came.stands_out]
        assert lows[came.stands_out] > max(others) - 2e-4
        assert set(came.rests_on) <= items
    for row in came.explanations:
        assert set(row.evidence_for) | set(row.evidence_against) <= items
        assert not set(row.evidence_for) & set(row.evidence_against)
    for item in came.evidence:
        assert set(item.shared_with) <= items - {item.id}
    assert [row.explanation for row in came.start] == ids


@given(
    st.lists(st.sampled_from(FINDINGS), max_size=4, unique=True),
    st.dates(datetime.date(2014, 1, 1), datetime.date(2027, 12, 31)),
    st.sampled_from(["Vladivostok", "Moscow", "Khabarovsk", "Kolchugino", "a field"]),
    st.dictionaries(
        st.sampled_from([rival.id for rival in load_table().rivals]), st.floats(0.1, 10)
    ),
)
def test_every_assessment_agrees_with_itself_and_reads_well(
    kinds: list[str], date: datetime.date, place: str, start: dict[str, float]
) -> None:
    findings = tuple(Finding(kind, "two people, with a link") for kind in kinds)
    came = assess(facts_with(findings=findings, date=date, place=place), start=start)
    check_agrees_with_itself(came)
    for line in described(came):
        assert "  " not in line.strip() or re.match(r"^\w+ {2,}", line.strip()), line
        assert ".." not in line and " ." not in line and not re.search(r"\bNone\b(?! of)", line), (
            line
        )
