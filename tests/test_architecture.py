"""The rules of the house: who may import whom, and what the fast path never loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "marchpast"

# From the ground up: a room imports only what stands before it.
SHARED = ("errors", "records", "files", "progress")
ROOMS = (
    *SHARED,
    "media",
    "reuse",
    "inference",
    "recognition",
    "taxonomy",
    "references",
    "identity",
    "inventory",
    "sheets",
    "explaining",
    "pipeline",
    "evaluation",
    "report",
    "run",
    "review",
    "exchange",
    "casefile",
    "labelling",
    "cli",
)
# Workshops: they may use every room, and no room may use them.
WORKSHOPS = ("training", "synthesis")
# But the roof has a door into a workshop: a subcommand may import it inside the function that runs
# it, so that `--help` stays instant and the base install needs no torch. A static import rather
# than importlib and a name: mypy and whoever renames a function see it.
DOORS = {("cli", "training"), ("cli", "synthesis")}
# The only room that may import a third-party module.
KEEPERS = {
    "onnxruntime": {"inference"},
    "av": {"media"},
    "torch": {"training"},
    "torchvision": {"training"},
    "albumentations": {"training"},
    "embreex": {"synthesis"},
    "jinja2": {"report", "sheets"},
    "pdqhash": {"reuse"},
    "c2pa": {"casefile"},
    "scipy": set[str](),
    "pandas": set[str](),
    "matplotlib": set[str](),
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    yield from _imports(ast.walk(ast.parse(path.read_text("utf-8"))), path)


def imported_at_once(path: Path) -> set[str]:
    """What importing the file imports: not what stands inside its functions."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    reached = []
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            reached.append(node)
            waiting.extend(ast.iter_child_nodes(node))
    return set(_imports(reached, path))


def _imports(nodes: Iterable[ast.AST], path: Path) -> Iterator[str]:
    for node in nodes:
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
    at_once = imported_at_once(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] in KEEPERS and room not in WORKSHOPS:
            assert room in KEEPERS[parts[0]], f"{room} imports {parts[0]}"
        if parts[0] != "marchpast" or len(parts) == 1:
            continue
        target = parts[1]
        if target == room or target not in ROOMS + WORKSHOPS:
            continue
        if (room, target) in DOORS:
            assert name not in at_once, f"{path}: {name} is imported outside of a function"
            continue
        assert target not in WORKSHOPS, f"{room} imports the workshop {target}"
        if room in ROOMS:
            assert ROOMS.index(target) < ROOMS.index(room), f"{room} imports {target}, above it"
        if target not in SHARED and len(parts) > 2 and room not in WORKSHOPS:
            pytest.fail(f"{room} imports {name}: a neighbour uses the public face only")


def test_the_fast_path_loads_no_heavy_module() -> None:
    code = (
        "import sys, marchpast, marchpast.cli.classify_frames, marchpast.cli.main\n"
        "marchpast.cli.main.build_parser()\n"
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
