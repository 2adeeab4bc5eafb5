"""What every test of the command line needs."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def restore_signal() -> Iterator[None]:
    """Undo the handler that a command sets for the time it runs."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)
