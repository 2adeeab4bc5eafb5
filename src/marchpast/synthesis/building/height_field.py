"""How high a mesh stands over each cell of a grid on the ground."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]

CELL_M = 0.1
EMPTY = np.float32(-100.0)


def height_field(
    triangles: npt.NDArray[np.float32],
    corner: tuple[float, float],
    shape: npt.NDArray[np.int64],
) -> Field:
    """Return the highest point over every cell, `EMPTY` where there is none.

    Args:
        triangles: `(F, 3, 3)` float32 metres.
        corner: x and y of the first cell's middle, metres.
        shape: Cells along x and along y.

    Returns:
        `shape` float32, metres.
    """
    field = np.full(tuple(shape), EMPTY, np.float32)
    for points in _samples(triangles):
        cell = np.rint((points[:, :2] - np.array(corner, np.float32)) / CELL_M).astype(np.int64)
        inside = ((cell >= 0) & (cell < shape)).all(axis=1)
        np.maximum.at(field, tuple(cell[inside].T), points[inside, 2])
    return field


def _samples(triangles: npt.NDArray[np.float32]) -> Iterator[npt.NDArray[np.float32]]:
    """Yield `(N, 3)` points on the triangles, less than a cell apart."""
    edges = np.linalg.norm(triangles[:, [1, 2, 0]] - triangles, axis=2)
    order = (edges.argmax(axis=1)[:, None] + np.arange(3)) % 3
    a, b, c = np.moveaxis(triangles[np.arange(len(triangles))[:, None], order], 1, 0)
    longest = edges.max(axis=1)
    tall = np.linalg.norm(np.cross(b - a, c - a), axis=1) / np.maximum(longest, 1e-6)
    # Triangles of like size together: steps along the longest edge and towards the far corner.
    along, across = (2 ** np.ceil(np.log2(size / CELL_M + 1)) for size in (longest, tall))
    for steps in np.unique(np.stack([along, across], axis=1), axis=0):
        alike = (along == steps[0]) & (across == steps[1])
        u, v = (np.linspace(0, 1, int(n) + 1, dtype=np.float32) for n in steps)
        base = a[alike, None] + u[:, None] * (b - a)[alike, None]
        tip = c[alike, None, None]
        yield ((1 - v[:, None]) * base[:, :, None] + v[:, None] * tip).reshape(-1, 3)
