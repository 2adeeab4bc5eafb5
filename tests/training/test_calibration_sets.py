"""Penalties of sets: fitted on worlds whose coverage is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from marchpast.identity import CONDITIONS, PENALTIES, Condition
from marchpast.inference import SetSettings
from marchpast.records import BoolArray
from marchpast.training.calibration_sets import FEWEST_LOOKS, card_settings, fit_penalties
from marchpast.training.classifier_metrics import OPEN, RIGHT, WRONG
from marchpast.training.made_dark import NIGHT_LEVEL, made_dark
from marchpast.training.set_figures import binomial_interval, cross_fitted, penalty_rows
from marchpast.training.set_rows import SetRows, joined

STEPS = len(PENALTIES)


def rows_of(
    needs: list[int],
    *,
    conditions: dict[Condition, BoolArray] | None = None,
    events: list[str] | None = None,
    open_: BoolArray | None = None,
) -> SetRows:
    """Looks whose sets hold the truth from the given step on."""
    count = len(needs)
    steps = np.arange(STEPS)[:, None]
    verdicts = np.where(steps >= np.array(needs), RIGHT, WRONG).astype(np.int8)
    if open_ is not None:
        verdicts[:, open_] = OPEN
    within: dict[Condition, BoolArray] = {name: np.zeros(count, np.bool_) for name in CONDITIONS}
    within |= conditions or {"usual": np.ones(count, np.bool_)}
    return SetRows(
        crop=np.arange(count),
        is_made=np.zeros(count, np.bool_),
        verdicts=verdicts,
        names=np.ones((STEPS, count), np.int64),
        types=np.repeat(steps + 1, count, axis=1),
        within=within,
        events=np.array(events or [str(index) for index in range(count)]),
    )


def test_the_largest_penalty_that_holds_often_enough() -> None:
    # Of 99 looks 90 must hold: those that need the steps 0 to 8 do, ten each.
    needs = [step for step in range(10) for _ in range(10)][:99]
    assert fit_penalties(rows_of(needs), rate=0.9)["usual"] == PENALTIES[8]
    # One look more, of the tenth kind: 91 of 100 are asked for.
    assert fit_penalties(rows_of([*needs, 9]), rate=0.9)["usual"] == PENALTIES[9]


def test_looks_that_nothing_can_judge_decide_nothing() -> None:
    needs = [step for step in range(10) for _ in range(10)][:99]
    both = joined(rows_of(needs), rows_of([40] * 50, open_=np.ones(50, np.bool_)))
    assert fit_penalties(both, rate=0.9)["usual"] == PENALTIES[8]


def test_a_lucky_dip_is_not_taken() -> None:
    rows = rows_of([20] * 60)
    rows.verdicts[5] = RIGHT
    assert fit_penalties(rows, rate=0.9)["usual"] == PENALTIES[20]


def test_a_condition_is_fitted_apart_and_never_narrower() -> None:
    far = np.arange(200) >= 120
    dark = np.arange(200) >= 160
    needs = [5] * 120 + [15] * 40 + [2] * 40
    conditions: dict[Condition, BoolArray] = {"usual": ~far, "far": far & ~dark, "dark": dark}
    fitted = fit_penalties(rows_of(needs, conditions=conditions), rate=0.9)
    assert fitted["usual"] == PENALTIES[5]
    assert fitted["far"] == PENALTIES[15]
    assert fitted["dark"] == PENALTIES[5]
    # Nothing was seen of it: as wide as the widest.
    assert fitted["few_photos"] == PENALTIES[15]


def test_too_few_looks_take_the_widest() -> None:
    far = np.arange(100) >= 100 - FEWEST_LOOKS + 1
    conditions: dict[Condition, BoolArray] = {"usual": ~far, "far": far}
    needs = [7] * int((~far).sum()) + [0] * int(far.sum())
    assert fit_penalties(rows_of(needs, conditions=conditions), rate=0.9)["far"] == PENALTIES[7]


def test_coverage_is_the_stated_rate_on_new_looks() -> None:
    generator = np.random.default_rng(7)
    shares = []
    for _ in range(60):
        rows = rows_of(generator.integers(0, 40, 120).tolist())
        fitted = PENALTIES.index(fit_penalties(rows.select(np.arange(120) < 80), rate=0.9)["usual"])
        shares.append((rows.verdicts[fitted, 80:] == RIGHT).mean())
    # Steps are coarse, so a little more than asked for is expected, never less.
    assert 0.895 < np.mean(shares) < 0.93


def test_an_event_never_decides_about_itself() -> None:
    # One event needs the widest sets; when it is left out, nothing asks for them.
    events = ["hard"] * 40 + [str(index) for index in range(160)]
    rows = rows_of([54] * 40 + [3] * 160, events=events)
    picked = cross_fitted(rows, rate=0.9, seed=1)
    assert (picked[:, :40] == 3).all()


def test_the_judge_takes_the_widest_of_its_conditions() -> None:
    both: dict[Condition, BoolArray] = {
        "usual": np.array([True, False]),
        "far": np.array([False, True]),
        "dark": np.array([False, True]),
    }
    rows = rows_of([0, 0], conditions=both)
    penalties: dict[Condition, float] = dict.fromkeys(CONDITIONS, PENALTIES[4])
    penalties |= {"far": PENALTIES[9], "dark": PENALTIES[6]}
    assert penalty_rows(rows, penalties).tolist() == [4, 9]


def test_what_the_card_says_can_be_read_back() -> None:
    start = SetSettings(
        rate=0.9,
        penalties=dict.fromkeys(CONDITIONS, PENALTIES[-1]),
        far_below_px=96,
        dark_below=64,
    )
    written = card_settings(rows_of([5] * 60), start)
    again = SetSettings.model_validate(written)
    assert again.penalties["usual"] == pytest.approx(PENALTIES[5], abs=1e-6)
    assert again.penalties["usual"] <= PENALTIES[5]
    assert "60 military crops of 60 events" in again.fitted_on


@pytest.mark.parametrize("n", [1, 30, 400])
def test_the_band_holds_95_of_100_draws(n: int) -> None:
    low, high = binomial_interval(n, 0.9)
    drawn = np.random.default_rng(3).binomial(n, 0.9, 20_000) / n
    assert ((drawn >= low) & (drawn <= high)).mean() >= 0.945
    assert low <= 0.9 <= high


def test_made_dark_is_dark_and_noisy() -> None:
    day = np.full((64, 64, 3), 140, np.uint8)
    day[:20] = 230
    night = made_dark(day, np.random.default_rng(1))
    grey = cv2.cvtColor(night, cv2.COLOR_BGR2GRAY)
    assert np.median(grey) == pytest.approx(NIGHT_LEVEL, abs=3)
    assert grey[:20].mean() > grey[30:].mean()
    assert grey[30:].std() > 1
    # What is darker already stays as dark as it is.
    assert made_dark(np.full((8, 8, 3), 5, np.uint8), np.random.default_rng(1)).mean() < 12
