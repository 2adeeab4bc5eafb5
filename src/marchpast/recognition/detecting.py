"""Detection by several workers, results in the order of the frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from marchpast.recognition.detector import Detector
from marchpast.records import Detections, Frame


def detect_in_order(
    frames: Iterable[Frame], detector: Detector, *, workers: int
) -> Iterator[tuple[Frame, Detections]]:
    """Detect on `workers` threads while the caller's thread decodes the next frames.

    At most `2 * workers` frames are in flight, so memory does not grow with the length of the
    video; the order and the values do not depend on the number of workers.

    Args:
        frames: Consumed lazily, in the caller's thread.
        detector: Called from several threads at once.
        workers: Threads, at least 1.

    Yields:
        Each frame with its detections, in the order of `frames`.

    Raises:
        ValueError: If `workers` is below 1.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    waiting: deque[tuple[Frame, Future[Detections]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="detect")
    try:
        for frame in frames:
            waiting.append((frame, pool.submit(detector.detect, frame.image)))
            if len(waiting) >= 2 * workers:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)
    finally:
        # An abandoned or failed iteration must not wait for frames nobody will look at.
        pool.shutdown(wait=True, cancel_futures=True)


def _first(waiting: deque[tuple[Frame, Future[Detections]]]) -> tuple[Frame, Detections]:
    frame, future = waiting.popleft()
    return frame, future.result()
