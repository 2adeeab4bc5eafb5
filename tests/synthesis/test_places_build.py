"""Places: nothing floats, lanes are free, the same seed is the same place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("embreex", reason="places are made for the ray engine")

from marchpast.synthesis.places import PLACES, StagedPlace, place
from marchpast.synthesis.places.assembly import Assembled
from marchpast.synthesis.rendering import Camera, Grain, light

GRAIN = Grain.seeded(0, size=64)


def made(name: str, seed: int = 5) -> StagedPlace:
    return place(name, np.random.default_rng(seed), season="summer")


@pytest.fixture(scope="module", params=PLACES)
def stage(request: pytest.FixtureRequest) -> StagedPlace:
    return made(str(request.param))


def test_columns_agree_and_stay_under_the_budget(stage: StagedPlace) -> None:
    things = stage.place.things
    count = len(things.kind)
    assert things.triangles.shape == (count, 3, 3)
    assert np.isfinite(things.triangles).all()
    assert things.kind.max() < len(stage.place.assembled.paints)
    assert 1000 < count < 190_000


def test_the_same_seed_is_the_same_place_and_another_is_not(stage: StagedPlace) -> None:
    again, other = made(stage.name), made(stage.name, seed=6)
    np.testing.assert_array_equal(stage.place.things.triangles, again.place.things.triangles)
    assert stage.place.things.triangles.shape != other.place.things.triangles.shape


def test_nothing_floats(stage: StagedPlace) -> None:
    boxes = stage.place.assembled.boxes.astype(float)
    small = (boxes[:, 1] - boxes[:, 0] < 100) & (boxes[:, 3] - boxes[:, 2] < 100)
    for box in boxes[small & (boxes[:, 4] > 0.3)]:
        x, y = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
        under = (boxes[:, 0] - 0.2 <= x) & (x <= boxes[:, 1] + 0.2)
        under &= (boxes[:, 2] - 0.2 <= y) & (y <= boxes[:, 3] + 0.2)
        under &= (boxes[:, 4] < box[4]) & (boxes[:, 5] >= box[4] - 0.1)
        assert under.any(), f"{stage.name}: an item at {box} stands on nothing"


@pytest.mark.parametrize("name", ["road", "street", "square", "rail", "yard"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lanes_are_free(name: str, seed: int) -> None:
    stage = made(name, seed)
    middles = stage.place.things.triangles.mean(axis=1)
    middles = middles[(middles[:, 2] > 0.5) & (middles[:, 2] < 2.5)]
    lane = stage.lanes[0].points
    middles = middles[np.abs(middles[:, 0]) < 150]
    across = middles[:, 1] - np.interp(middles[:, 0], *lane[np.argsort(lane[:, 0]), :2].T)
    assert np.abs(across).min() > 0.9


def test_a_lane_leads_where_its_heading_says(stage: StagedPlace) -> None:
    for lane in stage.lanes:
        before, heading = lane.at(200.0)
        after, _ = lane.at(200.5)
        turn = np.deg2rad(heading)
        steps = np.subtract(after, before)[:2]
        # Heading 0 drives towards -X, positive turns left.
        np.testing.assert_allclose(steps, [-0.5 * np.cos(turn), -0.5 * np.sin(turn)], atol=0.01)
        assert lane.length_m > 390


def test_a_lane_goes_straight_on_beyond_its_end(stage: StagedPlace) -> None:
    lane = stage.lanes[0]
    place_, _ = lane.at(lane.length_m + 10)
    assert np.linalg.norm(place_ - lane.points[-1]) == pytest.approx(10, abs=0.01)


def test_reflectances_lie_between_black_and_white(stage: StagedPlace) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-300, 300, (2, 4000)).astype(np.float32)
    things = stage.place.things
    middles = things.triangles.mean(axis=1)
    for name in ("day", "snow", "rain"):
        weather = light(name, rng)
        ground, gloss = stage.place.ground(x, y, GRAIN, weather)
        assert ground.shape == (4000, 3) and gloss.shape == (4000,)
        colour = stage.place.albedo(things.kind, things.tint, middles, GRAIN, weather)
        for values in (ground, colour):
            assert values.min() > 0 and values.max() < 0.9
        assert gloss.min() >= 0 and gloss.max() <= 1


def test_snow_whitens_and_rain_darkens_the_ground(stage: StagedPlace) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-60, 60, (2, 3000)).astype(np.float32)
    dry = replace(light("day", rng), snow_cover=0.0, wet=0.0)
    bare, _ = stage.place.ground(x, y, GRAIN, dry)
    white, _ = stage.place.ground(x, y, GRAIN, replace(dry, snow_cover=1.0))
    wet, shine = stage.place.ground(x, y, GRAIN, replace(dry, wet=1.0))
    assert white.mean() > 1.5 * bare.mean()
    assert wet.mean() < 0.9 * bare.mean()
    assert shine.mean() > 0.05


def test_a_clear_view_takes_away_what_is_in_the_way_and_nothing_else() -> None:
    stage = made("street")
    eye, target = (0.0, 60.0, 1.6), np.array([[0.0, 0.0, 1.5]])
    hidden = stage.items_at(np.linspace(eye, target[0] * 0.97, 50))
    assert len(hidden), "facades stand between the back yards and the street"
    cleared = stage.clear_view(eye, target)
    boxes, kept = stage.place.assembled.boxes, cleared.place.assembled.boxes
    far = np.abs(boxes[:, 0]) > 80
    np.testing.assert_array_equal(boxes[far], kept[far])
    assert not len(cleared.items_at(np.linspace(eye, target[0] * 0.97, 50)))
    assert len(cleared.place.things.kind) < len(stage.place.things.kind)


def test_lamps_burn_at_night_only() -> None:
    stage = made("street")
    rng = np.random.default_rng(2)
    day_place, day = stage.lit(light("day", rng))
    night_place, night = stage.lit(light("night", rng))
    assert day_place.things.emission is None and not day.lamps
    assert night.lamps == stage.lamps and len(night.lamps) > 3
    assert night_place.things.emission is not None
    assert night_place.things.emission.max() > 1


def test_stands_on_wagons_are_on_their_decks() -> None:
    stage = made("rail")
    middles = stage.place.things.triangles.mean(axis=1)
    middles = middles[middles[:, 2] < 4]  # the overhead wires are no deck
    for stand in stage.stands:
        near = np.hypot(*(middles[:, :2] - stand.position[:2]).T) < 3
        assert middles[near, 2].max() == pytest.approx(stand.position[2], abs=0.05)


def test_an_unknown_place_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no place 'moon'.*road, street"):
        place("moon", np.random.default_rng(0))


def test_leaves_are_broken_up_until_they_are_small_in_the_picture() -> None:
    stage = made("forest_road")
    far = Camera(640, 360, 500.0, (0.0, 3.0, 1.6), 180.0, 2.0)
    near = replace(far, focal_px=4000.0)
    whole = stage.place.assembled
    for camera in (far, near):
        finer = stage.refined(camera, np.random.default_rng(0)).place.assembled
        assert len(finer.things.kind) > len(whole.things.kind)
        assert spans(finer, camera) < 0.6 * spans(whole, camera)
        assert len(finer.things.kind) < len(whole.things.kind) + 90_001
    behind = Camera(640, 360, 500.0, (0.0, 900.0, 1.6), 180.0, 2.0)
    assert stage.refined(behind, np.random.default_rng(0)).place.assembled is whole


def spans(assembled: Assembled, camera: Camera) -> float:
    """The size in pixels that the largest twentieth of the leaves in the picture exceed."""
    is_leaf = np.array([paint.pattern == "leaf" for paint in assembled.paints])
    faces = assembled.things.triangles[is_leaf[assembled.things.kind]]
    pixels, depth = camera.project(faces.reshape(-1, 3))
    pixels, depth = pixels.reshape(-1, 3, 2), depth.reshape(-1, 3).min(axis=1)
    middle = pixels.mean(axis=1)
    seen = (depth > 1) & (middle > 0).all(axis=1) & (middle < (640, 360)).all(axis=1)
    return float(np.quantile(np.ptp(pixels[seen], axis=1).max(axis=1), 0.95))
