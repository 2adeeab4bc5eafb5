"""Each kind of evidence from facts made by hand."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from marchpast.errors import ExplanationError
from marchpast.explaining import (
    Facts,
    Finding,
    InventoryFit,
    ReuseMatch,
    ReuseSearch,
    SeenKind,
    load_table,
)
from marchpast.explaining.gathering import Gathered, gather
from marchpast.inventory import Overall
from marchpast.taxonomy import load_taxonomy

BASE = Facts(
    claim="mobilisation",
    place="Vladivostok",
    date=datetime.date(2017, 4, 16),
    provenance="posted by a driver on 16 April 2017",
    seen=(SeenKind(("osa",), 8),),
)
FIT = InventoryFit(
    "vladivostok-2017",
    "Vladivostok",
    datetime.date(2017, 5, 9),
    "consistent, but does not prove it",
    "Announced and seen: 9K33 Osa.",
)


def evidence(**changes: Any) -> dict[str, Gathered]:
    facts = replace(BASE, **changes)
    return {each.kind.id: each for each in gather(facts, load_table(), load_taxonomy())}


@pytest.mark.parametrize(
    ("overall", "kind"),
    [
        ("consistent", "fit_complete"),
        ("consistent, but does not prove it", "fit_partial"),
        ("inconsistent", "fit_contradicted"),
        ("explains nothing", "fit_nothing_announced"),
        ("cannot tell", "fit_says_nothing"),
    ],
)
def test_every_verdict_of_a_comparison_is_evidence(overall: Overall, kind: str) -> None:
    found = evidence(fit=replace(FIT, overall=overall))
    assert kind in found
    assert FIT.reason in found[kind].text


@pytest.mark.parametrize(
    ("date", "event", "says"),
    [
        (datetime.date(2017, 4, 16), datetime.date(2017, 5, 9), "fit_partial"),
        (datetime.date(2017, 5, 24), datetime.date(2017, 5, 9), "fit_partial"),
        (datetime.date(2017, 5, 25), datetime.date(2017, 5, 9), "fit_says_nothing"),
        (datetime.date(2016, 4, 16), datetime.date(2017, 5, 9), "fit_says_nothing"),
        (datetime.date(2017, 4, 16), None, "fit_says_nothing"),
    ],
)
def test_an_announcement_of_another_time_says_nothing(
    date: datetime.date, event: datetime.date | None, says: str
) -> None:
    found = evidence(date=date, fit=replace(FIT, event_date=event))
    assert says in found
    assert bool(found[says].weights) == (says == "fit_partial")


def test_an_announcement_for_another_place_says_little_and_never_contradicts() -> None:
    found = evidence(place="Khabarovsk", fit=FIT)
    assert found["fit_elsewhere"].weights == {"parade_move": (1, 3)}
    found = evidence(place="Khabarovsk", fit=replace(FIT, overall="inconsistent"))
    assert found["fit_says_nothing"].weights == {}


def test_a_place_within_another_name_is_another_place() -> None:
    omsk = replace(FIT, place="Omsk")
    assert "fit_elsewhere" in evidence(place="Tomsk", fit=omsk)
    assert "fit_partial" in evidence(place="A road near Omsk, going west", fit=omsk)


def test_of_an_unknown_place_it_is_said_that_it_is_unknown() -> None:
    unknown = "whether the place given is one, or on the way to one, is not known here"
    assert unknown in evidence(place="Kyiv")["season_inside"].text
    assert unknown not in evidence()["season_inside"].text


def test_an_announcement_may_be_of_an_exercise() -> None:
    found = evidence(fit=replace(FIT, explains="exercise"))
    assert found["fit_partial"].weights == {"exercise": (1, 5)}
    with pytest.raises(ExplanationError, match="no explanation is called 'picnic'; there are para"):
        evidence(fit=replace(FIT, explains="picnic"))


def test_the_season_speaks_for_a_parade_move_at_most_and_may_say_nothing() -> None:
    assert evidence()["season_inside"].weights == {"parade_move": (1, 9.1)}
    outside = evidence(date=datetime.date(2017, 10, 1))["season_outside"]
    assert outside.weights == {"parade_move": (0.05, 0.8)}


def test_an_announced_nothing_counts_once_however_it_is_known() -> None:
    fit = replace(
        FIT,
        inventory="moscow-2026",
        place="Moscow",
        event_date=datetime.date(2026, 5, 9),
        overall="explains nothing",
    )
    found = evidence(place="Moscow", date=datetime.date(2026, 4, 20), fit=fit)
    assert found["no_equipment_that_year"].kind.group == found["fit_nothing_announced"].kind.group
    assert "season_inside" not in found


def test_earlier_years_are_those_before_the_inventory_under_test() -> None:
    found = evidence(fit=FIT)["earlier_years_name_it"]
    assert "(2011, 2015, 2016), 3 named kinds seen here: 9K33 Osa" in found.text
    # Compared with an older parade, the years from that one on are left out.
    older = replace(FIT, inventory="vladivostok-2015", event_date=datetime.date(2015, 5, 9))
    assert "(2011), 1 named" in evidence(fit=older)["earlier_years_name_it"].text
    assert "2017" not in found.text


def test_a_set_that_may_be_of_an_earlier_list_says_nothing() -> None:
    found = evidence(seen=(SeenKind(("osa", "tor"), 8),))
    assert found["earlier_years_may_name_it"].weights == {}
    assert "earlier_years_do_not_name_it" not in found


def test_what_no_earlier_list_can_mean_speaks_against() -> None:
    found = evidence(seen=(SeenKind(("yars",), 1),))
    assert found["earlier_years_do_not_name_it"].weights == {"parade_move": (0.3, 1)}


def test_few_or_no_earlier_parades_say_nothing() -> None:
    yars = (SeenKind(("yars",), 1),)
    assert not any("earlier" in kind for kind in evidence(seen=yars, place="Omsk"))
    assert not any("earlier" in kind for kind in evidence(seen=yars, place="Sevastopol"))
    assert not any("earlier" in kind for kind in evidence(seen=()))


def test_a_place_that_strategic_missiles_pass_every_year() -> None:
    found = evidence(place="Kolchugino", seen=(SeenKind(("yars",), 1),))
    assert found["passes_every_year"].weights == {"parade_move": (1, 4)}
    assert "passes_every_year" not in evidence(place="Kolchugino")


BEFORE, SAME = datetime.date(2016, 4, 20), datetime.date(2017, 4, 16)


@pytest.mark.parametrize(
    ("search", "kind"),
    [
        (ReuseSearch(2.0, (ReuseMatch("a.mp4", BEFORE, 9.5),)), "reuse_earlier"),
        (
            ReuseSearch(2.0, (ReuseMatch("a", SAME, 9.5), ReuseMatch("b", BEFORE, 3))),
            "reuse_earlier",
        ),
        (
            ReuseSearch(2.0, (ReuseMatch("a", SAME, 9.5), ReuseMatch("b", None, 3))),
            "reuse_undated",
        ),
        (ReuseSearch(2.0, (ReuseMatch("a.mp4", SAME, 9.5),)), "reuse_not_earlier"),
        (ReuseSearch(2.0, (ReuseMatch("a", SAME.replace(day=15), 9.5),)), "reuse_not_earlier"),
        (ReuseSearch(2.0, (ReuseMatch("a", SAME.replace(day=14), 9.5),)), "reuse_earlier"),
        (ReuseSearch(2.0, (ReuseMatch("a", SAME.replace(day=30), 9.5),)), "reuse_not_earlier"),
        (ReuseSearch(2.0), "reuse_none"),
        (ReuseSearch(0.0), "reuse_not_searched"),
    ],
)
def test_what_a_search_of_the_archive_says(search: ReuseSearch, kind: str) -> None:
    assert [id_ for id_ in evidence(reuse=search) if id_.startswith("reuse")] == [kind]


def test_a_match_names_the_clip_and_how_often_such_a_search_is_wrong() -> None:
    match = ReuseMatch("2016/a.mp4", BEFORE, 9.54, clip="b.mp4")
    found = evidence(reuse=ReuseSearch(2.04, (match,), measured="0 of 1,000 were wrong."))
    assert found["reuse_earlier"].text == (
        "9.5 s of b.mp4 match 2016/a.mp4 in your archive of 2 hours, which you dated 20 April "
        "2016, before the date given. 0 of 1,000 were wrong."
    )


def test_no_match_never_makes_footage_original() -> None:
    found = evidence(reuse=ReuseSearch(2.0))["reuse_none"]
    assert found.text == "No match in your archive of 2 hours. That does not make it original."
    assert found.weights["old_footage"][1] == 1


def test_a_finding_that_is_not_on_the_list_is_refused_with_the_list() -> None:
    with pytest.raises(ExplanationError, match="no finding is called 'horoscope'; there are date_"):
        evidence(findings=(Finding("horoscope", "the stars"),))


def test_every_kind_of_the_table_has_a_source_and_honest_ends() -> None:
    table = load_table()
    for kind in (*table.kinds.values(), *table.findings.values()):
        assert kind.source.endswith(".")
        for low, high in kind.weights_of(announced="parade_move", ceiling=9.0).values():
            assert 0 < low < high, kind.id
            assert low >= 1 or high <= 1, f"{kind.id} speaks both ways"
            assert kind.basis != "measured", "nothing here is measured yet; say where"


def test_every_finding_completes_a_sentence_about_an_explanation() -> None:
    table = load_table()
    for kind in table.findings.values():
        assert kind.asks and kind.about in kind.weights
