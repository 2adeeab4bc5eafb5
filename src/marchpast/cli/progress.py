"""A progress bar on stderr; silent when stderr is no terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


class ProgressBar:
    """Shows the work at hand, its rate and the time left."""

    def __init__(self, *, is_quiet: bool, unit: str = "frames") -> None:
        """Prepare the bar; entering the block shows it.

        Args:
            is_quiet: Show nothing.
            unit: What is counted.
        """
        self._unit = unit
        console = Console(file=sys.stderr)
        self._bar = Progress(
            TextColumn("{task.description}", table_column=None),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=is_quiet or not console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def start(self, name: str, steps: int | None) -> None:
        """Begin a piece of work of so many steps, or of an unknown number."""
        self.finish()
        shown = name if len(name) <= 40 else f"…{name[-39:]}"
        self._task = self._bar.add_task(escape(shown), total=steps, rate="")

    def advance(self, index: int) -> None:
        """Note that the steps up to this index are done."""
        if self._task is None:
            return
        speed = self._bar.tasks[-1].speed
        rate = f"{speed:.{0 if speed >= 10 else 1}f} {self._unit}/s" if speed else ""
        self._bar.update(self._task, completed=index + 1, rate=rate)

    def finish(self) -> None:
        """End the piece of work."""
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None
