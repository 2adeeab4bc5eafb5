import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marchpast.media import Sampling


def _taken(sampling: Sampling, times_s: list[float]) -> list[int]:
    is_taken = sampling.chooser()
    return [index for index, time_s in enumerate(times_s) if is_taken(index, time_s)]


def test_every_frame_is_the_default() -> None:
    assert Sampling() == Sampling(stride=1)
    assert _taken(Sampling(), [0.0, 0.1, 0.2]) == [0, 1, 2]


def test_a_stride_counts_decoded_frames() -> None:
    assert _taken(Sampling(stride=3), [0.0] * 8) == [0, 3, 6]


def test_a_time_follows_the_clock_and_not_the_frame_rate() -> None:
    # Dense frames, then a hole of two seconds: one frame ends the hole, no frame is made up for it.
    times_s = [0.0, 0.1, 0.5, 0.6, 0.99, 3.2, 3.3, 3.5]
    assert _taken(Sampling(every_s=0.5), times_s) == [0, 2, 5, 7]


def test_multiples_that_are_not_exact_in_binary_are_reached() -> None:
    times_s = [index / 10 for index in range(1000)]
    assert _taken(Sampling(every_s=0.1), times_s) == list(range(1000))
    assert _taken(Sampling(every_s=0.3), times_s) == list(range(0, 1000, 3))


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=60),
    st.integers(1, 5000),
    st.integers(0, 10_000),
)
def test_a_frame_is_taken_exactly_when_a_new_multiple_is_reached(
    gaps_ms: list[int], every_ms: int, start_ms: int
) -> None:
    times_ms = [start_ms]
    for gap in gaps_ms:
        times_ms.append(times_ms[-1] + gap)
    expected = [0]
    for index in range(1, len(times_ms)):
        if times_ms[index] // every_ms > times_ms[expected[-1]] // every_ms:
            expected.append(index)
    sampling = Sampling(every_s=every_ms / 1000)
    assert _taken(sampling, [time_ms / 1000 for time_ms in times_ms]) == expected


@pytest.mark.parametrize("stride", [0, -1])
def test_a_stride_below_one_is_refused(stride: int) -> None:
    with pytest.raises(ValueError, match="stride must be 1 or more"):
        Sampling(stride=stride)


@pytest.mark.parametrize("every_s", [0.0, -0.1, math.nan, math.inf])
def test_a_time_that_is_not_positive_is_refused(every_s: float) -> None:
    with pytest.raises(ValueError, match="every_s must be a positive number"):
        Sampling(every_s=every_s)


def test_both_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        Sampling(stride=2, every_s=1.0)


def test_a_fractional_stride_is_refused() -> None:
    with pytest.raises(TypeError, match="must be an integer"):
        Sampling(stride=1.5)  # type: ignore[arg-type]
