"""Write a model card: TOML from plain tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def to_toml(table: Mapping[str, Any]) -> str:
    """Return TOML of nested tables of text, numbers, truth values and lists of these.

    >>> print(to_toml({"name": "a", "input": {"size": [2, 3]}}), end="")
    name = "a"
    <BLANKLINE>
    [input]
    size = [2, 3]
    """
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], above: tuple[str, ...]) -> list[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    nested = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in nested.items():
        path = (*above, _key(key))
        inner = _lines(value, path)
        if any(not isinstance(entry, Mapping) for entry in value.values()) or not value:
            inner = [f"[{'.'.join(path)}]", *inner]
        lines += ["", *inner] if inner[:1] != [""] else inner
    return lines


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return _text(value)


def _text(value: str) -> str:
    # JSON's text is TOML's basic string, as long as nothing beyond the BMP is escaped and DEL is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
