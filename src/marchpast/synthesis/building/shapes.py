"""The solids that vehicles are assembled from; coordinates as in :mod:`.mesh`, metres."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from marchpast.synthesis.arrays import FloatArray
from marchpast.synthesis.building.mesh import Mesh, Point, flat, merge
from marchpast.synthesis.building.polygons import Ring, ears

TYRE_PROFILE = (
    # (radius / wheel radius, offset / half width): hub cap, rim dish, bead, side wall, tread.
    (0.00, 0.62), (0.20, 0.62), (0.24, 0.50), (0.46, 0.42), (0.50, 0.72),
    (0.62, 0.98), (0.80, 1.00), (0.92, 0.93), (0.985, 0.78), (1.00, 0.45),
    (1.00, -0.45), (0.985, -0.78), (0.92, -0.93), (0.70, -0.95), (0.50, -0.60), (0.00, -0.50),
)  # fmt: skip
RIM_POINTS = 4
"""How many of the first points of `TYRE_PROFILE` are painted as rim, not as rubber."""


def box(bounds: Sequence[float], *, paint: int, bevel: float = 0.0) -> Mesh:
    """Return a box `x0, x1, y0, y1, z0, z1` with its twelve edges cut off by `bevel`."""
    low, high = np.array(bounds[0::2], float), np.array(bounds[1::2], float)
    centre, half = (low + high) / 2, (high - low) / 2
    cut = min(bevel, 0.45 * float(half.min()))

    def corner(axis: int, signs: Sequence[int]) -> Ring:
        inset = np.where(np.arange(3) == axis, half, half - cut)
        return np.asarray(centre + np.array(signs) * inset)

    signs = [(a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    polygons: list[list[Ring]] = []
    for axis in range(3):
        for sign in (-1, 1):
            face = [s for s in signs if s[axis] == sign]
            polygons.append([corner(axis, face[i]) for i in (0, 1, 3, 2)])
    if cut > 0:
        for axis in range(3):
            one, other = (axis + 1) % 3, (axis + 2) % 3
            for pair in [s for s in signs if s[axis] == -1]:
                end = tuple(1 if i == axis else s for i, s in enumerate(pair))
                polygons.append(
                    [corner(one, pair), corner(other, pair), corner(other, end), corner(one, end)]
                )
        polygons.extend([corner(axis, s) for axis in range(3)] for s in signs)
    faces = []
    for polygon in polygons:
        for index in range(1, len(polygon) - 1):
            face_corners = [polygon[0], polygon[index], polygon[index + 1]]
            normal = np.cross(face_corners[1] - face_corners[0], face_corners[2] - face_corners[0])
            outward = np.mean(face_corners, axis=0) - centre
            faces.append(face_corners if normal @ outward >= 0 else face_corners[::-1])
    return flat(np.array(faces), paint)


def extruded(profile: Sequence[Point], y: Point, *, paint: int) -> Mesh:
    """Return a side view, a simple polygon of `(x, z)` points, drawn out from `y[0]` to `y[1]`."""
    rings = [np.array([[x, offset, z] for x, z in profile], float) for offset in y]
    return _skin(rings, paint=paint)


def loft(sections: Sequence[tuple[float, Sequence[Point]]], *, paint: int) -> Mesh:
    """Return a symmetric hull through cross-sections along x.

    Args:
        sections: `(x, half)` from front to rear; `half` lists `(y >= 0, z)` points from bottom
            to top, equally many in every section; the other half is its mirror image.
        paint: Paint index.
    """
    rings = []
    for x, half in sections:
        right = [[x, y, z] for y, z in half]
        left = [[x, -y, z] for y, z in reversed(half)]
        rings.append(np.array(right + left, float))
    return _skin(rings, paint=paint)


def stack(levels: Sequence[tuple[float, Sequence[Point]]], *, paint: int) -> Mesh:
    """Return a solid, alike on both sides, through outlines seen from above.

    Args:
        levels: `(z, half)` from bottom to top; `half` lists `(x, y >= 0)` points from front to
            rear, equally many at every level; the other half is its mirror image.
        paint: Paint index.
    """
    rings = []
    for z, half in levels:
        right = [[x, y, z] for x, y in half]
        left = [[x, -y, z] for x, y in reversed(half)]
        rings.append(np.array(right + left, float))
    return _skin(rings, paint=paint)


def cylinder(
    ends: Sequence[Point],
    radii: Sequence[float],
    *,
    paint: int,
    sides: int = 18,
    bore: float = 0.0,
    bore_paint: int = 0,
) -> Mesh:
    """Return a cylinder or cone between two points, with smooth sides and flat ends.

    Args:
        ends: Centres of both ends.
        radii: Radius at each end.
        paint: Paint index.
        sides: Faces around.
        bore: Above 0, each end carries a dark disc of `bore * radius`: the mouth of a tube.
        bore_paint: Paint of that disc.
    """
    start, end = np.array(ends[0], float), np.array(ends[1], float)
    axis = (end - start) / np.linalg.norm(end - start)
    side = np.cross(axis, [0.0, 0.0, 1.0] if abs(axis[2]) < 0.9 else [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    spoke = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side)
    rings = [start + radii[0] * spoke, end + radii[1] * spoke]
    solid = _skin(rings, paint=paint)
    slope = (radii[0] - radii[1]) / np.linalg.norm(end - start)
    smooth = _radial_normals(solid, start, axis, float(slope))
    if bore <= 0:
        return smooth
    discs = [smooth]
    for centre, outward, radius in ((start, -axis, radii[0]), (end, axis, radii[1])):
        mouth = centre + outward * 0.004
        ring = mouth + bore * radius * spoke
        fan = [[mouth, ring[i], ring[(i + 1) % sides]] for i in range(sides)]
        disc = flat(np.array(fan), bore_paint)
        facing = np.broadcast_to(outward.astype(np.float32), disc.normals.shape)
        discs.append(Mesh(disc.triangles, np.array(facing), disc.paint, disc.wheel))
    return merge(discs)


def wheel(
    centre: Point,
    radius: float,
    width: float,
    *,
    side: int,
    rubber: int,
    rim: int,
    index: int,
    sides: int = 40,
    profile: Sequence[tuple[float, float]] = TYRE_PROFILE,
    rim_points: int = RIM_POINTS,
) -> Mesh:
    """Return a wheel on an axle along y; facing `side`: +1 right, -1 left.

    Args:
        centre: Of the wheel, metres.
        radius: Outer radius, metres.
        width: Metres.
        side: +1 or -1.
        rubber: Paint of the tyre.
        rim: Paint of the disc.
        index: The number of the turning wheel, for `Mesh.wheel`.
        sides: Faces around.
        profile: Its section from the hub's outer face round to its inner face, as
            (radius / wheel radius, offset / half width).
        rim_points: How many of the first bands of the profile are disc, not tyre.
    """
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    spoke = np.stack([np.cos(angle), np.zeros(sides), np.sin(angle)], axis=1)
    hub = np.array(centre, float)
    rings = [
        hub + share * radius * spoke + np.array([0.0, side * offset * width / 2, 0.0])
        for share, offset in profile
    ]
    pieces = []
    for number, (inner, outer) in enumerate(pairwise(rings)):
        piece = flat(_band(inner, outer), rim if number < rim_points else rubber)
        (r0, y0), (r1, y1) = profile[number], profile[number + 1]
        # The profile runs from the hub outwards and back, so its right-hand side is outside.
        radial, axial = -(y1 - y0) * width / 2, (r1 - r0) * radius
        length = float(np.hypot(radial, axial))
        around = piece.triangles - hub.astype(np.float32)
        around[..., 1] = 0
        around /= np.maximum(np.linalg.norm(around, axis=2, keepdims=True), 1e-6)
        normals = around * (radial / length)
        normals[..., 1] = side * axial / length
        normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-6)
        pieces.append(
            Mesh(piece.triangles, normals, piece.paint, np.full(len(piece), index, np.int64))
        )
    return merge(pieces)


def _skin(rings: Sequence[Ring], *, paint: int) -> Mesh:
    """Join rings of equally many points into a closed solid; the end rings may be concave."""
    faces = [_band(a, b) for a, b in pairwise(rings)]
    first, last = rings[0], rings[-1]
    order = ears(first)
    faces.append(np.array([[first[c], first[b], first[a]] for a, b, c in order]))
    faces.append(np.array([[last[a], last[b], last[c]] for a, b, c in ears(last)]))
    # Degenerate caps (all points of a section on one line) are dropped with the other slivers.
    return flat(np.concatenate([face.reshape(-1, 3, 3) for face in faces]), paint)


def _band(one: Ring, other: Ring) -> Ring:
    """Return the `(2N, 3, 3)` triangles between two rings of N points."""
    following, beyond = np.roll(one, -1, axis=0), np.roll(other, -1, axis=0)
    return np.concatenate(
        [np.stack([one, following, beyond], axis=1), np.stack([one, beyond, other], axis=1)]
    )


def _radial_normals(solid: Mesh, start: Ring, axis: Ring, slope: float) -> Mesh:
    """Replace the side normals of a cylinder by smooth ones; the two ends stay flat."""
    direction = axis.astype(np.float32)
    is_end = np.abs(solid.normals[:, 0] @ direction) > 0.999
    around = solid.triangles - start.astype(np.float32)
    around = around - (around @ direction)[..., None] * direction
    length = np.linalg.norm(around, axis=2, keepdims=True)
    smooth = around / np.maximum(length, 1e-6) + slope * direction
    smooth /= np.linalg.norm(smooth, axis=2, keepdims=True)
    # At the tip of a cone there is no radial direction: keep the face normal there.
    smooth = np.where(length > 1e-5, smooth, solid.normals)
    normals: FloatArray = np.where(is_end[:, None, None], solid.normals, smooth)
    return Mesh(solid.triangles, normals.astype(np.float32), solid.paint, solid.wheel)
