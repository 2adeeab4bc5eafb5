"""A sheet of canvas as a height field, and the mesh and ropes it becomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marchpast.synthesis.building.height_field import CELL_M, Field
from marchpast.synthesis.building.mesh import Mesh, flat, smoothed
from marchpast.synthesis.building.paints import paint_index

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The canvas as a height field.

    Attributes:
        height: `(rows along x, columns along y)` metres over the ground.
        mask: Same shape, where there is canvas.
        corner: x and y of the first cell's middle, metres.
        hem: Height the hanging edges end at, metres.
    """

    height: Field
    mask: Mask
    corner: tuple[float, float]
    hem: float

    def hides(self, triangles: npt.NDArray[np.float32]) -> Mask:
        """Tell which of `(F, 3, 3)` faces lie under the canvas and above its hem, whole."""
        cell = np.rint((triangles[..., :2] - np.array(self.corner, np.float32)) / CELL_M).astype(
            np.int64
        )
        cell = np.clip(cell, 0, np.array(self.mask.shape) - 1)
        row, column, z = cell[..., 0], cell[..., 1], triangles[..., 2]
        under = self.mask[row, column] & (z <= self.height[row, column]) & (z > self.hem)
        return np.asarray(under.all(axis=1))

    def points(self) -> Field:
        """Return `(rows, columns, 3)` places of the cells' middles."""
        row, column = np.indices(self.mask.shape)
        x, y = (
            np.float32(start) + CELL_M * steps
            for start, steps in zip(self.corner, (row, column), strict=True)
        )
        return np.stack([x, y, self.height], axis=2).astype(np.float32)

    def mesh(self) -> Mesh:
        """Return the canvas as faces that look up and outwards."""
        grid = self.points()
        whole = self.mask[:-1, :-1] & self.mask[1:, :-1] & self.mask[:-1, 1:] & self.mask[1:, 1:]
        a, b, c, d = (grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:])
        one, other = np.stack([a, b, c], axis=2)[whole], np.stack([a, c, d], axis=2)[whole]
        return smoothed(_upwards(np.concatenate([one, other]), paint_index("canvas")))

    def ropes(self, rng: np.random.Generator) -> list[Mesh]:
        """Return ropes across the canvas, as ribbons just above it."""
        rows = np.flatnonzero(self.mask.sum(axis=1) > 3)
        count = max(2, round(len(rows) * CELL_M / 1.3))
        shift = rng.uniform(0.3, 0.7)
        chosen = rows[((np.arange(count) + shift) / count * len(rows)).astype(int)]
        return [self._rope(int(row)) for row in chosen]

    def _rope(self, row: int) -> Mesh:
        columns = np.flatnonzero(self.mask[row])
        line = self.points()[row, columns] + np.array([0, 0, 0.012], np.float32)
        # Run outside the steep edge, not through it.
        line[0, 1] -= 0.02
        line[-1, 1] += 0.02
        side = np.array([0.02, 0, 0], np.float32)
        a, b = line[:-1] - side, line[:-1] + side
        c, d = line[1:] + side, line[1:] - side
        faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
        return _upwards(faces, paint_index("detail"))


def _upwards(faces: npt.NDArray[np.float32], paint: int) -> Mesh:
    """Return an open sheet whose normals point up."""
    mesh = flat(faces, paint)
    if mesh.normals[..., 2].sum() >= 0:
        return mesh
    return Mesh(mesh.triangles, -mesh.normals, mesh.paint, mesh.wheel)
