"""The flow on a drawn world with known truth."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.inventory import count_seen, load_inventory, reconcile
from marchpast.media import Sampling, open_source
from marchpast.pipeline import sightings
from marchpast.recognition import FollowedFrame
from marchpast.records import Sighting
from marchpast.taxonomy import load_taxonomy
from tests.drawn import Vehicle, convoy, draw, recognizer, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("drawn") / "convoy.mp4", convoy())


def found(path: Path, **how: object) -> list[Sighting]:
    return list(sightings(open_source(path), recognizer(), **how))  # type: ignore[arg-type]


def test_every_vehicle_once_with_its_name(clip: Path) -> None:
    answers = Counter(sighting.identity.node for sighting in found(clip))
    assert answers == {"osa": 2, "bm21_grad": 1, "civilian_vehicle": 1}


def test_boxes_follow_the_truth(clip: Path) -> None:
    for sighting in found(clip, sampling=Sampling(stride=1)):
        if sighting.identity.node != "bm21_grad":
            continue
        truth_x = 30 + 50 * sighting.track.time_s
        np.testing.assert_allclose(sighting.track.xyxy[:, 0], truth_x, atol=2.5)
        assert len(sighting.track.frame_index) == 75


def test_sampling_changes_the_frames_and_not_the_answers(clip: Path) -> None:
    rows: list[FollowedFrame] = []
    source = open_source(clip)
    every_fifth = list(
        sightings(source, recognizer(), sampling=Sampling(stride=5), on_frame=rows.append)
    )
    assert [row.frame_index for row in rows] == list(range(0, 75, 5))
    assert len(every_fifth) == 4
    report = source.report()
    assert (report.frames_decoded, report.frames_used, report.status) == (75, 15, "complete")


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_change_nothing(clip: Path, workers: int) -> None:
    def essence(sighting: Sighting) -> tuple[object, ...]:
        return (sighting.id, sighting.identity, sighting.track.xyxy.tobytes())

    alone = [essence(sighting) for sighting in found(clip, workers=1)]
    assert [essence(sighting) for sighting in found(clip, workers=workers)] == alone


def test_a_picture_is_a_source_with_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), draw(convoy(), 0.5))
    answers = found(path)
    assert Counter(sighting.identity.node for sighting in answers)["osa"] == 2
    assert all(len(sighting.track.frame_index) == 1 for sighting in answers)


def test_what_is_no_vehicle_is_left_out(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "nothing.mp4", [Vehicle("background", 50, 50, 20)], seconds=1)
    assert found(path) == []


def test_an_empty_scene_is_a_result(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "empty.mp4", [], seconds=1)
    assert found(path) == []


def test_counts_and_comparison(clip: Path) -> None:
    answers = found(clip)
    counts = {
        count.node: (count.at_once, count.tracks) for count in count_seen(answers, load_taxonomy())
    }
    assert counts["osa"] == (2, 2)
    comparison = reconcile(answers, load_inventory("vladivostok-2017"))
    verdicts = {line.node: line.verdict for line in comparison.lines}
    assert verdicts["osa"] == "covered"
    assert verdicts["bal"] == "not seen"
    assert comparison.seen_total.at_once == 3
