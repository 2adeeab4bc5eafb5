"""Values that another program wrote as Python literals, read without running anything."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from marchpast.errors import ExchangeError

_LONGEST: Final = 4 << 20
_DATETIME: Final = "datetime.datetime"
_UTC: Final = "datetime.timezone.utc"


def read_literal(text: str) -> Any:
    """Return the value of a literal; dates stand as ISO 8601 text.

    What `ast.literal_eval` understands, and `datetime.datetime(2017, 4, 18, ...)` with an optional
    `tzinfo=datetime.timezone.utc`, which is how the `repr` of a record dates it.

    >>> read_literal("[{'at': datetime.datetime(2017, 4, 18, 9, 30)}]")
    [{'at': '2017-04-18T09:30:00'}]

    Raises:
        ExchangeError: If the text is anything else.
    """
    if len(text) > _LONGEST:
        raise ExchangeError(f"a cell has {len(text)} characters; at most {_LONGEST} are read")
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ExchangeError(
            f"a cell is no list or dictionary as Python writes it: {text[:60]!r}"
        ) from error


def _value(node: ast.expr) -> Any:
    reader = _READERS.get(type(node))
    return ast.literal_eval(node) if reader is None else reader(node)


def _list(node: Any) -> list[Any]:
    return [_value(item) for item in node.elts]


def _dict(node: Any) -> dict[Any, Any]:
    if None in node.keys:
        raise ValueError("a dictionary is unpacked")
    return {_value(key): _value(item) for key, item in zip(node.keys, node.values, strict=True)}


def _call(node: Any) -> str:
    if ast.unparse(node.func) != _DATETIME:
        raise ValueError(f"{ast.unparse(node.func)} is called")
    zones = [word for word in node.keywords if word.arg == "tzinfo"]
    if len(zones) != len(node.keywords) or any(ast.unparse(w.value) != _UTC for w in zones):
        raise ValueError("only tzinfo=datetime.timezone.utc is known")
    numbers = [int(ast.literal_eval(argument)) for argument in node.args]
    at = datetime(*numbers)  # type: ignore[arg-type]
    return (at.replace(tzinfo=UTC) if zones else at).isoformat()


_READERS: Final[dict[type[ast.expr], Callable[[Any], Any]]] = {
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.Call: _call,
}
