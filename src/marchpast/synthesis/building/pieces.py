"""Boxes and rods by the name of their paint, for what is built by code and not from a file."""

from __future__ import annotations

from dataclasses import dataclass

from marchpast.synthesis.building import shapes
from marchpast.synthesis.building.mesh import Mesh, Point
from marchpast.synthesis.building.paints import paint_index


@dataclass(frozen=True, slots=True, eq=False)
class Accessory:
    """What goes with a vehicle and is none: chocks and wires, a tow bar.

    Attributes:
        mesh: In the frame of the vehicle that it belongs to, metres.
    """

    mesh: Mesh


def box(bounds: Point, paint: str, bevel: float = 0.0) -> Mesh:
    """Return a box (x0, x1, y0, y1, z0, z1), metres."""
    return shapes.box(bounds, paint=paint_index(paint), bevel=bevel)


def rod(start: Point, end: Point, radius: float, paint: str, sides: int = 10) -> Mesh:
    """Return a rod of one radius between two points, metres."""
    return shapes.cylinder((start, end), (radius, radius), paint=paint_index(paint), sides=sides)
