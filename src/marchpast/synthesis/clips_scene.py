"""What the kinds of clips are made with: a scene, places to film from, a camera held by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from marchpast.synthesis.clips_takes import File, Take
from marchpast.synthesis.motion import Array, aim, eased, hand, nearest_m
from marchpast.synthesis.places import CameraSpot, Lane, StagedPlace
from marchpast.synthesis.rendering import Camera, Light, lens

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
        towed_by: Mapping[int, int] | None = None,
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
            dust=staged.dust(self.light, self.rng),
            towed_by=towed_by or {},
        )


def held(
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


def beside(lane: Lane, distance_m: float, height_m: float) -> Eye:
    """Return the place of a camera in the next lane to the left of those who drive along."""
    (x, y, _), heading = lane.at(distance_m)
    left = np.deg2rad(heading)
    return (
        x + _CAR_ASIDE_M * float(np.sin(left)),
        y - _CAR_ASIDE_M * float(np.cos(left)),
        height_m,
    )


def spot_near(staged: StagedPlace, lane: Lane, rng: np.random.Generator) -> CameraSpot:
    """Choose where somebody on foot stands: not in the lane, and not too far from it."""
    near = []
    for spot in staged.camera_spots:
        x, y, _ = lane.at(nearest_m(lane, spot.eye))[0]
        away = float(np.hypot(x - spot.eye[0], y - spot.eye[1]))
        if spot.kind in _ON_FOOT and 5.0 < away < 45.0:
            near.append(spot)
    found = near or list(staged.camera_spots)
    return found[int(rng.integers(len(found)))]


def one_of(staged: StagedPlace, kinds: tuple[str, ...], rng: np.random.Generator) -> CameraSpot:
    """Choose where to film from, among these kinds of places if there are any."""
    found = [spot for spot in staged.camera_spots if spot.kind in kinds]
    found = found or list(staged.camera_spots)
    return found[int(rng.integers(len(found)))]
