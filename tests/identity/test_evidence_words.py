"""What was seen in sentences: conflicts reported, and what would narrow an answer."""

from __future__ import annotations

import pytest

from marchpast.identity import conflicts, narrowing, parse_attribute
from marchpast.identity.evidence_words import fact_phrase, said, separating_facts, tell_between
from marchpast.records import SeenAttribute
from marchpast.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
BY_MODEL = SeenAttribute("drive", "wheels", "model", 0.934)


def seen(*texts: str) -> list[SeenAttribute]:
    return [parse_attribute(text) for text in texts]


def test_a_name_against_what_was_seen() -> None:
    assert conflicts(TAXONOMY, "tor", [BY_MODEL]) == (
        "the classifier sees wheels (0.93), but Tor-M1/M2 has tracks",
    )
    assert conflicts(TAXONOMY, "tor", seen("axles=4")) == (
        "a person saw 4 axles, but Tor-M1/M2 has tracks",
    )
    assert conflicts(TAXONOMY, "osa", [BY_MODEL]) == ()


def test_a_model_against_a_person() -> None:
    assert conflicts(TAXONOMY, "unknown", [BY_MODEL, *seen("drive=tracks")]) == (
        "the classifier sees wheels (0.93), but a person saw tracks",
    )
    assert conflicts(TAXONOMY, "unknown", [*seen("axles=4+"), *seen("axles=5")]) == ()


def test_what_no_vehicle_shows() -> None:
    (sentence,) = conflicts(TAXONOMY, "unknown", seen("drive=tracks", "axles=4"))
    assert sentence == "no known vehicle shows all that a person saw: tracks, 4 axles"


def test_an_unknown_attribute_is_no_conflict() -> None:
    colour = SeenAttribute("colour", "green", "user")
    assert conflicts(TAXONOMY, "osa", [colour]) == ()
    assert said(colour) == "a person saw colour green"


@pytest.mark.parametrize(
    ("name", "values", "phrase"),
    [
        ("canisters", ("0", "1", "2", "3", "4", "5", "6", "12"), "0 to 6 or 12 canisters or tubes"),
        ("axles", ("1",), "1 axle"),
        ("canisters", ("0",), "no canisters or tubes"),
        ("turret", ("yes",), "a turret"),
        ("drive", ("tracks", "wheels"), "wheels or tracks"),
    ],
)
def test_facts_in_words(name: str, values: tuple[str, ...], phrase: str) -> None:
    assert fact_phrase(name, frozenset(values)) == phrase


def test_what_is_not_known_has_no_words() -> None:
    assert fact_phrase("cab", None) == ""


def test_what_would_narrow_an_answer_starts_with_what_separates_most() -> None:
    phrases = narrowing(TAXONOMY, ["osa", "tor", "buk", "tunguska"])
    assert phrases[0] == "whether it has wheels or tracks"
    assert len(phrases) == 3


def test_what_a_person_saw_is_not_asked_for_again() -> None:
    asked = narrowing(TAXONOMY, ["s300_family", "s400"], seen("drive=wheels"))
    assert "whether it has wheels or tracks" not in asked
    assert narrowing(TAXONOMY, ["osa", "tor"], [BY_MODEL])[0] == "whether it has wheels or tracks"


def test_tells_where_attributes_do_not_separate() -> None:
    assert narrowing(TAXONOMY, ["bastion_p", "bal", "iskander_m"])[0].startswith("how far the body")
    assert any("eight" in phrase for phrase in narrowing(TAXONOMY, ["bastion_p", "bal"]))
    assert narrowing(TAXONOMY, ["osa"]) == ()


def test_a_tell_that_only_points_elsewhere_is_passed_over() -> None:
    tell = tell_between(TAXONOMY, "iskander_m", "bastion_p")
    assert "rear overhang" in tell
    assert not any(
        tell_between(TAXONOMY, type_, row.node).split(": ", 1)[-1].startswith("see ")
        for type_ in TAXONOMY.types
        for row in TAXONOMY.lookalikes(type_)
        if row.node
    )
    assert tell_between(TAXONOMY, "osa", "t14") == ""


def test_facts_that_two_kinds_cannot_share() -> None:
    facts = separating_facts(TAXONOMY, "osa", "s400")
    assert [fact for fact in facts if "evenly spaced axles" in fact]
    assert separating_facts(TAXONOMY, "topol_m", "yars") == ()
