"""The real tracker on an invented convoy."""

from __future__ import annotations

from collections import Counter

import numpy as np

from benchmarks.convoys import Convoy
from marchpast.recognition import CameraMotion, Tracker, TrackHistory
from marchpast.recognition.motion import Motion
from marchpast.records import BgrImage, Crop, FloatArray, Track


class _KnownCamera(CameraMotion):
    """Says what the camera did as it is, without pixels, which would take most of the time."""

    def __init__(self, convoy: Convoy) -> None:
        self._camera = convoy.world.camera
        self._cuts = convoy.cuts
        self._frame = 0

    def update(self, image: BgrImage, boxes: FloatArray) -> Motion:
        """Return the movement since the frame before."""
        frame, self._frame = self._frame, self._frame + 1
        matrix = np.eye(2, 3, dtype=np.float32)
        is_cut = frame in self._cuts
        if frame and not is_cut:
            matrix[:, 2] = self._camera[frame - 1] - self._camera[frame]
        return Motion(matrix, is_known=True, is_cut=is_cut)


def followed(convoy: Convoy) -> tuple[list[Track], list[int]]:
    """Return the tracks of a convoy, and of each the vehicle that most of its boxes show."""
    # The thresholds of the shipped detector do not matter: confidences are invented too.
    tracker = Tracker(track_confidence=0.1, min_confidence=0.5)
    tracker._camera = _KnownCamera(convoy)
    ended: list[TrackHistory] = []
    for frame, detections in convoy.world.frames(drawn=False):
        tracker.update(frame, detections)
        ended += tracker.ended()
    tracker.finish()
    confirmed = [history for history in [*ended, *tracker.ended()] if history.track_id]
    owners = []
    for history in confirmed:
        shown = Counter(
            int(convoy.world.observations[frame].vehicle[row])
            for frame, row in zip(history.frame_index, history.row, strict=True)
        )
        owners.append(shown.most_common(1)[0][0])
    return [_track(history) for history in confirmed], owners


def _track(history: TrackHistory) -> Track:
    crop = Crop(0, 0.0, (0.0, 0.0, 1.0, 1.0), np.zeros((1, 1, 3), np.uint8), 1.0)
    return Track(
        track_id=history.track_id,
        class_id=0,
        frame_index=history.frame_index,
        time_s=history.time_s,
        xyxy=history.xyxy,
        confidence=history.confidence,
        crops=(crop,),
    )
