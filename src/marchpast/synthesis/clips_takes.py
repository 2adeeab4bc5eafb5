"""What is filmed: the vehicles of a clip on their lanes, and the camera of every frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from marchpast.synthesis.motion import Array, Column, heading_deg
from marchpast.synthesis.places import Lane
from marchpast.synthesis.rendering import Camera, Dress, Lens, Light, Model, Place, Placed, World

_SIGHT_M = 320.0
"""Vehicles farther from the camera than this are left out: they would be a few pixels."""
_AROUND_M = 12.0
"""A vehicle this far outside the picture may still throw its shadow or light into it."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A vehicle of a file.

    Attributes:
        track_id: From 1, unique in the take; below 0 for a wagon or a bar, which is no vehicle.
        model: What it is.
        dress: How it looks.
        sideways_m: How far to the right of the lane it keeps.
        lift_m: What it stands on is this high above the lane.
        headlights: Whether its lamps burn.
    """

    track_id: int
    model: Model
    dress: Dress
    sideways_m: float = 0.0
    lift_m: float = 0.0
    headlights: bool = False

    @property
    def length_m(self) -> float:
        """Length of the vehicle with its fittings."""
        return float(self.model.high[0] - self.model.low[0])


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """Vehicles behind one another on a lane.

    Attributes:
        lane: Where they drive or stand.
        column: Where each nose is at a time.
        members: The leader first.
        against_m_s: How fast the camera drives towards them, which smears them too.
    """

    lane: Lane
    column: Column
    members: tuple[Member, ...]
    against_m_s: float = 0.0

    def at(self, time_s: float) -> list[Placed]:
        """Return the vehicles where they are at a time."""
        placed = []
        for member, distance in zip(self.members, self.column.at(time_s), strict=True):
            (x, y, z), _ = self.lane.at(float(distance))
            heading = heading_deg(self.lane, float(distance), member.length_m)
            # To the right of a vehicle that drives towards -X is +Y.
            right = np.deg2rad(heading)
            x -= member.sideways_m * float(np.sin(right))
            y += member.sideways_m * float(np.cos(right))
            placed.append(
                Placed(
                    member.track_id,
                    member.model,
                    (x, y, z + member.lift_m),
                    heading,
                    member.dress,
                    travelled_m=float(distance),
                    speed_m_s=self.column.speed_m_s + self.against_m_s,
                    headlights=member.headlights,
                )
            )
        return placed


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Everything that a clip follows from.

    Attributes:
        kind: Of the clip.
        place_name: Kind of place.
        place: What the renderer gets.
        light: Lamps included.
        files: The vehicles.
        camera_kind: Where somebody films from.
        views: The camera of every frame.
        rate: Frames a second.
        lens_name: Kind of camera.
        lens: What it does to light.
        seed: All chance in the pictures follows from it.
        dust: How dusty the ground is, 0 to 1.
        towed_by: Track number of every towed vehicle and of the one that tows it.
        grid: Samples of a pixel along each edge.
    """

    kind: str
    place_name: str
    place: Place
    light: Light
    files: tuple[File, ...]
    camera_kind: str
    views: tuple[Camera, ...]
    rate: Fraction
    lens_name: str
    lens: Lens
    seed: int
    dust: float = 0.0
    towed_by: Mapping[int, int] = field(default_factory=dict)
    grid: int = 2

    @property
    def times_s(self) -> Array:
        """Return the `(N,)` time of every frame."""
        return np.arange(len(self.views)) / float(self.rate)

    @property
    def stays(self) -> bool:
        """Whether the camera only turns."""
        return len({view.eye for view in self.views}) == 1

    @property
    def is_frozen(self) -> bool:
        """Whether nothing moves but the camera: no vehicle, no rain or snow."""
        drives = any(file.column.speed_m_s for file in self.files)
        return not drives and self.light.precipitation == "none"

    @property
    def members(self) -> Mapping[int, Member]:
        """Return the vehicles that count, by track number."""
        every = (member for file in self.files for member in file.members)
        return {member.track_id: member for member in every if member.track_id > 0}

    def world(self, index: int, view: Camera) -> World:
        """Return the world of a frame, without what a camera cannot see."""
        time_s = float(self.times_s[index])
        placed = [
            vehicle
            for file in self.files
            for vehicle in file.at(time_s)
            if _may_be_seen(vehicle, view)
        ]
        return World(self.place, self.light, tuple(placed), self.seed, time_s, self.dust)


def _may_be_seen(vehicle: Placed, view: Camera) -> bool:
    """Whether a vehicle, or its shadow, can be in a picture or just beside it."""
    low, high = vehicle.model.low[0] - _AROUND_M, vehicle.model.high[0] + _AROUND_M
    line = np.zeros((9, 3), np.float32)
    line[:, 0] = np.linspace(low, high, 9)
    away = vehicle.to_world(line) - np.asarray(view.eye, np.float32)
    distance = np.hypot(away[:, 0], away[:, 1])
    right, _, forward = view.axes()
    aside, depth = np.abs(away @ right), away @ forward
    # A fifth more than the picture is wide: a turning camera sees a little beyond.
    inside = (depth > 0) & (aside < 0.6 * view.width / view.focal_px * depth + 2.0)
    return bool(distance.min() < _AROUND_M or (inside & (distance < _SIGHT_M)).any())
