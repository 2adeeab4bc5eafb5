"""What is written as TOML is read back the same."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from marchpast.training.card_toml import to_toml

_KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
_PLAIN = (
    st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.text(st.characters(codec="utf-8"), max_size=12)
)
_TABLES = st.recursive(
    st.dictionaries(_KEYS, _PLAIN | st.lists(_PLAIN, max_size=3), max_size=4),
    lambda inner: st.dictionaries(_KEYS, _PLAIN | inner, max_size=4),
    max_leaves=6,
)


@given(_TABLES)
def test_round_trip(table: dict[str, Any]) -> None:
    assert tomllib.loads(to_toml(table)) == table
