"""Drawing a finished run into its sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marchpast.errors import ResultError
from marchpast.media import Sampling, open_source, write_video
from marchpast.records import Frame
from marchpast.report import (
    DrawnTrack,
    Result,
    annotate_source,
    draw_frame,
    drawn_tracks,
)
from marchpast.taxonomy import Taxonomy

FPS = 25.0


def moving(frames: list[int], *, speed: float = 3.0) -> DrawnTrack:
    """Return a vehicle at `x = 10 + speed * frame`, detected in these frames of 25 a second."""
    index = np.array(frames, np.int64)
    left = 10.0 + speed * index
    xyxy = np.stack([left, left * 0 + 20, left + 40, left * 0 + 50], axis=1)
    return DrawnTrack("Osa 0.9", "type", index, index / FPS, xyxy.astype(np.float32))


def frame(index: int, *, time_s: float | None = None) -> Frame:
    image = np.full((120, 320, 3), 128, np.uint8)
    return Frame(index, index / FPS if time_s is None else time_s, image)


@given(
    st.lists(st.integers(0, 80), min_size=2, max_size=12, unique=True).map(sorted),
    st.integers(0, 80),
    st.floats(-5, 5),
)
def test_boxes_between_detections_follow_a_steady_motion(
    frames: list[int], index: int, speed: float
) -> None:
    track = moving(frames, speed=speed)
    box = track.box_at(frame(index))
    before = [f for f in frames if f <= index]
    after = [f for f in frames if f >= index]
    if index in frames or (before and after and after[0] - before[-1] <= FPS):
        left = 10.0 + speed * index
        assert box == pytest.approx((left, 20.0, left + 40.0, 50.0), abs=1e-3)
    else:
        assert box is None


def test_motion_is_steady_in_time_and_not_in_frames() -> None:
    track = DrawnTrack(
        "x",
        "type",
        np.array([0, 2]),
        np.array([0.0, 1.0]),
        np.array([[0, 0, 10, 10], [100, 0, 110, 10]], np.float32),
    )
    assert track.box_at(frame(1, time_s=0.1)) == pytest.approx((10, 0, 20, 10))


def test_a_time_that_steps_back_stays_between_the_detections() -> None:
    track = moving([0, 10])
    assert track.box_at(frame(5, time_s=-3.0)) == pytest.approx((10, 20, 50, 50))


@pytest.mark.parametrize(("gap", "is_drawn"), [(25, True), (26, False)])
def test_a_gap_over_a_second_stays_empty(gap: int, is_drawn: bool) -> None:
    assert (moving([0, gap]).box_at(frame(gap // 2)) is not None) == is_drawn


def test_only_what_is_seen_is_drawn() -> None:
    tracks = [moving([0, 10]), moving([20, 30])]
    assert (draw_frame(frame(15), tracks) == 128).all()
    assert (draw_frame(frame(5), tracks) != 128).any()


def test_tracks_come_back_from_a_result(
    tmp_path: Path, write_run: Callable[..., Result], taxonomy: Taxonomy
) -> None:
    write_run(tmp_path)
    tracks = drawn_tracks(tmp_path, "parade/clip.mp4", taxonomy=taxonomy)
    assert [track.label for track in tracks] == [
        "9K33 Osa 0.90",
        "9K33 Osa 0.90",
        "BTR 8x8 family 0.90",
        "civilian vehicle 0.90",
    ]
    assert tracks[1].frame_index.tolist() == [4, 6, 8, 10, 12]
    assert tracks[1].box_at(frame(5)) == pytest.approx((54, 100, 150, 160))
    assert tracks[2].level == "family"


def test_an_unknown_source_names_the_known_ones(
    tmp_path: Path, write_run: Callable[..., Result], taxonomy: Taxonomy
) -> None:
    write_run(tmp_path)
    with pytest.raises(ResultError, match=r"'x\.mp4'; its sources: parade/clip\.mp4, night\.mp4"):
        drawn_tracks(tmp_path, "x.mp4", taxonomy=taxonomy)


def test_a_video_is_drawn_frame_by_frame(tmp_path: Path) -> None:
    grey = np.full((120, 320, 3), 128, np.uint8)
    clip, output = tmp_path / "clip.mp4", tmp_path / "annotated.mp4"
    write_video(clip, ((grey, n / FPS) for n in range(30)), width=320, height=120)
    annotate_source(clip, [moving([5, 15, 25])], output)
    frames = list(open_source(output).frames(Sampling(stride=1)))
    assert len(frames) == 30
    assert [f.time_s for f in frames] == pytest.approx([n / FPS for n in range(30)], abs=1e-3)
    for shown in frames:
        is_seen = 5 <= shown.index <= 25
        changed = np.abs(shown.image.astype(int) - 128).max(axis=2) > 40
        assert changed.any() == is_seen
        if is_seen:
            # The right edge; the label is to the left of it.
            edge = round(50 + 3.0 * shown.index)
            assert changed[25:48, edge - 2 : edge + 3].any(axis=1).all()


def test_a_picture_becomes_a_jpeg(tmp_path: Path) -> None:
    photo, output = tmp_path / "photo.png", tmp_path / "annotated.jpg"
    cv2.imwrite(str(photo), np.full((120, 320, 3), 128, np.uint8))
    annotate_source(photo, [moving([0])], output)
    image = cv2.imread(str(output))
    assert image is not None
    assert image.shape == (120, 320, 3)
    assert np.abs(image[20, 20:45].astype(int) - 128).max(axis=1).min() > 20


def test_an_unreadable_source_leaves_the_old_output(tmp_path: Path) -> None:
    output = tmp_path / "annotated.mp4"
    output.write_bytes(b"old")
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    with pytest.raises(Exception, match=r"clip\.mp4"):
        annotate_source(tmp_path / "clip.mp4", [], output)
    assert output.read_bytes() == b"old"
