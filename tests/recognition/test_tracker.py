"""The tracker on invented worlds whose truth is known."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from benchmarks.track_scores import Score, score
from benchmarks.worlds import World, make_world
from hypothesis import given
from hypothesis import strategies as st

from marchpast.recognition import Tracker
from marchpast.records import Detections, FloatArray, Frame, IntArray

BLACK = np.zeros((360, 640, 3), np.uint8)


def make_tracker(**settings: Any) -> Tracker:
    return Tracker(
        **{
            "track_confidence": 0.1,
            "min_confidence": 0.5,
            "follows_camera": False,
            **settings,
        }
    )


def final_ids(world: World, tracker: Tracker, *, drawn: bool = False) -> list[IntArray]:
    frames = []
    for frame, detections in world.frames(drawn=drawn):
        tracker.update(frame, detections)
        frames += tracker.settled()
    tracker.finish()
    frames += tracker.settled()
    assert [frame.frame_index for frame in frames] == list(range(len(world.time_s)))
    return [frame.track_id for frame in frames]


def judged(world: World, **settings: Any) -> Score:
    drawn = bool(settings.get("follows_camera"))
    return score(world, final_ids(world, make_tracker(**settings), drawn=drawn))


def found(*boxes: tuple[float, float, float, float], confidence: float = 0.9) -> Detections:
    xyxy: FloatArray = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(
        xyxy, np.full(len(boxes), confidence, np.float32), np.zeros(len(boxes), np.int64)
    )


def frame_at(index: int, *, step_s: float = 0.2) -> Frame:
    return Frame(index, index * step_s, BLACK)


@pytest.mark.parametrize("fps", [5, 12, 25])
def test_a_clean_convoy_of_twelve_is_twelve_tracks(fps: int) -> None:
    result = judged(make_world(seed=1, vehicles=12, seconds=9, fps=fps))
    assert (result.vehicles, result.tracks, result.switches) == (12, 12, 0)
    assert result.idf1 > 0.97


@pytest.mark.parametrize("seed", range(3))
def test_vehicles_that_hide_each_other_keep_their_ids(seed: int) -> None:
    world = make_world(seed=seed, vehicles=16, layout="crossing", seconds=8, fps=12)
    result = judged(world)
    assert (result.count_error, result.switches) == (0, 0)


def test_a_fifth_of_the_detections_missing_changes_no_id() -> None:
    for seed in range(4):
        world = make_world(seed=seed, vehicles=12, seconds=9, fps=25, miss_rate=0.2)
        result = judged(world)
        assert (result.tracks, result.switches) == (12, 0)


def test_a_fifth_missing_at_five_frames_a_second_confuses_no_more_than_the_start() -> None:
    # A vehicle drives 60 % of its length between frames. Where the first of a column is missed
    # as it enters, the second stands where it was, and only later frames tell them apart.
    worlds = [
        make_world(seed=seed, vehicles=12, seconds=9, fps=5, miss_rate=0.2) for seed in range(8)
    ]
    results = [judged(world) for world in worlds]
    assert sum(result.switches > 0 for result in results) <= 1
    assert sum(abs(result.count_error) for result in results) <= 1


def test_a_convoy_behind_a_pillar_is_found_again() -> None:
    world = make_world(seed=1, vehicles=12, seconds=9, fps=12, pillar_px=300)
    hidden = ~world.is_visible & (world.xyxy[..., 2] > 800) & (world.xyxy[..., 0] < 1100)
    assert hidden.any(axis=0).sum() == 12
    result = judged(world)
    assert (result.tracks, result.switches) == (12, 0)


def test_without_memory_every_vehicle_behind_the_pillar_is_counted_twice() -> None:
    world = make_world(seed=1, vehicles=12, seconds=9, fps=12, pillar_px=300)
    assert judged(world, max_lost_s=0.0).tracks >= 20


@pytest.mark.parametrize("seed", range(3))
def test_a_swinging_camera_needs_compensation_and_gets_it(seed: int) -> None:
    world = make_world(
        seed=seed,
        vehicles=45,
        layout="parked",
        size=(1280, 720),
        seconds=3,
        fps=8,
        pan_px=40,
        shake_px=15,
        miss_rate=0.1,
    )
    # What is left are vehicles that come back into the picture after more than a second.
    followed = judged(world, follows_camera=True)
    assert followed.switches <= 4
    assert abs(followed.count_error) <= 3
    blind = judged(world)
    assert blind.switches > 20 * followed.switches
    assert blind.idf1 < 0.6 < 0.95 < followed.idf1


def test_false_alarms_become_no_tracks() -> None:
    world = make_world(seed=5, vehicles=12, seconds=9, fps=12, false_alarms=1.0)
    assert sum(int((seen.vehicle < 0).sum()) for seen in world.observations) > 90
    result = judged(world)
    assert (result.tracks, result.switches) == (12, 0)


def test_a_vehicle_reported_twice_is_one_track() -> None:
    world = make_world(seed=5, vehicles=12, seconds=9, fps=12, doubles=0.2)
    assert judged(world).tracks == 12


def test_uneven_times_are_taken_into_account() -> None:
    world = make_world(seed=1, vehicles=12, seconds=9, fps=8, is_irregular=True)
    result = judged(world)
    assert (result.tracks, result.switches) == (12, 0)


def test_weak_detections_continue_a_track_and_start_none() -> None:
    world = make_world(seed=6, vehicles=12, seconds=9, fps=12, weak_rate=0.3)
    result = judged(world)
    assert (result.tracks, result.switches) == (12, 0)
    tracker = make_tracker()
    for index in range(9):
        ids = tracker.update(frame_at(index), found((10, 10, 60, 40), confidence=0.4))
        assert ids.tolist() == [0]


def test_candidates_get_their_id_in_the_frames_before_it_was_known() -> None:
    tracker = make_tracker(min_hits=3)
    live = [
        tracker.update(frame_at(i), found((10 + 5 * i, 10, 60 + 5 * i, 40))).tolist()
        for i in range(4)
    ]
    assert live == [[0], [0], [1], [1]]
    assert [frame.track_id.tolist() for frame in tracker.settled()] == [[1]] * 4


def test_frames_wait_only_for_their_own_candidates() -> None:
    tracker = make_tracker(min_hits=3)
    box, alarm = (10.0, 10.0, 60.0, 40.0), (400.0, 200.0, 460.0, 240.0)
    settled = []
    for index, boxes in enumerate([[box], [box], [box], [box, alarm], [box], [box], [box]]):
        tracker.update(frame_at(index), found(*boxes))
        settled.append([frame.frame_index for frame in tracker.settled()])
    # The alarm is given up after three frames without it.
    assert settled == [[], [], [0, 1, 2], [], [], [], [3, 4, 5, 6]]
    given_up = tracker.ended()
    assert [(history.key, history.track_id) for history in given_up] == [(2, 0)]


def test_histories_name_the_rows_they_came_from() -> None:
    world = make_world(
        seed=7, vehicles=8, layout="mixed", seconds=4, fps=10, miss_rate=0.1, false_alarms=0.5
    )
    tracker = make_tracker(max_lost_s=0.5)
    ids = final_ids(world, tracker)
    histories = [history for history in tracker.ended() if history.track_id]
    assert len({history.track_id for history in histories}) == len(histories)
    rows = 0
    for history in histories:
        assert (np.diff(history.frame_index) > 0).all()
        for column, (index, row) in enumerate(zip(history.frame_index, history.row, strict=True)):
            seen = world.observations[index].detections
            assert ids[index][row] == history.track_id
            assert np.array_equal(history.xyxy[column], seen.xyxy[row])
            assert history.confidence[column] == seen.confidence[row]
            assert history.time_s[column] == world.time_s[index]
            rows += 1
    assert rows == sum(int((frame > 0).sum()) for frame in ids)


@given(
    st.integers(0, 1000),
    st.sampled_from(["convoy", "column", "crossing", "mixed", "parked"]),
    st.sampled_from([1, 2, 3]),
)
def test_no_id_twice_in_a_frame_and_ids_count_from_one(
    seed: int, layout: Any, min_hits: int
) -> None:
    world = make_world(
        seed=seed,
        vehicles=10,
        layout=layout,
        seconds=2,
        fps=6,
        miss_rate=0.2,
        weak_rate=0.2,
        false_alarms=1.0,
        doubles=0.1,
        jitter=0.05,
    )
    ids = final_ids(world, make_tracker(min_hits=min_hits))
    for frame, seen in zip(ids, world.observations, strict=True):
        assert len(frame) == len(seen.detections)
        given_ids = frame[frame > 0]
        assert len(set(given_ids.tolist())) == len(given_ids)
    everything = np.unique(np.concatenate(ids))
    everything = everything[everything > 0]
    assert everything.tolist() == list(range(1, len(everything) + 1))


def test_two_trackers_share_nothing_and_repeat_themselves() -> None:
    one = make_world(seed=8, vehicles=10, layout="mixed", seconds=3, fps=10, miss_rate=0.1)
    two = make_world(seed=9, vehicles=10, layout="mixed", seconds=3, fps=10, miss_rate=0.1)
    alone = [final_ids(world, make_tracker()) for world in (one, two)]
    first, second = make_tracker(), make_tracker()
    together: list[list[IntArray]] = [[], []]
    for frame_one, frame_two in zip(one.frames(drawn=False), two.frames(drawn=False), strict=True):
        first.update(*frame_one)
        second.update(*frame_two)
    for tracker, ids in zip((first, second), together, strict=True):
        tracker.finish()
        ids += [frame.track_id for frame in tracker.settled()]
    for expected, actual in zip(alone, together, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(expected, actual, strict=True))


def test_empty_frames_end_what_was_lost_and_break_nothing() -> None:
    tracker = make_tracker(max_lost_s=1.0)
    for index in range(3):
        tracker.update(frame_at(index), found((10, 10, 60, 40)))
    for index in range(3, 8):
        assert tracker.update(frame_at(index), Detections.empty()).shape == (0,)
        assert tracker.ended() == []
    tracker.update(frame_at(8), Detections.empty())
    assert [history.track_id for history in tracker.ended()] == [1]
    assert len(tracker.settled()) == 9


def test_a_track_found_again_in_time_keeps_its_id_and_later_does_not() -> None:
    for gap, expected in ((4, 1), (8, 2)):
        tracker = make_tracker(max_lost_s=1.0)
        for index in range(5 + gap):
            is_hidden = 3 <= index < 2 + gap
            seen = Detections.empty() if is_hidden else found((10, 10, 60, 40))
            ids = tracker.update(frame_at(index), seen)
        assert ids.tolist() == [expected]


def test_frames_that_are_seconds_apart_lose_nothing() -> None:
    tracker = make_tracker(max_lost_s=1.0)
    for index in range(5):
        ids = tracker.update(frame_at(index, step_s=5.0), found((10, 10, 60, 40)))
    assert ids.tolist() == [1]


def test_a_single_frame_gives_every_confident_detection_a_track() -> None:
    tracker = make_tracker()
    strong = found((10, 10, 60, 40), (100, 10, 160, 40), (14, 10, 64, 40))
    weak = found((300, 10, 360, 40), confidence=0.3)
    both = Detections(
        np.concatenate([strong.xyxy, weak.xyxy]),
        np.concatenate([strong.confidence, weak.confidence]),
        np.concatenate([strong.class_id, weak.class_id]),
    )
    assert tracker.update(frame_at(0), both).tolist() == [0, 0, 0, 0]
    tracker.finish()
    # The third box is the first again; the fourth is too weak to stand for itself.
    assert [frame.track_id.tolist() for frame in tracker.settled()] == [[1, 2, 0, 0]]


def test_two_frames_need_a_hit_in_both() -> None:
    tracker = make_tracker()
    tracker.update(frame_at(0), found((10, 10, 60, 40), (100, 10, 160, 40)))
    tracker.update(frame_at(1), found((10, 10, 60, 40), (300, 10, 360, 40)))
    tracker.finish()
    assert [frame.track_id.tolist() for frame in tracker.settled()] == [[1, 0], [1, 0]]


def test_what_left_the_picture_is_not_what_enters_it() -> None:
    tracker = make_tracker()
    for index in range(6):
        x = 200 - 50 * index
        box = (max(0, x), 100, max(10, x + 60), 140)
        tracker.update(frame_at(index), found(box))
    for index in range(8, 12):
        x = -90 + 15 * index
        ids = tracker.update(frame_at(index), found((x, 100, x + 60, 140)))
    assert ids.tolist() == [2]


def test_a_cut_ends_every_track() -> None:
    rng = np.random.default_rng(0)
    scenes = [rng.integers(low, low + 100, (360, 640, 3), np.uint8) for low in (0, 150)]
    tracker = make_tracker(follows_camera=True)
    ids = [
        tracker.update(Frame(index, index * 0.2, scenes[index // 4]), found((10, 10, 60, 40)))
        for index in range(8)
    ]
    assert [int(frame[0]) for frame in ids] == [0, 0, 1, 1, 0, 0, 2, 2]


def test_times_that_stand_still_or_run_back_break_nothing() -> None:
    tracker = make_tracker()
    for index, time_s in enumerate([0.0, 0.2, 0.2, 0.1, -5.0, 0.3]):
        ids = tracker.update(Frame(index, time_s, BLACK), found((10, 10, 60, 40)))
    assert ids.tolist() == [1]


def test_a_finished_tracker_refuses_another_frame() -> None:
    tracker = make_tracker()
    tracker.finish()
    with pytest.raises(RuntimeError, match="new Tracker"):
        tracker.update(frame_at(0), Detections.empty())


@pytest.mark.parametrize(
    "settings",
    [
        {"track_confidence": 0.6},
        {"min_confidence": 1.1},
        {"track_confidence": -0.1},
        {"min_hits": 0},
        {"max_lost_s": -1.0},
    ],
)
def test_contradictory_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="needed, got"):
        make_tracker(**settings)


def test_the_score_knows_a_perfect_tracker_and_a_switch() -> None:
    world = make_world(seed=1, vehicles=12, seconds=9, fps=5)
    truth = [seen.vehicle + 1 for seen in world.observations]
    assert score(world, truth) == Score(12, 12, 0, 0, 1.0, 1.0)
    half = len(truth) // 2
    broken = [ids + 100 * (index >= half) for index, ids in enumerate(truth)]
    around = [set(ids.tolist()) for ids in truth]
    both = set.union(*around[:half]) & set.union(*around[half:])
    result = score(world, broken)
    assert result.switches == result.fragments == result.count_error == len(both)
    assert all(a <= b for a, b in pairwise([0.0, result.association, result.idf1, 1.0]))
