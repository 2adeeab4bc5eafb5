"""Following a source from frames to tracks."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from benchmarks.worlds import World, make_world

from marchpast.recognition import FollowedFrame, Tracker, follow
from marchpast.records import Detections, Frame, Track


def make_tracker() -> Tracker:
    return Tracker(track_confidence=0.1, min_confidence=0.5)


def drawn_world() -> World:
    return make_world(
        seed=3,
        vehicles=6,
        size=(640, 360),
        seconds=7,
        fps=8,
        miss_rate=0.05,
        weak_rate=0.1,
        false_alarms=0.3,
        shake_px=2,
    )


def split(
    events: Iterator[FollowedFrame | Track],
) -> tuple[list[FollowedFrame], list[Track]]:
    everything = list(events)
    frames = [event for event in everything if isinstance(event, FollowedFrame)]
    return frames, [event for event in everything if isinstance(event, Track)]


def test_frames_and_tracks_tell_the_same_story() -> None:
    world = drawn_world()
    frames, tracks = split(follow(world.frames(drawn=True), tracker=make_tracker()))
    assert [frame.frame_index for frame in frames] == list(range(len(world.time_s)))
    assert sorted(track.track_id for track in tracks) == [1, 2, 3, 4, 5, 6]
    rows = {
        (frame.frame_index, int(track_id)): row
        for frame in frames
        for row, track_id in enumerate(frame.track_id)
        if track_id
    }
    for track in tracks:
        assert 1 <= len(track.crops) <= 3
        for index, xyxy, time_s in zip(track.frame_index, track.xyxy, track.time_s, strict=True):
            row = rows.pop((int(index), track.track_id))
            assert np.array_equal(frames[index].detections.xyxy[row], xyxy)
            assert frames[index].time_s == time_s
    assert rows == {}


def test_crops_show_the_pixels_of_their_frame() -> None:
    world = drawn_world()
    _, tracks = split(follow(world.frames(drawn=True), tracker=make_tracker()))
    for track in tracks:
        for crop in track.crops:
            assert crop.frame_index in track.frame_index
            assert crop.time_s == world.time_s[crop.frame_index]
            x1, y1, x2, y2 = (int(value) for value in crop.xyxy)
            image = world.draw(crop.frame_index)
            assert np.array_equal(crop.image, image[y1:y2, x1:x2])


def test_a_picture_makes_every_confident_detection_a_track() -> None:
    image = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    detections = Detections(
        np.array([[10, 10, 60, 60], [100, 20, 180, 90], [200, 50, 290, 150]], np.float32),
        np.array([0.9, 0.6, 0.3], np.float32),
        np.array([1, 0, 0], np.int64),
    )
    frames, tracks = split(follow([(Frame(0, 0.0, image), detections)], tracker=make_tracker()))
    assert [frame.track_id.tolist() for frame in frames] == [[1, 2, 0]]
    assert [(track.track_id, track.class_id, len(track.crops)) for track in tracks] == [
        (1, 1, 1),
        (2, 0, 1),
    ]


def test_the_class_is_voted_by_confidence() -> None:
    image = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    votes = [(0.6, 0), (0.6, 0), (0.95, 2), (0.95, 2), (0.55, 1)]
    frames = [
        (
            Frame(index, index * 0.1, image),
            Detections(
                np.array([[10, 10, 60, 60]], np.float32),
                np.array([confidence], np.float32),
                np.array([class_id], np.int64),
            ),
        )
        for index, (confidence, class_id) in enumerate(votes)
    ]
    _, tracks = split(follow(frames, tracker=make_tracker()))
    assert [track.class_id for track in tracks] == [2]


def test_no_frames_give_nothing() -> None:
    assert list(follow([], tracker=make_tracker())) == []


def test_frames_come_out_while_frames_go_in_and_their_pixels_are_let_go() -> None:
    world = make_world(seed=3, vehicles=4, size=(640, 360), seconds=10, fps=8)
    given = 0
    images: list[Frame] = []

    def feed() -> Iterator[tuple[Frame, Detections]]:
        nonlocal given
        for frame, detections in world.frames(drawn=True):
            given += 1
            images.append(frame)
            yield frame, detections

    delay = 0
    for event in follow(feed(), tracker=make_tracker()):
        if isinstance(event, FollowedFrame):
            delay = max(delay, given - 1 - event.frame_index)
    assert delay <= 4
    # Only the list here and getrefcount's argument hold a frame: nothing inside kept one.
    assert max(sys.getrefcount(images[i]) for i in range(len(images) - 1)) == 2


def test_the_same_source_gives_the_same_bytes() -> None:
    def everything() -> list[bytes]:
        frames, tracks = split(follow(drawn_world().frames(drawn=True), tracker=make_tracker()))
        crops = [crop.image.tobytes() for track in tracks for crop in track.crops]
        return [frame.track_id.tobytes() for frame in frames] + crops

    assert everything() == everything()
