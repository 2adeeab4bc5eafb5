from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.media.clock import PresentationClock

MS = Fraction(1, 1000)


def _times(clock: PresentationClock, stamps: list[int | None]) -> list[float]:
    return [clock.time_of(stamp) for stamp in stamps]


def test_times_are_stamps_from_the_origin() -> None:
    clock = PresentationClock(MS, origin_s=Fraction(1), rate=Fraction(25))
    assert _times(clock, [1000, 1017, 1100]) == [0.0, 0.017, 0.1]
    assert clock.notes() == []


def test_a_frame_before_the_origin_becomes_the_origin() -> None:
    clock = PresentationClock(MS, origin_s=Fraction(1), rate=None)
    assert _times(clock, [-20, 20]) == [0.0, 0.04]


def test_missing_stamps_are_spaced_by_the_rate() -> None:
    clock = PresentationClock(MS, origin_s=None, rate=Fraction(10))
    assert _times(clock, [None, None, 500, None]) == pytest.approx([0.0, 0.1, 0.1, 0.2])
    assert clock.notes()[0] == "3 frames without a time, spaced by the nominal rate"


def test_a_stamp_that_does_not_advance_keeps_the_time() -> None:
    clock = PresentationClock(MS, origin_s=None, rate=None)
    assert _times(clock, [0, 40, 40, 30, 80]) == [0.0, 0.04, 0.04, 0.04, 0.08]
    assert clock.notes() == ["2 frames whose time does not advance"]


def test_a_restarted_clock_goes_on_instead_of_standing_still() -> None:
    clock = PresentationClock(MS, origin_s=None, rate=Fraction(25))
    assert _times(clock, [0, 5000, 100, 140, 180]) == pytest.approx([0, 5.0, 5.04, 5.08, 5.12])
    assert clock.notes() == ["the clock restarts 1 time"]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1))
def test_time_never_goes_back(stamps: list[int | None]) -> None:
    times_s = _times(PresentationClock(MS, origin_s=Fraction(0), rate=None), stamps)
    assert times_s == sorted(times_s)
    assert times_s[0] >= 0
