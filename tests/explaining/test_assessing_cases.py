"""What the assessment says of eight published fact-checks, written down by hand.

Weights multiply to a range for each explanation; the ranges below follow from the table of
evidence by hand. Every explanation starts at 1, give or take a factor of 2: with a product of l to
h, and no evidence on the six others, low = l/2 / (l/2 + 6*2) and high = 2h / (2h + 6/2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

import pytest

from marchpast.explaining import (
    Explanations,
    Facts,
    Kind,
    ReuseMatch,
    ReuseSearch,
    Table,
    assess,
    load_cases,
    load_table,
)


@dataclass(frozen=True)
class Row:
    """What is expected of a case.

    Attributes:
        stands_out: The explanation, or `None`.
        rests_on: Kinds of the items without which it would not.
        speaks: Kinds of items, with the explanation they bear on and which way.
        ranges: Of some explanations, in per cent rounded to whole numbers.
    """

    stands_out: str | None
    rests_on: tuple[str, ...]
    speaks: Mapping[str, tuple[str, str]]
    ranges: Mapping[str, tuple[int, int]]


FOR_MOVE, AGAINST_MOVE = ("parade_move", "for"), ("parade_move", "against")
CASES = {
    # parade: fit 1-5 and earlier years 1-3 count once, season 1-9.1: 1 to 45.5.
    "vladivostok-2017": Row(
        None,
        (),
        {"fit_partial": FOR_MOVE, "season_inside": FOR_MOVE, "earlier_years_name_it": FOR_MOVE},
        {"parade_move": (4, 97), "deployment": (0, 40), "old_footage": (0, 40)},
    ),
    # old: 200 to 10000; exercise 1 to 10; parade 0.05 to 0.8.
    "vyborg-2022": Row(
        "old_footage",
        ("date_contradicted",),
        {
            "date_contradicted": ("old_footage", "for"),
            "exercise_announced": ("exercise", "for"),
            "season_outside": AGAINST_MOVE,
        },
        {"old_footage": (77, 100), "exercise": (0, 16), "parade_move": (0, 2)},
    ),
    # old: 2*200 to 500*10000, another place 50 to 1000: they overlap.
    "vyborg-kolchugino-2023": Row(
        None,
        (),
        {
            "place_contradicted": ("another_place", "for"),
            "date_contradicted": ("old_footage", "for"),
        },
        {"old_footage": (9, 100), "another_place": (0, 91), "deployment": (0, 1)},
    ),
    # parade: the strongest of 1-5, 1-3 and 1-10 for, 0.05-0.8 against: 0.05 to 8.
    "alabino-2024": Row(
        None,
        (),
        {
            "fit_partial": FOR_MOVE,
            "season_outside": AGAINST_MOVE,
            "parade_announced": FOR_MOVE,
            "earlier_years_name_it": FOR_MOVE,
        },
        {"parade_move": (0, 84), "deployment": (2, 44)},
    ),
    "alabino-2024-reused-2025": Row(
        "old_footage",
        ("date_contradicted",),
        {"season_outside": AGAINST_MOVE, "date_contradicted": ("old_footage", "for")},
        {"old_footage": (87, 100), "parade_move": (0, 4)},
    ),
    "tushino-2020-reused-2022": Row(
        "old_footage",
        ("date_contradicted",),
        {"season_outside": AGAINST_MOVE, "date_contradicted": ("old_footage", "for")},
        {"old_footage": (90, 100)},
    ),
    "s400-failure-2020": Row(
        None, (), {"season_outside": AGAINST_MOVE}, {"parade_move": (0, 35), "deployment": (4, 44)}
    ),
    # Moscow has a longer season: 1 to 6.2.
    "kazakhstan-tanks-2025": Row(
        None,
        (),
        {"fit_partial": FOR_MOVE, "season_inside": FOR_MOVE, "earlier_years_name_it": FOR_MOVE},
        {"parade_move": (4, 95)},
    ),
}


def assessed(id_: str) -> Explanations:
    return assess(load_cases()[id_].facts())


def test_all_eight_are_there() -> None:
    assert list(load_cases()) == list(CASES)


@pytest.mark.parametrize("id_", CASES)
def test_what_a_case_comes_to(id_: str) -> None:
    row, came = CASES[id_], assessed(id_)
    assert came.stands_out == row.stands_out
    kinds = {item.id: item.kind for item in came.evidence}
    assert tuple(kinds[id_] for id_ in came.rests_on) == row.rests_on
    speaks = {
        item.kind: {(weight.explanation, weight.direction) for weight in item.weights}
        for item in came.evidence
    }
    for kind, expected in row.speaks.items():
        assert expected in speaks[kind], kind
    unlisted = {kind for kind, said in speaks.items() if said} - row.speaks.keys()
    assert not unlisted - {"season_inside", "earlier_years_name_it"}
    for explanation, (low, high) in row.ranges.items():
        span = came.explanation(explanation).span
        assert (round(span.low * 100), round(span.high * 100)) == (low, high), explanation


@pytest.mark.parametrize("id_", [id_ for id_, row in CASES.items() if row.stands_out is None])
def test_no_winner_is_named_where_ranges_overlap(id_: str) -> None:
    verdict = assessed(id_).verdict
    assert verdict.startswith("No explanation stands out: their ranges overlap.")
    assert "likeliest" not in verdict and "best" not in verdict


def test_vladivostok_the_parade_fits_and_the_timing_proves_neither() -> None:
    came = assessed("vladivostok-2017")
    assert came.explanation("parade_move").evidence_for == ("E1", "E2", "E3")
    assert came.explanation("deployment").evidence_against == ()
    assert came.explanation("deployment").span.words == "no evidence either way"
    assert "Something speaks for parade move (E1, E2, E3)." in came.verdict
    assert any("That it is the season proves no explanation" in text for text in came.cautions)
    # The lower end of everything that speaks for the move is 1: it may say nothing.
    assert {weight.low for item in came.evidence for weight in item.weights} == {1}


def test_alabino_without_the_earlier_copy_the_season_alone_would_mislead() -> None:
    facts = replace(load_cases()["alabino-2024-reused-2025"].facts(), findings=())
    without = assess(facts)
    assert without.stands_out is None
    move, rest = without.explanation("parade_move"), without.explanation("deployment")
    # The season speaks against the move that the clip really shows, and for nothing else.
    assert move.evidence_against == ("E2",)
    assert move.span.high < 0.62 and rest.span.words == "no evidence either way"
    assert any("season alone can mislead" in text for text in without.cautions)
    assert "reuse" in {gap.id for gap in without.missing}
    settled = {row.finding for row in without.would_change if row.stands_out == "old_footage"}
    assert "date_contradicted" in settled


def test_alabino_the_archive_settles_it() -> None:
    clip = ReuseMatch("alabino-27-feb-2024.mp4", load_cases()["alabino-2024"].date, 10.0)
    facts = load_cases()["alabino-2024-reused-2025"].facts()
    found = assess(replace(facts, findings=(), reuse=ReuseSearch(1.0, (clip,))))
    assert found.stands_out == "old_footage"
    (only,) = found.rests_on
    item = {item.id: item for item in found.evidence}[only]
    assert item.kind == "reuse_earlier"
    assert "which you dated 27 February 2024, before the date given" in item.text
    assert f"It rests on {only} alone" in found.verdict
    assert any("season alone would mislead here" in text for text in found.cautions)
    # Found by hand as well, it is the same thing and counts once.
    twice = assess(replace(facts, reuse=ReuseSearch(1.0, (clip,))))
    assert twice.explanation("old_footage").span == found.explanation("old_footage").span


def test_kolchugino_is_not_as_stated_whichever_of_the_two_it_is() -> None:
    came = assessed("vyborg-kolchugino-2023")
    assert 0.89 < came.not_as_stated.low < 0.9
    assert "it is not of the place and date given is very likely to almost certain" in came.verdict


def test_the_announced_nothing_of_2026_speaks_against_a_parade_move() -> None:
    facts = replace(
        load_cases()["vladivostok-2017"].facts(),
        place="Moscow",
        date=load_cases()["vladivostok-2017"].date.replace(year=2026),
        seen=(),
        fit=None,
    )
    came = assess(facts)
    against = came.explanation("parade_move").evidence_against
    kinds = {item.id: item.kind for item in came.evidence}
    assert [kinds[id_] for id_ in against] == ["no_equipment_that_year"]


def test_cases_of_another_question_say_so() -> None:
    questions = {id_: case.question for id_, case in load_cases().items()}
    assert questions.pop("s400-failure-2020") == "label"
    assert questions.pop("kazakhstan-tanks-2025") == "origin"
    assert set(questions.values()) == {"movement"}


def test_every_case_has_a_source_and_says_what_it_cannot_say() -> None:
    for case in load_cases().values():
        assert case.sources and case.cannot_say
        assert all(url.startswith("http") for url in case.sources)
        assert isinstance(case.facts(), Facts)


def jiggled(kind: Kind, random: Random) -> Kind:
    """Return a kind of evidence with every judged range off by up to a factor of two."""
    weights: dict[str, tuple[float, float | str]] = {}
    for explanation, (low, high) in kind.weights.items():
        if isinstance(high, str):
            weights[explanation] = (low, high)
            continue
        factor = 2 ** random.uniform(-1, 1)
        # What speaks for an explanation goes on doing so, and what speaks against does too.
        ends = (low * factor, high * factor)
        least, most = (max(1.0, end) if low >= 1 else min(1.0, end) for end in ends)
        weights[explanation] = (least, most)
    return kind.model_copy(update={"weights": weights})


@pytest.mark.parametrize("seed", range(5))
def test_no_outcome_hangs_on_a_factor_of_two_in_our_judgement(seed: int) -> None:
    table, random = load_table(), Random(seed)
    off = Table(
        table.rivals,
        {id_: jiggled(kind, random) for id_, kind in table.kinds.items()},
        {id_: jiggled(kind, random) for id_, kind in table.findings.items()},
    )
    for id_, row in CASES.items():
        assert assess(load_cases()[id_].facts(), table=off).stands_out == row.stands_out, id_


@pytest.mark.parametrize("spread", [1, 4])
def test_no_outcome_hangs_on_the_spread_of_the_start(spread: float) -> None:
    for id_, row in CASES.items():
        assert assess(load_cases()[id_].facts(), spread=spread).stands_out == row.stands_out, id_
