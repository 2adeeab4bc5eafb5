"""The rules of the house: who may import whom, and what the fast path never loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "marchpast"

# From the ground up: a room imports only what stands before it.
SHARED = ("errors", "records", "files")
ROOMS = (
    *SHARED,
    "media",
    "inference",
    "recognition",
    "taxonomy",
    "identity",
    "inventory",
    "pipeline",
    "report",
    "run",
    "cli",
)
# Workshops: they may use every room, and no room may use them.
WORKSHOPS = ("training", "synthesis")
# The only room that may import a third-party module.
KEEPERS = {
    "onnxruntime": {"inference"},
    "av": {"media"},
    "torch": {"training"},
    "torchvision": {"training"},
    "albumentations": {"training"},
    "embreex": {"synthesis"},
    "jinja2": {"report"},
    "scipy": set[str](),
    "pandas": set[str](),
    "matplotlib": set[str](),
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            if node.module == "marchpast":
                yield from (f"marchpast.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert room in ROOMS + WORKSHOPS, f"{room} has no place in the order of rooms"
    for name in imported(path):
        parts = name.split(".")
        if parts[0] in KEEPERS and room not in WORKSHOPS:
            assert room in KEEPERS[parts[0]], f"{room} imports {parts[0]}"
        if parts[0] != "marchpast" or len(parts) == 1:
            continue
        target = parts[1]
        if target == room or target not in ROOMS + WORKSHOPS:
            continue
        assert target not in WORKSHOPS, f"{room} imports the workshop {target}"
        if room in ROOMS:
            assert ROOMS.index(target) < ROOMS.index(room), f"{room} imports {target}, above it"
        if target not in SHARED and len(parts) > 2 and room not in WORKSHOPS:
            pytest.fail(f"{room} imports {name}: a neighbour uses the public face only")


def test_the_fast_path_loads_no_heavy_module() -> None:
    code = (
        "import sys, marchpast, marchpast.cli.classify_frames\n"
        "heavy = {'torch', 'torchvision', 'scipy', 'pandas', 'matplotlib', 'albumentations'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_has_no_side_effects() -> None:
    code = (
        "import logging, cv2\n"
        "before = (logging.root.level, list(logging.root.handlers), cv2.getNumThreads())\n"
        "import marchpast\n"
        "assert before == (logging.root.level, list(logging.root.handlers), cv2.getNumThreads())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == done.stderr == ""
