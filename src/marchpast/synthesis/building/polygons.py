"""Cutting simple polygons into triangles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ring = npt.NDArray[np.float64]
"""`(N, 3)` corners in order."""
Flat = tuple[float, float]


def ears(ring: Ring) -> list[tuple[int, int, int]]:
    """Cut a simple planar polygon into triangles of its indices, wound as the ring is."""
    normal = np.sum(np.cross(ring, np.roll(ring, -1, axis=0)), axis=0)
    dropped = int(np.abs(normal).argmax())
    order = [(dropped + 1) % 3, (dropped + 2) % 3]
    points = [(float(p), float(q)) for p, q in ring[:, order] * [1.0, np.sign(normal[dropped])]]
    # A ring that touches its mirror line has the same point twice in a row.
    left = [i for i in range(len(points)) if points[i] != points[i - 1]]
    triangles: list[tuple[int, int, int]] = []
    while len(left) > 3:
        for position in range(len(left)):
            a, b, c = left[position - 1], left[position], left[(position + 1) % len(left)]
            ear = (points[a], points[b], points[c])
            if _turn(*ear) > 0 and not any(
                _inside(points[i], ear) for i in left if i not in (a, b, c)
            ):
                triangles.append((a, b, c))
                del left[position]
                break
        else:
            # Only collinear points are left to cut: the rest has no area worth a triangle.
            return triangles
    if len(left) == 3:
        triangles.append((left[0], left[1], left[2]))
    return triangles


def _turn(a: Flat, b: Flat, c: Flat) -> float:
    """Return twice the signed area of a triangle, positive when it turns left."""
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def _inside(point: Flat, ear: tuple[Flat, Flat, Flat]) -> bool:
    a, b, c = ear
    return _turn(a, b, point) >= 0 and _turn(b, c, point) >= 0 and _turn(c, a, point) >= 0
