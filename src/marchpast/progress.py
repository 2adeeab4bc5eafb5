"""Where long work says how far it is; whoever watches decides what to show."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of long work, step by step."""

    def start(self, name: str, steps: int | None) -> None:
        """Begin a piece of work of so many steps, or of an unknown number; ends the last one."""

    def advance(self, index: int) -> None:
        """Note that the steps up to this index, counted from 0, are done."""

    def finish(self) -> None:
        """End the piece of work."""


class Silence:
    """A progress nobody watches."""

    def start(self, name: str, steps: int | None) -> None:
        """Say nothing."""

    def advance(self, index: int) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""


SILENCE = Silence()
