"""Every failure is one line on stderr and the right exit code."""

from __future__ import annotations

import os
import signal
import time

import pytest

from marchpast import errors
from marchpast.cli import boundary


def run(failure: BaseException, *, debug: bool = False) -> int:
    def body() -> int:
        raise failure

    return boundary.guarded(body, debug=debug, quiet=False)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (boundary.UsageError("bad options"), 2),
        (errors.InventoryError("inventory.yaml:3:1: bad"), 2),
        (errors.TaxonomyError("no such name"), 2),
        (errors.ConfigError("no such setting"), 2),
        (errors.LabelError("no such node"), 2),
        (errors.OutputExistsError("there already"), 2),
        (errors.SourceError("not a video"), 3),
        (errors.ResultError("no result"), 3),
        (errors.ModelIntegrityError("hash differs"), 4),
        (errors.ProviderError("no CUDA"), 4),
        (OSError(28, "No space left on device"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_codes(failure: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(failure) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1


def test_our_fault_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ZeroDivisionError("division by zero")) == 1
    assert "--debug" in capsys.readouterr().err


def test_debug_shows_the_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run(ZeroDivisionError("division by zero"), debug=True)


def test_control_characters_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run(errors.SourceError("clip\x1b[2J\nname.mp4"))
    assert capsys.readouterr().err == "error: clip?[2J name.mp4\n"


def test_sigterm_ends_with_its_code() -> None:
    def body() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        return 0

    assert boundary.guarded(body, debug=False, quiet=True) == 143
