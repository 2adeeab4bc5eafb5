"""What holds a vehicle on a wagon: chocks at its wheels and wires down to the deck's edge."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.building import shapes
from marchpast.synthesis.building.builder import Vehicle
from marchpast.synthesis.building.mesh import Mesh, merge
from marchpast.synthesis.building.paints import paint_index
from marchpast.synthesis.building.pieces import Accessory, box, rod

_CHOCK_M = 0.2
"""Least height of a chock; big wheels get bigger ones."""
_OFF_GROUND_M = 0.15
"""Sprockets and return rollers are higher than this over the ground: they get no chocks."""
_PLANKS_M = 1.36
"""From the middle of the deck to the ends of its planks."""
_EDGE_M = 1.44
"""From the middle of the deck to the pockets on its side that the wires run to."""


def fastenings(load: Vehicle, *, deck: tuple[float, float]) -> Accessory:
    """Return chocks and wires, in the frame of the vehicle that they hold.

    Its first and last wheels on each side get chocks before and behind, and wires run from them
    down to the edges of the deck, whose top is at z 0.

    Args:
        load: The vehicle.
        deck: Where the deck begins and ends in the vehicle's frame, metres behind its nose.
    """
    return Accessory(merge([*_chocks(load), *_lashings(load, deck)]))


def _ends(load: Vehicle) -> list[tuple[float, float, float, float]]:
    """Return x, y, radius and x's sign (-1 front, 1 rear) of the outermost wheels."""
    centres, radii = load.wheel_centres, load.wheel_radii
    ground = np.abs(centres[:, 2] - radii) < _OFF_GROUND_M
    found = []
    for side in (1, -1):
        rows = np.flatnonzero(ground & (np.sign(centres[:, 1]) == side))
        along = centres[rows, 0]
        for row, sign in ((rows[along.argmin()], -1.0), (rows[along.argmax()], 1.0)):
            x, y, _ = centres[row].tolist()
            found.append((x, y, float(radii[row]), sign))
    return found


def _chocks(load: Vehicle) -> list[Mesh]:
    """Wooden wedges before and behind the outermost wheels, with a nailed board behind each."""
    pieces = []
    for x, y, radius, _ in _ends(load):
        for sign in (-1, 1):
            # The wedge meets the tyre where its slope is tangent to it.
            toe = x + sign * 0.35 * radius
            heel = toe + sign * (_CHOCK_M + 0.45 * radius)
            high = max(_CHOCK_M, 0.35 * radius)
            wedge = [(toe, 0.0), (heel, 0.0), (heel, high), (heel - sign * 0.08, high)]
            pieces.append(shapes.extruded(wedge, _on_deck(y, 0.14), paint=paint_index("wood")))
            low, up = sorted((heel, heel + sign * 0.07))
            pieces.append(box((low, up, *_on_deck(y, 0.3), 0.0, 0.09), "wood"))
    return pieces


def _on_deck(y: float, half_m: float) -> tuple[float, float]:
    """Return from where to where something lies across the deck; tracks reach past its edge."""
    low, high = np.clip((y - half_m, y + half_m), -_PLANKS_M, _PLANKS_M).tolist()
    return low, high


def _lashings(load: Vehicle, deck: tuple[float, float]) -> list[Mesh]:
    """Pairs of twisted wire from the outermost wheels' hubs to the pockets at the deck's edge."""
    pieces = []
    for x, y, radius, sign in _ends(load):
        side = float(np.sign(y))
        hub = (x, y + side * 0.05, radius)
        for reach in (sign * (radius + 1.0), -sign * (radius + 0.6)):
            foot_x = float(np.clip(x + reach, deck[0] + 0.1, deck[1] - 0.1))
            pieces.append(rod(hub, (foot_x, side * _EDGE_M, -0.02), 0.014, "steel", 6))
    return pieces
