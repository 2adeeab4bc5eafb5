"""What the truth beside a clip says."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

pytest.importorskip("embreex", reason="the ray engine of the synthesis room")

from marchpast.synthesis.building import VehicleAttributes, build, load_blueprint
from marchpast.synthesis.clips import film, truth_document
from marchpast.synthesis.clips_takes import File, Member, Take
from marchpast.synthesis.motion import Column
from marchpast.synthesis.places import Lane
from marchpast.synthesis.rendering import (
    Camera,
    Lens,
    Model,
    VehicleTruth,
    usual_dress,
)
from marchpast.synthesis.studio import EIGHT_SIDES, Studio, studio_light

LIGHT = studio_light(EIGHT_SIDES[2])
MILITARY = VehicleAttributes("wheels", 3, (1, 1, 1), 0, 6, turret=True, civil=False)
CIVIL = replace(MILITARY, canisters=0, turret=False, civil=True)
LANE = Lane(np.array([[100, 0, 0], [-100, 0, 0]], np.float32), 8.0)
VIEW = Camera(96, 54, 90.0, (0.0, 22.0, 2.0), 0.0, 0.0)


def take(views: tuple[Camera, ...], *files: File) -> Take:
    return Take(
        kind="convoy", place_name="studio", place=Studio(), light=LIGHT, files=files,
        camera_kind="pavement", views=views, rate=Fraction(5),
        lens_name="press", lens=Lens(noise=0.002), seed=3,
    )  # fmt: skip


def row(track_id: int, *, node: str = "osa", **changes: Any) -> VehicleTruth:
    mask = np.zeros((54, 96), bool)
    mask[10:20, 30:70] = True
    given = {
        "xyxy": (30.04, 10.0, 70.0, 20.0), "mask": mask, "visible_fraction": 1.0,
        "azimuth_deg": 90.0, "elevation_deg": 2.0, "distance_m": 22.0, "length_px": 40.0,
        "state": "travel", "scheme": "plain", "attributes": MILITARY, "covered": False,
    }  # fmt: skip
    return VehicleTruth(track_id=track_id, node=node, **{**given, **changes})


def test_tracks_are_named_once_and_counted_by_how_well_they_are_seen() -> None:
    lorry: dict[str, Any] = {"node": "civilian_vehicle", "attributes": CIVIL}
    frames = [
        [row(1), row(2, **lorry)],
        [row(1, visible_fraction=0.4), row(3, visible_fraction=0.3)],
        [row(4, xyxy=(0.0, 0.0, 9.0, 6.0))],
        [],
    ]
    document = truth_document(take((VIEW,) * 4), frames, file_name="clip.mp4")
    assert document["count"] == {
        "vehicles": 4, "military": 3, "clear_vehicles": 2, "clear_military": 1,
    }  # fmt: skip
    tracks = document["tracks"]
    assert isinstance(tracks, list)
    assert [(t["track_id"], t["node"], t["frames"], t["most_visible"]) for t in tracks] == [
        (1, "osa", 2, 1.0), (2, "civilian_vehicle", 1, 1.0), (3, "osa", 1, 0.3), (4, "osa", 1, 1.0),
    ]  # fmt: skip
    assert tracks[0]["attributes"]["axle_groups"] == (1, 1, 1)
    json.dumps(document)


def test_boxes_point_to_their_frame_and_category() -> None:
    document = truth_document(
        take((VIEW, VIEW)), [[row(1)], [row(1), row(2, node="tor")]], file_name="c.mp4"
    )
    assert document["format"] == "marchpast-truth/1"
    assert document["images"] == [
        {"id": 0, "frame_index": 0, "time_s": 0.0}, {"id": 1, "frame_index": 1, "time_s": 0.2},
    ]  # fmt: skip
    assert document["categories"] == [{"id": 1, "name": "osa"}, {"id": 2, "name": "tor"}]
    boxes = document["annotations"]
    assert isinstance(boxes, list)
    assert [(b["image_id"], b["track_id"], b["category_id"]) for b in boxes] == [
        (0, 1, 1), (1, 1, 1), (1, 2, 2),
    ]  # fmt: skip
    assert boxes[0]["xyxy"] == [30.0, 10.0, 70.0, 20.0]
    assert boxes[0]["segmentation"]["size"] == [54, 96]
    assert sum(boxes[0]["segmentation"]["counts"][1::2]) == 400
    bare = truth_document(take((VIEW,)), [[row(1)]], file_name="c.mp4", with_masks=False)
    assert "segmentation" not in bare["annotations"][0]  # type: ignore[index]


@pytest.fixture(scope="module")
def osa() -> Model:
    return Model(build(load_blueprint("osa")))


def files(model: Model, *, nose: float, speed: float = 5.0, track_id: int = 1) -> File:
    member = Member(track_id, model, usual_dress(model.vehicle, LIGHT, seed=1))
    return File(LANE, Column(np.array([nose]), speed, np.zeros(1), np.zeros(1)), (member,))


def test_a_vehicle_drives_through_a_clip_that_is_the_same_every_time(osa: Model) -> None:
    views = tuple(replace(VIEW, yaw_deg=yaw) for yaw in (0.0, 0.4, -0.3))
    made = take(views, files(osa, nose=104.0))
    first, again = list(film(made)), list(film(made))
    assert all((a[0] == b[0]).all() for a, b in zip(first, again, strict=True))
    (left, _, right, _), *others = (rows[0].xyxy for _, rows in first)
    # 9.1 m at 22 m with 90 pixels of focal length, seen from its right.
    assert right - left == pytest.approx(9.1 / 22 * 90, abs=4)
    assert rows_of(first)[0].azimuth_deg == pytest.approx(-90, abs=12)
    # A metre a frame towards -X, which is to the right of a camera that looks along -Y.
    assert others[0][0] - left == pytest.approx(90 / 22 + 90 * np.deg2rad(0.4), abs=1.0)
    assert all(rows[0].visible_fraction > 0.97 for _, rows in first)


def rows_of(frames: list[Any]) -> list[VehicleTruth]:
    return [row for _, rows in frames for row in rows]


def test_a_moving_camera_and_a_still_one_at_the_same_place_see_the_same(osa: Model) -> None:
    still = take((VIEW, VIEW), files(osa, nose=104.0))
    moving = replace(still, views=(VIEW, replace(VIEW, eye=(0.0, 22.5, 2.0))))
    (seen, rows), (other, same) = next(iter(film(still))), next(iter(film(moving)))
    assert np.abs(seen.astype(int) - other).mean() < 2.0
    assert np.abs(np.subtract(rows[0].xyxy, same[0].xyxy)).max() <= 0.5


def test_a_wagon_hides_and_is_not_counted(osa: Model) -> None:
    near = replace(LANE, points=LANE.points + np.array([0, 6, 0], np.float32))
    wagon = replace(files(osa, nose=104.0, track_id=-1), lane=near)
    made = take((VIEW,), files(osa, nose=104.0), wagon)
    ((_, rows),) = film(made)
    assert {row.track_id for row in rows} <= {1}
    assert all(row.visible_fraction < 0.6 for row in rows)
    assert set(made.members) == {1}


def test_what_is_out_of_sight_is_left_out_of_the_world(osa: Model) -> None:
    made = take((VIEW,), files(osa, nose=100.0), files(osa, nose=-150.0, track_id=2))
    assert [placed.track_id for placed in made.world(0, VIEW).vehicles] == [1]


def test_a_camera_that_turns_finds_what_stood_beside_the_first_picture(osa: Model) -> None:
    views = tuple(replace(VIEW, yaw_deg=yaw) for yaw in (0.0, 30.0))
    beside = files(osa, nose=83.0, speed=0.0)
    (_, first), (image, later) = film(take(views, beside))
    assert first == []
    assert later[0].visible_fraction > 0.9
    x1, y1, x2, y2 = (round(value) for value in later[0].xyxy)
    assert image[y1:y2, x1:x2].mean() < image[y1:y2, x2 + 2 :].mean(), (
        "it is darker than the ground"
    )
