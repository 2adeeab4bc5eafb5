"""The five kinds of clips, each made from a seed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from marchpast.synthesis.clips_cast import Cast
from marchpast.synthesis.clips_scene import Form, Scene, beside, held, one_of, spot_near
from marchpast.synthesis.clips_takes import File, Take
from marchpast.synthesis.clips_tow import marching
from marchpast.synthesis.clips_wagons import COUPLING_M, loaded
from marchpast.synthesis.motion import Column, aim, column, hand, nearest_m, standing
from marchpast.synthesis.places import Season, place
from marchpast.synthesis.rendering import LIGHTS, Camera, light

CLIP_KINDS = ("convoy", "moving_car", "parade_pan", "rail", "night")
_DAYLIGHTS = tuple(name for name in LIGHTS if name != "night")


def make_take(
    kind: str, *, seed: int, seconds: float, width: int, height: int, fps: Fraction
) -> Take:
    """Set up a clip; some seconds, most of them for making vehicles ready.

    Args:
        kind: One of `CLIP_KINDS`.
        seed: Chooses place, light, vehicles and camera.
        seconds: Length.
        width: Pixels.
        height: Pixels.
        fps: Frames a second.

    Raises:
        ValueError: If there is no such kind.
    """
    if kind not in _KINDS:
        raise ValueError(f"no kind of clip {kind!r}; there are: {', '.join(CLIP_KINDS)}")
    places, lights, make = _KINDS[kind]
    rng = np.random.default_rng([seed, CLIP_KINDS.index(kind)])
    name = str(rng.choice(lights))
    season: Season | None = "winter" if name == "snow" else None
    staged = place(str(rng.choice(places)), rng, season=season)
    form = Form(width, height, max(2, round(seconds * fps)), fps)
    return make(Scene(kind, form, seed, rng, staged, light(name, rng)))


def _passing(scene: Scene) -> Take:
    """A column drives past somebody on foot."""
    rng, lane = scene.rng, scene.staged.lanes[0]
    spot = spot_near(scene.staged, lane, rng)
    abeam = nearest_m(lane, spot.eye)
    cast = Cast(rng, scene.light, civil_share=0.15)
    members = cast.members(cast.types(int(rng.integers(6, 13))))
    line = column(
        [member.length_m for member in members],
        rng,
        leader_m=abeam + float(rng.uniform(-20, 14)),
        gap_m=float(rng.uniform(5, 16)),
        speed_m_s=lane.speed_m_s * float(rng.uniform(0.7, 1.1)),
    )
    target = (*lane.at(abeam - float(rng.uniform(4, 22)))[0][:2], 1.6)
    views = held(scene, spot.eye, target, pan_deg=float(rng.uniform(-4, 12)))
    line_up = marching(lane, line, members, rng)
    return scene.take(
        line_up.files, views, camera_kind=spot.kind, lens_name="phone", towed_by=line_up.towed_by
    )


def _moving_car(scene: Scene) -> Take:
    """A column stands or drives; a car drives in the next lane, the other way."""
    rng, lane, times_s = scene.rng, scene.staged.lanes[0], scene.form.times_s
    cast = Cast(rng, scene.light, civil_share=0.15)
    members = cast.members(cast.types(int(rng.integers(6, 11))))
    leader = 0.7 * lane.length_m
    line = column(
        [member.length_m for member in members],
        rng,
        leader_m=leader,
        gap_m=float(rng.uniform(6, 16)),
        speed_m_s=lane.speed_m_s * float(rng.choice([0.0, 0.5, 0.9])),
    )
    start, speed = leader + float(rng.uniform(10, 22)), float(rng.uniform(6, 11))
    height, aside_deg = float(rng.uniform(1.3, 1.7)), float(rng.uniform(8, 26))
    bumps = hand(times_s, rng, sway_deg=0.22)
    views = []
    for time_s, sway in zip(times_s, bumps, strict=True):
        distance = start - speed * float(time_s)
        eye = beside(lane, distance, height)
        yaw, pitch = aim(eye, beside(lane, distance - 20, height))
        # The column comes on the left, where right-hand traffic is oncoming; yaw grows to the left.
        yaw, pitch = yaw + aside_deg + float(sway[0]), pitch + 1.0 + float(sway[1])
        form = scene.form
        views.append(
            Camera(form.width, form.height, 0.78 * form.width, eye, yaw, pitch, float(sway[2]))
        )
    line_up = marching(lane, line, members, rng, against_m_s=speed)
    return scene.take(
        line_up.files, tuple(views), camera_kind="car", lens_name="dashcam",
        towed_by=line_up.towed_by,
    )  # fmt: skip


def _parade_pan(scene: Scene) -> Take:
    """Ranks stand on a square; a camera on the stand turns over them."""
    rng, stands = scene.rng, scene.staged.stands
    cast = Cast(rng, scene.light, is_parade=True)
    rows = sorted({stand.row for stand in stands})
    ranks = int(rng.integers(2, min(5, len(rows) + 1)))
    first = int(rng.integers(0, len(rows) - ranks + 1))
    width = int(rng.integers(4, 7))
    files: list[File] = []
    for row in rows[first : first + ranks]:
        spots = [stand for stand in stands if stand.row == row][:width]
        (name,) = cast.types(1)
        members = cast.members([name] * len(spots), first_id=len(files) + 1)
        files += [
            File(*standing(stand.position, stand.heading_deg, member.length_m), (member,))
            for stand, member in zip(spots, members, strict=True)
        ]
    spot = one_of(scene.staged, ("stand", "drone"), rng)
    middles = np.array([file.at(0.0)[0].position for file in files])
    yaws = [aim(spot.eye, (x, y, 1.5))[0] for x, y, _ in middles]
    nearest = middles[int(np.hypot(*(middles - spot.eye)[:, :2].T).argmin())]
    _, pitch = aim(spot.eye, (float(nearest[0]), float(nearest[1]), 1.5))
    ahead = float(np.rad2deg(np.median(np.unwrap(np.deg2rad(yaws)))))
    turn = np.deg2rad(ahead)
    target = (
        spot.eye[0] + 50 * float(np.sin(turn)),
        spot.eye[1] - 50 * float(np.cos(turn)),
        spot.eye[2] + 50 * float(np.tan(np.deg2rad(pitch + 3))),
    )
    pan = float(rng.uniform(24, 42)) * float(rng.choice([-1, 1]))
    views = held(scene, spot.eye, target, pan_deg=pan, zoom=float(rng.uniform(1.1, 1.6)))
    return scene.take(tuple(files), views, camera_kind=spot.kind, lens_name="press")


def _rail(scene: Scene) -> Take:
    """A train of flat wagons passes, each with a vehicle, some under canvas."""
    rng, lane = scene.rng, scene.staged.lanes[0]
    spot = spot_near(scene.staged, lane, rng)
    abeam = nearest_m(lane, spot.eye)
    cast = Cast(rng, scene.light, civil_share=0.05, covered_share=0.35)
    train = loaded(cast.members(cast.types(int(rng.integers(5, 9)))), rng)
    leader, speed = abeam + float(rng.uniform(-5, 25)), float(rng.uniform(3, 9))
    lengths = [wagon.length_m + COUPLING_M for wagon in train.wagons]
    noses = leader - np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    still = np.zeros(len(lengths))
    files = (
        File(lane, Column(noses, speed, still, still), train.wagons),
        File(lane, Column(noses - train.load_x, speed, still, still), train.loads),
    )
    target = (*lane.at(abeam - float(rng.uniform(0, 14)))[0][:2], 2.4)
    views = held(scene, spot.eye, target, pan_deg=float(rng.uniform(-6, 6)))
    return scene.take(
        files,
        views,
        camera_kind=spot.kind,
        lens_name="phone",
    )


_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Scene], Take]]] = {
    "convoy": (("road", "street", "forest_road", "field"), _DAYLIGHTS, _passing),
    "moving_car": (("road", "street"), _DAYLIGHTS, _moving_car),
    "parade_pan": (("square",), ("day", "overcast", "haze", "rain", "snow"), _parade_pan),
    "rail": (("rail",), ("dusk", "overcast", "day", "snow"), _rail),
    "night": (("street", "road"), ("night",), _passing),
}
