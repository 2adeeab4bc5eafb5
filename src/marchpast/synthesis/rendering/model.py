"""A vehicle made ready to be rendered: fine faces, rays, baked sky, lamps."""

from __future__ import annotations

from typing import Any

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.building import Accessory, Flatcar, Vehicle, paint_index, subdivided
from marchpast.synthesis.rendering.baking import bake_ground, bake_sky
from marchpast.synthesis.rendering.raytrace import Tracer

_MAX_EDGE_M = 0.5
"""Baked light is interpolated over faces no larger than this."""


class Model:
    """A vehicle independent of light, heading and dress; make it once and place it often.

    Takes about a second. Can be pickled.

    Args:
        source: What was built. A wagon or an accessory is placed like a vehicle, but has no truth.
    """

    def __init__(self, source: Vehicle | Flatcar | Accessory) -> None:
        self.source = source
        self.mesh = subdivided(source.mesh, max_edge_m=_MAX_EDGE_M)
        self.tracer = Tracer(self.mesh.triangles)
        self.low, self.high = source.mesh.extent()
        self.wheel_centres, self.wheel_radii = np.zeros((0, 3), np.float32), np.zeros(0, np.float32)
        if isinstance(source, Vehicle):
            self.wheel_centres, self.wheel_radii = source.wheel_centres, source.wheel_radii
        self.ground = bake_ground(self.tracer, self.low, self.high)
        self.sky = bake_sky(self.mesh, self.tracer, self.ground)
        self.headlights = self._lamps("lamp")
        self.tail_lamps = self._lamps("red")

    @property
    def vehicle(self) -> Vehicle:
        """The vehicle.

        Raises:
            ValueError: If the model is of something else.
        """
        if not isinstance(self.source, Vehicle):
            raise ValueError(f"a {type(self.source).__name__} is no vehicle; place it with id < 0")
        return self.source

    def corners(self) -> FloatArray:
        """Return the `(8, 3)` corners of the box round the vehicle, vehicle frame."""
        x, y, z = zip(self.low, self.high, strict=True)
        return np.array([[a, b, c] for a in x for b in y for c in z], np.float32)

    def _lamps(self, paint: str) -> FloatArray:
        """Return the middles of a paint's faces left and right of the centre line, `(L, 3)`."""
        faces = self.source.mesh.triangles[self.source.mesh.paint == paint_index(paint)]
        middles = faces.mean(axis=1)
        sides = [middles[middles[:, 1] < -0.2], middles[middles[:, 1] > 0.2]]
        return np.array([side.mean(axis=0) for side in sides if len(side)], np.float32).reshape(
            -1, 3
        )

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "tracer"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.tracer = Tracer(self.mesh.triangles)
