"""From frames with detections to frames with ids, and to tracks with their best looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from marchpast.recognition.crops import BestLooks
from marchpast.recognition.histories import FollowedFrame, TrackHistory
from marchpast.recognition.tracker import Tracker
from marchpast.records import Crop, Detections, Frame, Track


def follow(
    frames: Iterable[tuple[Frame, Detections]],
    *,
    tracker: Tracker,
    looks: int = 3,
) -> Iterator[FollowedFrame | Track]:
    """Follow the vehicles of one source.

    Lazy: a frame comes out a few frames after it went in, as soon as its ids are final, and a
    track when it has ended, after all frames that were final by then. What is held is the columns
    of the frames that wait, and of every live track its columns and at most `looks` crops;
    no frame's pixels.

    Of a single picture every detection from the tracker's `min_confidence` on becomes a track,
    doubles of one vehicle excepted.

    Args:
        frames: Used frames in order, with what was detected in them.
        tracker: A new one; finished when the iteration ends.
        looks: How many crops a track keeps at most.

    Yields:
        Every frame once, ascending; every confirmed track once.
    """
    best: dict[int, BestLooks] = {}
    for frame, detections in frames:
        tracker.update(frame, detections)
        for row in np.flatnonzero(tracker.keys).tolist():
            buffer = best.setdefault(int(tracker.keys[row]), BestLooks(count=looks))
            buffer.add(frame, detections.xyxy[row], float(detections.confidence[row]))
        yield from tracker.settled()
        yield from _ended(tracker, best)
    tracker.finish()
    yield from tracker.settled()
    yield from _ended(tracker, best)


def _ended(tracker: Tracker, best: dict[int, BestLooks]) -> Iterator[Track]:
    """Yield the tracks that have ended; forget the looks at candidates that were given up."""
    for history in tracker.ended():
        crops = best.pop(history.key).crops()
        if history.track_id:
            yield _to_track(history, crops)


def _to_track(history: TrackHistory, crops: tuple[Crop, ...]) -> Track:
    return Track(
        track_id=history.track_id,
        class_id=_voted(history),
        frame_index=history.frame_index,
        time_s=history.time_s,
        xyxy=history.xyxy,
        confidence=history.confidence,
        crops=crops,
    )


def _voted(history: TrackHistory) -> int:
    """Return the class with the largest sum of confidences, the lower of equals."""
    return int(np.bincount(history.class_id, weights=history.confidence).argmax())
