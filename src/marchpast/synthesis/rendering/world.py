"""What there is to see: a place, a light and placed vehicles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.building import Vehicle
from marchpast.synthesis.rendering.grain import Grain
from marchpast.synthesis.rendering.light import Light
from marchpast.synthesis.rendering.model import Model

Scheme = Literal["plain", "three_tone", "digital", "winter", "parade"]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Things:
    """Triangles that stand about; every column has length `F >= 0`.

    Attributes:
        triangles: `(F, 3, 3)` world metres.
        kind: `(F,)` int64; what the kinds mean is the place's own matter.
        tint: `(F,)` float32, brightness of each face.
        soft: `(F,)` bool: leaves and blades, which scatter light through; `None`: none are.
        emission: `(F, 3)` float32 radiance that faces send out themselves; `None`: none do.
    """

    triangles: FloatArray
    kind: IntArray
    tint: FloatArray
    soft: np.ndarray | None = None
    emission: FloatArray | None = None


class Place(Protocol):
    """A ground and what stands on it. Must not change once it has been rendered."""

    @property
    def things(self) -> Things:
        """What stands on the ground."""
        ...

    def ground(
        self, x: FloatArray, y: FloatArray, grain: Grain, light: Light
    ) -> tuple[FloatArray, FloatArray]:
        """Return `(N, 3)` reflectance and `(N,)` gloss in [0, 1] of the ground at world points."""
        ...

    def albedo(
        self, kind: IntArray, tint: FloatArray, points: FloatArray, grain: Grain, light: Light
    ) -> FloatArray:
        """Return `(N, 3)` reflectance of things at `(N, 3)` world points."""
        ...


@dataclass(frozen=True, slots=True)
class Dress:
    """How one vehicle is painted and how it has weathered.

    Attributes:
        scheme: What is painted over the parts that take camouflage.
        colours: Reflectance of paints by name, instead of the blueprint's.
        dirt: 0 as if washed, 1 caked.
        wet: 0 dry, 1 running with water.
        snow: Share of what faces upwards that lies under snow.
        seed: Moves the pattern, the dirt and the shade of the paint.
    """

    scheme: Scheme = "plain"
    colours: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    dirt: float = 0.5
    wet: float = 0.0
    snow: float = 0.0
    seed: int = 0


def usual_dress(vehicle: Vehicle, light: Light, *, seed: int, dirt: float = 0.5) -> Dress:
    """Return the blueprint's own scheme and colours, as wet and snowy as the weather makes it."""
    blueprint = vehicle.blueprint
    return Dress(blueprint.scheme, blueprint.colours, dirt, light.wet, light.snow_cover * 0.8, seed)


@dataclass(frozen=True, slots=True)
class Placed:
    """A vehicle in the world.

    Attributes:
        track_id: From 1, unique in the world; below 0 for wagons and the like without truth.
        model: What it is.
        position: World place of the vehicle frame's origin: below the nose, on the ground.
        heading_deg: 0 drives towards world -X; positive turns left seen from above.
        dress: How it looks.
        travelled_m: How far it has driven, which turns the wheels.
        speed_m_s: How fast it drives along its heading, which smears it.
        headlights: Whether its lamps burn.
    """

    track_id: int
    model: Model
    position: tuple[float, float, float]
    heading_deg: float
    dress: Dress
    travelled_m: float = 0.0
    speed_m_s: float = 0.0
    headlights: bool = False

    def rotation(self) -> FloatArray:
        """Return the `(3, 3)` float32 matrix that turns vehicle axes to world axes."""
        cosine, sine = np.cos(np.deg2rad(self.heading_deg)), np.sin(np.deg2rad(self.heading_deg))
        return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], np.float32)

    def to_world(self, points: FloatArray) -> FloatArray:
        """Return `(N, 3)` vehicle-frame points in the world."""
        return np.asarray(points @ self.rotation().T + np.asarray(self.position, np.float32))

    def to_vehicle(self, points: FloatArray) -> FloatArray:
        """Return `(N, 3)` world points in the vehicle frame."""
        return np.asarray((points - np.asarray(self.position, np.float32)) @ self.rotation())

    def velocity(self) -> FloatArray:
        """Return `(3,)` world metres a second."""
        return np.asarray(-self.speed_m_s * self.rotation()[:, 0])


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is rendered.

    Attributes:
        place: The ground and what stands on it.
        light: Sky, sun, lamps and weather.
        vehicles: In any order; track numbers differ.
        seed: Varies clouds, ground and what falls.
        time_s: Moves what falls, so that it does between the frames of a clip.
        dust: How dusty the ground is, 0 to 1: how much hangs behind the wheels of what drives.
    """

    place: Place
    light: Light
    vehicles: tuple[Placed, ...]
    seed: int
    time_s: float = 0.0
    dust: float = 0.0

    def __post_init__(self) -> None:
        ids = [placed.track_id for placed in self.vehicles]
        if len(set(ids)) != len(ids) or any(not 1 <= abs(number) <= 32000 for number in ids):
            raise ValueError(f"track ids differ, are not 0 and within ±32000, got {ids}")
