"""Markdown for the documents beside a model: tables, and figures with what they are worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    r"""Return a Markdown table, nothing without rows.

    >>> print(table(("a", "b"), [(1, "x|y")]), end="")
    | a | b |
    | --- | --- |
    | 1 | x\|y |
    """
    if not rows:
        return ""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(_cell(value) for value in line)} |\n" for line in lines)


def shown(entry: object) -> str:
    """Return a figure as text: value, interval, n; a plain number as it is.

    >>> shown({"value": 0.5, "interval_95": [0.25, 0.75], "n": 8, "events": 3})
    '0.50 [0.25, 0.75], n=8 of 3 events'
    >>> shown(0.12345), shown(None), shown([0.1, 0.2])
    ('0.123', 'not measured', '0.1 to 0.2')
    """
    if entry is None:
        return "not measured"
    if isinstance(entry, Mapping):
        events = f" of {entry['events']} events" if "events" in entry and entry["n"] else ""
        return short(entry) + events
    if isinstance(entry, float):
        return f"{entry:.3f}".rstrip("0").rstrip(".")
    if isinstance(entry, list | tuple):
        numbers = len(entry) == 2 and all(isinstance(value, int | float) for value in entry)
        return (" to " if numbers else ", ").join(str(value) for value in entry)
    return str(entry)


def short(entry: Mapping[str, Any]) -> str:
    """Return a figure with its interval and n.

    >>> short({"value": 0.5, "interval_95": [0.25, 0.75], "n": 8})
    '0.50 [0.25, 0.75], n=8'
    """
    if entry["value"] is None:
        return "not measured"
    low, high = entry["interval_95"]
    return f"{entry['value']:.2f} [{low:.2f}, {high:.2f}], n={entry['n']}"


def is_figure(entry: object) -> bool:
    """Return whether this is a figure with n and interval."""
    return isinstance(entry, Mapping) and {"value", "n", "interval_95"} <= entry.keys()


def flat(content: Mapping[str, Any], *, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Flatten nested tables of figures into rows of a name and a text.

    >>> list(flat({"a_b": {"c": 0.5}, "d": 2}))
    [('a b: c', '0.5'), ('d', '2')]
    """
    for key, value in content.items():
        name = prefix + key.replace("_", " ")
        if isinstance(value, Mapping) and not is_figure(value):
            yield from flat(value, prefix=f"{name}: ")
        elif not (isinstance(value, list) and any(isinstance(row, Mapping) for row in value)):
            yield name, shown(value)


def counts(training: Mapping[str, Any]) -> str:
    """Return the tables of a card's `training`: plain numbers, then counts by source and so on.

    Tables of one kind ("… by source") are columns of one table, largest first.
    """
    plain = [
        (key.replace("_", " "), shown(value))
        for key, value in training.items()
        if not isinstance(value, Mapping)
    ]
    text = table(("training", ""), plain)
    kinds: dict[str, dict[str, Mapping[str, Any]]] = {}
    for key, value in training.items():
        if isinstance(value, Mapping):
            what, _, by = key.rpartition("_by_")
            kinds.setdefault(by, {})[what.replace("_", " ") or "count"] = value
    for by, columns in kinds.items():
        names = sorted(
            {name for column in columns.values() for name in column},
            key=lambda name: (-sum(_number(column.get(name)) for column in columns.values()), name),
        )
        rows = [
            (_short(name), *(shown(column.get(name, 0)) for column in columns.values()))
            for name in names
        ]
        text += "\n" + table((by.replace("_", " "), *columns), rows)
    return text


def records(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a list of records with the same keys as a table."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    body = [[shown(row[key]) if key in row else "" for key in columns] for row in rows]
    return table([column.replace("_", " ") for column in columns], body)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _short(name: str) -> str:
    """A source without the commit it was taken at."""
    source, _, commit = name.partition("@")
    return f"{source} @ {commit[:7]}" if commit else source


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
