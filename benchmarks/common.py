"""What every benchmark states beside its figures, and how it states them."""

from __future__ import annotations

import json
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
CACHE = REPOSITORY / "benchmarks" / ".cache"
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


def made_cache(folder: Path) -> None:
    """Make a folder under `CACHE` that git does not see."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_relative_to(CACHE):
        write_text(CACHE / ".gitignore", "*\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print one table; floats with three decimals."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(width=110).print(table)


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
