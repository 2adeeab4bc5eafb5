"""Days and places by hand against the calendar."""

from __future__ import annotations

import datetime

import pytest

from marchpast.explaining import season_of
from marchpast.explaining.season import load_calendar
from marchpast.taxonomy import load_taxonomy

OSA, YARS = [("osa",)], [("yars",)]
TAXONOMY = load_taxonomy()

# day, place, seen -> verdict, window
DAYS = {
    ("2017-04-14", "Vladivostok", "osa"): ("outside", None),
    ("2017-04-15", "Vladivostok", "osa"): ("inside", "moves_before_victory_day"),
    ("2017-05-09", "Vladivostok", "osa"): ("inside", "moves_before_victory_day"),
    ("2017-05-10", "Vladivostok", "osa"): ("unsure", "return_after_victory_day"),
    ("2017-05-24", "Vladivostok", "osa"): ("unsure", "return_after_victory_day"),
    ("2017-05-25", "Vladivostok", "osa"): ("outside", None),
    ("2017-04-16", "a town nobody has heard of", "osa"): ("inside", "moves_before_victory_day"),
    # Rehearsals in Moscow start earlier; their days are those of 2018.
    ("2017-04-01", "Vladivostok", "osa"): ("outside", None),
    ("2017-04-01", "Alabino", "osa"): ("inside", "rehearsals_moscow"),
    ("2018-04-01", "Alabino", "osa"): ("outside", None),
    ("2017-04-01", "Колонна в Алабине", "osa"): ("inside", "rehearsals_moscow"),
    # Strategic missiles earlier still, by one video of 2024, which must not confirm itself.
    ("2023-03-01", "Moscow region", "yars"): ("unsure", "strategic_missiles_alabino"),
    ("2023-03-01", "Moscow region", "osa"): ("outside", None),
    ("2024-03-01", "Moscow region", "yars"): ("outside", None),
    # The parades of 2020 were on 24 June: no sure season that year.
    ("2020-04-20", "Vladivostok", "osa"): ("unsure", "moves_before_victory_day"),
    ("2020-06-10", "Vladivostok", "osa"): ("unsure", "moves_before_june_2020"),
    ("2019-06-10", "Vladivostok", "osa"): ("outside", None),
    # No equipment in Moscow in 2026, and nothing said of elsewhere.
    ("2026-04-20", "Moscow", "osa"): ("no equipment", "moves_before_victory_day"),
    ("2026-04-20", "Vladivostok", "osa"): ("inside", "moves_before_victory_day"),
    ("2026-07-20", "Moscow", "osa"): ("outside", None),
    ("2025-09-01", "Khabarovsk", "osa"): ("unsure", "khabarovsk_september_2025"),
    ("2024-09-01", "Khabarovsk", "osa"): ("outside", None),
    ("2025-09-01", "Vladivostok", "osa"): ("outside", None),
    # Navy Day makes no season.
    ("2024-07-28", "Saint Petersburg", "osa"): ("outside", None),
}


@pytest.mark.parametrize(("day", "place", "seen"), DAYS)
def test_a_day_and_a_place(day: str, place: str, seen: str) -> None:
    season = season_of(datetime.date.fromisoformat(day), place, [(seen,)], TAXONOMY)
    window = season.window and season.window.id
    assert (season.verdict, window) == DAYS[day, place, seen]


def test_a_season_of_forty_days_is_a_ninth_of_the_year() -> None:
    season = season_of(datetime.date(2017, 4, 16), "Vladivostok", OSA, TAXONOMY)
    # 15 April to 9 May are 25 days, 10 to 24 May are 15: 365 / 40 = 9.125.
    assert season.ceiling == 9.1


def test_a_longer_season_says_less() -> None:
    day = datetime.date(2017, 4, 16)
    moscow = season_of(day, "Moscow", OSA, TAXONOMY)
    assert moscow.ceiling == 6.2  # 28 March to 24 May are 58 days: 365 / 58 = 6.29
    assert season_of(day, "Moscow", YARS, TAXONOMY).ceiling == 4.1  # from 25 February: 89 days


def test_a_set_of_answers_counts_only_when_all_of_it_fits() -> None:
    day = datetime.date(2023, 3, 1)
    assert season_of(day, "Moscow", [("yars", "topol_m")], TAXONOMY).verdict == "unsure"
    assert season_of(day, "Moscow", [("yars", "osa")], TAXONOMY).verdict == "outside"


def test_what_was_different_in_a_year_is_told_whatever_the_day() -> None:
    for year, word in ((2020, "24 June"), (2022, "air"), (2023, "21 cities"), (2024, "15")):
        notes = season_of(datetime.date(year, 11, 1), "Omsk", OSA, TAXONOMY).notes
        assert any(word in note for note in notes), year
    assert season_of(datetime.date(2019, 11, 1), "Omsk", OSA, TAXONOMY).notes == ()
    july = season_of(datetime.date(2019, 7, 28), "Omsk", OSA, TAXONOMY)
    assert any("Navy Day" in note for note in july.notes)


def test_a_window_without_a_source_is_unsure() -> None:
    for window in load_calendar().windows:
        assert window.sources or window.unsure, window.id
        assert window.days(2020)[0] <= window.days(2020)[1], window.id


def test_places_are_found_in_a_text() -> None:
    known = load_calendar()
    assert known.places_in("Moscow, Red Square") == {"Moscow"}
    assert known.places_in("из Хабаровска во Владивосток") == {"Khabarovsk", "Vladivostok"}
    assert known.places_in("Moscowgrad") == frozenset()
