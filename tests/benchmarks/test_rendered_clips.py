"""Clips whose truth and answers are written by hand: every fault is counted as itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from benchmarks.rendered_clips import clip_figures, judged
from benchmarks.rendering import Rendered, rendering_figures
from benchmarks.synthesis_page import clips_section, rendering_section

from marchpast.records import Identity, Sighting, Track

Box = tuple[float, float, float, float]
FRAMES = range(4)


def at(number: int, frame: int) -> Box:
    """Vehicle `number` drives to the right, 20 pixels a frame; vehicles are 100 pixels apart."""
    left = 100.0 * number + 20 * frame
    return left, 50.0, left + 60, 90.0


def truth(
    count: int, *, visible: float = 1.0, civil: int = 0, kind: str = "convoy", light: str = "day"
) -> dict[str, Any]:
    clear = count if visible >= 0.5 else 0
    annotations = [
        {
            "image_id": frame, "track_id": n, "xyxy": list(at(n, frame)),
            "visible_fraction": visible,
        }
        for frame in FRAMES
        for n in range(1, count + 1)
    ]  # fmt: skip
    return {
        "video": {"file_name": f"{kind}.mp4"},
        "kind": kind,
        "place": "road",
        "light": light,
        "count": {"military": count - civil, "clear_military": clear - civil},
        "annotations": annotations,
    }


def seen(node: str, boxes: dict[int, Box], *, track_id: int = 1) -> Sighting:
    frames = np.array(sorted(boxes), np.int64)
    track = Track(
        track_id,
        0,
        frames,
        frames / 5.0,
        np.array([boxes[int(frame)] for frame in frames], np.float32),
        np.ones(len(frames), np.float32),
        (),
    )
    return Sighting("clip.mp4", track, Identity(node, "type", 0.9, "", ()))


def followed(number: int, frames: Sequence[int] = FRAMES, node: str = "osa") -> Sighting:
    return seen(node, {frame: at(number, frame) for frame in frames}, track_id=number)


def test_a_perfect_answer_has_no_fault() -> None:
    outcome = judged(truth(3), [followed(1), followed(2), followed(3)], FRAMES)
    assert (outcome.counted, outcome.error) == (3, 0)
    assert (outcome.boxes, outcome.found) == (12, 12)
    assert (outcome.switches, outcome.extra) == (0, 0)


def test_a_track_that_breaks_is_a_switch_an_extra_track_and_one_too_many() -> None:
    broken = [followed(1, (0, 1)), followed(1, (2, 3)), followed(2)]
    outcome = judged(truth(2), broken, FRAMES)
    assert (outcome.counted, outcome.error) == (3, 1)
    assert (outcome.switches, outcome.extra, outcome.found) == (1, 1, 8)


def test_two_vehicles_that_swap_tracks_are_two_switches_and_the_count_is_right() -> None:
    swapped = [
        seen("osa", {0: at(1, 0), 1: at(1, 1), 2: at(2, 2), 3: at(2, 3)}),
        seen("osa", {0: at(2, 0), 1: at(2, 1), 2: at(1, 2), 3: at(1, 3)}),
    ]
    outcome = judged(truth(2), swapped, FRAMES)
    assert (outcome.error, outcome.switches, outcome.extra) == (0, 2, 2)


def test_a_civil_or_unknown_answer_is_not_counted_and_a_box_beside_is_not_found() -> None:
    away = {frame: (at(1, frame)[0] + 45, 50.0, at(1, frame)[2] + 45, 90.0) for frame in FRAMES}
    answers = [followed(2, node="civilian_vehicle"), seen("osa", away), followed(3, node="unknown")]
    outcome = judged(truth(3, civil=1), answers, FRAMES)
    assert (outcome.counted, outcome.error) == (1, -1)
    assert (outcome.boxes, outcome.found) == (12, 8)


@pytest.mark.parametrize(("answers", "error"), [(0, 0), (1, 0), (2, 0), (3, 1)])
def test_vehicles_that_are_hardly_seen_may_be_counted_or_not(answers: int, error: int) -> None:
    hidden = truth(2, visible=0.3)
    outcome = judged(hidden, [followed(n) for n in range(1, answers + 1)], FRAMES)
    assert outcome.error == error
    assert outcome.boxes == 0
    assert clip_figures([outcome])["all clips"]["found"] is None


def test_only_frames_that_were_looked_at_are_asked_for() -> None:
    outcome = judged(truth(1), [followed(1, (0, 2))], (0, 2))
    assert (outcome.boxes, outcome.found) == (2, 2)


def test_the_figures_of_a_condition_are_those_of_its_clips() -> None:
    outcomes = [
        judged(truth(2), [followed(1), followed(2)], FRAMES),
        judged(truth(3, kind="night", light="night"), [followed(1)], FRAMES),
    ]
    figures = clip_figures(outcomes)
    assert list(figures) == [
        "all clips", "kind: convoy", "kind: night", "light: day", "light: night", "place: road",
    ]  # fmt: skip
    assert figures["all clips"] == figures["place: road"]
    assert figures["all clips"]["exact"] == 0.5
    assert figures["all clips"]["count_error"] == 1.0
    assert figures["kind: night"]["found"] == pytest.approx(4 / 12)
    assert figures["kind: convoy"] == figures["light: day"]
    page = clips_section({"figures": figures})
    assert "| kind: night | 1 | 3 | 0.00 | 2.00 | 0.33 | 0 | 0 |" in page


def test_the_figures_of_the_renderer_are_the_middle_time_and_the_most_memory() -> None:
    runs = [Rendered(20, 60.0, 700, "a"), Rendered(20, 100.0, 900, "a")]
    figures = rendering_figures(runs)
    assert figures["cpu_s_a_picture"] == 4.0
    assert figures["pictures_a_core_hour"] == 900
    assert figures["peak_memory_mib"] == 900
    assert figures["same_bytes"] is True
    assert rendering_figures([*runs, Rendered(20, 60.0, 1, "b")])["same_bytes"] is False
    page = rendering_section({**figures, "conditions": {"processor": "a processor"}})
    assert "900\npictures" in page or "900 pictures" in page
    assert "the same bytes" in page
