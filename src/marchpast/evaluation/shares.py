"""A share with what it is worth: its n and its 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def wilson(successes: int, total: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927), by default at 95 %.

    >>> [round(bound, 3) for bound in wilson(8, 10)]
    [0.49, 0.943]
    """
    if total == 0:
        return (0.0, 1.0)
    share = successes / total
    centre = share + z * z / (2 * total)
    margin = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return (max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale))


def share(successes: int, total: int) -> dict[str, Any]:
    """Return a share with its n and its 95 % interval, for JSON."""
    low, high = wilson(successes, total)
    return {
        "value": round(successes / total, 4) if total else None,
        "n": total,
        "interval_95": [round(low, 4), round(high, 4)],
    }


def shown(entry: Mapping[str, Any]) -> str:
    """Return a share as text for a table."""
    if entry["value"] is None:
        return "no data"
    low, high = entry["interval_95"]
    return f"{entry['value']:.3f}  [{low:.2f}, {high:.2f}]  n={entry['n']}"
