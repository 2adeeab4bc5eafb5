"""Sampling: vehicles do not touch, cameras see what they were asked to, types have equal turns."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("embreex", reason="shots are made for the ray engine")

from marchpast.synthesis import sampling, sampling_scene
from marchpast.synthesis.pictures_cast import Actor
from marchpast.synthesis.pictures_cast import cast as cast_for
from marchpast.synthesis.places import PLACES, place
from marchpast.synthesis.rendering import LIGHTS
from marchpast.synthesis.sampling_camera import VIEWS, aimed_camera
from marchpast.synthesis.sampling_scene import Spot, Wanted, arranged, corners_of, footprint

STAGES = {
    name: place(name, np.random.default_rng(3)) for name in ("road", "yard", "rail", "square")
}


def actor(length: float = 10.0, width: float = 3.0, height: float = 3.2) -> Actor:
    """A vehicle that is nothing but its box, with a gun a metre before the nose."""
    low, high = np.array([-1.0, -width / 2, 0]), np.array([length - 1, width / 2, height])
    corners = np.array(
        [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (0, height)]
    )
    model = SimpleNamespace(low=low, high=high, corners=lambda: corners)
    return Actor("box", cast("Any", model), civil=False)


def sampled(outline: np.ndarray) -> np.ndarray:
    """Points all over a rectangle."""
    a, b = np.meshgrid(np.linspace(0, 1, 25), np.linspace(0, 1, 25))
    along, across = outline[1] - outline[0], outline[3] - outline[0]
    return np.asarray(outline[0] + a.reshape(-1, 1) * along + b.reshape(-1, 1) * across)


def inside(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    one, other = outline[1] - outline[0], outline[3] - outline[0]
    u = (points - outline[0]) @ one / (one @ one)
    v = (points - outline[0]) @ other / (other @ other)
    return np.asarray((u > 0) & (u < 1) & (v > 0) & (v < 1))


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(sorted(STAGES)), st.integers(0, 10_000), st.integers(1, 12))
def test_vehicles_do_not_stand_in_one_another(name: str, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    actors = tuple(actor(float(rng.uniform(5, 22))) for _ in range(count))
    spots = arranged(rng, STAGES[name], Wanted(actors, 0.5))
    assert spots and spots[0].actor is actors[0]
    outlines = [footprint(spot) for spot in spots]
    for index, outline in enumerate(outlines):
        for other in outlines[:index]:
            assert not inside(sampled(outline), other).any()


def test_vehicles_stand_near_the_origin_on_the_ground_of_their_stand() -> None:
    for name, stage in STAGES.items():
        for seed in range(8):
            spots = arranged(np.random.default_rng(seed), stage, Wanted((actor(),), 0.5))
            middle = corners_of(spots[0]).mean(axis=0)
            assert abs(middle[0]) < 25, name
            low = corners_of(spots[0])[:, 2].min()
            floors = {0.0, *(stand.position[2] for stand in stage.stands)}
            assert any(low == pytest.approx(floor, abs=1e-5) for floor in floors)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(VIEWS)),
    st.integers(0, 10_000),
    st.floats(0.3, 0.95),
    st.sampled_from([(640, 360), (432, 768)]),
)
def test_the_camera_sees_the_vehicle_as_large_as_asked(
    view: str, seed: int, share: float, size: tuple[int, int]
) -> None:
    spot = Spot(actor(), (2.0, 1.0, 0.0), 30.0, on_lane=True)
    camera, kind = aimed_camera(
        np.random.default_rng(seed), [spot], view=view, size=size, share=share
    )
    pixels, depth = camera.project(corners_of(spot))
    assert depth.min() > 0.5 and camera.eye[2] > 0.5 and kind in VIEWS[view].lenses
    # Turning the camera off the middle and cutting at the edge change the span a little.
    wide, high = (pixels.max(axis=0) - pixels.min(axis=0)) / size
    assert 0.5 * share < max(wide, 0.85 * high) < 2.2 * share + 0.1
    middle = (pixels.max(axis=0) + pixels.min(axis=0)) / 2
    assert 0 < middle[1] < size[1]
    assert -0.15 * size[0] < middle[0] < 1.15 * size[0]


def test_shares_are_shares_and_name_what_exists() -> None:
    for shares in (sampling.KINDS, sampling.LIGHT_SHARES, sampling.PLACE_SHARES, sampling.SIZES):
        assert sum(cast("dict[Any, float]", shares).values()) == pytest.approx(1)
    assert set(sampling.LIGHT_SHARES) == set(LIGHTS)
    assert set(sampling.PLACE_SHARES) == set(PLACES)
    assert sum(option.share for option in VIEWS.values()) == pytest.approx(1)


def test_every_type_has_its_turn_equally_often() -> None:
    types = ["osa", "btr80", "bal", "civil_lorry"]
    casts = [cast_for(types, seed=4, block=block) for block in range(8)]
    turns = Counter(name for members in casts for name in members.names)
    assert turns["osa"] == turns["btr80"] == turns["bal"] == 24
    assert casts[0].names == cast_for(types[::-1], seed=4, block=0).names
    assert casts[0].names != cast_for(types, seed=5, block=0).names or casts[1].names != (
        cast_for(types, seed=5, block=1).names
    )


def test_a_kind_that_the_cast_cannot_play_is_left_out() -> None:
    civil = cast_for(["civil_lorry"], seed=1, block=0)
    rng = np.random.default_rng(0)
    kinds = {sampling._kind(rng, civil, tuple(sampling.KINDS)) for _ in range(20)}
    assert kinds == {"civil"}
    with pytest.raises(ValueError, match="no vehicles for pictures of the kinds single"):
        sampling._kind(rng, civil, ("single",))


def test_what_hides_the_vehicle_is_cleared_away() -> None:
    stage = STAGES["yard"]
    spot = Spot(actor(), (0.0, 0.0, 0.0), 0.0, on_lane=False)
    for seed in range(6):
        camera, _ = aimed_camera(
            np.random.default_rng(seed), [spot], view="ground", size=(640, 360), share=0.4
        )
        cleared = sampling_scene.cleared(stage, [spot], camera)
        middle = corners_of(spot).mean(axis=0)
        line = np.linspace(camera.eye, middle, 80)[:-2]
        assert not len(cleared.items_at(line))
