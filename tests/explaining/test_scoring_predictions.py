"""The Brier score, by hand and by its identity."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.explaining import Outcome, Prediction, score

Row = tuple[float, Outcome | None]
FIRST, LAST = datetime.date(2017, 5, 10), datetime.date(2017, 5, 24)


def predictions(rows: Iterable[Row]) -> list[Prediction]:
    return [
        Prediction(
            id=f"p{n}",
            made_on=datetime.date(2017, 4, 19),
            text="They head back.",
            explanation="",
            window_from=FIRST,
            window_to=LAST,
            probability=probability,
            check="footage",
            outcome=outcome,
            resolved_on=None if outcome is None else LAST,
        )
        for n, (probability, outcome) in enumerate(rows, start=1)
    ]


def test_three_predictions_by_hand() -> None:
    came = score(predictions([(0.7, "yes"), (0.2, "no"), (0.9, "no")]))
    # 0.09, 0.04, 0.81
    assert came.n == 3
    assert came.brier == pytest.approx(0.94 / 3)
    # Deviations -0.22333, -0.27333, 0.49667: variance 0.18563, error sqrt(0.18563 / 3).
    assert came.standard_error == pytest.approx(0.24876, abs=1e-4)
    assert came.parts is None


def test_nothing_resolved_is_no_score() -> None:
    came = score(predictions([(0.7, None), (0.7, "unresolvable")]))
    assert (came.n, came.brier, came.standard_error) == (0, None, None)
    assert (came.open, came.unresolvable, came.hindsight) == (1, 1, 0)


def test_hindsight_is_counted_and_not_scored() -> None:
    (late,) = predictions([(1.0, "yes")])
    late = Prediction(
        **{
            field: getattr(late, field)
            for field in late.__dataclass_fields__
            if field not in ("made_on",)
        },
        made_on=LAST + datetime.timedelta(days=1),
    )
    came = score([late, *predictions([(0.5, "yes")])])
    assert (came.n, came.brier, came.hindsight) == (1, 0.25, 1)


def test_the_parts_need_ten_of_each_of_two_values() -> None:
    happened: Row = (0.8, "yes")
    failed: Row = (0.8, "no")
    unlikely: Row = (0.2, "no")
    ten = [happened] * 8 + [failed] * 2
    assert score(predictions(ten)).parts is None
    assert score(predictions([*ten, *[unlikely] * 9])).parts is None
    came = score(predictions([*ten, *[unlikely] * 10]))
    assert came.parts is not None
    # 0.8 happened in 0.8, 0.2 in 0; 8 of 20 happened.
    assert came.parts.reliability == pytest.approx(0.5 * 0.04)
    assert came.parts.resolution == pytest.approx(0.5 * 0.16 + 0.5 * 0.16)
    assert came.parts.uncertainty == pytest.approx(0.24)


counts = st.tuples(st.integers(0, 12), st.integers(0, 12))


@given(st.dictionaries(st.sampled_from([0.1, 0.3, 0.5, 0.9]), counts, min_size=1))
def test_the_parts_add_up_to_the_score(table: dict[float, tuple[int, int]]) -> None:
    rows: list[Row] = []
    for stated, (yes, no) in table.items():
        rows.extend((stated, "yes") for _ in range(yes))
        rows.extend((stated, "no") for _ in range(no))
    came = score(predictions(rows))
    assert came.n == len(rows)
    if came.brier is not None:
        assert 0 <= came.brier <= 1
    if came.parts is not None:
        parts = came.parts
        assert came.brier == pytest.approx(parts.reliability - parts.resolution + parts.uncertainty)
