"""The outermost boundary: exceptions and signals become one line and an exit code."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from marchpast import errors

DONE = 0
OUR_FAULT = 1
USAGE = 2
INPUTS_FAILED = 3
MODEL_REFUSED = 4
DIFFERENCES_FOUND = 5
INTERRUPTED = 130
TERMINATED = 143

EXIT_CODES_TEXT = """\
exit codes:
  0  done                               4  a model was refused
  1  our fault                          5  --fail-on-difference, and the comparison
  2  usage, settings, inventory,           found the footage inconsistent
     or a package is missing            130, 143  interrupted, terminated
  3  some inputs failed
"""

# The first class that fits decides.
_CODE_OF: tuple[tuple[type[BaseException], int], ...] = (
    (errors.ModelError, MODEL_REFUSED),
    (errors.SourceError, INPUTS_FAILED),
    (errors.ResultError, INPUTS_FAILED),
    (errors.ExchangeError, INPUTS_FAILED),
    (errors.InventoryError, USAGE),
    (errors.TaxonomyError, USAGE),
    (errors.SettingsError, USAGE),
    (errors.ConfigError, USAGE),
    (errors.LabelError, USAGE),
    (errors.ReferenceStoreError, USAGE),
    (errors.SheetError, USAGE),
    (errors.ExplanationError, USAGE),
    (errors.ReviewError, USAGE),
    (errors.OutputExistsError, USAGE),
    (errors.ArchiveError, USAGE),
    (errors.CaseError, USAGE),
    (errors.EvidenceError, INPUTS_FAILED),
    (errors.MarchpastError, OUR_FAULT),
    (OSError, OUR_FAULT),
)


class UsageError(Exception):
    """The options contradict each other or hold impossible values."""


class _Terminated(BaseException):
    """SIGTERM arrived; a `BaseException`, so that cleaning up runs and nothing swallows it."""


def add_logging_options(parser: argparse.ArgumentParser, *, is_below: bool = False) -> None:
    """Add the options every command has for what it says on stderr.

    Args:
        parser: Of a command or of a subcommand.
        is_below: The parser above has them too: only what is given here replaces its answer.
    """
    default = argparse.SUPPRESS if is_below else False
    group = parser.add_argument_group("messages (on stderr; stdout is data)")
    for name, text in (
        ("--quiet", "no progress bar, errors only"),
        ("--debug", "log more, show tracebacks"),
    ):
        group.add_argument(name, action="store_true", default=default, help=text)


def guarded(body: Callable[[], int], *, debug: bool, quiet: bool) -> int:
    """Run a command and return its exit code.

    Args:
        body: The command; its return value is the exit code when nothing fails.
        debug: Let exceptions through with their traceback.
        quiet: Log errors only.
    """
    level = logging.DEBUG if debug else logging.ERROR if quiet else logging.INFO
    logging.basicConfig(stream=sys.stderr, level=level, format="%(message)s", force=True)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return body()
    except UsageError as error:
        return _fail(str(error), USAGE)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except _Terminated:
        return _fail("terminated", TERMINATED)
    except BrokenPipeError:
        # The reader of stdout went away (`| head`): nothing is left to say.
        sys.stderr.close()
        return OUR_FAULT
    except Exception as error:  # nothing lies outside this boundary
        if debug:
            raise
        for kind, code in _CODE_OF:
            if isinstance(error, kind):
                return _fail(str(error), code)
        return _fail(
            f"internal error: {type(error).__name__}: {error}; --debug shows where", OUR_FAULT
        )


def _fail(message: str, code: int) -> int:
    line = " ".join(message.split())
    printable = "".join(character if character.isprintable() else "?" for character in line)
    sys.stderr.write(f"error: {printable}\n")
    return code


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated
