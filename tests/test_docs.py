"""Every command and every Python block of README and docs is run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
# Needs what a reader brings along; that the command exists and explains itself is still checked.
_NEEDS_DATA = re.compile(r"\bFOLDER\b|\bRUN\b")
# Needs PyTorch and labelled pictures: tests/training/test_end_to_end.py runs this page.
_RUN_ELSEWHERE = "training.md"


def blocks(page: Path, language: str) -> list[str]:
    found = _BLOCK.finditer(page.read_text("utf-8"))
    return [match["body"] for match in found if match["language"] == language]


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, language)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place that looks like the repository's root to a command that only reads."""
    for name in ("datasets", "benchmarks", "Makefile", "pyproject.toml", "requirements-dev.lock"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    return tmp_path


def run(command: str, folder: Path, *, only_explain: bool) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    options = []
    if command.startswith("make "):
        command = command.replace("make ", "make --dry-run ")
    elif only_explain or _NEEDS_DATA.search(command):
        options = re.findall(r" (--[\w-]+)", command)
        command = command.split(" --")[0] + " --help"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    for option in options:
        assert option in done.stdout, f"{command} does not know {option}"


@pytest.mark.parametrize("page", pages_with("console"), ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page: Path, folder: Path) -> None:
    commands = [
        line.removeprefix("$ ")
        for block in blocks(page, "console")
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("$ ")
    ]
    assert commands
    for command in commands:
        # Installing from the registry is what `make test` does before it comes here.
        if not command.startswith("pip install "):
            run(command, folder, only_explain=page.name == _RUN_ELSEWHERE)


@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_the_python_of_a_page_runs(
    page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        # Pages written as doctests have a test of their own beside the room they describe.
        if not block.startswith(">>> "):
            exec(compile(block, str(page), "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
