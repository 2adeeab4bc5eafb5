"""Where a shot is filmed from: height, distance, angle of view, and what is aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.rendering import Camera
from marchpast.synthesis.sampling_scene import Spot, corners_of

_NEAREST_M, _FURTHEST_M = 2.0, 900.0
_CUT = 0.15


@dataclass(frozen=True, slots=True)
class View:
    """A way of filming.

    Attributes:
        share: How often.
        height_m: Of the camera above the ground; from a drone, the angle below decides.
        elevation_deg: Of a drone above its target, `None` otherwise.
        lenses: Kinds of lenses and their shares.
    """

    share: float
    height_m: tuple[float, float]
    elevation_deg: tuple[float, float] | None
    lenses: dict[str, float]


VIEWS = {
    "ground": View(0.60, (0.9, 2.2), None, {"phone": 0.5, "press": 0.3, "dashcam": 0.2}),
    "raised": View(0.20, (3.5, 11.0), None, {"phone": 0.4, "press": 0.2, "cctv": 0.4}),
    "drone": View(0.20, (0.0, 0.0), (12.0, 82.0), {"drone": 0.85, "cctv": 0.15}),
}
_FIELD_DEG = {
    "press": (9.0, 42.0), "phone": (35.0, 70.0), "dashcam": (70.0, 105.0), "drone": (22.0, 74.0),
    "cctv": (45.0, 95.0),
}  # fmt: skip
"""Angle of view across the longer side."""


def aimed_camera(
    rng: np.random.Generator,
    spots: Sequence[Spot],
    *,
    view: str,
    size: tuple[int, int],
    share: float,
) -> tuple[Camera, str]:
    """Return a camera that sees the vehicles fill a share of the picture, and its kind of lens.

    Args:
        rng: Draws height, angle and aim.
        spots: The vehicles.
        view: Of `VIEWS`.
        size: Width and height, pixels.
        share: Of the width that the vehicles together span (or of the height, if that is more).
    """
    kinds = VIEWS[view].lenses
    kind = str(rng.choice(list(kinds), p=list(kinds.values())))
    angle = np.deg2rad(rng.uniform(*_FIELD_DEG[kind]))
    focal = max(size) / 2 / np.tan(angle / 2)
    corners = np.concatenate([corners_of(spot) for spot in spots])
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    bearing = _bearing(rng, spots[0], kind)
    lift = _lift(rng, view, float(corners[:, 2].min()))
    roll = float(rng.normal(0, 3.5 if view == "drone" else 1.4))
    low, high = _NEAREST_M, _FURTHEST_M
    for _ in range(26):
        away = float(np.sqrt(low * high))
        camera = _looking(middle, bearing, lift, away, size, focal, roll)
        low, high = (away, high) if _span(camera, corners) > share else (low, away)
    camera = _looking(middle, bearing, lift, high, size, focal, roll)
    return _off_middle(rng, camera, corners, may_cut=len(spots) == 1), kind


@dataclass(frozen=True, slots=True)
class _Lift:
    """Either a fixed height above the ground or an angle above the target."""

    height_m: float
    elevation_deg: float | None


def _lift(rng: np.random.Generator, view: str, floor_m: float) -> _Lift:
    option = VIEWS[view]
    if option.elevation_deg is None:
        return _Lift(float(rng.uniform(*option.height_m)), None)
    return _Lift(floor_m, float(rng.uniform(*option.elevation_deg)))


def _bearing(rng: np.random.Generator, spot: Spot, kind: str) -> float:
    """Draw from which side the first vehicle is seen, radians in the world."""
    if kind == "dashcam":
        # From a car on the same road: along it, from the front or from behind.
        side = float(rng.choice([180.0, 0.0])) + float(rng.normal(0, 16))
    else:
        side = float(rng.uniform(0, 360))
    return float(np.deg2rad(spot.heading_deg + side))


def _looking(
    middle: FloatArray,
    bearing: float,
    lift: _Lift,
    away_m: float,
    size: tuple[int, int],
    focal: float,
    roll: float,
) -> Camera:
    """Return the camera at a distance that has the middle of the target in its middle."""
    if lift.elevation_deg is None:
        flat, up = away_m, lift.height_m
    else:
        angle = np.deg2rad(lift.elevation_deg)
        flat, up = away_m * float(np.cos(angle)), float(middle[2] + away_m * np.sin(angle))
    eye = np.array([middle[0] + flat * np.cos(bearing), middle[1] + flat * np.sin(bearing), up])
    way = middle - eye
    yaw = float(np.rad2deg(np.arctan2(way[0], -way[1])))
    pitch = float(np.rad2deg(np.arctan2(way[2], np.hypot(way[0], way[1]))))
    place = (float(eye[0]), float(eye[1]), float(eye[2]))
    return Camera(*size, float(focal), place, yaw, float(np.clip(pitch, -86, 86)), roll)


def _span(camera: Camera, corners: FloatArray) -> float:
    """Return how much of the picture's width or height the corners span; endless when too near."""
    pixels, depth = camera.project(corners)
    if depth.min() < 0.7:
        return float("inf")
    wide, high = pixels.max(axis=0) - pixels.min(axis=0)
    return float(max(wide / camera.width, 0.85 * high / camera.height))


def _off_middle(
    rng: np.random.Generator, camera: Camera, corners: FloatArray, *, may_cut: bool
) -> Camera:
    """Turn the camera so that the target lies off the middle, now and then cut off by the edge."""
    pixels, _ = camera.project(corners)
    span = pixels.max(axis=0) - pixels.min(axis=0)
    middle = (pixels.max(axis=0) + pixels.min(axis=0)) / 2
    size = np.array([camera.width, camera.height])
    room = np.maximum(size - span, 0) / 2
    wanted = size / 2 + rng.uniform(-1, 1, 2) * (0.75, 0.4) * room
    if may_cut and rng.uniform() < _CUT:
        beyond = room[0] + span[0] * float(rng.uniform(0.05, 0.35))
        wanted[0] = size[0] / 2 + float(rng.choice([-1, 1])) * beyond
    shift = wanted - middle
    yaw = camera.yaw_deg + float(np.rad2deg(np.arctan(shift[0] / camera.focal_px)))
    pitch = camera.pitch_deg + float(np.rad2deg(np.arctan(shift[1] / camera.focal_px)))
    return Camera(
        camera.width,
        camera.height,
        camera.focal_px,
        camera.eye,
        yaw,
        float(np.clip(pitch, -86, 86)),
        camera.roll_deg,
    )
