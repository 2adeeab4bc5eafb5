"""Presentation times of decoded frames: true where the container has them, noted where not."""

from __future__ import annotations

from fractions import Fraction

from marchpast.media.finding import counted

# A step back by less than this is a duplicate or reordered time; by more, the clock of the
# recording was restarted (two broadcasts in one transport stream).
_RESTART_S = 1.0
_FALLBACK_INTERVAL_S = 1 / 25


class PresentationClock:
    """Turns presentation stamps into seconds that never decrease.

    A frame without a stamp is put one nominal interval after its predecessor; a stamp that
    does not move forward keeps the predecessor's time; a stamp that falls back by more than
    a second starts a new stretch one nominal interval later. Each case is counted.

    Args:
        time_base: Seconds a stamp unit.
        origin_s: The time that counts as zero; `None` puts it at the first frame.
        rate: Nominal frames a second, for frames without a stamp.
    """

    def __init__(
        self, time_base: Fraction, *, origin_s: Fraction | None, rate: Fraction | None
    ) -> None:
        self._time_base = time_base
        self._origin_s = origin_s
        self._interval_s = float(1 / rate) if rate else _FALLBACK_INTERVAL_S
        self._shift_s = 0.0
        self._last_s: float | None = None
        self.missing = 0
        self.repeated = 0
        self.restarts = 0

    def time_of(self, stamp: int | None) -> float:
        """Return the time of the next frame in seconds, never less than the one before."""
        time_s = self._next(stamp)
        self._last_s = time_s
        return time_s

    def _next(self, stamp: int | None) -> float:
        last_s = self._last_s
        if stamp is None:
            self.missing += 1
            return 0.0 if last_s is None else last_s + self._interval_s
        stamp_s = stamp * self._time_base
        if self._origin_s is None or (last_s is None and stamp_s < self._origin_s):
            # Nothing is shown before time zero, whatever the header says.
            self._origin_s = stamp_s
        time_s = float(stamp_s - self._origin_s) + self._shift_s
        if last_s is None or time_s > last_s:
            return time_s
        if time_s > last_s - _RESTART_S:
            self.repeated += 1
            return last_s
        self.restarts += 1
        restarted_s = last_s + self._interval_s
        self._shift_s += restarted_s - time_s
        return restarted_s

    def notes(self) -> list[str]:
        """Return a clause for each irregularity that was met."""
        notes = []
        if self.missing:
            notes.append(
                f"{counted(self.missing, 'frame')} without a time, spaced by the nominal rate"
            )
        if self.repeated:
            notes.append(f"{counted(self.repeated, 'frame')} whose time does not advance")
        if self.restarts:
            notes.append(f"the clock restarts {counted(self.restarts, 'time')}")
        return notes
