"""Triangle meshes of vehicles, built from boxes, profiles, lofts, cylinders, tubes and wheels.

Vehicle frame, metres, right-handed: x runs backwards from the nose (0) to the tail, y to the
vehicle's own right from its centre line, z up from the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.synthesis.arrays import FloatArray, IntArray

Point = Sequence[float]

NO_WHEEL = -1


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A triangle soup; every column has length `F >= 0`.

    Attributes:
        triangles: `(F, 3, 3)` float32, corners in metres.
        normals: `(F, 3, 3)` float32, unit outward normal at every corner.
        paint: `(F,)` int64, index into the caller's list of paints.
        wheel: `(F,)` int64, the turning wheel a face belongs to, or `NO_WHEEL`.
    """

    triangles: FloatArray
    normals: FloatArray
    paint: IntArray
    wheel: IntArray

    def __post_init__(self) -> None:
        count = len(self.paint)
        shapes = (self.triangles.shape, self.normals.shape, self.wheel.shape)
        if shapes != ((count, 3, 3), (count, 3, 3), (count,)):
            raise ValueError(f"columns of a mesh must agree, got {shapes} for {count} faces")

    def __len__(self) -> int:
        return len(self.paint)

    def extent(self) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and the highest corner, each `(3,)` metres."""
        corners = self.triangles.reshape(-1, 3)
        return corners.min(axis=0), corners.max(axis=0)

    def moved(self, rotation: FloatArray, about: Point, offset: Point = (0, 0, 0)) -> Mesh:
        """Return a copy turned by a `(3, 3)` rotation about a point, then shifted."""
        pivot = np.asarray(about, np.float32)
        triangles = (self.triangles - pivot) @ rotation.T + pivot + np.asarray(offset, np.float32)
        return Mesh(
            triangles.astype(np.float32),
            (self.normals @ rotation.T).astype(np.float32),
            self.paint,
            self.wheel,
        )

    def stretched(self, factors: Point, about: Point = (0, 0, 0)) -> Mesh:
        """Return a copy stretched by positive factors along x, y and z about a point."""
        scale, pivot = np.asarray(factors, np.float32), np.asarray(about, np.float32)
        normals = self.normals / scale
        normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-6)
        return Mesh((self.triangles - pivot) * scale + pivot, normals, self.paint, self.wheel)

    def turning(self, index: int) -> Mesh:
        """Return a copy whose faces all belong to one turning wheel."""
        wheel = np.full(len(self), index, np.int64)
        return Mesh(self.triangles, self.normals, self.paint, wheel)

    def mirrored(self) -> Mesh:
        """Return the copy on the other side of the centre line (y becomes -y)."""
        flip = np.array([1, -1, 1], np.float32)
        return Mesh(self.triangles * flip, self.normals * flip, self.paint, self.wheel)


def merge(meshes: Sequence[Mesh]) -> Mesh:
    """Return one mesh with the faces of all, in order; at least one mesh is needed."""
    return Mesh(
        np.concatenate([mesh.triangles for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.paint for mesh in meshes]),
        np.concatenate([mesh.wheel for mesh in meshes]),
    )


def rotation(axis: str, degrees: float) -> FloatArray:
    """Return the `(3, 3)` right-handed rotation about `x`, `y` or `z`.

    >>> rotation("z", 90.0).round().astype(int).tolist()
    [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    """
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[[first, second, first, second], [first, second, second, first]] = (
        cosine,
        cosine,
        -sine,
        sine,
    )
    return matrix.astype(np.float32)


def flat(triangles: npt.ArrayLike, paint: int) -> Mesh:
    """Return a mesh whose corner normals are its face normals; degenerate faces are dropped.

    Args:
        triangles: `(F, 3, 3)` corners; a closed solid may be wound either way, as long as all
            of its faces are wound alike: normals are turned so that its volume is positive.
        paint: Paint index of every face.
    """
    corners = np.asarray(triangles, np.float64).reshape(-1, 3, 3)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled_area = np.linalg.norm(cross, axis=1)
    keep = doubled_area > 1e-9
    corners, cross, doubled_area = corners[keep], cross[keep], doubled_area[keep]
    centre = corners.reshape(-1, 3).mean(axis=0)
    volume = np.einsum("fi,fi->", corners[:, 0] - centre, cross)
    unit = cross / doubled_area[:, None] * (1.0 if volume >= 0 else -1.0)
    return Mesh(
        corners.astype(np.float32),
        np.repeat(unit[:, None], 3, axis=1).astype(np.float32),
        np.full(len(corners), paint, np.int64),
        np.full(len(corners), NO_WHEEL, np.int64),
    )


def smoothed(mesh: Mesh, *, crease_deg: float = 50.0) -> Mesh:
    """Return the mesh with corner normals averaged over the faces that meet at less than a crease.

    Args:
        mesh: Flat shaded.
        crease_deg: Faces that meet at a larger angle than this keep their edge, degrees.
    """
    corners = mesh.triangles.reshape(-1, 3)
    _, place = np.unique(corners.round(4), axis=0, return_inverse=True)
    place = place.reshape(-1)
    faces = np.repeat(mesh.normals[:, 0], 3, axis=0)
    edges = mesh.triangles[:, 1:] - mesh.triangles[:, :1]
    areas = np.repeat(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1), 3)
    order = np.argsort(place, kind="stable")
    bent = np.empty_like(faces)
    limit = np.cos(np.deg2rad(crease_deg))
    for group in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        near = faces[group] @ faces[group].T >= limit
        bent[group] = near @ (faces[group] * areas[group, None])
    bent /= np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), 1e-6)
    return Mesh(mesh.triangles, bent.reshape(-1, 3, 3), mesh.paint, mesh.wheel)


def subdivided(mesh: Mesh, *, max_edge_m: float) -> Mesh:
    """Split every edge longer than `max_edge_m` at its middle until none is left."""
    triangles, normals, paint, wheel = mesh.triangles, mesh.normals, mesh.paint, mesh.wheel
    while True:
        edges = np.linalg.norm(triangles[:, [1, 2, 0]] - triangles, axis=2)
        longest = edges.argmax(axis=1)
        long = edges.max(axis=1) > max_edge_m
        if not long.any():
            return Mesh(triangles, normals, paint, wheel)
        rows, start = np.flatnonzero(long)[:, None], longest[long][:, None]
        order = (start + np.arange(3)) % 3
        corner, normal = triangles[rows, order], normals[rows, order]
        middle = (corner[:, 0] + corner[:, 1]) / 2
        bent = normal[:, 0] + normal[:, 1]
        bent /= np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), 1e-6)
        first = np.stack([corner[:, 0], middle, corner[:, 2]], axis=1)
        second = np.stack([middle, corner[:, 1], corner[:, 2]], axis=1)
        first_normal = np.stack([normal[:, 0], bent, normal[:, 2]], axis=1)
        second_normal = np.stack([bent, normal[:, 1], normal[:, 2]], axis=1)
        triangles = np.concatenate([triangles[~long], first, second])
        normals = np.concatenate([normals[~long], first_normal, second_normal])
        paint = np.concatenate([paint[~long], paint[long], paint[long]])
        wheel = np.concatenate([wheel[~long], wheel[long], wheel[long]])
