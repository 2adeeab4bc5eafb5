"""A railway flat wagon with a vehicle's chocks and lashings: how columns travel by rail.

The wagon is an ordinary four-axle one of the 1520 mm gauge with a wooden deck, its proportions
those of the common Soviet type 13-401 (deck about 13.4 m by 2.8 m, 1.3 m over the rails, bogies
9.7 m apart with wheels of 0.95 m; from memory of published figures).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marchpast.errors import BlueprintError
from marchpast.synthesis.building import shapes
from marchpast.synthesis.building.builder import Vehicle
from marchpast.synthesis.building.fastenings import fastenings
from marchpast.synthesis.building.mesh import Mesh, merge
from marchpast.synthesis.building.paints import paint_index
from marchpast.synthesis.building.pieces import box, rod

DECK_HEIGHT_M = 1.31
USUAL_LENGTH_M = 13.4
SHORTEST_M, LONGEST_M = 9.0, 26.0
_OVERHANG_M = 0.6
"""How far a load may reach past each end of the deck."""
_HALF_WIDTH_M = 1.42
_PLANK_M = 0.1675
_BOGIE_INSET_M = 1.85
_HALF_WHEELBASE_M = 0.925
_WHEEL_RADIUS_M = 0.475
_HALF_GAUGE_M = 0.76


@dataclass(frozen=True, slots=True, eq=False)
class Flatcar:
    """A wagon, loaded or empty, in the frame of a vehicle.

    Attributes:
        mesh: x backwards from the front edge of the deck, y to the right, z up from the rail
            heads, metres; the couplers reach past both ends. With chocks and lashings if loaded.
        length_m: Of the deck.
        deck_height_m: Top of the deck over the rail heads: where the load's wheels stand.
        load_x: Where along the wagon the nose of the load is; the load faces as the wagon does.
    """

    mesh: Mesh
    length_m: float
    deck_height_m: float
    load_x: float


def flatcar(
    length_m: float = USUAL_LENGTH_M,
    *,
    load: Vehicle | None = None,
) -> Flatcar:
    """Build a wagon, and what holds a vehicle on it.

    Args:
        length_m: Of the deck, 9 to 26 m.
        load: The vehicle that stands in the middle of the deck; its own mesh is not included.
            Its first and last wheels on each side get chocks before and behind, and wires run
            from them down to the edges of the deck.

    Raises:
        BlueprintError: If the length is out of range or the load is too long for it.
    """
    if not SHORTEST_M <= length_m <= LONGEST_M:
        raise BlueprintError(
            f"a flatcar of {length_m:g} m: the deck may be {SHORTEST_M:g} to {LONGEST_M:g} m long"
        )
    pieces = [_deck(length_m), _frame(length_m)]
    pieces += [_bogie(middle) for middle in (_BOGIE_INSET_M, length_m - _BOGIE_INSET_M)]
    load_x = 0.0
    if load is not None:
        load_x = _place(load, length_m)
        held = fastenings(load, deck=(-load_x, length_m - load_x)).mesh
        pieces.append(
            held.moved(np.eye(3, dtype=np.float32), (0, 0, 0), (load_x, 0, DECK_HEIGHT_M))
        )
    return Flatcar(merge(pieces), length_m, DECK_HEIGHT_M, load_x)


def _place(load: Vehicle, length_m: float) -> float:
    low, high = (float(end[0]) for end in load.mesh.extent())
    first, last = min(load.axle_x) - load.wheel_radius, max(load.axle_x) + load.wheel_radius
    if last - first > length_m or high - low > length_m + 2 * _OVERHANG_M:
        raise BlueprintError(
            f"{load.blueprint.node} of {high - low:.1f} m does not fit on a deck of "
            f"{length_m:g} m; take a longer one, {LONGEST_M:g} m at most"
        )
    # A long overhang at one end moves the load until its wheels are on the deck.
    middle = length_m / 2 - (low + high) / 2
    return float(np.clip(middle, -first, length_m - last))


def _deck(length_m: float) -> Mesh:
    """Planks across the wagon with a gap between them."""
    count = round(length_m / _PLANK_M)
    step = length_m / count
    top = DECK_HEIGHT_M
    planks = [
        box(((n + 0.03) * step, (n + 0.97) * step, -1.36, 1.36, top - 0.055, top), "wood")
        for n in range(count)
    ]
    under = box((0.02, length_m - 0.02, -1.34, 1.34, top - 0.07, top - 0.03), "frame")
    return merge([*planks, under])


def _frame(length_m: float) -> Mesh:
    """Sills that deepen in the middle, headstocks, folded side boards, couplers, ladders."""
    top, middle = DECK_HEIGHT_M - 0.05, length_m / 2
    profile = [
        (0.0, top), (0.0, top - 0.24), (2.7, top - 0.24), (middle - 2.2, top - 0.6),
        (middle + 2.2, top - 0.6), (length_m - 2.7, top - 0.24), (length_m, top - 0.24),
        (length_m, top),
    ]  # fmt: skip
    wagon = paint_index("wagon")
    pieces = [shapes.extruded(profile, (0.2, 0.3), paint=wagon)]
    pieces.append(shapes.extruded(profile, (1.3, 1.38), paint=wagon))
    pieces.append(box((0.0, length_m, 1.36, _HALF_WIDTH_M, top - 0.2, top - 0.02), "wagon"))
    pieces += [box((0.4, 0.44, 1.38, 1.46, 0.55, top), "wagon")]
    pockets = np.linspace(0.7, length_m - 0.7, 8)
    pieces += [
        box((x - 0.06, x + 0.06, 1.4, 1.49, top - 0.2, top + 0.02), "wagon") for x in pockets
    ]
    pieces += [piece.mirrored() for piece in pieces]
    pieces += [
        box((x, x + 0.12, -1.4, 1.4, top - 0.32, top), "wagon") for x in (0.0, length_m - 0.12)
    ]
    for end, outwards in ((0.0, -1), (length_m, 1)):
        shank, head = end + outwards * 0.35, end + outwards * 0.61
        pieces.append(rod((end, 0, 1.04), (shank, 0, 1.04), 0.09, "frame"))
        low, high = sorted((shank, head))
        pieces.append(box((low, high, -0.2, 0.16, 0.9, 1.18), "frame", bevel=0.05))
    cylinder = [rod((middle - 0.5, -0.5, 0.75), (middle + 0.3, -0.5, 0.75), 0.17, "frame", 14)]
    return merge([*pieces, *cylinder])


def _bogie(middle: float) -> Mesh:
    """Two wheelsets in cast side frames with springs."""
    pieces = []
    for x in (middle - _HALF_WHEELBASE_M, middle + _HALF_WHEELBASE_M):
        pieces.append(rod((x, -1.1, _WHEEL_RADIUS_M), (x, 1.1, _WHEEL_RADIUS_M), 0.08, "frame"))
        for side in (1, -1):
            inner, outer = side * (_HALF_GAUGE_M - 0.05), side * (_HALF_GAUGE_M + 0.08)
            centre = _WHEEL_RADIUS_M
            pieces.append(rod((x, inner, centre), (x, outer, centre), centre, "steel", 28))
            pieces.append(rod((x, outer, centre), (x, side * 1.12, centre), 0.16, "frame", 16))
    side_view = [
        (middle - 1.2, 0.55), (middle - 1.1, 0.72), (middle - 0.4, 0.86), (middle + 0.4, 0.86),
        (middle + 1.1, 0.72), (middle + 1.2, 0.55), (middle + 0.75, 0.52), (middle + 0.4, 0.24),
        (middle - 0.4, 0.24), (middle - 0.75, 0.52),
    ]  # fmt: skip
    iron = paint_index("frame")
    pieces += [shapes.extruded(side_view, y, paint=iron) for y in ((0.94, 1.06), (-1.06, -0.94))]
    springs = [(middle + x, side * 1.08) for x in (-0.2, 0.0, 0.2) for side in (1, -1)]
    pieces += [rod((x, y, 0.34), (x, y, 0.66), 0.08, "frame", 10) for x, y in springs]
    pieces.append(box((middle - 0.25, middle + 0.25, -1.0, 1.0, 0.66, 1.02), "frame"))
    return merge(pieces)
