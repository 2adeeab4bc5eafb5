from __future__ import annotations

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from marchpast.errors import ExchangeError
from marchpast.exchange.python_literals import read_literal

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
finite = plain.filter(lambda value: value not in (float("inf"), float("-inf")))
values = st.recursive(
    finite, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(values)
def test_what_python_writes_is_read_back(value: Any) -> None:
    assert read_literal(repr(value)) == value


@given(st.datetimes(), st.booleans())
def test_dates_become_text(at: dt.datetime, has_zone: bool) -> None:
    at = at.replace(tzinfo=dt.UTC if has_zone else None, fold=0)
    written = f"[{'datetime.' + repr(at).removeprefix('datetime.')}]"
    assert read_literal(written) == [at.isoformat()]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "open('/etc/passwd')",
        "datetime.datetime(2017, 4, 18, tzinfo=print)",
        "datetime.datetime(2017, 13, 40)",
        "datetime.datetime('2017')",
        "datetime.date(2017, 4, 18)",
        "[x for x in ()]",
        "{**{}}",
        "a",
        "",
        "[1, 2",
        "<Media object>",
        "[" * 5000 + "]" * 5000,
    ],
)
def test_anything_else_is_refused_and_not_run(text: str) -> None:
    with pytest.raises(ExchangeError, match="no list or dictionary as Python writes it"):
        read_literal(text)


def test_a_huge_cell_is_refused() -> None:
    with pytest.raises(ExchangeError, match="characters"):
        read_literal(" " * (5 << 20))
