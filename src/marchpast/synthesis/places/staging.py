"""A place that is ready for vehicles: where they drive and stand, where people film from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.places.assembly import Assembled
from marchpast.synthesis.places.ground import Ground
from marchpast.synthesis.places.leaves import refined
from marchpast.synthesis.places.paintwork import reflectance
from marchpast.synthesis.rendering import Camera, Grain, Lamp, Light, Things

Point = tuple[float, float, float]
_FELLED_M, _MOWN_M = 35.0, 4.0
_DIRT, _DRY = ("field", "forest_road", "yard"), 0.6
"""Places whose ground may be dusty, and in what share of them it is."""
_BURN_BELOW = 0.35
"""Lamps burn when the zenith is darker than this."""


@dataclass(frozen=True, slots=True, eq=False)
class BuiltPlace:
    """A ground and what stands on it, as the renderer asks for it.

    Attributes:
        soil: The ground.
        assembled: The things, their paints and items.
        things: The assembled things, shining where lamps are on.
    """

    soil: Ground
    assembled: Assembled
    things: Things

    def ground(
        self, x: FloatArray, y: FloatArray, grain: Grain, light: Light
    ) -> tuple[FloatArray, FloatArray]:
        """Return `(N, 3)` reflectance and `(N,)` gloss of the ground at world points."""
        return self.soil.look(x, y, grain, light)

    def albedo(
        self, kind: IntArray, tint: FloatArray, points: FloatArray, grain: Grain, light: Light
    ) -> FloatArray:
        """Return `(N, 3)` reflectance of things at `(N, 3)` world points."""
        return reflectance(self.assembled.paints, kind, tint, points, grain, light)


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """A line that vehicles drive along.

    Attributes:
        points: `(N, 3)` float32 world metres in driving order.
        speed_m_s: What is usually driven there.
        on_rails: Whether it is a track: only wagons drive there.
    """

    points: FloatArray
    speed_m_s: float
    on_rails: bool = False

    @property
    def length_m(self) -> float:
        """Its length."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())

    def at(self, distance_m: float) -> tuple[Point, float]:
        """Return the place and the heading in degrees after a distance.

        Beyond its ends the lane goes straight on. The heading is that of a vehicle that drives
        along it (0: towards world -X).
        """
        steps = np.diff(self.points, axis=0)
        ends = np.cumsum(np.linalg.norm(steps, axis=1))
        index = min(int(np.searchsorted(ends, distance_m)), len(steps) - 1)
        length = float(np.linalg.norm(steps[index]))
        way = steps[index] / length
        place = self.points[index] + way * (distance_m - (ends[index] - length))
        heading = float(np.rad2deg(np.arctan2(-way[1], -way[0])))
        return (float(place[0]), float(place[1]), float(place[2])), heading


@dataclass(frozen=True, slots=True)
class Stand:
    """A spot where one vehicle stands.

    Attributes:
        position: World place of its middle on whatever it stands on.
        heading_deg: 0 faces world -X.
        row: Stands of one row are neighbours.
    """

    position: Point
    heading_deg: float
    row: int = 0


