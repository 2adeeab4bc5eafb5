"""Detection by several workers: order, failures, an abandoned iteration."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from marchpast.recognition import detect_in_order
from marchpast.records import BgrImage, Detections, Frame


class SlowWhenEven:
    """Answers with the number painted on the picture; even numbers take longer."""

    labels = ("military_vehicle",)

    def __init__(self) -> None:
        self.threads: set[int] = set()

    def detect(self, image: BgrImage) -> Detections:
        number = int(image[0, 0, 0])
        self.threads.add(threading.get_ident())
        if number == 13:
            raise RuntimeError("thirteen")
        time.sleep(0.004 if number % 2 == 0 else 0.0)
        return Detections(
            np.full((1, 4), number, np.float32), np.ones(1, np.float32), np.zeros(1, np.int64)
        )


def frames(count: int) -> Iterator[Frame]:
    for index in range(count):
        yield Frame(index, index / 25, np.full((2, 2, 3), index, np.uint8))


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_come_in_the_order_of_the_frames(workers: int) -> None:
    detector = SlowWhenEven()
    pairs = list(detect_in_order(frames(12), detector, workers=workers))
    assert [frame.index for frame, _ in pairs] == list(range(12))
    assert [int(found.xyxy[0, 0]) for _, found in pairs] == list(range(12))
    assert len(detector.threads) <= workers


def test_a_failure_reaches_the_caller_after_the_frames_before_it() -> None:
    seen = []
    with pytest.raises(RuntimeError, match="thirteen"):
        for frame, _ in detect_in_order(frames(20), SlowWhenEven(), workers=2):
            seen.append(frame.index)
    assert seen == list(range(13))


def test_an_abandoned_iteration_reads_only_a_window_ahead() -> None:
    read = itertools.count()

    def counted() -> Iterator[Frame]:
        for frame in frames(1000):
            next(read)
            yield frame

    pairs = detect_in_order(counted(), SlowWhenEven(), workers=2)
    next(pairs)
    pairs.close()  # type: ignore[attr-defined]
    assert next(read) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("detect")]


def test_at_least_one_worker() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        next(detect_in_order(frames(1), SlowWhenEven(), workers=0))
