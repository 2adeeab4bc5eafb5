"""Putting a place's things together, item by item, each with its paint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from marchpast.synthesis.arrays import BoolArray, FloatArray, IntArray
from marchpast.synthesis.places.ground import Rgb
from marchpast.synthesis.rendering import Things

Pattern = Literal[
    "plain", "rough", "leaf", "blade", "facade", "planks", "ribbed", "panels", "roof", "far"
]
SOFT: tuple[Pattern, ...] = ("leaf", "blade", "far")


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour (linear reflectance) and the pattern it is laid on with."""

    colour: Rgb
    pattern: Pattern = "plain"


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """Everything that stands in a place; the columns of the faces have length `F`.

    Attributes:
        things: Triangles, the paint of each as its kind, tint, softness; nothing shines.
        paints: What the kinds mean.
        item: `(F,)` the item (a tree, a house) each face belongs to, from 0.
        boxes: `(K, 6)` float32: x0, x1, y0, y1, z0, z1 of every item.
        glow: `(F, 3)` float32 radiance that the face sends out when the lamps are on.
    """

    things: Things
    paints: tuple[Paint, ...]
    item: IntArray
    boxes: FloatArray
    glow: FloatArray

    def without(self, items: IntArray) -> Assembled:
        """Return a copy that lacks some items; the others keep their numbers."""
        rest = self.kept(~np.isin(self.item, items))
        # An item that is gone is nowhere: an empty box far below the ground.
        rest.boxes[items] = -1e6
        return rest

    def kept(self, keep: BoolArray) -> Assembled:
        """Return a copy with the faces for which `(F,)` is true."""
        things, soft = self.things, _softness(self.things)
        chosen = Things(things.triangles[keep], things.kind[keep], things.tint[keep], soft[keep])
        return Assembled(chosen, self.paints, self.item[keep], self.boxes.copy(), self.glow[keep])

    def joined(self, other: Assembled) -> Assembled:
        """Return a copy with the other's things too; the other's items are counted on."""
        ours, theirs = self.things, other.things
        things = Things(
            np.concatenate([ours.triangles, theirs.triangles]),
            np.concatenate([ours.kind, theirs.kind + len(self.paints)]),
            np.concatenate([ours.tint, theirs.tint]),
            np.concatenate([_softness(ours), _softness(theirs)]),
        )
        return Assembled(
            things,
            self.paints + other.paints,
            np.concatenate([self.item, other.item + len(self.boxes)]),
            np.concatenate([self.boxes, other.boxes]),
            np.concatenate([self.glow, other.glow]),
        )


def _softness(things: Things) -> BoolArray:
    return np.zeros(len(things.kind), np.bool_) if things.soft is None else things.soft


class Assembly:
    """Collects faces; `begin` starts an item, everything added after it belongs to it."""

    def __init__(self) -> None:
        self._paints: list[Paint] = []
        self._triangles: list[FloatArray] = []
        self._kinds: list[IntArray] = []
        self._tints: list[FloatArray] = []
        self._items: list[IntArray] = []
        self._glows: list[FloatArray] = []
        self._item = -1

    def begin(self) -> int:
        """Start an item and return its number."""
        self._item += 1
        return self._item

    def add(
        self,
        triangles: FloatArray,
        paint: Paint,
        *,
        tint: FloatArray | float = 1.0,
        glow: Rgb = (0.0, 0.0, 0.0),
    ) -> None:
        """Add `(F, 3, 3)` faces to the item that was begun last.

        Args:
            triangles: World metres.
            paint: One paint for all of them.
            tint: Brightness, of each or of all.
            glow: Radiance when the lamps are on.
        """
        if paint not in self._paints:
            self._paints.append(paint)
        count = len(triangles)
        self._triangles.append(np.asarray(triangles, np.float32))
        self._kinds.append(np.full(count, self._paints.index(paint), np.int64))
        self._tints.append(np.broadcast_to(np.asarray(tint, np.float32), (count,)))
        self._items.append(np.full(count, max(self._item, 0), np.int64))
        self._glows.append(np.broadcast_to(np.asarray(glow, np.float32), (count, 3)))

    def box(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        z: tuple[float, float],
        paint: Paint,
        *,
        tint: float = 1.0,
        turn_deg: float = 0.0,
        glow: Rgb = (0.0, 0.0, 0.0),
    ) -> None:
        """Add a box, turned about its own upright middle axis."""
        faces = _UNIT_BOX * [x[1] - x[0], y[1] - y[0], z[1] - z[0]]
        centre = np.array([(x[0] + x[1]) / 2, (y[0] + y[1]) / 2, (z[0] + z[1]) / 2])
        self.add(turned(faces, turn_deg) + centre, paint, tint=tint, glow=glow)

    def boxes(self, middles: FloatArray, size: tuple[float, float, float], paint: Paint) -> None:
        """Add equal boxes round `(N, 3)` middles."""
        faces = _UNIT_BOX * np.asarray(size)
        self.add((middles[:, None, None] + faces[None]).reshape(-1, 3, 3), paint)

    def rod(
        self,
        start: npt.ArrayLike,
        end: npt.ArrayLike,
        radii: tuple[float, float],
        paint: Paint,
        *,
        sides: int = 6,
        tint: float = 1.0,
    ) -> None:
        """Add an open tube between two points."""
        self.add(tube(start, end, radii, sides=sides), paint, tint=tint)

    def done(self) -> Assembled:
        """Return everything collected so far."""
        triangles = np.concatenate(self._triangles)
        kinds = np.concatenate(self._kinds)
        item = np.concatenate(self._items)
        patterns = np.array([paint.pattern in SOFT for paint in self._paints])
        low, high = triangles.min(axis=1), triangles.max(axis=1)
        boxes = np.empty((self._item + 1, 6), np.float32)
        boxes[:, 0::2], boxes[:, 1::2] = np.inf, -np.inf
        for axis in range(3):
            np.minimum.at(boxes[:, 2 * axis], item, low[:, axis])
            np.maximum.at(boxes[:, 2 * axis + 1], item, high[:, axis])
        things = Things(triangles, kinds, np.concatenate(self._tints), patterns[kinds])
        return Assembled(things, tuple(self._paints), item, boxes, np.concatenate(self._glows))


def turned(points: FloatArray, degrees: float) -> FloatArray:
    """Return `(..., 3)` points turned left about the Z axis."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    return np.asarray(points @ matrix.T)


def tube(
    start: npt.ArrayLike, end: npt.ArrayLike, radii: tuple[float, float], *, sides: int
) -> FloatArray:
    """Return the `(2 * sides, 3, 3)` side faces of a cone between two points."""
    first, last = np.asarray(start, np.float64), np.asarray(end, np.float64)
    axis = (last - first) / np.linalg.norm(last - first)
    side = np.cross(axis, [0.0, 0.0, 1.0] if abs(axis[2]) < 0.9 else [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    angle = np.arange(sides) * (2 * np.pi / sides)
    spoke = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side)
    one, other = first + radii[0] * spoke, last + radii[1] * spoke
    following, beyond = np.roll(one, -1, axis=0), np.roll(other, -1, axis=0)
    return np.concatenate(
        [np.stack([one, following, beyond], axis=1), np.stack([one, beyond, other], axis=1)]
    )


def quad(corners: npt.ArrayLike) -> FloatArray:
    """Return the two triangles of four corners in order."""
    a, b, c, d = np.asarray(corners, np.float64)
    return np.array([[a, b, c], [a, c, d]])


def _unit_box() -> FloatArray:
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    sides = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    return np.concatenate([quad(corners[list(side)]) for side in sides])


_UNIT_BOX = _unit_box()
