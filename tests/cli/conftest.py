"""What every test of the command line needs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.drawn import Vehicle, recognizer, write_clip

from marchpast.media import open_source
from marchpast.run import Run


@pytest.fixture(autouse=True)
def restore_signal() -> Iterator[None]:
    """Undo the handler that a command sets for the time it runs."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One Osa and one BTR, in a finished run of a classifier that is not at hand."""
    folder = tmp_path_factory.mktemp("run")
    vehicles = [Vehicle("osa", 10, 20, 40), Vehicle("btr80", 100, 90, 40)]
    clip = write_clip(folder / "pair.mp4", vehicles, seconds=1.0)
    with Run(folder / "result", recognizer=recognizer()) as run:
        list(run.sightings(open_source(clip)))
        run.save()
    return folder / "result"
