"""How fast the tracker is and how often it confuses vehicles, on invented worlds.

    python -m benchmarks.tracking                      # ours; the peer too where it is installed
    python -m benchmarks.tracking --seeds 10

The peer is ByteTrack of the `trackers` package (`pip install trackers`), with the same
thresholds. Both see the same detections in the same process, frame by frame in turn, and are
judged on the ids they give at once; times are without the camera's movement, which is timed
apart on drawn frames. Truth is known, so nothing is annotated: see `benchmarks/worlds.py`.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.track_scores import Score, score
from benchmarks.worlds import World, make_world
from marchpast.recognition import CameraMotion, Tracker
from marchpast.records import Detections, Frame, IntArray

MIN_CONFIDENCE = 0.5
TRACK_CONFIDENCE = 0.1
MAX_LOST_S = 2.0
MIN_HITS = 3

HARD: Mapping[str, Any] = {
    "miss_rate": 0.2,
    "weak_rate": 0.15,
    "false_alarms": 0.5,
    "jitter": 0.03,
}
WORLDS: Mapping[str, Mapping[str, Any]] = {
    "convoy, 25/s": {"layout": "convoy", "vehicles": 12, "seconds": 9, "fps": 25},
    "convoy, 5/s": {"layout": "convoy", "vehicles": 12, "seconds": 9, "fps": 5},
    "fast convoy, 5/s": {
        "layout": "convoy",
        "vehicles": 20,
        "seconds": 6,
        "fps": 5,
        "speed": 1.2,
    },
    "convoy, poor, 25/s": {"layout": "convoy", "vehicles": 12, "seconds": 9, "fps": 25, **HARD},
    "convoy, poor, 5/s": {"layout": "convoy", "vehicles": 12, "seconds": 9, "fps": 5, **HARD},
    "behind a pillar, 12/s": {
        "layout": "convoy",
        "vehicles": 12,
        "seconds": 9,
        "fps": 12,
        "pillar_px": 300,
        "miss_rate": 0.1,
    },
    "column, 5/s": {
        "layout": "column",
        "vehicles": 24,
        "seconds": 7,
        "fps": 5,
        "miss_rate": 0.1,
    },
    "column, poor, 12/s": {"layout": "column", "vehicles": 24, "seconds": 7, "fps": 12, **HARD},
    "crossing, 5/s": {"layout": "crossing", "vehicles": 16, "seconds": 8, "fps": 5},
    "crossing, poor, 25/s": {
        "layout": "crossing",
        "vehicles": 16,
        "seconds": 8,
        "fps": 25,
        **HARD,
    },
    "50 anywhere, 5/s": {"layout": "mixed", "vehicles": 50, "seconds": 8, "fps": 5},
    "50 anywhere, 25/s": {
        "layout": "mixed",
        "vehicles": 50,
        "seconds": 6,
        "fps": 25,
        "miss_rate": 0.05,
    },
    "50 anywhere, poor, 12/s": {
        "layout": "mixed",
        "vehicles": 50,
        "seconds": 8,
        "fps": 12,
        **HARD,
    },
    "uneven times, poor, 5/s": {
        "layout": "mixed",
        "vehicles": 20,
        "seconds": 10,
        "fps": 5,
        "is_irregular": True,
        **HARD,
    },
    "reported twice, 12/s": {
        "layout": "convoy",
        "vehicles": 12,
        "seconds": 9,
        "fps": 12,
        "doubles": 0.1,
    },
}
TIMED_WORLD = "50 anywhere, 25/s"
# The tracker's constants and stages were chosen on seeds 0 to 21.
FIRST_SEED = 100

Update = Callable[[Frame, Detections], IntArray]


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5, help="worlds of each kind")
    parser.add_argument("--out", type=Path, default=RESULTS / "tracking.json")
    arguments = parser.parse_args()
    # OpenCV's pool of threads competes with whatever else runs and only blurs the times.
    cv2.setNumThreads(1)
    makers = {"marchpast": _ours} | ({"trackers": _peer} if find_spec("trackers") else {})
    worlds = {
        name: _measure(settings, makers, seeds=arguments.seeds) for name, settings in WORLDS.items()
    }
    camera_ms = _time_camera()
    _print(worlds, camera_ms, tuple(makers))
    results = {
        "first_seed": FIRST_SEED,
        "seeds": arguments.seeds,
        "worlds": worlds,
        "totals": _totals(worlds, tuple(makers)),
        "camera_ms_1080p": camera_ms,
    }
    write_results(arguments.out, results)


def _ours(world: World) -> Update:
    tracker = Tracker(
        track_confidence=TRACK_CONFIDENCE,
        min_confidence=MIN_CONFIDENCE,
        max_lost_s=MAX_LOST_S,
        min_hits=MIN_HITS,
        follows_camera=False,
    )
    return tracker.update


def _peer(world: World) -> Update:
    trackers = importlib.import_module("trackers")
    supervision = importlib.import_module("supervision")
    tracker = trackers.ByteTrackTracker(
        frame_rate=1 / float(np.median(np.diff(world.time_s))),
        lost_track_buffer=round(30 * MAX_LOST_S),
        track_activation_threshold=MIN_CONFIDENCE,
        high_conf_det_threshold=MIN_CONFIDENCE,
        minimum_consecutive_frames=MIN_HITS,
    )

    def update(_: Frame, detections: Detections) -> IntArray:
        rows = supervision.Detections(
            xyxy=detections.xyxy,
            confidence=detections.confidence,
            class_id=detections.class_id,
            data={"row": np.arange(len(detections))},
        )
        tracked = tracker.update(rows)
        ids = np.zeros(len(detections), np.int64)
        if len(tracked):
            # The peer counts from 0 and says -1 for a candidate.
            ids[tracked.data["row"]] = tracked.tracker_id + 1
        return ids

    return update


def _measure(
    settings: Mapping[str, Any],
    makers: Mapping[str, Callable[[World], Update]],
    *,
    seeds: int,
) -> dict[str, dict[str, float]]:
    """Return the mean score and the times a frame of every tracker on one kind of world."""
    scores: dict[str, list[Score]] = {name: [] for name in makers}
    times: dict[str, list[float]] = {name: [] for name in makers}
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        world = make_world(seed=seed, **settings)
        updates = {name: make(world) for name, make in makers.items()}
        ids: dict[str, list[IntArray]] = {name: [] for name in makers}
        for frame, detections in world.frames(drawn=False):
            for name, update in updates.items():
                start = time.perf_counter()
                ids[name].append(update(frame, detections))
                times[name].append((time.perf_counter() - start) * 1e3)
        for name in makers:
            scores[name].append(score(world, ids[name]))
    return {name: _figures(scores[name], times[name]) for name in makers}


def _figures(scores: Sequence[Score], times: Sequence[float]) -> dict[str, float]:
    def mean(values: Sequence[float]) -> float:
        return round(float(np.mean(values)), 4)

    return {
        "vehicles": mean([result.vehicles for result in scores]),
        "switches": mean([result.switches for result in scores]),
        "fragments": mean([result.fragments for result in scores]),
        "count_error": mean([abs(result.count_error) for result in scores]),
        "idf1": mean([result.idf1 for result in scores]),
        "association": mean([result.association for result in scores]),
        # The tenth percentile is the time least disturbed by whatever else runs.
        "ms_p10": round(float(np.percentile(times, 10)), 4),
        "ms_median": round(float(np.median(times)), 4),
        "ms_p95": round(float(np.percentile(times, 95)), 4),
    }


def _time_camera() -> dict[str, float]:
    """Return the time of estimating the camera's movement on drawn 1080p frames."""
    world = make_world(
        seed=0, vehicles=20, layout="mixed", seconds=3, fps=10, pan_px=20, shake_px=4
    )
    camera = CameraMotion()
    times = []
    for frame, detections in world.frames(drawn=True):
        start = time.perf_counter()
        camera.update(frame.image, detections.xyxy)
        times.append((time.perf_counter() - start) * 1e3)
    return {
        "p10": round(float(np.percentile(times[1:], 10)), 4),
        "median": round(float(np.median(times[1:])), 4),
        "p95": round(float(np.percentile(times[1:], 95)), 4),
    }


