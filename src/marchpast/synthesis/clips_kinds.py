"""The five kinds of clips, each made from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from marchpast.synthesis.clips_cast import Cast
from marchpast.synthesis.clips_takes import File, Take
from marchpast.synthesis.clips_wagons import COUPLING_M, loaded
from marchpast.synthesis.motion import Array, Column, aim, column, eased, hand, nearest_m, standing
from marchpast.synthesis.places import CameraSpot, Lane, Season, StagedPlace, place
from marchpast.synthesis.rendering import LIGHTS, Camera, Light, lens, light

CLIP_KINDS = ("convoy", "moving_car", "parade_pan", "rail", "night")
_DAYLIGHTS = tuple(name for name in LIGHTS if name != "night")
_ON_FOOT = ("pavement", "stand", "bridge")
_CAR_ASIDE_M = 4.2
"""From the column's lane to the next one, in which the camera car drives."""
Eye = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Form:
    """Picture size in pixels, number of frames, frames a second."""

    width: int
    height: int
    frames: int
    rate: Fraction

    @property
    def times_s(self) -> Array:
        """Return the `(N,)` time of every frame."""
        return np.arange(self.frames) / float(self.rate)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What every kind of clip begins with: a form, a place, a light, and chance."""

    kind: str
    form: Form
    seed: int
    rng: np.random.Generator
    staged: StagedPlace
    light: Light

    def take(
        self,
        files: tuple[File, ...],
        views: tuple[Camera, ...],
        *,
        camera_kind: str,
        lens_name: str,
    ) -> Take:
        """Return the clip, without whatever of the place hides the vehicles."""
        middle = views[len(views) // 2]
        time_s = float(self.form.times_s[-1]) / 2
        targets = [
            (*vehicle.position[:2], vehicle.position[2] + 1.2)
            for file in files
            for when in (0.0, time_s, 2 * time_s)
            for vehicle in file.at(when)
            if np.hypot(vehicle.position[0] - middle.eye[0], vehicle.position[1] - middle.eye[1])
            < 45
        ]
        staged = self.staged
        if targets:
            staged = staged.clear_view(middle.eye, np.array(targets, np.float32))
        ground, lit = staged.lit(self.light)
        return Take(
            kind=self.kind,
            place_name=staged.name,
            place=ground,
            light=lit,
            files=files,
            camera_kind=camera_kind,
            views=views,
            rate=self.form.rate,
            lens_name=lens_name,
            lens=lens(lens_name, self.rng),
            seed=self.seed,
        )


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
    spot = _spot(scene.staged, lane, rng)
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
    views = _held(scene, spot.eye, target, pan_deg=float(rng.uniform(-4, 12)))
    files = (File(lane, line, members),)
    return scene.take(files, views, camera_kind=spot.kind, lens_name="phone")


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
        eye = _beside(lane, distance, height)
        yaw, pitch = aim(eye, _beside(lane, distance - 20, height))
        # The column comes on the left, where right-hand traffic is oncoming; yaw grows to the left.
        yaw, pitch = yaw + aside_deg + float(sway[0]), pitch + 1.0 + float(sway[1])
        form = scene.form
        views.append(
            Camera(form.width, form.height, 0.78 * form.width, eye, yaw, pitch, float(sway[2]))
        )
    files = (File(lane, line, members, against_m_s=speed),)
    return scene.take(files, tuple(views), camera_kind="car", lens_name="dashcam")


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
    spot = _one_of(scene.staged, ("stand", "drone"), rng)
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
    views = _held(scene, spot.eye, target, pan_deg=pan, zoom=float(rng.uniform(1.1, 1.6)))
    return scene.take(tuple(files), views, camera_kind=spot.kind, lens_name="press")


def _rail(scene: Scene) -> Take:
    """A train of flat wagons passes, each with a vehicle, some under canvas."""
    rng, lane = scene.rng, scene.staged.lanes[0]
    spot = _spot(scene.staged, lane, rng)
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
    views = _held(scene, spot.eye, target, pan_deg=float(rng.uniform(-6, 6)))
    return scene.take(
        files,
        views,
        camera_kind=spot.kind,
        lens_name="phone",
    )


def _held(
    scene: Scene, eye: Eye, target: Eye, *, pan_deg: float, zoom: float = 1.0
) -> tuple[Camera, ...]:
    """Return what a person sees who turns a camera by `pan_deg` about the target, by hand."""
    form, rng = scene.form, scene.rng
    times_s = form.times_s
    yaw, pitch = aim(eye, target)
    pan = eased(times_s, -pan_deg / 2, pan_deg / 2)
    sway = hand(times_s, rng, sway_deg=float(rng.uniform(0.08, 0.3)) / zoom)
    # A telephone's main camera sees about 65 degrees across.
    focal = 0.8 * form.width * zoom * float(rng.uniform(0.95, 1.3))
    level = float(rng.normal(0, 0.6))
    return tuple(
        Camera(
            form.width, form.height, focal, eye,
            yaw + float(turn + shake[0]), pitch + float(shake[1]), level + float(shake[2]),
        )
        for turn, shake in zip(pan, sway, strict=True)
    )  # fmt: skip


def _beside(lane: Lane, distance_m: float, height_m: float) -> Eye:
    """Return the place of a camera in the next lane to the left of those who drive along."""
    (x, y, _), heading = lane.at(distance_m)
    left = np.deg2rad(heading)
    return (
        x + _CAR_ASIDE_M * float(np.sin(left)),
        y - _CAR_ASIDE_M * float(np.cos(left)),
        height_m,
    )


def _spot(staged: StagedPlace, lane: Lane, rng: np.random.Generator) -> CameraSpot:
    """Choose where somebody on foot stands: not in the lane, and not too far from it."""
    near = []
    for spot in staged.camera_spots:
        x, y, _ = lane.at(nearest_m(lane, spot.eye))[0]
        away = float(np.hypot(x - spot.eye[0], y - spot.eye[1]))
        if spot.kind in _ON_FOOT and 5.0 < away < 45.0:
            near.append(spot)
    found = near or list(staged.camera_spots)
    return found[int(rng.integers(len(found)))]


def _one_of(staged: StagedPlace, kinds: tuple[str, ...], rng: np.random.Generator) -> CameraSpot:
    found = [spot for spot in staged.camera_spots if spot.kind in kinds]
    found = found or list(staged.camera_spots)
    return found[int(rng.integers(len(found)))]


_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Scene], Take]]] = {
    "convoy": (("road", "street", "forest_road", "field"), _DAYLIGHTS, _passing),
    "moving_car": (("road", "street"), _DAYLIGHTS, _moving_car),
    "parade_pan": (("square",), ("day", "overcast", "haze", "rain", "snow"), _parade_pan),
    "rail": (("rail",), ("dusk", "overcast", "day", "snow"), _rail),
    "night": (("street", "road"), ("night",), _passing),
}
