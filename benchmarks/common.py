"""What every benchmark states beside its figures, and how it states them."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from marchpast.files import write_text

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results"
_PACKAGES = ("marchpast", "numpy", "opencv-python-headless", "av", "onnxruntime")


def conditions() -> dict[str, Any]:
    """Return where a benchmark ran: commit, processor, cores, versions."""
    return {
        "commit": _git("rev-parse", "--short", "HEAD"),
        "has_uncommitted_changes": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _PACKAGES},
    }


def write_results(path: Path, results: Mapping[str, Any]) -> None:
    """Write a benchmark's JSON, with the conditions it ran under."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"conditions": conditions(), **results}
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    print(f"written: {path}")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print one table; floats with three decimals."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(width=110).print(table)


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


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"