def _totals(
    worlds: Mapping[str, Mapping[str, Mapping[str, float]]], names: Sequence[str]
) -> dict[str, Any]:
    totals: dict[str, Any] = {
        name: {
            key: round(sum(world[name][key] for world in worlds.values()), 4)
            for key in ("switches", "fragments", "count_error")
        }
        for name in names
    }
    timed = worlds[TIMED_WORLD]
    if "trackers" in names:
        totals["times_faster_at_50"] = round(
            timed["trackers"]["ms_p10"] / timed["marchpast"]["ms_p10"], 2
        )
    return totals


def _print(
    worlds: Mapping[str, Mapping[str, Mapping[str, float]]],
    camera_ms: Mapping[str, float],
    names: Sequence[str],
) -> None:
    keys = ("switches", "count_error", "idf1", "ms_p10")
    print_table(
        f"Tracking, mean of the seeds; ids as given at once; {' | '.join(names)}",
        ["world", "vehicles", *keys],
        [
            [
                title,
                f"{world[names[0]]['vehicles']:.1f}",
                *(" | ".join(f"{world[name][key]:.2f}" for name in names) for key in keys),
            ]
            for title, world in worlds.items()
        ],
    )
    for name, total in _totals(worlds, names).items():
        print(f"{name}: {total}")
    print(f"camera movement at 1080p: {camera_ms['p10']:.2f} ms a frame")


if __name__ == "__main__":
    main()
