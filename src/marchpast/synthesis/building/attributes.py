"""What can be counted on a vehicle, worked out from what it is built of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

GROUP_GAP = 1.7
"""Axles belong together when their gap is below this many wheel diameters.

Between the widest gap within a known group (KamAZ-6560 front pair, 1.55 diameters) and the
narrowest between known groups (Uragan, 1+2+1, 1.92). It makes one group of the four axles of the
BTR-80: their gaps (1.25 to 1.38) differ too little for a person to see two pairs.
"""


@dataclass(frozen=True, slots=True)
class VehicleAttributes:
    """Attributes of one vehicle.

    Attributes:
        drive: Wheels or tracks.
        axles: Axles with wheels on the ground, trailer included; 0 on tracks.
        axle_groups: Axles per group from front to rear, as `(2, 2)`; empty on tracks.
        road_wheels: On one side of a tracked vehicle; 0 on wheels.
        canisters: Closed launch canisters or tubes.
        turret: Whether it has a turret or turntable.
        civil: Whether it is a civil vehicle.
        covered: Whether canvas hides its payload; canisters and turret are still counted.
    """

    drive: Literal["wheels", "tracks"]
    axles: int
    axle_groups: tuple[int, ...]
    road_wheels: int
    canisters: int
    turret: bool
    civil: bool
    covered: bool = False


def axle_groups(axle_x: Sequence[float], wheel_diameter: float) -> tuple[int, ...]:
    """Count the axles that stand together, front to rear.

    Args:
        axle_x: Places of the axles behind the nose, metres, in any order.
        wheel_diameter: Metres; the greatest if they differ.

    >>> axle_groups([2.55, 4.75, 8.05, 10.25], 1.5)
    (2, 2)
    """
    groups = [1]
    for ahead, behind in pairwise(sorted(axle_x)):
        if behind - ahead < GROUP_GAP * wheel_diameter:
            groups[-1] += 1
        else:
            groups.append(1)
    return tuple(groups)
