"""What a tracker remembers of frames and tracks, and what it gives away."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from marchpast.records import Detections, FloatArray, IntArray, TimeArray


@dataclass(frozen=True, slots=True, eq=False)
class FollowedFrame:
    """One used frame with its final ids: no later frame changes them.

    Attributes:
        frame_index: `Frame.index`.
        time_s: Presentation time, seconds.
        detections: Every row that was given to the tracker.
        track_id: `(N,)` int64, one for each row; 0 for what is not followed: too weak, a second
            report of one vehicle, or a candidate that was given up.
    """

    frame_index: int
    time_s: float
    detections: Detections
    track_id: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class TrackHistory:
    """A track that has ended, or a candidate that was given up.

    Attributes:
        key: Its provisional key, see `Tracker.keys`.
        track_id: From 1; 0 for a candidate that was never confirmed.
        frame_index: `(T,)` int64, ascending; begins before the track was confirmed.
        time_s: `(T,)` float64, presentation times, seconds.
        row: `(T,)` int64, which row of that frame's detections it was.
        xyxy: `(T, 4)` float32, as detected, source pixels.
        confidence: `(T,)` float32.
        class_id: `(T,)` int64.
    """

    key: int
    track_id: int
    frame_index: IntArray
    time_s: TimeArray
    row: IntArray
    xyxy: FloatArray
    confidence: FloatArray
    class_id: IntArray


@dataclass(slots=True, eq=False)
class SeenFrame:
    """One frame as the tracker remembers it.

    Attributes:
        number: Which update it came with, from 0.
        frame_index: `Frame.index`.
        time_s: `Frame.time_s`.
        detections: Its columns.
        track_id: `(N,)` int64; filled in once a candidate among the rows is confirmed.
    """

    number: int
    frame_index: int
    time_s: float
    detections: Detections
    track_id: IntArray


@dataclass(slots=True, eq=False)
class LiveTrack:
    """A track or candidate that is being followed.

    Attributes:
        key: Provisional, from 1 in order of appearance, candidates included.
        hits: Frames and rows it was detected in; never empty.
        track_id: 0 while a candidate.
    """

    key: int
    hits: list[tuple[SeenFrame, int]]
    track_id: int = field(default=0)

    @property
    def first(self) -> SeenFrame:
        """The frame it was first detected in."""
        return self.hits[0][0]

    @property
    def last(self) -> SeenFrame:
        """The frame it was last detected in."""
        return self.hits[-1][0]

    def hit(self, frame: SeenFrame, row: int) -> None:
        """Take in a detection."""
        self.hits.append((frame, row))
        frame.track_id[row] = self.track_id

    def confirm(self, track_id: int) -> None:
        """Give it its number, in the frames it was already detected in too."""
        self.track_id = track_id
        for frame, row in self.hits:
            frame.track_id[row] = track_id

    def history(self) -> TrackHistory:
        """Return the columns of what was followed."""
        frames = [frame for frame, _ in self.hits]
        return TrackHistory(
            key=self.key,
            track_id=self.track_id,
            frame_index=np.array([frame.frame_index for frame in frames], np.int64),
            time_s=np.array([frame.time_s for frame in frames], np.float64),
            row=np.array([row for _, row in self.hits], np.int64),
            xyxy=np.stack([frame.detections.xyxy[row] for frame, row in self.hits]),
            confidence=np.array(
                [frame.detections.confidence[row] for frame, row in self.hits], np.float32
            ),
            class_id=np.array(
                [frame.detections.class_id[row] for frame, row in self.hits], np.int64
            ),
        )
