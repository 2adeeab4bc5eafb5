"""A tow: two vehicles and the bar between them.

The bar is the usual rigid one: two tubes from the hooks under the towed vehicle's nose to an eye
at the other's rear hook, about 2 m long (own estimate from photos).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.synthesis.building.builder import Vehicle
from marchpast.synthesis.building.mesh import Mesh, merge
from marchpast.synthesis.building.pieces import Accessory, rod

_BAR_M = 2.1
_HALF_SPREAD_M = 0.42
_TUBE_M = 0.045
_CLEAR_M = 0.4
_HOOK_BAND_M = 0.3
"""Hooks sit on what reaches furthest within this of their height."""


@dataclass(frozen=True, slots=True, eq=False)
class Tow:
    """A bar between two vehicles.

    Attributes:
        bar: In the frame of the towed vehicle.
        behind_m: From the nose (x 0) of the towing vehicle to that of the towed one.
    """

    bar: Accessory
    behind_m: float


def tow(ahead: Vehicle, towed: Vehicle) -> Tow:
    """Couple two vehicles that stand one behind the other on level ground.

    Args:
        ahead: The one that tows.
        towed: The one that is towed.
    """
    eye_z, hook_z = _hook_height(ahead), _hook_height(towed)
    tail, _ = _reach(ahead.mesh, eye_z, half_width_m=0.35, rear=True)
    nose, width = _reach(towed.mesh, hook_z, half_width_m=_HALF_SPREAD_M + 0.15, rear=False)
    side = min(_HALF_SPREAD_M, width)
    # Longer where a gun or canisters reach out between the two.
    overhangs = float(ahead.mesh.extent()[1][0]) - tail + nose - float(towed.mesh.extent()[0][0])
    length = max(_BAR_M, overhangs + _CLEAR_M)
    eye = (nose - length, 0.0, eye_z)
    # The tubes end inside the nose, whatever its shape.
    tubes = [rod((nose + 0.15, sign * side, hook_z), eye, _TUBE_M, "frame", 8) for sign in (-1, 1)]
    # The eye closes the gap to the towing vehicle's tail.
    ring = rod((eye[0] - 0.2, 0.0, eye_z), (eye[0] + 0.12, 0.0, eye_z), 0.07, "steel")
    return Tow(Accessory(merge([*tubes, ring])), tail - nose + length + 0.1)


def _hook_height(vehicle: Vehicle) -> float:
    """Return where hooks are: a little over the wheels' hubs of a lorry, not below 0.6 m."""
    return float(np.clip(vehicle.wheel_radii.max() + 0.2, 0.6, 0.95))


def _reach(mesh: Mesh, z: float, *, half_width_m: float, rear: bool) -> tuple[float, float]:
    """Return how far a vehicle reaches at a height near its middle line, and how far aside there.

    Args:
        mesh: Of the vehicle.
        z: Height, metres.
        half_width_m: What stands further aside does not count.
        rear: Backwards; otherwise forwards.
    """
    faces = mesh.triangles
    low, high = faces.min(axis=1), faces.max(axis=1)
    crosses = (low[:, 2] < z + _HOOK_BAND_M) & (high[:, 2] > z - _HOOK_BAND_M)
    crosses &= (low[:, 1] < half_width_m) & (high[:, 1] > -half_width_m)
    if not crosses.any():
        crosses[:] = True
    if rear:
        return float(high[crosses, 0].max()), half_width_m
    nose = float(low[crosses, 0].min())
    near = crosses & (low[:, 0] < nose + 0.3)
    return nose, float(np.abs(faces[near][..., 1]).max())