@dataclass(frozen=True, slots=True)
class CameraSpot:
    """Where somebody films from: `kind` is pavement, car, bridge, stand or drone."""

    eye: Point
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class StagedPlace:
    """A place with everything a scene needs.

    Attributes:
        name: One of `PLACES`.
        place: For :class:`~marchpast.synthesis.rendering.World`.
        lanes: At least one.
        stands: May be empty.
        lamps: Burn in the dark.
        camera_spots: At least one.
    """

    name: str
    place: BuiltPlace
    lanes: tuple[Lane, ...]
    stands: tuple[Stand, ...]
    lamps: tuple[Lamp, ...]
    camera_spots: tuple[CameraSpot, ...]

    def without(self, items: IntArray) -> StagedPlace:
        """Return a copy that lacks some items of `place.assembled`."""
        assembled = self.place.assembled.without(items)
        return replace(self, place=BuiltPlace(self.place.soil, assembled, assembled.things))

    def lit(self, light: Light) -> tuple[BuiltPlace, Light]:
        """Return the place and the light with lamps and windows on, if it is dark enough."""
        if max(light.zenith) >= _BURN_BELOW:
            return self.place, light
        assembled = self.place.assembled
        shining = replace(assembled.things, emission=assembled.glow)
        return replace(self.place, things=shining), light.with_lamps(self.lamps)

    def dust(self, light: Light, rng: np.random.Generator) -> float:
        """Draw how dusty the ground is, 0 to 1: 0 where it is paved, wet, under snow or dark."""
        strength = float(rng.uniform(0.15, 1.0)) if rng.uniform() < _DRY else 0.0
        is_dry = light.precipitation == "none" and light.wet == 0 and light.snow_cover == 0
        # Dust is lit by the sky alone: lamps would have to light it too.
        can_be_seen = max(light.zenith) >= _BURN_BELOW
        return strength if self.name in _DIRT and is_dry and can_be_seen else 0.0

    def items_at(self, points: FloatArray, *, margin_m: float = 0.0) -> IntArray:
        """Return the items whose boxes hold one of `(N, 3)` points.

        Boxes longer than 100 m (kerbs, rails, wires, the horizon) are left out.
        """
        boxes = self.place.assembled.boxes
        low, high = boxes[:, 0::2] - margin_m, boxes[:, 1::2] + margin_m
        inside = (points[:, None] > low).all(axis=2) & (points[:, None] < high).all(axis=2)
        small = (boxes[:, 1] - boxes[:, 0] < 100) & (boxes[:, 3] - boxes[:, 2] < 100)
        return np.flatnonzero(inside.any(axis=0) & small)

    def clear_view(
        self, eye: Point, targets: FloatArray, *, mown_m: float = _MOWN_M
    ) -> StagedPlace:
        """Return a copy without what stands between an eye and `(N, 3)` points or about the eye.

        Grass nearer than `mown_m` goes too: it would fill the picture.
        """
        start = np.asarray(eye, np.float64)
        shares = np.linspace(0.0, 0.97, 60)[:, None, None]
        points = (start + shares * (targets - start)[None]).reshape(-1, 3)
        about = start + np.array(
            [[a, b, c] for a in (-2.5, 0, 2.5) for b in (-2.5, 0, 2.5) for c in (-0.6, 0.0)]
        )
        opened = self.without(self.items_at(np.concatenate([points, about]), margin_m=0.3))
        return opened._felled(start[:2], targets[:, :2].mean(axis=0), mown_m)

    def _felled(self, eye: FloatArray, target: FloatArray, mown_m: float) -> StagedPlace:
        """Return a copy without far woods near the line of sight and grass before the eye."""
        assembled = self.place.assembled
        is_far = np.array([paint.pattern == "far" for paint in assembled.paints])
        is_grass = np.array([paint.pattern == "blade" for paint in assembled.paints])
        middle = assembled.things.triangles[:, :, :2].mean(axis=1)
        way = target - eye
        share = np.clip((middle - eye) @ way / max(float(way @ way), 1e-6), 0, 1)
        distance = np.linalg.norm(middle - eye - share[:, None] * way, axis=1)
        kind = assembled.things.kind
        felled = is_far[kind] & (distance < _FELLED_M)
        felled |= is_grass[kind] & (np.linalg.norm(middle - eye, axis=1) < mown_m)
        if not felled.any():
            return self
        kept = assembled.kept(~felled)
        return replace(self, place=BuiltPlace(self.place.soil, kept, kept.things))

    def refined(self, camera: Camera, rng: np.random.Generator) -> StagedPlace:
        """Return a copy whose leaves are as fine as a camera can tell."""
        finer = refined(self.place.assembled, camera, rng)
        return replace(self, place=BuiltPlace(self.place.soil, finer, finer.things))

    def joined(self, other: Assembled) -> StagedPlace:
        """Return a copy with more things in it."""
        assembled = self.place.assembled.joined(other)
        return replace(self, place=BuiltPlace(self.place.soil, assembled, assembled.things))
