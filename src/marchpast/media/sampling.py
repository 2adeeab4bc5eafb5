"""Which frames of a source are looked at."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

# Times in a container are rationals turned into float64; half a microsecond is below every
# time base in use and far above their rounding error over days.
_TIME_SLACK_S = 5e-7


@dataclass(frozen=True, slots=True)
class Sampling:
    """Take every n-th frame, or a frame at every multiple of a time; by default every frame.

    The first decoded frame is always taken. With `every_s` a frame is taken when its
    presentation time has reached the next multiple of `every_s`, so the choice follows the
    clock of the footage and not its frame rate.

    Attributes:
        stride: Take the frames whose index is a multiple of it, `>= 1`.
        every_s: Seconds between the frames that are taken, `> 0` and finite.

    Raises:
        ValueError: If both are given, or one is out of range.
        TypeError: If `stride` is not an integer.
    """

    stride: int | None = None
    every_s: float | None = None

    def __post_init__(self) -> None:
        if self.stride is not None and self.every_s is not None:
            raise ValueError(
                f"sampling takes a stride or a time, not both; got stride={self.stride} "
                f"and every_s={self.every_s}"
            )
        if self.every_s is not None:
            if not (math.isfinite(self.every_s) and self.every_s > 0):
                raise ValueError(f"every_s must be a positive number, got {self.every_s}")
            return
        if self.stride is None:
            object.__setattr__(self, "stride", 1)
        elif isinstance(self.stride, bool) or not isinstance(self.stride, int):
            raise TypeError(f"stride must be an integer, got {self.stride!r}")
        elif self.stride < 1:
            raise ValueError(f"stride must be 1 or more, got {self.stride}")

    def chooser(self) -> Callable[[int, float], bool]:
        """Return a fresh predicate of `(index, time_s)`, to be asked once a frame in order.

        >>> is_taken = Sampling(every_s=0.5).chooser()
        >>> [is_taken(index, index * 0.2) for index in range(6)]
        [True, False, False, True, False, True]
        """
        if self.every_s is None:
            stride = self.stride or 1
            return lambda index, time_s: index % stride == 0
        return _by_time(self.every_s)


def _by_time(every_s: float) -> Callable[[int, float], bool]:
    due_multiple = -math.inf

    def is_taken(_index: int, time_s: float) -> bool:
        nonlocal due_multiple
        reached = math.floor((time_s + _TIME_SLACK_S) / every_s)
        if reached < due_multiple:
            return False
        due_multiple = reached + 1
        return True

    return is_taken
