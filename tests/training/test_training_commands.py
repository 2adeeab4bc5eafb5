"""The commands of docs/training.md exist and explain themselves."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "training.md"
COMMANDS = re.findall(
    r"^\$ python -m (marchpast\.training\.\w+) (.*)$", PAGE.read_text("utf-8"), re.M
)


@pytest.mark.parametrize(("module", "arguments"), COMMANDS)
def test_help_names_every_option_the_page_uses(
    module: str,
    arguments: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(module).main()
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for option in re.findall(r"--\w+", arguments):
        assert option in shown
