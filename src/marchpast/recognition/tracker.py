"""Following vehicles from frame to frame.

Two-stage association after ByteTrack (Zhang et al., ECCV 2022): confident detections are
paired with tracks first, weak ones may then continue a track but never start one. What differs:
the distance is the filter's own instead of overlap, time is in seconds, the camera's movement
is taken out, pairs are optimal, candidates compete with tracks (served last, they left a track
that was wrong once to take its neighbours' vehicles on and on), and all is done on columns.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from marchpast.recognition.assignment import assign
from marchpast.recognition.boxes import iou
from marchpast.recognition.filtering import FilterBank, to_centre
from marchpast.recognition.histories import FollowedFrame, LiveTrack, SeenFrame, TrackHistory
from marchpast.recognition.motion import CameraMotion
from marchpast.records import BoolArray, Detections, Frame, IntArray, TimeArray

# Above it detection and track are no pair: of the order of the 98th percentile of chi squared
# with four degrees of freedom.
_LARGEST_DISTANCE = 12.0
# A weak detection is believed where a track was seen at most so many used frames before.
_WEAK_MISSES = 3
# Two boxes that overlap more are one vehicle that the detector reported twice.
_DOUBLE_IOU = 0.7


class Tracker:
    """Follows the vehicles of one source; a new source needs a new tracker.

    A detection that fits no track starts a candidate. A candidate that is detected in
    `min_hits` of its first `2 * min_hits - 1` frames is confirmed and gets the next number; its
    earlier frames get it too. So ids are final only after some frames: `update` returns what is
    known at once, `settled` what is final. Classes are ignored: what a vehicle is called may
    change from frame to frame.

    Numbers run from 1 in order of confirmation (in one frame: of first appearance), belong to
    the instance, and are the same on every run.

    Args:
        track_confidence: Below it a detection is ignored; between the two it may continue a
            track, no more.
        min_confidence: From here on a detection may start a track.
        max_lost_s: A track that was missed for longer has ended, seconds.
        min_hits: See above. A source with fewer frames (a picture has one) needs a hit in each.
        follows_camera: Take out the camera's own movement and end all tracks at a cut. Off for
            frames without pixels.

    Raises:
        ValueError: If the arguments contradict one another.
    """

    def __init__(
        self,
        *,
        track_confidence: float,
        min_confidence: float,
        max_lost_s: float = 2.0,
        min_hits: int = 3,
        follows_camera: bool = True,
    ) -> None:
        if not 0 <= track_confidence <= min_confidence <= 1:
            raise ValueError(
                "0 <= track_confidence <= min_confidence <= 1 is needed, got "
                f"track_confidence {track_confidence} and min_confidence {min_confidence}"
            )
        if min_hits < 1 or max_lost_s < 0:
            raise ValueError(
                f"min_hits >= 1 and max_lost_s >= 0 are needed, got {min_hits} and {max_lost_s}"
            )
        self._track_confidence = track_confidence
        self._min_confidence = min_confidence
        self._max_lost_s = max_lost_s
        self._min_hits = min_hits
        self._camera = CameraMotion() if follows_camera else None
        self._filters = FilterBank()
        self._live: list[LiveTrack] = []
        self._waiting: deque[SeenFrame] = deque()
        self._ended: list[TrackHistory] = []
        self._keys: IntArray = np.zeros(0, np.int64)
        self._frames = 0
        self._time_s = 0.0
        self._next_key = 1
        self._next_id = 1
        self._is_finished = False

    @property
    def keys(self) -> IntArray:
        """`(N,)` of the last frame's rows: a key of the track or candidate, 0 for neither.

        Known at once, also for candidates, and never used twice; `TrackHistory.key` says later
        what became of it.
        """
        return self._keys

    def update(self, frame: Frame, detections: Detections) -> IntArray:
        """Take in the next used frame.

        Args:
            frame: Its pixels are read for the camera's movement and not kept. Times that do not
                advance count as no time.
            detections: Of this frame, best first; referred to until its tracks have ended.

        Returns:
            `(N,)` int64 track ids, 0 where not followed yet or not at all.

        Raises:
            RuntimeError: If the tracker was finished.
        """
        if self._is_finished:
            raise RuntimeError("this tracker is finished; a new source needs a new Tracker")
        seen = SeenFrame(
            self._frames,
            frame.index,
            frame.time_s,
            detections,
            np.zeros(len(detections), np.int64),
        )
        self._frames += 1
        self._waiting.append(seen)
        self._advance(frame, detections)
        measured = to_centre(detections.xyxy)
        track_of = self._match(frame, detections, measured)
        rows = np.flatnonzero(track_of >= 0)
        self._filters.correct(track_of[rows], measured[rows])
        self._keys = np.zeros(len(detections), np.int64)
        for row, track in zip(rows.tolist(), track_of[rows].tolist(), strict=True):
            self._live[track].hit(seen, row)
            self._keys[row] = self._live[track].key
        self._start(seen, measured, track_of)
        self._judge(seen)
        return seen.track_id.copy()

    def settled(self) -> list[FollowedFrame]:
        """Return, once each and in order, the frames whose ids are final."""
        open_since = min(
            (track.first.number for track in self._live if not track.track_id),
            default=self._frames,
        )
        frames = []
        while self._waiting and self._waiting[0].number < open_since:
            seen = self._waiting.popleft()
            frames.append(
                FollowedFrame(seen.frame_index, seen.time_s, seen.detections, seen.track_id)
            )
        return frames

    def ended(self) -> list[TrackHistory]:
        """Return, once each, the tracks that have ended and the candidates given up."""
        ended, self._ended = self._ended, []
        return ended

    def finish(self) -> None:
        """End all tracks: the source is over. `settled` and `ended` give what was left."""
        self._is_finished = True
        needed = min(self._min_hits, self._frames)
        for track in self._live:
            if not track.track_id and len(track.hits) >= needed:
                self._confirm(track)
        self._end(np.ones(len(self._live), bool))

    def _advance(self, frame: Frame, detections: Detections) -> None:
        """Bring the filters to the time and the view of this frame; end what is lost too long."""
        if self._camera is not None:
            motion = self._camera.update(frame.image, detections.xyxy)
            if motion.is_cut:
                self._end(np.ones(len(self._live), bool))
            self._filters.move(motion.matrix)
        # Frames may be seconds apart; what was in the last one is not lost yet.
        is_lost = [
            track.track_id > 0
            and frame.time_s - track.last.time_s > self._max_lost_s
            and track.last.number < self._frames - 2
            for track in self._live
        ]
        self._end(np.array(is_lost, bool))
        self._filters.predict(max(0.0, frame.time_s - self._time_s))
        self._time_s = frame.time_s

    def _match(self, frame: Frame, detections: Detections, measured: TimeArray) -> IntArray:
        """Return `(N,)` the index of the track each row continues, or -1."""
        track_of = np.full(len(detections), -1)
        if not len(detections) or not self._live:
            return track_of
        distance = self._filters.distances(measured)
        is_strong = detections.confidence >= self._min_confidence
        is_weak = ~is_strong & (detections.confidence >= self._track_confidence)
        is_confirmed = np.array([track.track_id > 0 for track in self._live])
        misses = self._frames - 2 - np.array([track.last.number for track in self._live])
        # What has left the picture does not come in again where another enters, but the camera
        # may turn back to it.
        is_offered = is_confirmed & ((misses == 0) | self._is_inside(frame))
        is_free = np.ones(len(self._live), bool)
        for tracks, rows in (
            (is_offered | ~is_confirmed, is_strong),
            (is_offered & (misses <= _WEAK_MISSES), is_weak),
        ):
            open_tracks = np.flatnonzero(tracks & is_free)
            open_rows = np.flatnonzero(rows & (track_of < 0))
            if not len(open_tracks) or not len(open_rows):
                continue
            possible = distance[open_tracks[:, None], open_rows]
            first, second = assign(possible, limit=_LARGEST_DISTANCE)
            track_of[open_rows[second]] = open_tracks[first]
            is_free[open_tracks[first]] = False
        return track_of

    def _is_inside(self, frame: Frame) -> BoolArray:
        """Say which tracks are expected with their centre in the picture."""
        height, width = frame.image.shape[:2]
        centre = self._filters.boxes[:, :2]
        return np.asarray(((centre >= 0) & (centre <= (width, height))).all(axis=1))

    def _start(self, seen: SeenFrame, measured: TimeArray, track_of: IntArray) -> None:
        """Start candidates from confident rows that are nobody's, at most one a vehicle."""
        is_taken = track_of >= 0
        rows = np.flatnonzero(~is_taken & (seen.detections.confidence >= self._min_confidence))
        if not len(rows):
            return
        is_double = iou(seen.detections.xyxy[rows], seen.detections.xyxy) > _DOUBLE_IOU
        started = []
        for row, doubles in zip(rows.tolist(), is_double, strict=True):
            if not (doubles & is_taken).any():
                is_taken[row] = True
                started.append(row)
        self._filters.add(measured[started], velocity=self._common_velocity(seen))
        for row in started:
            self._live.append(LiveTrack(self._next_key, [(seen, row)]))
            self._keys[row] = self._next_key
            self._next_key += 1

    def _common_velocity(self, seen: SeenFrame) -> TimeArray:
        """Return `(2,)` how the tracks of this frame move: in a column the next does the same."""
        moving = [i for i, t in enumerate(self._live) if t.track_id and t.last is seen]
        if not moving:
            return np.zeros(2)
        return np.asarray(np.median(self._filters.velocities[moving, :2], axis=0))

    def _judge(self, seen: SeenFrame) -> None:
        """Confirm candidates that were detected often enough, give up those that cannot be."""
        is_gone = np.zeros(len(self._live), bool)
        for index, track in enumerate(self._live):
            if track.track_id:
                continue
            if len(track.hits) >= self._min_hits:
                self._confirm(track)
            else:
                age = seen.number + 1 - track.first.number
                is_gone[index] = age - len(track.hits) >= self._min_hits
        self._end(is_gone)

    def _confirm(self, track: LiveTrack) -> None:
        track.confirm(self._next_id)
        self._next_id += 1

    def _end(self, is_gone: BoolArray) -> None:
        """Move tracks from the living to the ended."""
        if not is_gone.any():
            return
        ended = [track for track, gone in zip(self._live, is_gone, strict=True) if gone]
        self._live = [track for track, gone in zip(self._live, is_gone, strict=True) if not gone]
        self._filters.keep(~is_gone)
        self._ended += [track.history() for track in ended]
