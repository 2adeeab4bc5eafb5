"""Leaves as fine as a camera can tell: those that would be large in the picture are broken up."""

from __future__ import annotations

import numpy as np

from marchpast.synthesis.arrays import FloatArray, IntArray
from marchpast.synthesis.places.assembly import Assembled
from marchpast.synthesis.rendering import Camera, Things

_LEAF_PX = 4.5
"""A leaf spans about so many pixels at most."""
_MOST_PIECES = 16
_MOST_FACES = 90_000


def refined(assembled: Assembled, camera: Camera, rng: np.random.Generator) -> Assembled:
    """Return the things with large leaves replaced by more, smaller ones in the same place.

    Trees are planted before it is known how near or how far magnified they are seen. Only leaves
    in the picture are touched; there are never more than `_MOST_FACES` new ones.

    Args:
        assembled: What stands in the place.
        camera: Who looks.
        rng: Scatters the pieces.
    """
    things = assembled.things
    is_leaf = np.array([paint.pattern == "leaf" for paint in assembled.paints])
    leaves = np.flatnonzero(is_leaf[things.kind])
    pieces = _pieces(things.triangles[leaves], camera)
    broken, pieces = leaves[pieces > 1], pieces[pieces > 1]
    if not len(broken):
        return assembled
    # The largest first, until the budget is spent.
    order = np.argsort(-pieces, kind="stable")
    order = order[np.cumsum(pieces[order]) <= _MOST_FACES]
    broken, pieces = broken[order], pieces[order]
    source = np.repeat(broken, pieces)
    scale = np.repeat(1 / np.sqrt(pieces), pieces)[:, None, None]
    whole = things.triangles[source]
    middle = whole.mean(axis=1, keepdims=True)
    reach = np.linalg.norm(whole - middle, axis=2).mean(axis=1)[:, None, None]
    moved = middle + rng.normal(scale=0.75, size=middle.shape) * reach
    fresh = (moved + (whole - middle) * scale).astype(np.float32)
    rest = np.ones(len(things.kind), np.bool_)
    rest[broken] = False
    tint = things.tint[source] * rng.uniform(0.85, 1.15, len(source)).astype(np.float32)
    return _with(assembled.kept(rest), assembled, source, fresh, tint)


def _pieces(triangles: FloatArray, camera: Camera) -> IntArray:
    """Return into how many pieces each of `(N, 3, 3)` leaves is to be broken."""
    if not len(triangles):
        return np.zeros(0, np.int64)
    middle = triangles.mean(axis=1)
    pixels, depth = camera.project(middle)
    size = np.array([camera.width, camera.height])
    seen = (depth > 0.3) & (pixels > -0.1 * size).all(axis=1) & (pixels < 1.1 * size).all(axis=1)
    edge = np.linalg.norm(triangles[:, 1] - triangles[:, 0], axis=1)
    span = edge * camera.focal_px / np.maximum(depth, 0.3)
    wanted = np.clip((span / _LEAF_PX) ** 2, 1, _MOST_PIECES).astype(np.int64)
    return np.where(seen, wanted, 1)


def _with(
    rest: Assembled, whole: Assembled, source: IntArray, triangles: FloatArray, tint: FloatArray
) -> Assembled:
    """Return the rest and new faces that take everything else from the faces they come from."""
    assert rest.things.soft is not None
    things = Things(
        np.concatenate([rest.things.triangles, triangles]),
        np.concatenate([rest.things.kind, whole.things.kind[source]]),
        np.concatenate([rest.things.tint, tint]),
        np.concatenate([rest.things.soft, np.ones(len(source), np.bool_)]),
    )
    return Assembled(
        things,
        rest.paints,
        np.concatenate([rest.item, whole.item[source]]),
        rest.boxes,
        np.concatenate([rest.glow, whole.glow[source]]),
    )
