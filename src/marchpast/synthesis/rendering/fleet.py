"""All placed vehicles of a world behind two questions: is a ray blocked, and by whose lamps lit?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marchpast.synthesis.arrays import BoolArray, FloatArray
from marchpast.synthesis.rendering.light import Lamp
from marchpast.synthesis.rendering.world import Placed

_HEADLIGHT = (1.0, 0.92, 0.78)
_TAIL_LAMP = (0.012, 0.0006, 0.0004)


class Fleet:
    """The vehicles of one world; rays are turned into each one's own frame."""

    def __init__(self, vehicles: Sequence[Placed]) -> None:
        self.vehicles = tuple(vehicles)
        middles = [(placed.model.low + placed.model.high) / 2 for placed in vehicles]
        self._centres = [
            placed.to_world(middle[None])[0]
            for placed, middle in zip(vehicles, middles, strict=True)
        ]
        self._radii = [
            float(np.linalg.norm(placed.model.high - placed.model.low)) / 2 + 0.05
            for placed in vehicles
        ]

    def blocked(
        self,
        origins: FloatArray,
        directions: FloatArray,
        reach: FloatArray | None = None,
        *,
        besides: int = 0,
    ) -> BoolArray:
        """Return whether a vehicle is in the way of `(N, 3)` rays with unit directions.

        Args:
            origins: World metres.
            directions: Unit vectors.
            reach: `(N,)` metres, or `None`: without end.
            besides: Track number of a vehicle that does not count.
        """
        answer = np.zeros(len(origins), np.bool_)
        for placed, centre, radius in zip(self.vehicles, self._centres, self._radii, strict=True):
            if placed.track_id == besides:
                continue
            towards = centre - origins
            along = np.einsum("ni,ni->n", towards, directions)
            apart = np.einsum("ni,ni->n", towards, towards) - along * along
            near = ~answer & (along > -radius) & (apart < radius * radius)
            rows = np.flatnonzero(near)
            if not len(rows):
                continue
            answer[rows] = placed.model.tracer.blocked(
                placed.to_vehicle(origins[rows]),
                directions[rows] @ placed.rotation(),
                None if reach is None else reach[rows],
            )
        return answer

    def may_shade(self, points: FloatArray, sun: FloatArray, *, spread: float) -> BoolArray:
        """Return which of `(N, 3)` points may lie in a vehicle's shadow; few do.

        Args:
            points: World metres.
            sun: `(3,)` unit vector towards the sun.
            spread: Half-width of the sun, radians.
        """
        answer = np.zeros(len(points), np.bool_)
        for centre, radius in zip(self._centres, self._radii, strict=True):
            towards = centre - points
            along = towards @ sun
            apart = np.einsum("ni,ni->n", towards, towards) - along * along
            wide = radius + np.clip(along, 0, None) * np.float32(1.8 * spread)
            answer |= (along > -radius) & (apart < wide * wide)
        return answer

    def near_lamp(self, points: FloatArray, lamp: Lamp) -> BoolArray:
        """Return from which of `(N, 3)` points a vehicle may hide the lamp."""
        source = np.asarray(lamp.position, np.float32)
        answer = np.zeros(len(points), np.bool_)
        for centre, radius in zip(self._centres, self._radii, strict=True):
            axis = centre - source
            distance = float(np.linalg.norm(axis))
            if distance <= radius:
                return np.ones(len(points), np.bool_)
            away = points - source
            length = np.maximum(np.linalg.norm(away, axis=1), 1e-6)
            cosine = away @ (axis / distance) / length
            widest = np.sqrt(1 - (radius / distance) ** 2)
            answer |= (cosine > widest) & (length > distance - radius)
        return answer

    def lamps(self) -> list[tuple[Lamp, int]]:
        """Return the lamps of the vehicles whose headlights burn, with their track numbers."""
        found = []
        for placed in self.vehicles:
            if not placed.headlights:
                continue
            forward = -placed.rotation()[:, 0]
            ahead = (float(forward[0]), float(forward[1]), -0.05)
            behind = (float(-forward[0]), float(-forward[1]), 0.0)
            for places, colour, direction, cone in (
                (placed.model.headlights, _HEADLIGHT, ahead, 17.0),
                (placed.model.tail_lamps, _TAIL_LAMP, behind, 60.0),
            ):
                out = np.array(direction, np.float32) * 0.06
                for x, y, z in placed.to_world(places) + out:
                    lamp = Lamp((float(x), float(y), float(z)), colour, direction, cone)
                    found.append((lamp, placed.track_id))
        return found
